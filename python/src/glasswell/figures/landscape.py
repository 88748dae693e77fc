"""The exploration of the landscape: growth of the library, matrices of a glass."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter
from numpy.typing import NDArray

from ..campaign import Campaign
from .style import COLOURS, COLUMN, LINES, in_style, new_axes, tidy

Floats = NDArray[np.float64]


def mean_growth(campaign: Campaign) -> tuple[Floats, Floats]:
    """Times t (sigma sqrt(m/epsilon)) and the geometric mean over glasses of n_IS(t), the number of minima found.

    It ends where the first glass ends. J. Chem. Phys. 158, 014501, Fig. 3b.
    """
    rows = campaign._growth("minima", None)
    glasses = [(rows["glass"] == glass) & (rows["minima"] > 0) for glass in range(campaign.glass_count)]
    curves = [(rows["time"][chosen], rows["minima"][chosen]) for chosen in glasses if chosen.any()]
    if not curves:
        return np.zeros(0), np.zeros(0)
    first, last = max(time[0] for time, _ in curves), min(time[-1] for time, _ in curves)
    times = np.unique(np.concatenate([time for time, _ in curves]))
    times = times[(times >= first) & (times <= last)]
    # n_IS is a step function: the last known value
    logs = [np.log(minima[np.searchsorted(time, times, side="right") - 1]) for time, minima in curves]
    return times, np.exp(np.mean(logs, axis=0))


@in_style
def growth(campaigns: Campaign | Sequence[Campaign], *, each_glass: bool = True, axes: Axes | None = None) -> Axes:
    """Number of distinct minima n_IS(t) against the time of exploration: geometric mean over glasses, each glass faint."""
    axes = new_axes(axes)
    listed = [campaigns] if isinstance(campaigns, Campaign) else list(campaigns)
    for number, campaign in enumerate(listed):
        colour, line = COLOURS[number % len(COLOURS)], LINES[number % len(LINES)]
        if each_glass:
            rows = campaign._growth("minima", None)
            for glass in range(campaign.glass_count):
                chosen = rows["glass"] == glass
                axes.plot(
                    rows["time"][chosen], rows["minima"][chosen], color=colour, alpha=0.3, lw=0.6, drawstyle="steps-post",
                    gid=f"glass {glass}",
                )  # fmt: skip
        times, mean = mean_growth(campaign)
        axes.plot(times, mean, line, color=colour, label=campaign.name, gid="mean")
    axes.set(xscale="log", yscale="log", xlabel=r"time $t$ [$\sigma\sqrt{m/\epsilon}$]", ylabel=r"minima $n_\mathrm{IS}(t)$")
    axes.legend()
    tidy(axes)
    return axes


@in_style
def matrices(campaign: Campaign, glass: int, unit: str | None = None, *, largest: int = 400) -> Figure:
    """The landscape of a glass as in J. Chem. Phys. 158, 014501, Fig. 2: four panels.

    |E_a - E_b| (epsilon, total), transitions T_{a -> b} (row a, column b; logarithmic, 0 is white), distances d_ab
    (sigma), and the distribution of the energies of the minima. Minima are ordered by energy.

    Args:
        campaign: the campaign.
        glass: the glass.
        unit: marks the active double wells of this unit (E < k_B T_Q) by circles.
        largest: draws the lowest minima up to this number.
    """
    rows = campaign._minima.explored(glass)
    energy = campaign.stage("explore").read("/minima/energy")[rows]
    if len(energy) == 0:
        raise ValueError(f"glass {glass} has no minima: none of its quenches converged")
    shown = min(len(energy), largest)
    counts = campaign.transitions(glass)[:shown, :shown]
    gaps = np.abs(energy[:shown, None] - energy[None, :shown])
    distances = campaign.distances(glass)[:shown, :shown]
    figure, panels = plt.subplots(1, 4, figsize=(2.1 * COLUMN, 0.5 * COLUMN))
    plain = (
        (panels[0], gaps, r"$|E_\alpha - E_\beta|$ [$\epsilon$]"),
        (panels[2], distances, r"$d_{\alpha\beta}$ [$\sigma$]"),
    )
    for axes, matrix, title in plain:
        image = axes.imshow(matrix, cmap="viridis", interpolation="nearest")
        axes.set_title(title)
        figure.colorbar(image, ax=axes, shrink=0.7)
    seen = np.ma.masked_equal(counts, 0)
    top = max(10.0, float(counts.max(initial=0)))
    image = panels[1].imshow(seen, cmap="viridis", norm=LogNorm(1, top), interpolation="nearest")
    panels[1].set_title(r"$T_{\alpha\to\beta}$")
    figure.colorbar(image, ax=panels[1], shrink=0.7, format="%g").ax.yaxis.set_minor_formatter(NullFormatter())
    for axes in panels[:3]:
        axes.set(xlabel=r"$\beta$", ylabel=r"$\alpha$")
    if unit is not None:
        _mark_active(panels[1], campaign, glass, unit, shown)
    panels[3].hist(energy, bins=max(5, round(np.sqrt(len(energy)))), density=True, color="0.6")
    panels[3].set(xlabel=r"$E_\alpha$ [$\epsilon$]", ylabel=r"density [$1/\epsilon$]", title=f"minima of glass {glass}")
    panels[3].set_box_aspect(1)
    return figure


def _mark_active(axes: Axes, campaign: Campaign, glass: int, unit: str, shown: int) -> None:
    wells = campaign._wells(unit)
    chosen = wells["active"] & (wells["glass"] == glass) & (wells["a"] < shown) & (wells["b"] < shown)
    a, b = wells["a"][chosen].astype(np.int64), wells["b"][chosen].astype(np.int64)
    row, column = np.concatenate([a, b]), np.concatenate([b, a])
    axes.scatter(column, row, s=30, facecolors="none", edgecolors="red", linewidths=0.9, gid="active")
