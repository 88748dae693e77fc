"""Displacements between configurations of one glass in a periodic box.

The image of a particle depends on the translation of the whole glass. Therefore the translation that most particles
share is removed first, then minimum images are taken, then the mean is subtracted.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

#: Where no component exceeds this fraction of an edge, all differences lie within half an edge of each other: their images
#: are unique up to a translation, which the mean removes.
_UNAMBIGUOUS = 0.25
#: Contacts that hold a particle in three dimensions.
_CONTACTS = 4
#: Numbers in a block of differences between many configurations.
_BLOCK = 1 << 22

Floats = NDArray[np.float64]


def minimum_image(differences: Floats, box: ArrayLike) -> Floats:
    """The shortest periodic images of difference vectors [..., 3] in a box with these edges [3]; all in sigma."""
    edges = np.asarray(box, dtype=np.float64)
    return differences - edges * np.round(differences / edges)


def common_shift(differences: Floats, box: ArrayLike) -> Floats:
    """The translation [3] that most particles share, from their differences [N, 3] in any images (sigma).

    On each axis, a circle of the edge's length, it is the median of the shortest arc that holds more than half of the
    particles. The few particles that moved far do not affect it.
    """
    edges = np.asarray(box, dtype=np.float64)
    count = len(differences)
    if count == 0:
        return np.zeros(3)
    held = count // 2 + 1
    around = np.sort(np.mod(differences, edges), axis=0)
    twice = np.concatenate([around, around + edges])
    first = np.argmin(twice[held - 1 : held - 1 + count] - twice[:count], axis=0)
    return np.asarray(twice[first + held // 2, np.arange(3)])


def displacement(
    start: ArrayLike, end: ArrayLike, box: ArrayLike, left_out: NDArray[np.bool_] | None = None
) -> Floats:
    """The displacement field end - start [N, 3], without the translation of the whole glass.

    Args:
        start, end: positions [N, 3], sigma.
        box: edges of the periodic box [3], sigma.
        left_out: particles that do not count, such as rattlers [N]; their displacement is 0.
    """
    edges = np.asarray(box, dtype=np.float64)
    a, b = np.asarray(start, dtype=np.float64), np.asarray(end, dtype=np.float64)
    counted = np.ones(len(a), dtype=bool) if left_out is None else ~left_out
    raw = (b - a)[counted]
    moved = minimum_image(raw, edges)
    if (np.abs(moved) > _UNAMBIGUOUS * edges).any():
        moved = minimum_image(raw - common_shift(moved, edges), edges)
    field = np.zeros_like(a)
    if len(moved):
        field[counted] = moved - moved.mean(axis=0)
    return field


def distance(field: Floats) -> float:
    """sqrt(sum_i |d_i|^2) of a displacement field [N, 3], sigma (without 1/sqrt(N))."""
    return float(np.sqrt(np.sum(field**2)))


def participation_ratio(field: Floats) -> float:
    """[sum_i |d_i|^2]^2 / sum_i |d_i|^4 of a displacement field [N, 3]: the number of particles that move.

    J. Chem. Phys. 158, 014501 (doi:10.1063/5.0128820), Eq. 16; 0 without displacement.
    """
    squares = np.sum(np.asarray(field) ** 2, axis=1)
    fourths = float(np.sum(squares**2))
    return float(np.sum(squares)) ** 2 / fourths if fourths > 0 else 0.0


def distance_matrix(
    positions: Floats, box: ArrayLike, left_out: NDArray[np.bool_] | None = None
) -> Floats:
    """Distances d_ab = sqrt(sum_i |r_i^b - r_i^a|^2) between configurations of one glass [M, M], sigma.

    The translation of the whole glass is removed from each pair. J. Chem. Phys. 158, 014501, Eq. 7, divides by sqrt(N).

    Args:
        positions: [M, N, 3], sigma.
        box: edges of the periodic box [3], sigma.
        left_out: rattlers of each configuration [M, N]; a rattler of either one does not count.
    """
    edges = np.asarray(box, dtype=np.float64)
    count, particles = positions.shape[:2]
    matrix = np.zeros((count, count))
    step = max(1, _BLOCK // max(1, 3 * particles))
    for a in range(count - 1):
        for first in range(a + 1, count, step):
            others = slice(first, min(count, first + step))
            if left_out is not None and (left_out[a].any() or left_out[others].any()):
                row = [
                    distance(displacement(positions[a], positions[b], edges, left_out[a] | left_out[b]))
                    for b in range(others.start, others.stop)
                ]
            else:
                row = _distances(positions[a], positions[others], edges).tolist()
            matrix[a, others] = row
    return matrix + matrix.T


def _distances(start: Floats, ends: Floats, edges: Floats) -> Floats:
    """Distances of many configurations [M, N, 3] from one [N, 3]."""
    moved = minimum_image(ends - start, edges)
    for other in np.flatnonzero((np.abs(moved) > _UNAMBIGUOUS * edges).any(axis=(1, 2))):
        raw = ends[other] - start
        moved[other] = minimum_image(raw - common_shift(moved[other], edges), edges)
    moved -= moved.mean(axis=1, keepdims=True)
    return np.asarray(np.sqrt(np.einsum("mik,mik->m", moved, moved)))


def rattlers(positions: Floats, diameters: Floats, box: ArrayLike) -> NDArray[np.bool_]:
    """Which particles a packing of harmonic spheres does not hold in place [N].

    They have fewer than 4 contacts (r < (s_i + s_j)/2) with particles that are not rattlers, found recursively.

    Args:
        positions: [N, 3], sigma.
        diameters: [N], sigma.
        box: edges of the periodic box [3], sigma.
    """
    count = len(positions)
    touching = []
    for i in range(count):
        moved = minimum_image(positions - positions[i], box)
        near = np.einsum("ik,ik->i", moved, moved) < (0.5 * (diameters + diameters[i])) ** 2
        near[i] = False
        touching.append(np.flatnonzero(near))
    held = np.array([len(near) for near in touching])
    loose = np.zeros(count, dtype=bool)
    waiting = [int(i) for i in np.flatnonzero(held < _CONTACTS)]
    while waiting:
        i = waiting.pop()
        if loose[i]:
            continue
        loose[i] = True
        held[touching[i]] -= 1
        waiting.extend(int(j) for j in touching[i] if held[j] < _CONTACTS and not loose[j])
    return loose
