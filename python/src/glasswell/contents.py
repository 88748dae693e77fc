"""Which stage writes which file, and which names exist since which layout."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

#: Layouts that this package reads.
LAYOUTS = (1, 2)

#: Stages in the order in which they run, with their files.
FILES = {
    "prepare": "glasses.h5",
    "relax": "relaxation.h5",
    "explore": "landscape.h5",
    "connect": "paths.h5",
    "tunnel": "tunnelling.h5",
    "modes": "modes.h5",
    "excite": "excitations.h5",
    "elastic": "elasticity.h5",
}

#: Groups of each file. In tunnelling.h5, each unit has a group of its name.
GROUPS = {
    "prepare": ("/glasses", "/starts"),
    "relax": ("/relaxation", "/samples"),
    "explore": ("/minima", "/visits", "/transitions", "/runs", "/recognition", "/growth", "/persistence"),
    "connect": (
        "/candidates",
        "/double_wells",
        "/rejected",
        "/minima",
        "/pairs",
        "/screening",
        "/parts",
        "/local_systems",
        "/growth",
    ),
    "tunnel": ("/zero_point_difference",),
    "modes": (
        "/spectra",
        "/overlaps",
        "/nonlinear",
        "/tangents",
        "/path_hessians",
        "/followed",
        "/zero_point_difference",
        "/density_of_states",
    ),
    "excite": ("/excitations", "/destinations", "/glasses", "/spectra", "/density_of_states", "/scan", "/far_field"),
    "elastic": ("/moduli", "/quasi_static", "/curves", "/plastic_events", "/coupling"),
}

#: Names that files of layout 1 do not hold.
SINCE_LAYOUT_2 = {
    "explore": ("/runs/start", "/runs/trace", "/persistence/survival"),
    "connect": (
        "/double_wells/local",
        "/double_wells/rule",
        "/double_wells/first_run",
        "/double_wells/displacement",
        "/pairs",
        "/screening",
        "/parts",
        "/local_systems",
        "/growth",
    ),
    "tunnel": ("splitting_reflected", "decay_rate_per_second", "growth", "n0", "specific_heat/vibrations"),
    "excite": ("/scan", "/far_field"),
}


def _is_within(path: str, group: str) -> bool:
    return path == group or path.startswith(group + "/")


def _is_new(stage: str, path: str) -> bool:
    names = SINCE_LAYOUT_2.get(stage, ())
    if stage == "tunnel":
        parts = path.strip("/").split("/", 1)
        return len(parts) == 2 and any(_is_within(parts[1], name) for name in names)
    return any(_is_within(path, name) for name in names)


def absent(stage: str, path: str, layout: int, present: Iterable[str]) -> str:
    """The message for a name that the file of a stage does not hold.

    Args:
        stage: the stage whose file was read.
        path: the name that is not in it.
        layout: the layout of the file.
        present: the names that are in it.
    """
    missing = f"{path} is not in {FILES[stage]}"
    if layout < 2 and _is_new(stage, path):
        return (
            f"{missing}, which has layout {layout}: stage {stage} writes it from layout 2 on; "
            f"run stage {stage} again with a program that writes layout 2"
        )
    others = [other for other in FILES if other != stage and any(_is_within(path, g) for g in GROUPS[other])]
    if others and not any(_is_within(path, group) for group in GROUPS[stage]):
        return f"{missing}: " + " and ".join(f"stage {other} writes it to {FILES[other]}" for other in others)
    near = difflib.get_close_matches(path, list(present), n=3)
    hint = f"; near names are {', '.join(near)}" if near else ""
    return f"{missing}: there is no such name, or the deck does not ask for it (docs/files.md lists all names){hint}"
