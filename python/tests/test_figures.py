"""What the figures draw is what the files hold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.colors import to_rgba

import glasswell
from glasswell import figures
from made import made_campaign


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    plt.close("all")


def line(axes: Axes, gid: str) -> np.ndarray:
    found = [item.get_xydata() for item in axes.lines if item.get_gid() == gid]
    assert len(found) == 1, (gid, len(found))
    return np.asarray(found[0])


def points(axes: Axes, gid: str) -> np.ndarray:
    found = [item for item in axes.collections if item.get_gid() == gid and isinstance(item, PathCollection)]
    return np.concatenate([np.asarray(item.get_offsets()) for item in found]) if found else np.zeros((0, 2))


def drawn(axes: Axes, folder: Path) -> None:
    """The figure can be saved."""
    axes.figure.savefig(folder / "figure.pdf")
    assert (folder / "figure.pdf").stat().st_size > 3000


@pytest.mark.parametrize("counting", ["all", "tunnelling"])
def test_density(campaign: glasswell.Campaign, tmp_path: Path, counting: str) -> None:
    for unit in campaign.units:
        axes = figures.density(campaign, unit, counting=counting)  # type: ignore[arg-type]
        energy, cumulative = campaign.library(unit, counting).cumulative()  # type: ignore[arg-type]
        n0 = campaign.n0(unit)
        if len(energy):
            curve = line(axes, "density 0")
            np.testing.assert_allclose(curve[:-1:2], np.column_stack([energy, cumulative / energy]))
            # just below the next step
            np.testing.assert_allclose(curve[1:-1:2], np.column_stack([energy[1:], cumulative[:-1] / energy[1:]]))
            assert curve[-1] == pytest.approx([max(n0.kT_Q, energy[-1]), cumulative[-1] / max(n0.kT_Q, energy[-1])])
        marks = [item.get_xdata()[0] for item in axes.lines if item.get_label() == r"$k_\mathrm{B}T_Q$"]
        assert marks == [n0.kT_Q]
        estimate = n0.all if counting == "all" else n0.tunnelling
        point = [bar.lines for bar in axes.containers][0]
        assert point[0].get_xdata()[0] == n0.kT_Q
        if estimate.count:
            assert point[0].get_ydata()[0] == estimate.value
            ends = np.asarray(point[2][0].get_segments()[0])[:, 1]
            # drawn down to a third of a count at most
            drawn_from = max(estimate.lower, estimate.value / 3 / estimate.count)
            assert ends == pytest.approx([drawn_from, estimate.upper])
            # the curve goes through n0
            logs = np.interp(np.log(n0.kT_Q), *np.log(line(axes, "density 0")).T)
            assert np.exp(logs) == pytest.approx(estimate.value)
    drawn(axes, tmp_path)


def test_band_of_the_density(made: Path) -> None:
    c = glasswell.open(made)
    axes = figures.density(c, "argon", counting="all")
    band = np.asarray(axes.collections[0].get_paths()[0].vertices)
    # above both splittings: 2 counts in one of two glasses: 0.00002 to 15.219 of 8 atoms, the lower drawn as a third of a count
    at = band[np.isclose(band[:, 0], 0.01)]
    assert (at[:, 1].min(), at[:, 1].max()) == (pytest.approx(1 / 3 / 8 / 0.01), pytest.approx(15.219 / 8 / 0.01, rel=1e-4))
    assert axes.containers[0].lines[0].get_xydata().tolist() == [[0.01, 25.0]]


def test_several_campaigns_in_one_figure(made: Path, campaign: glasswell.Campaign) -> None:
    unit = campaign.units[0]
    axes = figures.density([campaign, campaign], unit, counting="all")
    np.testing.assert_array_equal(line(axes, "density 0"), line(axes, "density 1"))
    assert sum(item.get_linestyle() == ":" and len(item.get_xdata()) == 2 for item in axes.lines) == 1
    grown = figures.growth([campaign, glasswell.open(made)], each_glass=False)
    assert [item.get_label() for item in grown.lines] == [campaign.name, "made"]


def test_barrier_against_asymmetry_and_distance_against_splitting(campaign: glasswell.Campaign, tmp_path: Path) -> None:
    unit = campaign.units[0]
    wells = campaign.wells(unit)
    pairs = (
        (figures.barrier_asymmetry(campaign, unit), "asymmetry", "barrier"),
        (figures.splitting_distance(campaign, unit), "splitting", "distance"),
        (figures.splitting_distance(campaign, unit, of="length"), "splitting", "length"),
    )
    for axes, x, y in pairs:
        seen = 0
        for kind in ("tunnelling", "intrawell", "no_barrier", "none"):
            chosen = wells[(wells["kind"] == kind) & ~wells["exchange"]]
            np.testing.assert_array_equal(points(axes, kind), chosen[[x, y]].to_numpy())
            seen += len(chosen)
        assert seen == (~wells["exchange"]).sum() > 0
        assert axes.get_xscale() == axes.get_yscale() == "log"
    drawn(pairs[0][0], tmp_path)


def test_active_double_wells_have_an_edge_and_exchanges_are_left_out(made: Path) -> None:
    axes = figures.barrier_asymmetry(glasswell.open(made), "argon")
    assert points(axes, "tunnelling").tolist() == [[0.1, 0.2]]
    assert points(axes, "intrawell").tolist() == [[0.5, 0.4]]
    edges = [item.get_edgecolors() for item in axes.collections if item.get_gid() == "tunnelling"]
    assert edges[0][0].tolist() == list(to_rgba("k"))
    assert axes.get_legend_handles_labels()[1] == ["tunnelling", "intrawell"]


def test_participation(campaign: glasswell.Campaign, tmp_path: Path) -> None:
    unit = campaign.units[-1]
    wells = campaign.wells(unit)
    axes = figures.participation(campaign, unit, bins=8)
    counted = wells[~wells["exchange"]]
    bars = [[bar.get_height() for bar in container] for container in axes.containers]
    assert len(bars[0]) == 8 and sum(bars[0]) == len(counted) and sum(bars[1]) == counted["active"].sum()
    edges = [bar.get_x() for bar in axes.containers[0]] + [axes.containers[0][-1].get_x() + axes.containers[0][-1].get_width()]
    assert np.histogram(counted["participation_ratio"], np.array(edges) * [1 - 1e-9, *[1] * 7, 1 + 1e-9])[0].tolist() == bars[0]
    drawn(axes, tmp_path)


def test_growth(campaign: glasswell.Campaign, made: Path, tmp_path: Path) -> None:
    axes = figures.growth(campaign)
    for glass in range(campaign.glass_count):
        rows = campaign.growth(glass)
        np.testing.assert_array_equal(line(axes, f"glass {glass}"), rows[["time", "minima"]].to_numpy())
    last = line(axes, "mean")[-1]
    finals = [campaign.growth(glass)["minima"].iloc[-1] for glass in range(campaign.glass_count)]
    assert last[1] == pytest.approx(np.exp(np.mean(np.log(finals))))
    drawn(axes, tmp_path)
    # by hand: n = 1, 2, 3 at t = 1, 2, 4 and 1, 1 at t = 1, 4
    times, mean = figures.mean_growth(glasswell.open(made))
    assert times.tolist() == [1, 2, 4] and mean == pytest.approx([1, np.sqrt(2), np.sqrt(3)])


def test_matrices(campaign: glasswell.Campaign, tmp_path: Path) -> None:
    unit, glass = campaign.units[-1], 0
    figure = figures.matrices(campaign, glass, unit)
    panels = figure.axes[:4]
    energy = campaign.minima(glass)["energy"].to_numpy()
    gaps, counts, distances = (np.ma.asarray(panel.images[0].get_array()) for panel in panels[:3])
    np.testing.assert_allclose(gaps, abs(energy[:, None] - energy))
    np.testing.assert_array_equal(counts.filled(0), campaign.transitions(glass))
    np.testing.assert_allclose(distances, campaign.distances(glass))
    assert (np.diff(gaps[0]) >= -1e-7).all(), "ordered by energy"
    wells = campaign.wells(unit)
    chosen = wells[(wells["glass"] == glass) & wells["active"] & (wells[["a", "b"]].max(axis=1) < len(energy))]
    due = {(a, b) for a, b in chosen[["a", "b"]].itertuples(index=False)}
    assert {tuple(sorted(map(int, point))) for point in points(panels[1], "active")} == {tuple(sorted(pair)) for pair in due}
    heights = sum(bar.get_height() * bar.get_width() for bar in panels[3].patches)
    assert heights == pytest.approx(1)
    drawn(figure.axes[0], tmp_path)
    small = figures.matrices(campaign, glass, largest=3)
    assert small.axes[0].images[0].get_array().shape == (3, 3)


def test_profile_with_levels(campaign: glasswell.Campaign, tmp_path: Path) -> None:
    unit = campaign.units[0]
    wells = campaign.wells(unit)
    row = int(wells[wells["kind"] == "tunnelling"].index[0]) if (wells["kind"] == "tunnelling").any() else 0
    well = campaign.well(row)
    axes = figures.profile(well, unit)
    np.testing.assert_array_equal(line(axes, "profile"), np.column_stack(well.profile()))
    for number in (1, 2):
        segments = [item.get_xydata() for item in axes.lines if item.get_gid() == f"level {number}"]
        assert segments, number
        for (start, level), (end, same) in segments:
            assert level == same == wells[f"level_{number}"][row] and start < end
            middle = np.interp(0.5 * (start + end), *well.profile())
            assert middle < level
    assert f"{wells['splitting'][row]:.3g}" in axes.get_title()
    drawn(axes, tmp_path)


def test_turning_points() -> None:
    arc = np.array([0.0, 1.0, 2.0, 3.0, 4.0])
    energy = np.array([0.0, 2.0, 4.0, 2.0, 1.0])
    assert figures.allowed(arc, energy, 1.0) == [(0.0, 0.5)]
    assert figures.allowed(arc, energy, 3.0) == [(0.0, 1.5), (2.5, 4.0)]
    assert figures.allowed(arc, energy, 9.0) == [(0.0, 4.0)]
    assert figures.allowed(arc, energy, -1.0) == []


def test_displacement_field(campaign: glasswell.Campaign, tmp_path: Path) -> None:
    well = campaign.well(0)
    axes = figures.displacement_field(well, share=0.8, scale=2.0)
    arrows = [item for item in axes.collections if item.get_gid() == "arrows"][0]
    segments = np.asarray(arrows._segments3d)  # no public name: shafts first, then the lines of the heads
    moving = well.moving(0.8)
    ends, starts = np.moveaxis(segments[: len(moving)], 1, 0)
    np.testing.assert_allclose(ends - starts, 2.0 * well.displacement()[moving], atol=1e-12)
    # the particle that moves most is in the middle
    np.testing.assert_allclose(starts[0], 0, atol=1e-12)
    assert points(axes, "moving").shape == (len(moving), 2)
    drawn(axes, tmp_path)


def test_a_campaign_without_double_wells(tmp_path: Path) -> None:
    c = glasswell.open(made_campaign(tmp_path / "none", wells=0))
    assert len(c.wells("argon")) == 0 and c.n0("argon").all.count == 0
    with pytest.raises(IndexError, match="the campaign has none"):
        c.well(0)
    for axes in (
        figures.density(c, "argon"),
        figures.barrier_asymmetry(c, "argon"),
        figures.splitting_distance(c, "argon"),
        figures.participation(c, "argon"),
    ):
        drawn(axes, tmp_path)
    assert glasswell.compare([c])["n0_upper"][0] == pytest.approx(1.139 / 8 / 0.01)


def test_without_matplotlib_the_error_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    for name in [name for name in sys.modules if name.startswith("glasswell.figures")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr(glasswell, "figures")
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match="pip install matplotlib"):
        _ = glasswell.figures
