"""The minima of a campaign by glass and index: those of the exploration, then those found by splitting paths."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from . import geometry
from .errors import GlasswellError, NotInFile

if TYPE_CHECKING:
    from .campaign import Campaign

Floats = NDArray[np.float64]


class Minima:
    """Where the minima stand in landscape.h5 and paths.h5."""

    def __init__(self, campaign: Campaign) -> None:
        self._campaign = campaign

    @cached_property
    def _explored(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        file = self._campaign.stage("explore")
        return file.read("/minima/glass").astype(np.int64), file.read("/minima/index").astype(np.int64)

    @cached_property
    def _split(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        file = self._campaign.stage("connect")
        return file.read("/minima/glass").astype(np.int64), file.read("/minima/index").astype(np.int64)

    def explored(self, glass: int) -> NDArray[np.int64]:
        """The rows in landscape.h5 of the minima of a glass, by index."""
        glasses, index = self._explored
        rows = np.flatnonzero(glasses == glass)
        if (index[rows] != np.arange(len(rows))).any():
            raise self._campaign.stage("explore").damaged("the minima of a glass are not in the order of their index")
        return rows

    def positions(self, glass: int) -> Floats:
        """The positions of all minima of the exploration of a glass [M, N, 3], sigma."""
        rows = self.explored(glass)
        file = self._campaign.stage("explore")
        if len(rows) == 0:
            return np.zeros((0, self._campaign.particles, 3))
        block = file.read("/minima/position", slice(int(rows[0]), int(rows[-1]) + 1))
        return np.asarray(block[rows - rows[0]])

    def _place(self, glass: int, index: int) -> tuple[str, int]:
        rows = self.explored(glass)
        if 0 <= index < len(rows):
            return "explore", int(rows[index])
        glasses, numbers = self._split
        row = np.flatnonzero((glasses == glass) & (numbers == index))
        if len(row) != 1:
            raise IndexError(f"glass {glass} has no minimum {index}")
        return "connect", int(row[0])

    def position(self, glass: int, index: int) -> Floats:
        """The positions of a minimum [N, 3], sigma, in the box."""
        stage, row = self._place(glass, index)
        return self._campaign.stage(stage).row("/minima/position", row)

    def energy(self, glass: int, index: int) -> float:
        """The potential energy of a minimum, total, epsilon."""
        stage, row = self._place(glass, index)
        return float(self._campaign.stage(stage).read("/minima/energy")[row])

    # --- rattlers of harmonic packings ---

    @cached_property
    def _rattler_counts(self) -> NDArray[np.int64]:
        file = self._campaign.stage("explore")
        try:
            return file.read("/minima/rattlers").astype(np.int64)
        except NotInFile:
            return np.zeros(len(self._explored[0]), dtype=np.int64)

    def rattlers(self, glass: int, configurations: list[Floats], due: int) -> NDArray[np.bool_]:
        """The rattlers of any of these configurations of a harmonic packing [N]; their number must be `due`."""
        diameters = self._campaign.stage("prepare").row("/glasses/diameter", glass)
        box = self._campaign.box(glass)
        found = np.zeros(len(diameters), dtype=bool)
        for positions in configurations:
            found |= geometry.rattlers(positions, diameters, box)
        if int(found.sum()) != due:
            raise GlasswellError(
                f"the rattlers of glass {glass} cannot be found from its diameters ({int(found.sum())} in place of {due}): "
                "displacements and distances of this model are only in the files"
            )
        return found

    def rattlers_of_all(self, glass: int) -> NDArray[np.bool_] | None:
        """The rattlers of all minima of the exploration of a glass [M, N]; None if there are none."""
        due = self._rattler_counts[self.explored(glass)]
        if not due.any():
            return None
        pairs = zip(self.positions(glass), due, strict=True)
        return np.array([self.rattlers(glass, [positions], int(count)) for positions, count in pairs])
