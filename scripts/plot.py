#!/usr/bin/env python3
"""Draws what a campaign found: the active double well with its wave functions, n(E)/E with its error, the displacement field.

    plot.py CAMPAIGN_DIRECTORY PICTURE.png [UNIT]

The double well is the active one with the largest Delta_0, or that with the smallest splitting when none is active. Needs the
Python package: pip install "./python[figures]".
"""
import sys

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

import glasswell

# of Okabe and Ito: distinct for colour-blind readers
COLOURS = ("#0072B2", "#D55E00")
# length of the longest arrow, sigma
ARROW = 1.5
# nodes of the grid on which the Schroedinger equation is solved
NODES = 1500


def chosen(campaign, unit):
    """The double well that is drawn."""
    wells = campaign._wells(unit)
    tunnels = (wells["kind"] == "tunnelling") & ~wells["exchange"]
    active = np.flatnonzero(tunnels & wells["active"])
    if len(active):
        return campaign.well(int(active[np.nanargmax(wells["tunnelling_element"][active])]))
    rows = np.flatnonzero(tunnels) if tunnels.any() else np.flatnonzero(np.isfinite(wells["splitting"]))
    return campaign.well(int(rows[np.argmin(wells["splitting"][rows])]))


def potential(well):
    """V(s) as a function: the cubic spline without slope at the minima, beyond them the parabolas of their curvatures."""
    arc, energy = well.profile()
    step = np.diff(arc)
    # the slopes at the points from the continuity of V''
    rows, right = np.eye(len(arc)), np.zeros(len(arc))
    for k in range(1, len(arc) - 1):
        before, after = 1 / step[k - 1], 1 / step[k]
        rows[k, k - 1 : k + 2] = before, 2 * (before + after), after
        right[k] = 3 * ((energy[k] - energy[k - 1]) * before**2 + (energy[k + 1] - energy[k]) * after**2)
    slope = np.linalg.solve(rows, right)
    curvature = well["curvature_a"], well["curvature_b"]

    def value(s):
        k = np.clip(np.searchsorted(arc, s) - 1, 0, len(step) - 1)
        t, h = (s - arc[k]) / step[k], step[k]
        inside = (1 + 2 * t) * (1 - t) ** 2 * energy[k] + t * (1 - t) ** 2 * h * slope[k]
        inside += t**2 * (3 - 2 * t) * energy[k + 1] + t**2 * (t - 1) * h * slope[k + 1]
        left = energy[0] + 0.5 * curvature[0] * (s - arc[0]) ** 2
        right = energy[-1] + 0.5 * curvature[1] * (s - arc[-1]) ** 2
        return np.where(s < arc[0], left, np.where(s > arc[-1], right, inside))

    return value, float(arc[-1])


def states(well, mass, count=2):
    """s, V(s), and the lowest levels with their wave functions: -psi'' / (2 m~) + V psi = e psi by finite differences."""
    value, length = potential(well)
    s = np.linspace(-0.7 * length, 1.7 * length, NODES)
    h = s[1] - s[0]
    hamiltonian = np.diag(value(s) + 1 / (mass * h**2))
    hamiltonian += np.diag(np.full(NODES - 1, -0.5 / (mass * h**2)), 1) + np.diag(np.full(NODES - 1, -0.5 / (mass * h**2)), -1)
    levels, waves = np.linalg.eigh(hamiltonian)
    return s, value(s), levels[:count], waves[:, :count].T / np.sqrt(h)


def draw_well(axes, campaign, well, unit):
    s, energy, levels, waves = states(well, campaign.reduced_mass(unit))
    known = well.levels(unit)[:2]
    if not np.allclose(levels, known, rtol=0.01):
        sys.exit(f"the levels {levels} of the picture are not those of the file, {known}")
    top = 1.5 * max(float(well.profile()[1].max()), levels[-1])
    inside = np.flatnonzero(energy < top)
    axes.plot(s[inside], energy[inside], "k-", lw=1.3)
    # the larger wave function is a fifth of the picture
    scale = 0.2 * top / np.abs(waves).max()
    for number, (level, wave) in enumerate(zip(levels, waves, strict=True)):
        sign = np.sign(wave[np.argmax(np.abs(wave))])
        colour, line = (COLOURS[0], "-") if number == 0 else (COLOURS[1], "--")
        axes.plot(s, level + scale * sign * wave, line, color=colour, label=rf"$\psi_{number + 1}$")
        axes.axhline(level, color=colour, ls=line, lw=0.4, zorder=0)
    margin = 0.08 * well["length"]
    axes.set(xlim=(s[inside[0]] - margin, s[inside[-1]] + margin), ylim=(min(-0.05 * top, levels[0] - 0.25 * top), top))
    axes.set(xlabel=r"arc length $s$ [$\sigma$]", ylabel=r"$V(s)$ [$\epsilon$]")
    split = well.quantum(unit)["splitting"]
    axes.set_title(rf"double well {well.row}, {unit}: $E$ = {split / campaign.kT_Q(unit):.2g} $k_\mathrm{{B}}T_Q$")
    axes.legend(loc="upper center", ncols=2)


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    campaign = glasswell.open(sys.argv[1])
    unit = sys.argv[3] if len(sys.argv) == 4 else campaign.units[0]
    if campaign.stage("connect").shape("/double_wells/glass")[0] == 0:
        sys.exit(f"{sys.argv[1]} holds no double wells")
    well = chosen(campaign, unit)
    with glasswell.figures.style():
        figure = plt.figure(figsize=(10, 3.2))
        draw_well(figure.add_subplot(1, 3, 1), campaign, well, unit)
        few = len(campaign.library(unit, "tunnelling").splitting) < 5
        counting = "all" if few else "tunnelling"
        glasswell.figures.density(campaign, unit, counting=counting, axes=figure.add_subplot(1, 3, 2))
        axes = figure.add_subplot(1, 3, 3, projection="3d")
        scale = max(round(ARROW / float(np.linalg.norm(well.displacement(), axis=1).max())), 1)
        glasswell.figures.displacement_field(well, share=0.8, scale=scale, axes=axes)
        axes.set_title(f"displacements × {scale}; about {well['participation_ratio']:.0f} particles")
        axes.set_box_aspect((1, 1, 1), zoom=0.95)
        figure.savefig(sys.argv[2], dpi=110)


if __name__ == "__main__":
    main()
