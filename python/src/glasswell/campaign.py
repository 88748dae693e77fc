"""A campaign: the directory with one file for each stage."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from . import contents, geometry
from .densities import N0, Counting, Estimate, Library, check_counting
from .errors import NoCampaign, NotInFile, StageOutdated
from .minima import Minima
from .stagefile import StageFile
from .tables import Column, Columns, Table
from .wells import Well, well_columns

Floats = NDArray[np.float64]


class Campaign:
    """A campaign of glasswell. Use `glasswell.open(directory)`.

    Everything is in the reduced units of the model: energy epsilon, length sigma, mass m, k_B = 1. Glasses, minima and
    double wells are numbered from 0 as in the files.

    Attributes:
        directory: the directory of the campaign.
        incomplete: whether stages that are incomplete may be read.
    """

    def __init__(self, directory: str | os.PathLike[str], *, incomplete: bool = False) -> None:
        self.directory = Path(directory).expanduser()
        self.incomplete = incomplete
        self._files: dict[str, StageFile] = {}
        if not self.directory.is_dir():
            raise NoCampaign(f"{self.directory} is no directory: give the --output of glasswell run")
        if not self.stages:
            raise NoCampaign(
                f"{self.directory} is no campaign: it holds no file of a stage; give the --output of glasswell run, or "
                "run stage prepare"
            )

    def __repr__(self) -> str:
        return f"Campaign({str(self.directory)!r}: {', '.join(self.stages)})"

    # --- what there is ---

    @property
    def stages(self) -> tuple[str, ...]:
        """The stages that have a file, in the order in which they run."""
        return tuple(stage for stage, file in contents.FILES.items() if (self.directory / file).exists())

    def stage(self, name: str) -> StageFile:
        """The file of a stage: its data sets, tables and deck.

        Raises:
            StageMissing: when the campaign has no such file; names the stage to run.
            StageIncomplete: when the stage has not done all that its deck requests.
            StageOutdated: when an earlier stage has run again with another deck since.
            DamagedFile: when the file cannot be read.
        """
        file = self._file(name)
        if not self.incomplete:
            file.require_complete()
        return file

    def _file(self, name: str) -> StageFile:
        if name not in self._files:
            file = StageFile(self.directory, name)
            for earlier in self.stages[: self.stages.index(name)]:
                file.require_made_from(self._file(earlier))
            self._files[name] = file
        return self._files[name]

    @property
    def deck(self) -> dict[str, Any]:
        """The deck of the last stage that has a file; keys that it leaves out have their defaults."""
        return self._file(self.stages[-1]).deck

    @property
    def name(self) -> str:
        """The name of the campaign in its deck."""
        return str(self.deck.get("campaign", {}).get("name", self.directory.name))

    @property
    def units(self) -> tuple[str, ...]:
        """The materials and reduced masses for which the levels were solved."""
        tunnel = self.stage("tunnel")
        tops = dict.fromkeys(name.split("/")[1] for name in tunnel.names if name.count("/") > 1)
        return tuple(top for top in tops if f"/{top}/splitting" in tunnel.names)

    def reduced_mass(self, unit: str) -> float:
        """m~ = m sigma^2 epsilon / hbar^2 of a unit."""
        self._check_unit(unit)
        return float(self.stage("tunnel").attribute(f"/{unit}", "reduced_mass"))

    def kT_Q(self, unit: str) -> float:
        """k_B T_Q = 2 pi / m~ of a unit, epsilon."""
        self._check_unit(unit)
        return float(self.stage("tunnel").attribute(f"/{unit}", "kT_Q"))

    def _check_unit(self, unit: str) -> None:
        if unit not in self.units:
            raise NotInFile(
                f"tunnelling.h5 has no unit {unit!r}, it has {', '.join(self.units) or 'none'}: add it to units or "
                "reduced_mass of [tunnel] in the deck and run stage tunnel again"
            )

    def verify(self) -> None:
        """Compares every data set of every file with its checksum.

        Raises:
            DamagedFile: names the file and the data set.
        """
        for stage in self.stages:
            self.stage(stage).verify()

    # --- glasses and minima ---

    def glasses(self) -> Table:
        """The glasses: energies (per particle), pressure, whether equilibrated, relaxation time, swap acceptance."""
        return self.stage("prepare").columns("/glasses").table("glass")

    @cached_property
    def equilibrated(self) -> NDArray[np.bool_]:
        """Whether each glass was in equilibrium when its preparation ended [N_g]."""
        return self.stage("prepare").read("/glasses/equilibrated")

    @property
    def glass_count(self) -> int:
        """N_g, the number of glasses."""
        return len(self.equilibrated)

    @cached_property
    def particles(self) -> int:
        """N, the number of particles of a glass."""
        return self.stage("prepare").shape("/glasses/species")[1]

    def box(self, glass: int) -> Floats:
        """The edges of the periodic box of a glass [3], sigma."""
        self._check_glass(glass)
        return self.stage("prepare").row("/glasses/box", glass)

    def _check_glass(self, glass: int) -> None:
        if not 0 <= glass < self.glass_count:
            raise IndexError(f"there is no glass {glass}: the campaign has glasses 0 to {self.glass_count - 1}")

    @cached_property
    def _minima(self) -> Minima:
        return Minima(self)

    def minima(self, glass: int | None = None) -> Table:
        """The minima of the exploration, of one glass or all: index by increasing energy, total energy, visits.

        Minima that were found by splitting paths are in `campaign.stage("connect").table("/minima")`.
        """
        columns = self.stage("explore").columns("/minima")
        return (columns if glass is None else self._of_glass(columns, glass)).table()

    def _of_glass(self, columns: Columns, glass: int) -> Columns:
        self._check_glass(glass)
        return columns.where(columns["glass"] == glass)

    def transitions(self, glass: int) -> NDArray[np.int64]:
        """T_{a -> b}, the number of transitions observed from minimum a to minimum b of a glass [M, M].

        Minima are ordered by energy (J. Chem. Phys. 158, 014501, Fig. 2). The file holds the same as a table:
        `campaign.stage("explore").table("/transitions")`.
        """
        rows = self._of_glass(self.stage("explore").columns("/transitions"), glass)
        count = len(self._minima.explored(glass))
        matrix = np.zeros((count, count), dtype=np.int64)
        matrix[rows["from"], rows["to"]] = rows["count"]
        return matrix

    def distances(self, glass: int) -> Floats:
        """d_ab = sqrt(sum_i |r_i^b - r_i^a|^2) between the minima of a glass [M, M], sigma.

        For each pair the translation that most particles share is removed, then minimum images are taken, then the mean
        is subtracted. Rattlers of harmonic packings do not count. J. Chem. Phys. 158, 014501, Eq. 7, divides by sqrt(N).
        Minima are ordered by energy. The time grows as M^2 N: some seconds for 500 minima of 1200 particles.
        """
        self._check_glass(glass)
        return geometry.distance_matrix(
            self._minima.positions(glass), self.box(glass), self._minima.rattlers_of_all(glass)
        )

    def growth(
        self,
        glass: int | None = None,
        of: Literal["minima", "double_wells", "active"] = "minima",
        unit: str | None = None,
    ) -> Table:
        """What was found until a time of exploration, of one glass or all.

        Args:
            glass: the glass; all glasses if it is left out.
            of: "minima" (with transitions), or from layout 2 on "double_wells" and "active" (needs `unit`).
            unit: the unit of "active".

        Returns:
            A table with the columns glass, time (sigma sqrt(m/epsilon), summed over the runs of the glass), and counts.
        """
        columns = self._growth(of, unit)
        return (columns if glass is None else self._of_glass(columns, glass)).table()

    def _growth(self, of: str, unit: str | None) -> Columns:
        if of == "minima":
            return self.stage("explore").columns("/growth")
        if of == "double_wells":
            return self.stage("connect").columns("/growth")
        if of != "active":
            raise ValueError(f'of = {of!r}: give "minima", "double_wells" or "active"')
        if unit is None:
            raise ValueError('of = "active" needs a unit, such as unit="argon"')
        self._check_unit(unit)
        return self.stage("tunnel").columns(f"/{unit}/growth")

    # --- double wells ---

    def candidates(self) -> Table:
        """The candidate pairs of minima, and what became of them."""
        return self.stage("connect").columns("/candidates").table("candidate")

    def near_pairs(self, glass: int | None = None) -> Table:
        """The pairs of near minima, of one glass or all, with what became of them (`status`, `chosen`).

        The displacements of the particles that move most are `largest_displacement_1`, `_2`, ..., and the distances of the
        first of them from the others `separation_1_2`, `separation_1_3`, ... (sigma): the columns of tables for predictors.
        """
        stage = self.stage("connect")
        columns = stage.columns("/pairs")
        for name, first, title in (("largest_displacements", 1, "largest_displacement"), ("separations", 2, "separation_1")):
            wide = stage.column(f"/pairs/{name}")
            for k in range(wide.values.shape[1]):
                columns.columns[f"{title}_{k + first}"] = Column(wide.values[:, k], wide.units, wide.description)
        return (columns if glass is None else self._of_glass(columns, glass)).table()

    def screening(self) -> Table:
        """The rounds of the search among near pairs (candidates = "screened"), with what its audit says was missed."""
        return self.stage("connect").columns("/screening").table()

    def wells(self, unit: str | None = None) -> Table:
        """The double wells, one row each, in the order of paths.h5.

        Args:
            unit: a material or reduced mass of the campaign, such as "argon": adds its levels (level_1, level_2, ...),
                splitting, kind, active and the other columns of tunnelling.h5 (`levels_status` is their status).

        Returns:
            A data frame with the index `well`, names as categories, and `attrs["units"]`, `attrs["description"]` by
            column; without pandas the same columns as a `Columns`.
        """
        return self._wells(unit).table("well")

    def _wells(self, unit: str | None) -> Columns:
        if unit is not None:
            self._check_levels(unit)
        return well_columns(self, unit)

    def _check_levels(self, unit: str) -> None:
        """The unit must exist, and its levels belong to the double wells of paths.h5: they have the fingerprint of its data."""
        self._check_unit(unit)
        paths, tunnel = self.stage("connect"), self.stage("tunnel")
        same = tunnel.shape(f"/{unit}/splitting")[0] == paths.shape("/double_wells/glass")[0]
        try:
            same = same and int(tunnel.attribute(f"/{unit}", "paths")) == paths.fingerprint
        except NotInFile:
            pass
        if not same:
            raise StageOutdated(
                f"{tunnel.path} was made from another {paths.path.name} than the one beside it: run stage tunnel again"
            )

    def well(self, row: int) -> Well:
        """A double well by its row in paths.h5, that is its index in `wells()`."""
        return Well(self, row)

    # --- densities ---

    def library(self, unit: str, counting: Counting) -> Library:
        """The splittings that count in n(E), those of the papers' rule: `counting` is "all" (but exchanges) or "tunnelling"."""
        check_counting(counting)
        wells = self._wells(unit)
        splitting = wells["splitting"]
        counted = ~wells["exchange"] & np.isfinite(splitting)
        if "rule" in wells:
            counted &= wells["rule"] == "both_ways"
        if counting == "tunnelling":
            counted &= wells["kind"] == "tunnelling"
        glass = wells["glass"][counted].astype(np.int64)
        return Library(glass, splitting[counted], self.glass_count, self.particles)

    def n0(self, unit: str) -> N0:
        """n0 = n(k_B T_Q)/k_B T_Q with counts and 68 % limits, as the program wrote them.

        Args:
            unit: a material or reduced mass of the campaign, such as "argon".

        Returns:
            All kinds and kind tunnelling, each at k_B T_Q and at k_B T_Q / 3, per atom and epsilon.
        """
        self._check_levels(unit)
        tunnel, kT_Q = self.stage("tunnel"), self.kT_Q(unit)
        found: dict[str, Estimate] = {}
        in_SI: dict[str, float] = {}
        for counting, group in (("all", "density"), ("tunnelling", "density_tunnelling")):
            path = f"/{unit}/{group}"
            counts, errors = (tunnel.attribute(path, name) for name in ("counts", "errors"))
            for k, (ending, energy) in enumerate((("", kT_Q), ("_third", kT_Q / 3))):
                value = float(tunnel.attribute(path, "n0" + ending))
                lower, upper = float(errors[2 * k]), float(errors[2 * k + 1])
                found[counting + ending] = Estimate(counting, energy, int(counts[k]), value, lower, upper)
            in_SI[counting + "_SI"] = float(tunnel.attribute(path, "n0_SI"))
        return N0(
            unit=unit,
            reduced_mass=self.reduced_mass(unit),
            kT_Q=kT_Q,
            glasses=self.glass_count,
            equilibrated=int(self.equilibrated.sum()),
            particles=self.particles,
            all=found["all"],
            all_third=found["all_third"],
            tunnelling=found["tunnelling"],
            tunnelling_third=found["tunnelling_third"],
            all_SI=in_SI["all_SI"],
            tunnelling_SI=in_SI["tunnelling_SI"],
        )

    def n0_choices(self, unit: str) -> Table:
        """n0 by rule, counting, kind, length and continuation (from layout 2 on)."""
        self._check_unit(unit)
        return self.stage("tunnel").columns(f"/{unit}/n0").table()
