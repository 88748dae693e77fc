"""Properties of double wells, by kind."""

from __future__ import annotations

from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from ..campaign import Campaign
from ..tables import Columns
from .style import KINDS, around, in_style, legend_above, new_axes, tidy


def _by_kind(axes: Axes, wells: Columns, x: str, y: str) -> None:
    """Points of each kind; exchanges of like particles are left out, active double wells have a black edge."""
    first, second = wells[x], wells[y]
    for kind, (colour, marker, label) in KINDS.items():
        chosen = (wells["kind"] == kind) & ~wells["exchange"]
        if not chosen.any():
            continue
        active = wells["active"][chosen]
        edges = ["k" if one else "none" for one in active] if marker != "x" else None
        sizes = np.where(active, 22, 10)
        axes.scatter(
            first[chosen], second[chosen], s=sizes, c=colour, marker=marker, edgecolors=edges, linewidths=0.7, label=label,
            gid=kind,
        )  # fmt: skip


@in_style
def barrier_asymmetry(campaign: Campaign, unit: str, *, axes: Axes | None = None) -> Axes:
    """Barrier V_b = V_a - asymmetry/2 against asymmetry V(b) - V(a), by kind; active double wells have a black edge.

    Both axes are logarithmic: a double well whose asymmetry is exactly 0 does not appear. Exchanges of like particles are
    left out.
    """
    axes = new_axes(axes)
    _by_kind(axes, campaign._wells(unit), "asymmetry", "barrier")
    axes.set(xscale="log", yscale="log", xlabel=r"asymmetry $\Delta V$ [$\epsilon$]", ylabel=r"barrier $V_b$ [$\epsilon$]")
    legend_above(axes, unit)
    tidy(axes)
    return axes


@in_style
def splitting_distance(
    campaign: Campaign, unit: str, *, of: Literal["distance", "length"] = "distance", axes: Axes | None = None
) -> Axes:
    """Euclidean distance between the minima (or length of the path) against the splitting E, by kind.

    J. Chem. Phys. 158, 014501, Fig. 14, shows the distance. Exchanges of like particles are left out.
    """
    if of not in ("distance", "length"):
        raise ValueError(f'of = {of!r}: give "distance" (Euclidean) or "length" (along the path)')
    axes = new_axes(axes)
    wells = campaign._wells(unit)
    if wells.rows() == 0:
        around(axes, campaign.kT_Q(unit))
    _by_kind(axes, wells, "splitting", of)
    axes.axvline(campaign.kT_Q(unit), color="0.4", ls=":", lw=0.9, label=r"$k_\mathrm{B}T_Q$")
    name = r"distance $d$ [$\sigma$]" if of == "distance" else r"path length $d$ [$\sigma$]"
    axes.set(xscale="log", yscale="log", xlabel=r"splitting $E$ [$\epsilon$]", ylabel=name)
    legend_above(axes, unit)
    tidy(axes)
    return axes


@in_style
def participation(campaign: Campaign, unit: str | None = None, *, bins: int = 20, axes: Axes | None = None) -> Axes:
    """Distribution of the participation ratio [sum d_i^2]^2 / sum d_i^4, the number of particles that move.

    Args:
        campaign: the campaign.
        unit: shows the active double wells of this unit (E < k_B T_Q) separately.
        bins: number of logarithmic bins from the smallest to the largest value.
        axes: where to draw; a new figure if it is left out.
    """
    axes = new_axes(axes)
    wells = campaign._wells(unit)
    counted = ~wells["exchange"] & (wells["participation_ratio"] > 0)
    values = wells["participation_ratio"][counted]
    low, high = (values.min(), values.max()) if len(values) else (1.0, 10.0)
    edges = np.geomspace(low, max(high, low * 1.1), bins + 1)
    # rounding must not push the ends out of their bins
    edges[0], edges[-1] = low, max(high, edges[-1])
    axes.hist(values, bins=edges.tolist(), color="0.75", label=f"double wells ({len(values)})")
    if unit is not None:
        active = values[wells["active"][counted]]
        axes.hist(active, bins=edges.tolist(), color="#D55E00", hatch="///", label=f"active in {unit} ({len(active)})")
    axes.set(xscale="log", xlabel="participation ratio", ylabel="number of double wells")
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    legend_above(axes, columns=1)
    tidy(axes)
    return axes
