"""recompute_modes.py DIRECTORY PRESET: what modes.h5 says, computed again from the formulas with dense matrices."""
import h5py
import numpy as np

from models import DECK, DIRECTORY, FILES, Model, equal, names, near, read

FILES["modes"] = h5py.File(f"{DIRECTORY}/modes.h5")
GLASSES, N = read("glasses", "/glasses/species").shape
MODELS = [Model(glass) for glass in range(GLASSES)]
SETTINGS = {"localised_below": 0.1, "nonlinear_step": 0.3} | DECK.get("modes", {})

# --- positions of every minimum ------------------------------------------------------------------------------------
POSITION = {}
for file in ("landscape", "paths"):
    for glass, index, x in zip(*(read(file, f"/minima/{name}") for name in ("glass", "index", "position"))):
        POSITION[glass, index] = x
WELL = list(zip(*(read("paths", f"/double_wells/{name}") for name in ("glass", "a", "b"))))


def phonon_order(model, x, modes):
    """O_k of each mode, straight from the definition."""
    largest, total = 5, np.zeros(len(modes))
    threshold = 100 / (3 * N - 3)
    for n in np.ndindex(*(3 * [2 * largest + 1])):
        q = 2 * np.pi * (np.array(n) - largest) / model.box
        if not q.any():
            continue
        along = q / np.linalg.norm(q)
        first = np.cross(along, [0, 0, 1])
        if np.linalg.norm(first) < 1e-12:
            first = np.cross(along, [1, 0, 0])
        first /= np.linalg.norm(first)
        wave = np.exp(1j * x @ q) / np.sqrt(N)
        for s in (along, first, np.cross(along, first)):
            terms = abs(np.einsum("i,kia,a->k", wave, modes.reshape(-1, N, 3), s)) ** 2
            total += np.where(terms >= threshold, terms, 0)
    return total


def overlap(r, v):
    r, v = r.reshape(-1, 3), v.reshape(-1, 3)
    size = np.sqrt((r**2).sum() * (v**2).sum())
    return abs((r * v).sum()) / size, np.sqrt((r**2).sum(1) * (v**2).sum(1)).sum() / size


def nonlinear(hessian, contract, start):
    """The fixed point of pi <- (1 - a) pi + a F(pi), F = (M:pipi / U:pipipi) M^-1 (U:pipi), both of unit length."""
    step = SETTINGS["nonlinear_step"]
    inverse = np.linalg.pinv(hessian, rcond=1e-12)
    pi = start.ravel() / np.linalg.norm(start)
    for _ in range(5000):
        field, tau = contract(pi.reshape(-1, 3))
        new = (pi @ hessian @ pi) / tau * (inverse @ field.ravel())
        new /= np.linalg.norm(new)
        new = (1 - step) * pi + step * new
        new /= np.linalg.norm(new)
        change = np.linalg.norm(new - pi)
        pi = new
        if change < 1e-10 * step:
            break
    _, tau = contract(pi.reshape(-1, 3))
    kappa = pi @ hessian @ pi
    return kappa, -abs(tau), 2 / 3 * kappa**3 / tau**2, overlap(start, pi)


spectrum = {name: read("modes", f"/spectra/{name}") for name in FILES["modes"]["spectra"] if name != "eigenvector"}
expected = sorted({(glass, end) for glass, a, b in WELL for end in (a, b)})
assert list(zip(spectrum["glass"], spectrum["minimum"])) == expected, "both minima of every double well, once"
ZERO, CHECKED = {}, 0
fields, scalar, magnitude = names("modes", "/overlaps/field"), read("modes", "/overlaps/scalar"), read("modes", "/overlaps/magnitude")
well_of_overlap, mode = read("modes", "/overlaps/double_well"), read("modes", "/overlaps/mode")
starts, well_of_nonlinear = names("modes", "/nonlinear/start"), read("modes", "/nonlinear/double_well")
converged = names("modes", "/nonlinear/status") == "converged"
figures = {name: read("modes", f"/nonlinear/{name}") for name in ("stiffness", "third_order", "barrier", "overlap_scalar", "overlap_magnitude")}
for row, (glass, minimum) in enumerate(expected):
    model, x = MODELS[glass], POSITION[glass, minimum]
    hessian = model.hessian(x)
    values, vectors = np.linalg.eigh(hessian)
    assert abs(values[:3]).max() < 1e-9 * values[-1] < values[3]
    values, vectors = values[3:], vectors[:, 3:].T
    near("frequencies", spectrum["frequency"][row], np.sqrt(values), 1e-9)
    ratio = 1 / (N * (vectors.reshape(-1, N, 3) ** 2).sum(2).__pow__(2).sum(1))
    near("participation", spectrum["participation_ratio"][row], ratio, 1e-7)
    low = np.sqrt(values) < np.sqrt(values.sum() / (3 * N))
    equal("quasi-localised", spectrum["quasi_localised"][row], low & (ratio < SETTINGS["localised_below"]))
    ZERO[glass, minimum] = np.sqrt(values).sum() / 2
    near("zero point", spectrum["zero_point"][row], ZERO[glass, minimum], 1e-8)
    few = [0, 1, 2, 7, 50, 200]
    near("phonon order", spectrum["phonon_order"][row][few], phonon_order(model, x, vectors[few]), 1e-7)
    contract = model.third_order(x)
    tau = [contract(vectors[k].reshape(-1, 3))[1] for k in few]
    near("third order", spectrum["third_order"][row][few], -abs(np.array(tau)), 1e-6, 1e-8)
    for well, (of, a, b) in enumerate(WELL):
        if (of, a) != (glass, minimum):
            continue
        r_ab = model.displacement(x, POSITION[glass, b])
        saddle = model.displacement(x, read("paths", "/double_wells/saddle_position")[well])
        tangent = read("paths", "/double_wells/tangent_a")[well]
        for name, r in (("displacement", r_ab), ("saddle", saddle), ("tangent", tangent)):
            (k,) = np.flatnonzero((well_of_overlap == well) & (fields == name))
            both = np.array([overlap(r, v) for v in vectors])
            near("c", scalar[k], both[:, 0].max(), 1e-7)
            near("a", magnitude[k], both[:, 1].max(), 1e-7)
            assert both[mode[k], 0] > both[:, 0].max() - 1e-7
        (k,) = np.flatnonzero((well_of_nonlinear == well) & (starts == "displacement"))
        if converged[k]:
            kappa, tau, barrier, (c, m) = nonlinear(hessian, contract, r_ab)
            ours = [figures[name][k] for name in ("stiffness", "third_order", "barrier", "overlap_scalar", "overlap_magnitude")]
            near("nonlinear mode", ours, [kappa, tau, barrier, c, m], 1e-7, 1e-5)
            CHECKED += 1
assert CHECKED > 0, "no nonlinear mode converged"
difference = [ZERO[glass, b] - ZERO[glass, a] for glass, a, b in WELL]
near("difference of zero points", read("modes", "/zero_point_difference"), difference, 1e-8)
near("the same in tunnelling.h5", read("tunnelling", "/zero_point_difference"), difference, 1e-8)

# --- along the paths -----------------------------------------------------------------------------------------------
well, s, zero = (read("modes", f"/path_hessians/{name}") for name in ("double_well", "arc_length", "zero_point"))
eigenvalue = read("modes", "/path_hessians/eigenvalue")
for k in set(well):
    rows = np.flatnonzero(well == k)
    assert (np.diff(s[rows]) > 0).all() and s[rows[0]] < 0.0 == s[rows[1]], "one point beyond the lower minimum"
    rows = rows[1:-1]
    glass, a, b = WELL[k]
    for end, row in ((a, rows[0]), (b, rows[-1])):
        lowest = np.linalg.eigvalsh(MODELS[glass].hessian(POSITION[glass, end]))[3:13]
        near("ten lowest at an end of a path", eigenvalue[row], lowest, 1e-5 * abs(lowest).max())
        # the tangent is close to an eigenvector there: what is missing is less than the largest frequency and more than none
        assert ZERO[glass, end] - 0.5 * spectrum["frequency"].max() < zero[row] < ZERO[glass, end]

# --- the density of states -----------------------------------------------------------------------------------------
first = [next(row for row, (of, _) in enumerate(expected) if of == glass) for glass in sorted({g for g, _ in expected})]
edges, integrated = read("modes", "/density_of_states/frequency"), read("modes", "/density_of_states/integrated")
omega = spectrum["frequency"][first]
near("I(omega)", integrated, [(omega <= edge).mean() for edge in edges], 1e-12)
print(f"{len(expected)} spectra, {len(WELL)} double wells, {CHECKED} nonlinear modes from r_AB")
