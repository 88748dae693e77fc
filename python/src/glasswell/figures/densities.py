"""n(E)/E of campaigns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from ..campaign import Campaign
from ..densities import Counting, Library
from .style import COLOURS, LINES, around, in_style, legend_above, new_axes, tidy

#: Beyond this number of splittings the error band is drawn at logarithmic energies.
_MOST = 400

Floats = NDArray[np.float64]


def _teeth(library: Library, end: float) -> tuple[Floats, Floats]:
    """n(E)/E up to E = `end` at least: below and at each splitting; straight lines on logarithmic axes between them."""
    energy, cumulative = library.cumulative()
    positive = energy > 0
    energy, cumulative = energy[positive], cumulative[positive]
    at = np.concatenate([np.repeat(energy, 2)[1:], [max(end, *energy[-1:])]])
    level = np.repeat(cumulative, 2)
    return at, level / at


def _band(library: Library, at: Floats) -> tuple[Floats, Floats, Floats]:
    """68 % limits of n(E)/E from the first to the last of these energies, and where they are drawn."""
    inner = library.splitting[(library.splitting >= at[0]) & (library.splitting < at[-1])]
    if len(inner) > _MOST:
        energies = np.geomspace(at[0], at[-1], _MOST)
    else:
        # just above and at (that is, below the step of) each splitting
        energies = np.unique(np.concatenate([inner[inner > at[0]], np.nextafter(inner, np.inf), [at[-1]]]))
    lower, upper = library.band(energies)
    # a logarithmic axis has no zero: the band ends at a third of a count
    return energies, np.maximum(lower, 1 / (3 * library.atoms * energies)), upper


@in_style
def density(
    campaigns: Campaign | Sequence[Campaign], unit: str, *, counting: Counting = "tunnelling", axes: Axes | None = None
) -> Axes:
    """n(E)/E against the splitting E, with its 68 % band, k_B T_Q, and n0 of the file with its limits.

    n(E)/E falls as 1/E between two splittings and steps up at each, where there is a dot. The band is that of
    `Library.band`; the error bar at k_B T_Q is that of the file, an arrow where nothing was counted below k_B T_Q. A lower
    limit below a third of a count is drawn there.

    Args:
        campaigns: one campaign, or several to compare.
        unit: the material or reduced mass.
        counting: "tunnelling" (only kind tunnelling) or "all" (every kind but exchanges).
        axes: where to draw; a new figure if it is left out.
    """
    axes = new_axes(axes)
    listed = [campaigns] if isinstance(campaigns, Campaign) else list(campaigns)
    for number, campaign in enumerate(listed):
        colour, line = COLOURS[number % len(COLOURS)], LINES[number % len(LINES)]
        library, n0 = campaign.library(unit, counting), campaign.n0(unit)
        if (library.splitting > 0).any():
            at, value = _teeth(library, n0.kT_Q)
            axes.plot(at, value, line, color=colour, lw=0.8, gid=f"density {number}")
            axes.plot(at[:-1:2], value[:-1:2], ".", color=colour, ms=3)
            energies, lower, upper = _band(library, at)
            axes.fill_between(energies, lower, upper, color=colour, alpha=0.2, lw=0)
        axes.plot([], [], line, color=colour, marker=".", ms=3, label=campaign.name)
        estimate = n0.all if counting == "all" else n0.tunnelling
        if estimate.count:
            drawn_from = max(estimate.lower, estimate.value / (3 * estimate.count))
            bars = np.array([[estimate.value - drawn_from], [estimate.upper - estimate.value]])
            axes.errorbar([n0.kT_Q], [estimate.value], bars, fmt="D", color=colour, mec="k", mew=0.5, capsize=2)
        else:
            arrow = np.array([[0.4 * estimate.upper], [0.0]])
            axes.errorbar([n0.kT_Q], [estimate.upper], arrow, uplims=True, fmt="_", color=colour, capsize=2)
        if all(abs(n0.kT_Q / other.kT_Q(unit) - 1) > 1e-12 for other in listed[:number]):
            mark = r"$k_\mathrm{B}T_Q$" if number == 0 else None
            axes.axvline(n0.kT_Q, color="0.4", ls=":", lw=0.9, label=mark)
    if listed and not any((campaign.library(unit, counting).splitting > 0).any() for campaign in listed):
        around(axes, listed[0].kT_Q(unit))
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel(r"splitting $E$ [$\epsilon$]")
    kinds = "tunnelling" if counting == "tunnelling" else "all kinds"
    axes.set_ylabel(rf"$n(E)/E$ per atom [$1/\epsilon$], {kinds}")
    legend_above(axes, unit)
    tidy(axes)
    return axes
