"""Double wells: all of them as a table, and one looked at closely."""

from __future__ import annotations

from functools import cached_property
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from . import geometry
from .errors import NotInFile, needs
from .tables import Column, Columns

if TYPE_CHECKING:
    from .campaign import Campaign

Floats = NDArray[np.float64]
Place = Literal["a", "saddle", "b"]
PLACES = ("a", "saddle", "b")
#: Letters of the species 0, 1, 2, ...
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def well_columns(campaign: Campaign, unit: str | None) -> Columns:
    """The columns of /double_wells, with those of a unit of tunnelling.h5."""
    paths = campaign.stage("connect").columns("/double_wells")
    columns, attrs = dict(paths.columns), {"campaign": campaign.name, "directory": str(campaign.directory)}
    if unit is None:
        return Columns(columns, dict(attrs))
    tunnel = campaign.stage("tunnel")
    for name, column in tunnel.columns(f"/{unit}").columns.items():
        columns["levels_status" if name == "status" else name] = column
    levels = tunnel.column(f"/{unit}/levels")
    for k in range(levels.values.shape[1]):
        text = f"energy level e_{k + 1}, above the lower minimum"
        columns[f"level_{k + 1}"] = Column(levels.values[:, k], levels.units, text)
    if tunnel.has("/zero_point_difference"):
        columns["zero_point_difference"] = tunnel.column("/zero_point_difference")
    of_unit = {"unit": unit, "reduced_mass": campaign.reduced_mass(unit), "kT_Q": campaign.kT_Q(unit)}
    return Columns(columns, {**attrs, **of_unit})


class Well:
    """One double well: two minima a (the lower one) and b, the saddle between them, and the path.

    Attributes:
        row: its row in /double_wells of paths.h5.
        glass: its glass.
        a, b: indices of its minima within the glass.
    """

    def __init__(self, campaign: Campaign, row: int) -> None:
        self._campaign = campaign
        self._paths = campaign.stage("connect")
        count = self._paths.shape("/double_wells/glass")[0]
        if not 0 <= row < count:
            there = f"rows 0 to {count - 1}" if count else "none"
            raise IndexError(f"there is no double well {row}: the campaign has {there}")
        self.row = int(row)
        self.glass, self.a, self.b = (int(self[name]) for name in ("glass", "a", "b"))

    def __repr__(self) -> str:
        return (
            f"Well({self.row}: glass {self.glass}, minima {self.a} and {self.b}, asymmetry {self['asymmetry']:.4g} epsilon, "
            f"barrier {self['barrier']:.4g} epsilon, distance {self['distance']:.4g} sigma)"
        )

    def __getitem__(self, name: str) -> Any:
        """A column of /double_wells for this double well, such as "barrier" (epsilon) or "length" (sigma)."""
        value = self._paths.read(f"/double_wells/{name}", self._rows)[0]
        return value.item() if isinstance(value, np.generic) else value

    @property
    def _rows(self) -> slice:
        return slice(self.row, self.row + 1)

    # --- quantum levels ---

    def quantum(self, unit: str) -> dict[str, Any]:
        """The results of tunnelling.h5 in a unit: splitting, kind, active, levels [L] and the others, energies in epsilon."""
        self._campaign._check_levels(unit)
        tunnel = self._campaign.stage("tunnel")
        names = [name for name in tunnel.names if name.rpartition("/")[0] == f"/{unit}"]
        values = {name.rpartition("/")[2]: tunnel.read(name, self._rows)[0] for name in names}
        return {name: value.item() if isinstance(value, np.generic) else value for name, value in values.items()}

    def levels(self, unit: str) -> Floats:
        """The lowest levels e_1, e_2, ... above the lower minimum [L], epsilon."""
        return np.asarray(self.quantum(unit)["levels"])

    def profile(self) -> tuple[Floats, Floats]:
        """The arc length s from a (sigma) and the energy above a (epsilon) at the points of the path [K]."""
        names = ("/double_wells/profile/arc_length", "/double_wells/profile/energy")
        arc, energy = (self._paths.row(name, self.row) for name in names)
        known = np.isfinite(arc) & np.isfinite(energy)
        return arc[known], energy[known]

    # --- configurations ---

    @property
    def box(self) -> Floats:
        """Edges of the periodic box [3], sigma."""
        return self._campaign.box(self.glass)

    @cached_property
    def species(self) -> NDArray[np.int64]:
        """Species of the particles [N]: 0, 1, 2 are A, B, C."""
        return self._campaign.stage("prepare").row("/glasses/species", self.glass).astype(np.int64)

    @cached_property
    def diameters(self) -> Floats:
        """Diameters of the particles [N], sigma (1 for models without diameters)."""
        return self._campaign.stage("prepare").row("/glasses/diameter", self.glass)

    def positions(self, place: Place) -> Floats:
        """The positions at minimum a, at the saddle, or at minimum b [N, 3], sigma, in the box."""
        _check_place(place)
        if place == "saddle":
            return self._paths.row("/double_wells/saddle_position", self.row)
        return self._campaign._minima.position(self.glass, self.a if place == "a" else self.b)

    def energy(self, place: Place) -> float:
        """The potential energy at minimum a, at the saddle, or at minimum b, total, epsilon."""
        _check_place(place)
        if place == "saddle":
            return float(self["saddle_energy"])
        return self._campaign._minima.energy(self.glass, self.a if place == "a" else self.b)

    def tangent(self) -> Floats:
        """The unit tangent of the path at a [N, 3], r_12."""
        return self._paths.row("/double_wells/tangent_a", self.row)

    @cached_property
    def _left_out(self) -> NDArray[np.bool_] | None:
        """Rattlers of either minimum, whose displacements do not count."""
        try:
            due = int(self["rattlers"])
        except NotInFile:
            due = 0
        if due == 0:
            return None
        return self._campaign._minima.rattlers(self.glass, [self.positions("a"), self.positions("b")], due)

    def displacement(self, place: Place = "b") -> Floats:
        """The displacement of each particle from minimum a to `place` [N, 3], sigma.

        The translation that most particles share is removed, then minimum images are taken, then the mean is subtracted.
        Rattlers of harmonic packings are 0.
        """
        start, end = self.positions("a"), self.positions(place)
        return geometry.displacement(start, end, self.box, self._left_out)

    def moving(self, share: float = 0.9) -> NDArray[np.int64]:
        """The particles that move most, in this order: the fewest that make up `share` of sum_i |d_i|^2."""
        squares = np.sum(self.displacement() ** 2, axis=1)
        order = np.argsort(-squares, kind="stable")
        total = np.cumsum(squares[order])
        if not total[-1] > 0:
            return order[:0]
        return order[: int(np.searchsorted(total, share * total[-1])) + 1]

    def atoms(self, place: Place, symbols: dict[str, str] | None = None) -> Any:
        """The configuration at minimum a, at the saddle, or at minimum b as `ase.Atoms`.

        Lengths are in sigma and masses are 1: convert them before you use a calculator in other units. The arrays
        `species` (A, B, C), `diameter` (sigma) and `displacement` (from a to b, sigma) and, in `info`, the energy
        (epsilon) go with it.

        Args:
            place: "a", "saddle" or "b".
            symbols: the chemical symbol of each species, such as {"A": "Ni", "B": "P"}. Species that are not named are X.
        """
        if find_spec("ase") is None:
            raise needs("ase", "atoms()", "ase")
        from ase import Atoms

        letters = np.array([LETTERS[kind] for kind in self.species])
        unknown = set(symbols or {}) - set(letters)
        if unknown:
            raise ValueError(f"symbols: the glass has no species {', '.join(sorted(unknown))}, it has {set(letters)}")
        names = [(symbols or {}).get(letter, "X") for letter in letters]
        atoms: Any = Atoms(symbols=names, positions=self.positions(place), cell=self.box, pbc=True)
        atoms.set_masses(np.ones(len(letters)))
        atoms.set_array("species", letters)
        atoms.set_array("diameter", self.diameters)
        atoms.set_array("displacement", self.displacement("b"))
        atoms.info.update(
            energy_epsilon=self.energy(place), place=place, well=self.row, glass=self.glass, campaign=self._campaign.name
        )
        return atoms


def _check_place(place: str) -> None:
    if place not in PLACES:
        raise ValueError(f'{place!r}: give "a", "saddle" or "b"')
