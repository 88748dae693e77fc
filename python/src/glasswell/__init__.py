"""Reads the campaigns of glasswell, which finds the tunnelling two-level systems of computer glasses.

    import glasswell
    c = glasswell.open("quickstart.out")
    print(c.n0("argon"))
    wells = c.wells("argon")

Energies are in epsilon, lengths in sigma, masses in m, k_B = 1, unless a name says otherwise. Tables carry the units of
their columns in `attrs["units"]`.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

from .campaign import Campaign
from .comparison import compare
from .densities import N0, Estimate, Library
from .errors import (
    DamagedFile,
    GlasswellError,
    MissingPackage,
    NoCampaign,
    NotInFile,
    StageIncomplete,
    StageMissing,
    StageOutdated,
)
from .stagefile import StageFile
from .tables import Column, Columns, Table
from .wells import Well

if TYPE_CHECKING:
    from . import figures as figures

__version__ = "0.1.0"

__all__ = [
    "N0",
    "Campaign",
    "Column",
    "Columns",
    "DamagedFile",
    "Estimate",
    "GlasswellError",
    "Library",
    "MissingPackage",
    "NoCampaign",
    "NotInFile",
    "StageFile",
    "StageIncomplete",
    "StageMissing",
    "StageOutdated",
    "Table",
    "Well",
    "compare",
    "figures",
    "open",
]


def open(directory: str | os.PathLike[str], *, incomplete: bool = False) -> Campaign:
    """Opens the directory of a campaign, the --output of `glasswell run`.

    Args:
        directory: the directory with glasses.h5, landscape.h5, paths.h5, tunnelling.h5, ...
        incomplete: read stages that have not done all that their deck requests; else they raise `StageIncomplete`.

    Raises:
        NoCampaign: when it is no directory, or holds no file of a stage.
    """
    return Campaign(directory, incomplete=incomplete)


def __getattr__(name: str) -> Any:
    # matplotlib is imported when figures are used
    if name == "figures":
        return import_module(".figures", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
