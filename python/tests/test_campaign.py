"""What a campaign hands out, against its files and against sums written out."""

from __future__ import annotations

import sys
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest

import glasswell
from glasswell import geometry


def raw(directory: Path, file: str, path: str) -> np.ndarray:
    with h5py.File(directory / file) as opened:
        return opened[path][()]


# --- tables ---


def test_wells_are_the_columns_of_the_files(campaign: glasswell.Campaign, directory: Path) -> None:
    unit = campaign.units[0]
    wells = campaign.wells(unit)
    assert isinstance(wells, pd.DataFrame) and wells.index.name == "well" and len(wells) > 0
    with h5py.File(directory / "paths.h5") as paths, h5py.File(directory / "tunnelling.h5") as tunnel:
        for name, item in paths["double_wells"].items():
            if isinstance(item, h5py.Dataset) and item.ndim == 1 and name not in ("status", "length_method", "rule"):
                np.testing.assert_array_equal(wells[name], item[()], err_msg=name)
                assert wells.attrs["units"][name] == item.attrs["units"], name
        for name in ("splitting", "active", "tunnelling_element", "decay_rate"):
            np.testing.assert_array_equal(wells[name], tunnel[unit][name][()], err_msg=name)
        kinds = h5py.check_enum_dtype(tunnel[unit]["kind"].dtype)
        assert list(wells["kind"].cat.categories) == sorted(kinds, key=kinds.get)
        assert [kinds[kind] for kind in wells["kind"]] == tunnel[unit]["kind"][()].tolist()
        np.testing.assert_array_equal(wells["level_2"] - wells["level_1"], np.diff(tunnel[unit]["levels"][:, :2])[:, 0])
        assert wells.attrs["kT_Q"] == tunnel[unit].attrs["kT_Q"]
    assert wells.attrs["units"]["barrier"] == wells.attrs["units"]["splitting"] == "epsilon"
    assert wells.attrs["units"]["distance"] == "sigma" and wells.attrs["description"]["barrier"].startswith("V_b")
    # the definition of the barrier
    np.testing.assert_allclose(wells["activation"] - wells["asymmetry"] / 2, wells["barrier"], atol=1e-12)


def test_names_become_categories_by_their_number(made: Path) -> None:
    wells = glasswell.open(made).wells("argon")
    assert wells["kind"].tolist() == ["tunnelling", "intrawell", "tunnelling"]
    # the numbers 0 and 5 in the file
    assert wells["status"].tolist() == ["converged", "descent_failed", "converged"]
    assert list(wells["status"].cat.categories) == ["converged", "descent_failed"]
    assert wells["levels_status"].tolist() == ["converged"] * 3
    assert wells["exchange"].dtype == bool and wells["level_2"].tolist() == [0.012, 0.028, 0.011]


def test_without_pandas_there_are_arrays(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = glasswell.open(made).wells("argon")
    monkeypatch.setitem(sys.modules, "pandas", None)
    columns = glasswell.open(made).wells("argon")
    assert isinstance(columns, glasswell.Columns) and columns.rows() == 3
    assert list(columns) == list(frame.columns)
    assert columns["kind"].tolist() == ["tunnelling", "intrawell", "tunnelling"]
    assert columns["barrier"].tolist() == [0.2, 0.4, 0.3] and columns["barrier"].dtype == np.float64
    assert columns.attrs["units"]["splitting"] == "epsilon" == frame.attrs["units"]["splitting"]
    assert columns.attrs["kT_Q"] == 0.01 == frame.attrs["kT_Q"]
    compared = glasswell.compare([made])
    assert isinstance(compared, glasswell.Columns) and compared["n0"].tolist() == [2 / 8 / 0.01]


def test_glasses_minima_and_any_group(campaign: glasswell.Campaign, directory: Path) -> None:
    glasses = campaign.glasses()
    np.testing.assert_array_equal(glasses["energy"], raw(directory, "glasses.h5", "/glasses/energy"))
    assert campaign.glass_count == len(glasses) and campaign.box(0).shape == (3,)
    minima = campaign.minima(1)
    assert (minima["glass"] == 1).all() and minima["index"].tolist() == list(range(len(minima)))
    assert len(campaign.minima()) == len(raw(directory, "landscape.h5", "/minima/glass"))
    visits = campaign.stage("explore").table("/visits")
    assert visits["minimum"].tolist() == raw(directory, "landscape.h5", "/visits/minimum").tolist()
    assert campaign.stage("explore").units("/visits/step") == "steps"
    assert len(campaign.candidates()) == len(raw(directory, "paths.h5", "/candidates/glass"))
    assert campaign.deck["campaign"]["name"] == campaign.name
    campaign.verify()


def test_near_pairs(campaign: glasswell.Campaign, directory: Path) -> None:
    pairs = campaign.near_pairs()
    assert len(pairs) == len(raw(directory, "paths.h5", "/pairs/glass")) and len(campaign.screening()) == 0
    for name, group in (("largest_displacement_2", "largest_displacements"), ("separation_1_3", "separations")):
        np.testing.assert_array_equal(pairs[name], raw(directory, "paths.h5", f"/pairs/{group}")[:, 1])
    of_glass = campaign.near_pairs(1)
    assert (of_glass["glass"] == 1).all() and len(of_glass) == (pairs["glass"] == 1).sum()
    distances = campaign.distances(1)
    np.testing.assert_allclose(of_glass["distance"], distances[of_glass["a"], of_glass["b"]], rtol=1e-9)
    sought = pairs[pairs["chosen"] == "transitions"]
    assert len(sought) <= len(campaign.candidates()) and (sought["status"] != "not_sought").all()


def test_growth_and_transitions(campaign: glasswell.Campaign, directory: Path) -> None:
    glass, start, end, count = (
        raw(directory, "landscape.h5", f"/transitions/{name}") for name in ("glass", "from", "to", "count")
    )
    for number in range(campaign.glass_count):
        matrix = campaign.transitions(number)
        assert matrix.shape == (len(campaign.minima(number)),) * 2
        for row in np.flatnonzero(glass == number):
            assert matrix[start[row], end[row]] == count[row] > 0
        assert matrix.sum() == count[glass == number].sum() and np.trace(matrix) == 0
        grown = campaign.growth(number)
        assert grown["minima"].is_monotonic_increasing and grown["time"].is_monotonic_increasing
        assert grown["minima"].iloc[-1] == len(campaign.minima(number))
        assert grown["transitions"].iloc[-1] == (matrix > 0).sum()
    assert len(campaign.growth()) == len(raw(directory, "landscape.h5", "/growth/time"))


# --- geometry ---


def test_displacements_have_the_lengths_of_the_file(campaign: glasswell.Campaign) -> None:
    wells = campaign.wells()
    for row in range(len(wells)):
        well = campaign.well(row)
        field = well.displacement()
        assert geometry.distance(field) == pytest.approx(wells["distance"][row], rel=1e-9)
        assert geometry.participation_ratio(field) == pytest.approx(wells["participation_ratio"][row], rel=1e-7)
        assert field.sum(axis=0) == pytest.approx([0, 0, 0], abs=1e-10)
        assert well["barrier"] == wells["barrier"][row] and (well.glass, well.a, well.b) == tuple(
            wells.loc[row, ["glass", "a", "b"]]
        )
        assert well.energy("b") - well.energy("a") == pytest.approx(well["asymmetry"], abs=1e-8)
        assert well.energy("saddle") - well.energy("a") == pytest.approx(well["activation"], abs=1e-8)
        # the first steps of the path go along its tangent
        assert float(np.sum(well.tangent() ** 2)) == pytest.approx(1, rel=1e-9)
        moving = well.moving(0.5)
        squares = np.sort(np.sum(field**2, axis=1))[::-1]
        assert squares[: len(moving)].sum() >= 0.5 * squares.sum() > squares[: len(moving) - 1].sum()
        arc, energy = well.profile()
        assert arc[0] == 0 and arc[-1] == pytest.approx(well["length"], rel=1e-6)
        assert energy.max() == pytest.approx(well["activation"], rel=2e-3)


def test_distances_between_minima(campaign: glasswell.Campaign) -> None:
    wells = campaign.wells()
    for glass in range(campaign.glass_count):
        matrix = campaign.distances(glass)
        count = len(campaign.minima(glass))
        assert matrix.shape == (count, count) and (matrix == matrix.T).all() and (np.diag(matrix) == 0).all()
        for row in np.flatnonzero((wells["glass"] == glass) & (wells[["a", "b"]].max(axis=1) < count)):
            well = wells.loc[row]
            assert matrix[well["a"], well["b"]] == pytest.approx(well["distance"], rel=1e-9)


def test_distances_of_a_shifted_glass(made: Path) -> None:
    c = glasswell.open(made)
    # minimum 1 is minimum 0 with one particle moved by (0.3, 0, 0.4), then shifted as a whole and put into the box;
    # without the mean of 4 particles: d^2 = 0.25 - 4 (0.5/4)^2
    matrix = c.distances(0)
    assert matrix[0, 1] == pytest.approx(np.sqrt(0.25 - 0.25 / 4), rel=1e-12)
    assert matrix[0, 2] == pytest.approx(np.sqrt(1.44 - 1.44 / 4), rel=1e-12)
    mean = np.array([0.3, -1.2, 0.4]) / 4
    assert matrix[1, 2] == pytest.approx(np.sqrt(0.25 + 1.44 - 4 * (mean @ mean)), rel=1e-12)
    assert c.distances(1).tolist() == [[0.0]]
    field = c.well(0).displacement()
    assert field[0] == pytest.approx(0.75 * np.array([0.3, 0, 0.4]), abs=1e-12)
    assert field[1:] == pytest.approx(np.tile([-0.075, 0, -0.1], (3, 1)), abs=1e-12)
    assert c.transitions(0).tolist() == [[0, 3, 1], [2, 0, 0], [0, 0, 0]]


def test_atoms_for_ase(campaign: glasswell.Campaign, directory: Path) -> None:
    well = campaign.well(0)
    start, saddle, end = (well.atoms(place, symbols={"A": "Ni", "B": "P"}) for place in ("a", "saddle", "b"))
    assert start.pbc.all() and start.cell.lengths() == pytest.approx(campaign.box(well.glass))
    species = raw(directory, "glasses.h5", "/glasses/species")[well.glass]
    assert start.get_chemical_symbols() == [{0: "Ni", 1: "P"}.get(kind, "X") for kind in species.tolist()]
    assert start.arrays["species"].tolist() == ["ABC"[kind] for kind in species]
    assert start.get_masses().tolist() == [1.0] * len(species)
    np.testing.assert_array_equal(saddle.positions, raw(directory, "paths.h5", "/double_wells/saddle_position")[0])
    assert saddle.info["energy_epsilon"] == raw(directory, "paths.h5", "/double_wells/saddle_energy")[0]
    # ASE's own minimum image agrees, without the translation
    from ase.geometry import find_mic

    moved, _ = find_mic(end.positions - start.positions, start.cell)
    np.testing.assert_allclose(moved - moved.mean(axis=0), start.arrays["displacement"], atol=1e-10)
    with pytest.raises(ValueError, match="no species D"):
        well.atoms("a", symbols={"D": "Ar"})


# --- n0 ---


@pytest.mark.parametrize("counting", ["all", "tunnelling"])
def test_n0_by_hand(campaign: glasswell.Campaign, directory: Path, counting: str) -> None:
    particles = raw(directory, "glasses.h5", "/glasses/species").shape
    exchange = raw(directory, "paths.h5", "/double_wells/exchange")
    counted = 0
    for unit in campaign.units:
        n0 = campaign.n0(unit)
        with h5py.File(directory / "tunnelling.h5") as file:
            mass, splitting = file[unit].attrs["reduced_mass"], file[unit]["splitting"][()]
            kind = file[unit]["kind"]
            tunnelling = kind[()] == h5py.check_enum_dtype(kind.dtype)["tunnelling"]
        assert n0.kT_Q == pytest.approx(2 * np.pi / mass, rel=1e-12)
        chosen = ~exchange & (tunnelling if counting == "tunnelling" else True)
        pairs = (n0.all, n0.all_third) if counting == "all" else (n0.tunnelling, n0.tunnelling_third)
        for estimate, energy in zip(pairs, (n0.kT_Q, n0.kT_Q / 3), strict=True):
            count = sum(1 for e, yes in zip(splitting, chosen, strict=True) if yes and e < energy)
            assert (estimate.counting, estimate.count) == (counting, count)
            assert estimate.energy == pytest.approx(energy)
            assert estimate.value == pytest.approx(count / (particles[0] * particles[1]) / energy, rel=1e-12)
            assert estimate.lower <= estimate.value <= estimate.upper and estimate.upper > 0
            library = campaign.library(unit, counting)  # type: ignore[arg-type]
            assert library.count(energy) == count
            counted += count
        assert (n0.glasses, n0.particles) == particles
        assert n0.equilibrated == raw(directory, "glasses.h5", "/glasses/equilibrated").sum()
    assert counted > 0 or campaign.name != "tiny", "nothing was counted: the test shows nothing"


def test_n_of_e_is_that_of_the_file(campaign: glasswell.Campaign, directory: Path) -> None:
    for unit in campaign.units:
        for counting, group in (("all", "density"), ("tunnelling", "density_tunnelling")):
            energy, cumulative = campaign.library(unit, counting).cumulative()  # type: ignore[arg-type]
            np.testing.assert_array_equal(energy, raw(directory, "tunnelling.h5", f"/{unit}/{group}/splitting"))
            due = raw(directory, "tunnelling.h5", f"/{unit}/{group}/cumulative")
            np.testing.assert_allclose(cumulative, due, rtol=1e-14)


def test_band_of_n_of_e() -> None:
    # 16 glasses of 10 particles, with 0 to 3 double wells below 1: they vary less than Poisson counts
    per_glass = np.array([0, 1, 2, 3] * 4)
    glass = np.repeat(np.arange(16), per_glass)
    library = glasswell.Library(glass, np.full(len(glass), 0.5), 16, 10)
    lower, upper = library.band([1.0, 0.4])
    scale = 1 / 160
    print("band", lower / scale, upper / scale)
    # exact quantiles of the gamma distributions of 24 and 25 counts, with Student's factor of 15 degrees of freedom
    assert (lower[0] / scale, upper[0] / scale) == (pytest.approx(18.995, rel=2e-3), pytest.approx(30.179, rel=2e-3))
    assert lower[1] == 0 and upper[1] == pytest.approx(-np.log(0.32) / 160 / 0.4)
    alone = glasswell.Library(np.zeros(9, dtype=np.int64), np.full(9, 0.5), 1, 10)
    lower, upper = alone.band([1.0])
    # Garwood's limits of 9 counts: 6.069 and 13.089
    assert (lower[0], upper[0]) == (pytest.approx(0.6069, rel=2e-3), pytest.approx(1.3089, rel=2e-3))
    # 5, 0, 0, 1 counts in four glasses
    uneven = glasswell.Library(np.array([0] * 5 + [3]), np.full(6, 0.5), 4, 1)
    lower, upper = uneven.band([1.0])
    assert (lower[0] * 4, upper[0] * 4) == (pytest.approx(1.205, rel=0.01), pytest.approx(18.58, rel=0.01))


def test_limits_of_the_file_agree_with_those_of_the_band(campaign: glasswell.Campaign) -> None:
    seen = 0
    for unit in campaign.units:
        n0 = campaign.n0(unit)
        for estimate in (n0.all, n0.tunnelling):
            library = campaign.library(unit, estimate.counting)  # type: ignore[arg-type]
            lower, upper = library.band([estimate.energy])
            assert lower[0] == pytest.approx(estimate.lower, rel=1e-9)
            assert upper[0] == pytest.approx(estimate.upper, rel=1e-9)
            seen += estimate.count > 0
    assert seen > 0 or campaign.name != "tiny"


def test_n0_in_words_and_as_a_table(made: Path) -> None:
    n0 = glasswell.open(made).n0("argon")
    text = str(n0)
    assert "2 glasses of 4 particles, 1 equilibrated" in text and "tunnelling, k_B T_Q " in text
    # 2 of 8 atoms below 0.01: 25; limits 0 and 4 counts
    assert "25 (68 %: 0 to 50; 2 counted)" in text
    table = n0.table()
    assert table["n0"].tolist() == [25.0, 37.5, 12.5, 37.5] and table["count"].tolist() == [2, 1, 1, 1]
    assert table["counting"].tolist() == ["all", "all", "tunnelling", "tunnelling"]
    assert table.attrs["units"]["n0"] == "1/epsilon" and np.isnan(n0.all_SI)


def test_which_double_wells_count_is_checked(made: Path) -> None:
    c = glasswell.open(made)
    assert c.library("argon", "all").splitting.tolist() == [0.002, 0.008]
    assert c.library("argon", "tunnelling").splitting.tolist() == [0.002]
    with pytest.raises(ValueError, match='"all".*"tunnelling"'):
        c.library("argon", "some")  # type: ignore[arg-type]


# --- several campaigns ---


def test_comparison(campaign: glasswell.Campaign, directory: Path, made: Path) -> None:
    table = glasswell.compare([directory, made])
    assert len(table) == len(campaign.units) + 1
    row = table[(table["directory"] == str(made))].iloc[0]
    due = {
        "campaign": "made", "model": "tlj", "particles": 4, "temperature": 0.6, "seed": 7, "glasses": 2, "equilibrated": 1,
        "minima": 4, "wells": 3, "exchanges": 1, "unit": "argon", "tunnelling": 1, "active": 2, "active_tunnelling": 1,
        "n0": 25.0, "n0_lower": 0.0, "n0_upper": 50.0, "n0_tunnelling": 12.5,
    }  # fmt: skip
    for name, value in due.items():
        assert row[name] == value, name
    for _, row in table[table["directory"] == str(directory)].iterrows():
        n0 = campaign.n0(row["unit"])
        assert (row["n0"], row["n0_lower"], row["n0_upper"]) == (n0.all.value, n0.all.lower, n0.all.upper)
        wells = campaign.wells(row["unit"])
        assert row["active"] == wells["active"].sum() and row["wells"] == len(wells)
        chosen = (wells["kind"] == "tunnelling") & ~wells["exchange"]
        assert row["tunnelling"] == chosen.sum()
        assert row["active_tunnelling"] == (chosen & (wells["splitting"] < n0.kT_Q)).sum()
    assert table.attrs["units"]["n0"] == "1/epsilon"
    with pytest.raises(glasswell.NotInFile, match="neon"):
        glasswell.compare([made], units=["neon"])
