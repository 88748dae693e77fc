"""Files of stages, made by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import numpy as np

from glasswell import contents, seal

DECK = '[campaign]\nname = "made"\n[model]\npreset = "tlj"\n[prepare]\ntemperature = 0.6\n'
KINDS = {"tunnelling": 0, "intrawell": 1, "no_barrier": 2, "none": 3}
STATUS = {"converged": 0, "descent_failed": 5}


class Enum:
    """A status column: names, and the number of each name in the file."""

    def __init__(self, values: list[str], numbers: dict[str, int]) -> None:
        self.values = np.array([numbers[value] for value in values], dtype=np.uint8)
        self.type = h5py.enum_dtype(numbers, basetype="u1")


def write_stage(
    directory: Path,
    stage: str,
    data: dict[str, Any],
    *,
    layout: int = 1,
    complete: int = 1,
    attributes: dict[str, dict[str, Any]] | None = None,
    deck: str = DECK,
    keys: str = "",
) -> Path:
    """Writes the file of a stage, without a seal: `data` by path, `attributes` by group."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / contents.FILES[stage]
    with h5py.File(path, "w") as file:
        for name, value in (
            ("glasswell_layout", layout),
            ("glasswell_version", "0.1.0"),
            ("stage", stage),
            ("deck", deck),
            ("deck_hash", "0"),
            ("deck_keys", keys),
            ("seed", np.uint64(7)),
            ("complete", complete),
        ):
            file.attrs[name] = value
        for name, value in data.items():
            if isinstance(value, Enum):
                item = file.create_dataset(name, data=value.values, dtype=value.type)
                rows = value.values
            else:
                rows = np.asarray(value)
                item = file.create_dataset(name, data=rows)
            item.attrs["units"] = "epsilon" if name.endswith(("energy", "splitting")) else "1"
            item.attrs["description"] = f"the {name}"
            item.attrs["checksum"] = np.uint64(seal.of_rows(rows))
        for group, values in (attributes or {}).items():
            for name, value in values.items():
                file.require_group(group).attrs[name] = value
    return path


def made_campaign(
    directory: Path, *, layout: int = 1, unit: str = "argon", particles: int = 4, wells: int = 3
) -> Path:
    """Two glasses with three double wells in the first, one of which is an exchange; kT_Q = 0.01. `wells` may be 0."""
    box, n = 10.0, particles
    rng = np.random.default_rng(3)
    base = rng.uniform(0, box, (n, 3))
    moved = base.copy()
    moved[0] += [0.3, 0.0, 0.4]
    far = base.copy()
    far[1] += [0.0, 1.2, 0.0]
    # the second minimum is shifted as a whole, across the boundary of the box
    positions = np.array([base, (moved + 4.7) % box, far % box, rng.uniform(0, box, (n, 3))])
    write_stage(
        directory,
        "prepare",
        {
            "/glasses/position": np.array([base, positions[3]]),
            "/glasses/species": np.zeros((2, n), dtype=np.uint32),
            "/glasses/diameter": np.ones((2, n)),
            "/glasses/box": np.full((2, 3), box),
            "/glasses/energy": np.array([-1.0, -1.1]),
            "/glasses/equilibrated": np.array([True, False]),
        },
        layout=layout,
    )
    write_stage(
        directory,
        "explore",
        {
            "/minima/glass": np.array([0, 0, 0, 1], dtype=np.uint32),
            "/minima/index": np.array([0, 1, 2, 0], dtype=np.uint32),
            "/minima/energy": np.array([-4.0, -3.9, -3.5, -4.2]),
            "/minima/position": positions,
            "/minima/rattlers": np.zeros(4, dtype=np.uint32),
            "/transitions/glass": np.array([0, 0, 0], dtype=np.uint32),
            "/transitions/from": np.array([0, 1, 0], dtype=np.uint32),
            "/transitions/to": np.array([1, 0, 2], dtype=np.uint32),
            "/transitions/count": np.array([3, 2, 1]),
            "/growth/glass": np.array([0, 0, 0, 1, 1], dtype=np.uint32),
            "/growth/time": np.array([1.0, 2.0, 4.0, 1.0, 4.0]),
            "/growth/minima": np.array([1, 2, 3, 1, 1]),
            "/growth/transitions": np.array([0, 1, 3, 0, 0]),
        },
        layout=layout,
    )
    connect: dict[str, Any] = {
        "/candidates/glass": np.array([0, 0], dtype=np.uint32),
        "/candidates/status": Enum(["converged", "converged"], STATUS),
        "/double_wells/glass": np.array([0, 0, 0], dtype=np.uint32),
        "/double_wells/a": np.array([0, 0, 1], dtype=np.uint32),
        "/double_wells/b": np.array([1, 2, 2], dtype=np.uint32),
        "/double_wells/status": Enum(["converged", "descent_failed", "converged"], STATUS),
        "/double_wells/exchange": np.array([False, False, True]),
        "/double_wells/asymmetry": np.array([0.1, 0.5, 0.0]),
        "/double_wells/barrier": np.array([0.2, 0.4, 0.3]),
        "/double_wells/distance": np.array([0.5, 1.2, 1.0]),
        "/double_wells/participation_ratio": np.array([1.5, 2.5, 3.0]),
        "/double_wells/profile/arc_length": np.tile(np.linspace(0, 1, 5), (3, 1)),
        "/double_wells/profile/energy": np.tile([0.0, 0.2, 0.3, 0.2, 0.1], (3, 1)),
        "/minima/glass": np.zeros(0, dtype=np.uint32),
        "/minima/index": np.zeros(0, dtype=np.uint32),
    }
    if layout > 1:
        connect["/double_wells/local"] = np.array([0, 1, 1])
        connect["/growth/glass"] = np.array([0, 1], dtype=np.uint32)
        connect["/growth/time"] = np.array([4.0, 4.0])
        connect["/growth/double_wells"] = np.array([3, 0])
    connect = {name: first(data, wells) if "/double_wells/" in name else data for name, data in connect.items()}
    paths = write_stage(directory, "connect", connect, layout=layout)
    write_levels(directory, paths, layout, unit, n, wells)
    return directory


def first(data: Any, rows: int) -> Any:
    """The first rows of a column."""
    if isinstance(data, Enum):
        data.values = data.values[:rows]
        return data
    return data[:rows]


def write_levels(directory: Path, paths: Path, layout: int, unit: str, particles: int, wells: int) -> None:
    """tunnelling.h5: splittings 0.002 (tunnelling), 0.008 (intrawell), 0.001 (tunnelling, an exchange)."""
    with h5py.File(paths) as file:
        sums: list[int] = []
        file.visititems(lambda _, item: sums.append(int(item.attrs["checksum"])) if isinstance(item, h5py.Dataset) else None)
    data: dict[str, Any] = {
        f"/{unit}/splitting": np.array([0.002, 0.008, 0.001]),
        f"/{unit}/levels": np.array([[0.01, 0.012], [0.02, 0.028], [0.01, 0.011]]),
        f"/{unit}/kind": Enum(["tunnelling", "intrawell", "tunnelling"], KINDS),
        f"/{unit}/status": Enum(["converged"] * 3, STATUS),
        f"/{unit}/active": np.array([True, True, False]),
        f"/{unit}/density/splitting": np.array([0.002, 0.008]),
        f"/{unit}/density/cumulative": np.array([1.0, 2.0]) / (2 * particles),
    }
    data = {name: first(values, wells) for name, values in data.items()}
    if layout > 1:
        data[f"/{unit}/n0/value"] = np.array([1.0])
        data[f"/{unit}/growth/glass"] = np.array([0, 1], dtype=np.uint32)
        data[f"/{unit}/growth/active"] = np.array([2, 0])
    atoms = 2 * particles
    errors = np.array([0.0, 4.0, 0.0, 3.0]) / atoms / 0.01
    density = {
        "n0": 2 / atoms / 0.01,
        "n0_third": 1 / atoms / (0.01 / 3),
        "counts": np.array([2, 1]),
        "errors": errors,
        "n0_SI": np.nan,
    }
    tunnelling = density | {"n0": 1 / atoms / 0.01, "counts": np.array([1, 1])}
    if wells == 0:
        nothing = {"n0": 0.0, "n0_third": 0.0, "counts": np.array([0, 0]), "errors": np.array([0, 1.139, 0, 3.42]) / atoms / 0.01}
        density, tunnelling = density | nothing, tunnelling | nothing
    groups = {
        f"/{unit}": {"reduced_mass": 2 * np.pi / 0.01, "kT_Q": 0.01, "paths": np.uint64(sum(sums) % 2**64)},
        f"/{unit}/density": density,
        f"/{unit}/density_tunnelling": tunnelling,
    }
    write_stage(directory, "tunnel", data, layout=layout, attributes=groups)
