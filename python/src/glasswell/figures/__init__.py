"""Figures for a manuscript, drawn with matplotlib.

Every function draws into the axes that it is given, or into a new figure of one column of a journal, and returns its axes:

    figure = glasswell.figures.density(c, "argon").figure
    figure.savefig("density.pdf")

Colours and markers differ in grey and for colour-blind readers.
"""

from __future__ import annotations

from .style import style  # isort: skip  (says which package is missing)
from .densities import density
from .landscape import growth, matrices, mean_growth
from .scatter import barrier_asymmetry, participation, splitting_distance
from .well import allowed, displacement_field, profile

__all__ = [
    "allowed",
    "barrier_asymmetry",
    "density",
    "displacement_field",
    "growth",
    "matrices",
    "mean_growth",
    "participation",
    "profile",
    "splitting_distance",
    "style",
]
