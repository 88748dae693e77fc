"""Displacements and distances, against sums written out and under whole-glass translations."""

from __future__ import annotations

import numpy as np
import pytest

from glasswell import geometry

BOX = np.array([5.0, 6.0, 7.0])
SEED = 20


def plain_distance(a: np.ndarray, b: np.ndarray) -> float:
    """The smallest sum over translations for which each particle takes its nearest image, by brute force."""
    best = np.inf
    for particle in range(len(a)):
        moved = b - a - (b - a)[particle]
        moved -= BOX * np.round(moved / BOX)
        moved -= moved.mean(axis=0)
        best = min(best, float(np.sqrt((moved**2).sum())))
    return best


def glass(rng: np.random.Generator, particles: int = 40) -> np.ndarray:
    return rng.uniform(0, 1, (particles, 3)) * BOX


@pytest.mark.parametrize("shift", [[0, 0, 0], [2.4, -2.9, 3.4], [100.0, 0.1, -31.0], [2.5, 3.0, 3.5]])
def test_a_translation_of_the_whole_glass_changes_nothing(shift: list[float]) -> None:
    rng = np.random.default_rng(SEED)
    a = glass(rng)
    b = a + 0.05 * rng.standard_normal(a.shape)
    # a hop of nearly half the box: its image depends on the translation
    b[3] += [2.3, 0.0, 0.0]
    due = b - a - (b - a).mean(axis=0)
    field = geometry.displacement(a, (b + shift) % BOX, BOX)
    assert field == pytest.approx(due, abs=1e-12)
    assert geometry.distance(field) == pytest.approx(plain_distance(a, b), rel=1e-12)
    turned = geometry.displacement((b + shift) % BOX, a, BOX)
    assert turned == pytest.approx(-due, abs=1e-12)


def test_matrix_of_distances_equals_that_pair_by_pair() -> None:
    rng = np.random.default_rng(SEED)
    a = glass(rng)
    positions = np.array([(a + 0.1 * rng.standard_normal(a.shape) + rng.uniform(-9, 9, 3)) % BOX for _ in range(6)])
    matrix = geometry.distance_matrix(positions, BOX)
    for i in range(6):
        for j in range(6):
            due = 0.0 if i == j else plain_distance(positions[i], positions[j])
            assert matrix[i, j] == pytest.approx(due, rel=1e-12, abs=1e-14), (i, j)
    left_out = np.zeros((6, 40), dtype=bool)
    left_out[0, 7] = True
    kept = np.delete(positions, 7, axis=1)
    without = geometry.distance_matrix(positions, BOX, left_out)
    assert without[0, 3] == pytest.approx(plain_distance(kept[0], kept[3]), rel=1e-12)
    assert without[2, 3] == pytest.approx(matrix[2, 3], rel=1e-12)


def test_participation_ratio_counts_particles() -> None:
    field = np.zeros((10, 3))
    assert geometry.participation_ratio(field) == 0
    field[2] = [0, 3, 4]
    assert geometry.participation_ratio(field) == pytest.approx(1)
    field[5] = [5, 0, 0]
    assert geometry.participation_ratio(field) == pytest.approx(2)
    # by hand: (1 + 4)^2 / (1 + 16)
    assert geometry.participation_ratio(np.array([[1.0, 0, 0], [0, 2.0, 0]])) == pytest.approx(25 / 17)


def test_rattlers_are_found_recursively() -> None:
    # a face-centred cubic crystal of touching spheres: everybody has 12 contacts
    cells = np.array([[i, j, k] for i in range(3) for j in range(3) for k in range(3)], dtype=float)
    base = np.array([[0, 0, 0], [0.5, 0.5, 0], [0.5, 0, 0.5], [0, 0.5, 0.5]])
    edge = 1.4
    crystal = ((cells[:, None] + base[None]) * edge).reshape(-1, 3)
    box = np.full(3, 3 * edge)
    diameters = np.ones(len(crystal))
    assert not geometry.rattlers(crystal, diameters, box).any()
    # one that is too small touches nobody; its neighbours keep 11 contacts
    diameters[0] = 0.1
    assert np.flatnonzero(geometry.rattlers(crystal, diameters, box)).tolist() == [0]
    # a chain: each has two contacts, all are loose
    chain = np.array([[0.9 * k, 0, 0] for k in range(5)])
    assert geometry.rattlers(chain, np.ones(5), np.full(3, 20.0)).all()
    # a tetrahedron has three contacts each: none is held
    tetrahedron = 0.33 * np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]])
    assert geometry.rattlers(tetrahedron, np.ones(4), np.full(3, 20.0)).all()
