"""One double well: its profile with levels, its displacement field."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from mpl_toolkits.mplot3d.axes3d import Axes3D
from numpy.typing import NDArray

from ..geometry import minimum_image
from ..wells import Well
from .style import COLUMN, LINES, in_style, new_axes

Floats = NDArray[np.float64]


def allowed(arc: Floats, energy: Floats, level: float) -> list[tuple[float, float]]:
    """The intervals of the arc length (sigma) in which the profile lies below a level (epsilon).

    The profile is interpolated linearly; an interval that reaches an end of the profile ends there.
    """
    if len(arc) == 0:
        return []
    below = energy < level
    found: list[tuple[float, float]] = []
    start: float | None = float(arc[0]) if below[0] else None
    for k in np.flatnonzero(below[1:] != below[:-1]):
        share = (level - energy[k]) / (energy[k + 1] - energy[k])
        crossing = float(arc[k] + share * (arc[k + 1] - arc[k]))
        if start is None:
            start = crossing
        else:
            found.append((start, crossing))
            start = None
    if start is not None:
        found.append((start, float(arc[-1])))
    return found


@in_style
def profile(well: Well, unit: str, *, levels: int = 2, axes: Axes | None = None) -> Axes:
    """V(s) along the path, with the lowest levels between their turning points.

    Beyond the minima the quantum calculation continues the profile, so that the outer turning points are not drawn: a level
    ends at the minimum there.

    Args:
        well: the double well.
        unit: the material or reduced mass.
        levels: number of levels that are drawn.
        axes: where to draw; a new figure if it is left out.
    """
    axes = new_axes(axes)
    arc, energy = well.profile()
    values = well.quantum(unit)
    axes.plot(arc, energy, "k-", gid="profile")
    colours = ("#D55E00", "#0072B2", "#009E73", "#CC79A7")
    for number, level in enumerate(values["levels"][:levels]):
        if not np.isfinite(level):
            continue
        colour, line = colours[number % len(colours)], LINES[number % len(LINES)]
        name: str | None = rf"$e_{number + 1}$"
        for start, end in allowed(arc, energy, float(level)):
            axes.plot([start, end], [level, level], line, color=colour, label=name, gid=f"level {number + 1}")
            name = None
    title = f"{unit}, {values['kind']}: $E$ = {values['splitting']:.3g} " + r"$\epsilon$"
    axes.set(xlabel=r"arc length $s$ [$\sigma$]", ylabel=r"$V(s)$ [$\epsilon$]", title=title)
    axes.legend()
    return axes


@in_style
def displacement_field(well: Well, *, share: float = 0.9, scale: float = 1.0, axes: Axes3D | None = None) -> Axes3D:
    """The displacements from minimum a to minimum b as arrows in 3D, around the particle that moves most (sigma).

    Args:
        well: the double well.
        share: arrows for the fewest particles that make up this share of sum_i |d_i|^2; the others within their reach
            are faint points.
        scale: length of an arrow over that of the displacement.
        axes: 3D axes; a new figure if they are left out.
    """
    if axes is None:
        axes = plt.figure(figsize=(COLUMN, COLUMN)).add_subplot(projection="3d")
    field, moving = well.displacement(), well.moving(share)
    positions = well.positions("a")
    centre = positions[moving[0]] if len(moving) else positions.mean(axis=0)
    place = minimum_image(positions - centre, well.box)
    reach = 1.5 + float(np.abs(place[moving]).max(initial=0.0))
    near = np.abs(place).max(axis=1) <= reach
    near[moving] = False
    axes.scatter(*place[near].T, s=4, c="0.7", alpha=0.5, depthshade=False)
    axes.scatter(*place[moving].T, s=8, c="#0072B2", depthshade=False, gid="moving")
    axes.quiver(*place[moving].T, *(scale * field[moving]).T, color="#D55E00", lw=1.2, gid="arrows")
    # equal scales on all axes
    axes.set(xlim=(-reach, reach), ylim=(-reach, reach), zlim=(-reach, reach))
    axes.set_box_aspect((1, 1, 1), zoom=0.85)
    axes.set(xlabel=r"$x$ [$\sigma$]", ylabel=r"$y$ [$\sigma$]", zlabel=r"$z$ [$\sigma$]")
    largest = float(np.linalg.norm(field, axis=1).max(initial=0.0))
    axes.set_title(f"{len(moving)} particles make up {100 * share:.0f} %; the largest move: {largest:.2g} " + r"$\sigma$")
    return axes
