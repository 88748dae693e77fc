"""recompute_couplings.py DIRECTORY PRESET: recomputes the coupling of asymmetries to strain in elasticity.h5 by plain sums of
energies in strained boxes."""
import h5py
import numpy as np

from models import DIRECTORY, FILES, Model, names, near, read

FILES["elasticity"] = h5py.File(f"{DIRECTORY}/elasticity.h5")
STRAIN = 1e-6
PLACES = [(0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1)]
POSITION = {}
for file in ("landscape", "paths"):
    for glass, index, x in zip(*(read(file, f"/minima/{name}") for name in ("glass", "index", "position"))):
        POSITION[glass, index] = x


def energy(model, x, gradient):
    """Of a configuration in the deformed box; pairs are those of the nearest images without strain."""
    i, j = np.triu_indices(model.n, 1)
    d = x[i] - x[j]
    d -= model.box * np.round(d / model.box)
    near_ones = np.sqrt((d**2).sum(1)) < 1.1 * (model.cutoff * model.sigma[i, j])
    i, j, d = i[near_ones], j[near_ones], d[near_ones] @ gradient.T
    y = np.sqrt((d**2).sum(1)) / model.sigma[i, j]
    c0, c2, c4 = model.c
    v = model.epsilon[i, j] * (sum(k * y**-p for p, k in model.powers) + c0 + c2 * y**2 + c4 * y**4)
    return v[y < model.cutoff]


def derivative(model, x, place):
    """dU / d eps_ab, the strain's two places each half of it."""
    direction = np.zeros((3, 3))
    direction[place] += 0.5
    direction[place[::-1]] += 0.5
    up, down = (energy(model, x, np.eye(3) + strain * direction) for strain in (STRAIN, -STRAIN))
    return (up.sum() - down.sum()) / (2 * STRAIN)


glass, a, b = (read("paths", f"/double_wells/{name}") for name in ("glass", "a", "b"))
stored, status = read("elasticity", "/coupling/asymmetry"), names("elasticity", "/coupling/status")
loose, largest = 0, 0.0
for well in range(len(glass)):
    model = Model(glass[well])
    first, second = (POSITION[glass[well], end[well]] for end in (a, b))
    rattles = not (model.held(first) & model.held(second)).all()
    loose += rattles
    due = [0.5 * (derivative(model, second, place) - derivative(model, first, place)) for place in PLACES]
    largest = max(largest, abs(stored[well] - due).max() / abs(np.array(due)).max())
    # a path ends where its rattlers happen to be: not quite at the minimum of the file
    tolerance = 1e-3 if rattles else 2e-5
    near("gamma of an asymmetry", stored[well], due, tolerance * abs(np.array(due)).max() + 1e-9)
for unit in (name for name, group in FILES["tunnelling"].items() if "reduced_mass" in group.attrs):
    splitting = read("elasticity", f"/{unit}/coupling/splitting")
    known = np.isin(status, ["converged", "approximate"])
    assert np.isfinite(splitting[known]).all() and np.isnan(splitting[~known]).all()
print(f"{len(glass)} double wells, {loose} with loose particles, off by {largest:.1e} of the largest at most; {list(status)}")
assert loose > 0, "no double well with a loose particle"
