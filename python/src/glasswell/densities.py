"""n(E), n0 and their errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .tables import Column, Columns, Table

#: Bootstrap samples of a band.
RESAMPLES = 1000
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
        lower, upper: its 68 % limits (bootstrap over glasses; an upper limit of 1.14 counts when nothing was counted).
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

    The limits come from a bootstrap over glasses; with few glasses they are too narrow. n0 averages over all glasses,
    equilibrated or not.

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

    def band(self, energies: ArrayLike, seed: int = 0) -> tuple[Floats, Floats]:
        """68 % limits of n(E)/E at these energies (epsilon), per atom and epsilon.

        Central 68 % of 1000 bootstrap samples of whole glasses, because double wells of one glass are not independent.
        With few glasses it is a lower bound of the error. Where nothing is counted the upper limit is 1.14 counts; where
        the samples show no spread (a single glass, equal counts) the error is sqrt(count).

        Args:
            energies: E [K], epsilon.
            seed: of the bootstrap samples. The program has other random numbers: its limits differ from these by the
                noise of 1000 samples.
        """
        at = np.asarray(energies, dtype=np.float64)
        per_glass = np.zeros((self.glasses, len(at)))
        for glass in range(self.glasses):
            own = np.sort(self.splitting[self.glass == glass])
            per_glass[glass] = np.searchsorted(own, at, side="left")
        total = per_glass.sum(axis=0)
        draws = np.random.default_rng(seed).multinomial(
            self.glasses, np.full(self.glasses, 1 / self.glasses), size=RESAMPLES
        )
        samples = np.sort(draws @ per_glass, axis=0)
        low, high = samples[int(0.16 * RESAMPLES)], samples[int(0.84 * RESAMPLES)]
        flat = high <= low
        low = np.where(flat, total - np.sqrt(total), low)
        high = np.where(flat, total + np.sqrt(total), high)
        low, high = np.where(total == 0, 0.0, low), np.where(total == 0, POISSON_UPPER_LIMIT, high)
        scale = 1 / (self.atoms * at)
        return low * scale, high * scale
