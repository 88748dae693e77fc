"""n(E), n0 and their errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .tables import Column, Columns, Table

#: Quantile of the normal distribution for 84 %.
_NORMAL = 0.994457883209753
#: One-sided 68 % upper limit of a Poisson mean when nothing was counted: exp(-mu) = 0.32.
POISSON_UPPER_LIMIT = 1.139434283188365

Floats = NDArray[np.float64]
Counting = Literal["all", "tunnelling"]


def check_counting(counting: str) -> None:
    """Raises ValueError unless `counting` says which double wells count."""
    if counting not in ("all", "tunnelling"):
        raise ValueError(
            f'counting = {counting!r}: give "all" (every kind but exchanges of like particles, as the papers count) or '
            '"tunnelling" (only kind tunnelling)'
        )


@dataclass(frozen=True)
class Estimate:
    """n(E)/E at one energy.

    Attributes:
        counting: which double wells count: "all" kinds but exchanges of like particles, or only kind "tunnelling".
        energy: E, epsilon.
        count: number of double wells with a splitting below E, in all glasses.
        value: count / (N N_g E), per atom and epsilon.
        lower, upper: its 68 % limits (Poisson statistics, widened by the spread between glasses; an upper limit of 1.14
            counts when nothing was counted).
    """

    counting: str
    energy: float
    count: int
    value: float
    lower: float
    upper: float

    def __str__(self) -> str:
        return f"{self.value:.3g} (68 %: {self.lower:.3g} to {self.upper:.3g}; {self.count} counted)"


@dataclass(frozen=True)
class N0:
    """The density of states n0 = n(k_B T_Q)/k_B T_Q of a campaign in one unit.

    The limits are those of Poisson statistics, widened by the spread of the counts between glasses, which a single glass
    does not show. n0 averages over all glasses, equilibrated or not.

    Attributes:
        unit: the material or reduced mass.
        reduced_mass: m~ = m sigma^2 epsilon / hbar^2.
        kT_Q: k_B T_Q = 2 pi / m~, epsilon.
        glasses, equilibrated: number of glasses N_g, and how many of them were in equilibrium.
        particles: number N of particles of a glass.
        all: n0 over all kinds except exchanges of like particles (the papers' count).
        tunnelling: n0 over kind tunnelling only: both levels below the barrier, shared by the two wells.
        all_third, tunnelling_third: n(E)/E at E = k_B T_Q / 3. Equal to n0 only if n(E)/E has a plateau.
        all_SI, tunnelling_SI: n0 per joule and cubic metre; NaN for a unit without physical constants.
    """

    unit: str
    reduced_mass: float
    kT_Q: float
    glasses: int
    equilibrated: int
    particles: int
    all: Estimate
    all_third: Estimate
    tunnelling: Estimate
    tunnelling_third: Estimate
    all_SI: float
    tunnelling_SI: float

    @property
    def estimates(self) -> tuple[Estimate, Estimate, Estimate, Estimate]:
        """The four estimates: all kinds, then kind tunnelling, each at k_B T_Q and k_B T_Q / 3."""
        return self.all, self.all_third, self.tunnelling, self.tunnelling_third

    def table(self) -> Table:
        """The four estimates as a table: counting, energy, count, n0, lower, upper."""
        per_atom = "1/epsilon"
        rows = self.estimates
        columns = {
            "counting": Column(
                np.array([0, 0, 1, 1], dtype=np.int16), "1", "which double wells count", ("all", "tunnelling")
            ),
            "energy": Column(np.array([row.energy for row in rows]), "epsilon", "E"),
            "count": Column(np.array([row.count for row in rows]), "1", "number of double wells with a splitting below E"),
            "n0": Column(np.array([row.value for row in rows]), per_atom, "n(E)/E, per atom"),
            "lower": Column(np.array([row.lower for row in rows]), per_atom, "lower 68 % limit, per atom"),
            "upper": Column(np.array([row.upper for row in rows]), per_atom, "upper 68 % limit, per atom"),
        }
        return Columns(columns, {"unit": self.unit, "kT_Q": self.kT_Q}).table()

    def __str__(self) -> str:
        head = (
            f"{self.unit}: k_B T_Q = {self.kT_Q:.4g} epsilon; {self.glasses} glasses of {self.particles} particles, "
            f"{self.equilibrated} equilibrated; n(E)/E per atom and epsilon"
        )
        names = ("all kinds, k_B T_Q", "all kinds, k_B T_Q / 3", "tunnelling, k_B T_Q", "tunnelling, k_B T_Q / 3")
        return "\n".join([head, *(f"  {name:24} {row}" for name, row in zip(names, self.estimates, strict=True))])


@dataclass(frozen=True)
class Library:
    """The splittings of the double wells that count.

    Attributes:
        glass: glass of each double well [W].
        splitting: E [W], epsilon.
        glasses: number N_g of glasses, with those that have no double well.
        particles: number N of particles of a glass.
    """

    glass: NDArray[np.int64]
    splitting: Floats
    glasses: int
    particles: int

    @property
    def atoms(self) -> int:
        """N N_g."""
        return self.glasses * self.particles

    def cumulative(self) -> tuple[Floats, Floats]:
        """The distinct splittings E in increasing order (epsilon), and n(E) = N_DW(splitting <= E)/(N N_g)."""
        energy, counts = np.unique(self.splitting, return_counts=True)
        return energy, np.cumsum(counts) / self.atoms

    def count(self, energy: float) -> int:
        """The number of double wells with a splitting below `energy` (epsilon)."""
        return int(np.sum(self.splitting < energy))

    def band(self, energies: ArrayLike) -> tuple[Floats, Floats]:
        """68 % limits of n(E)/E at these energies (epsilon), per atom and epsilon.

        Limits of a Poisson mean, widened by the spread of the counts between glasses, because double wells of one glass are
        not independent (docs/files.md gives the formula and how often they contain the true mean). Where nothing is counted
        the upper limit is 1.14 counts. A single glass does not show the spread: its limits are too narrow.

        Args:
            energies: E [K], epsilon.
        """
        at = np.asarray(energies, dtype=np.float64)
        per_glass = np.zeros((self.glasses, len(at)))
        for glass in range(self.glasses):
            own = np.sort(self.splitting[self.glass == glass])
            per_glass[glass] = np.searchsorted(own, at, side="left")
        total = per_glass.sum(axis=0)
        counted = total > 0
        factor = np.ones(len(at))
        if self.glasses > 1:
            mean = np.where(counted, total, 1.0) / self.glasses
            spread = per_glass.var(axis=0, ddof=1) / mean
            factor = np.where(counted, np.maximum(spread, 1.0), 1.0) * (_student(self.glasses - 1) / _NORMAL) ** 2
        shape = np.where(counted, total, 1.0) / factor
        low = np.where(counted, factor * _gamma_quantile(shape, -_NORMAL), 0.0)
        high = np.where(counted, factor * _gamma_quantile(shape + 1.0, _NORMAL), POISSON_UPPER_LIMIT)
        scale = 1 / (self.atoms * at)
        return low * scale, high * scale


def _student(degrees: int) -> float:
    """The quantile of Student's distribution for 84 % (Abramowitz and Stegun, 26.7.5)."""
    z = _NORMAL
    if degrees == 1:
        return float(np.tan(0.34 * np.pi))
    if degrees == 2:
        return float(0.68 * np.sqrt(2.0 / (1.0 - 0.68**2)))
    first = (z**3 + z) / 4.0
    second = (5.0 * z**5 + 16.0 * z**3 + 3.0 * z) / 96.0
    third = (3.0 * z**7 + 19.0 * z**5 + 17.0 * z**3 - 15.0 * z) / 384.0
    return z + first / degrees + second / degrees**2 + third / degrees**3


def _gamma_quantile(shape: Floats, z: float) -> Floats:
    """The quantile of a gamma distribution where the normal one has `z` (Wilson and Hilferty 1931)."""
    cube = 1.0 - 1.0 / (9.0 * shape) + z / (3.0 * np.sqrt(shape))
    return np.asarray(shape * np.maximum(cube, 0.0) ** 3, dtype=np.float64)
