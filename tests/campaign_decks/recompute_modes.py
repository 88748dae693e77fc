"""recompute_modes.py DIRECTORY PRESET: what modes.h5 says, computed again from the formulas with dense matrices."""
import math

import h5py
import numpy as np

from models import DECK, DIRECTORY, FILES, PRESET, Model, equal, names, near, read, spline

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


def phonon_order(model, x, modes, count):
    """O_k of each mode of `count` held particles, straight from the definition."""
    largest, total = 5, np.zeros(len(modes))
    threshold = 100 / (3 * count - 3)
    for n in np.ndindex(*(3 * [2 * largest + 1])):
        q = 2 * np.pi * (np.array(n) - largest) / model.box
        if not q.any():
            continue
        along = q / np.linalg.norm(q)
        first = np.cross(along, [0, 0, 1])
        if np.linalg.norm(first) < 1e-12:
            first = np.cross(along, [1, 0, 0])
        first /= np.linalg.norm(first)
        wave = np.exp(1j * x @ q) / np.sqrt(count)
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
ZERO, HELD, CHECKED = {}, {}, [0, 0]
fields, scalar, magnitude = names("modes", "/overlaps/field"), read("modes", "/overlaps/scalar"), read("modes", "/overlaps/magnitude")
well_of_overlap, mode = read("modes", "/overlaps/double_well"), read("modes", "/overlaps/mode")
starts, well_of_nonlinear = names("modes", "/nonlinear/start"), read("modes", "/nonlinear/double_well")
converged = names("modes", "/nonlinear/status") == "converged"
figures = {name: read("modes", f"/nonlinear/{name}") for name in ("stiffness", "third_order", "barrier", "overlap_scalar", "overlap_magnitude")}
for row, (glass, minimum) in enumerate(expected):
    model, x = MODELS[glass], POSITION[glass, minimum]
    held = model.held(x)
    HELD[glass, minimum] = held
    count, loose = held.sum(), np.flatnonzero(~held)
    assert spectrum["rattlers"][row] == len(loose)
    hessian = model.hessian(x, held)
    of_held = np.repeat(held, 3)
    values, inner = np.linalg.eigh(hessian[np.ix_(of_held, of_held)])
    assert abs(values[:3]).max() < 1e-9 * values[-1] < values[3]
    values, vectors = values[3:], np.zeros((3 * count - 3, 3 * N))
    vectors[:, of_held] = inner[:, 3:].T
    there = slice(0, 3 * count - 3)
    near("frequencies", spectrum["frequency"][row][there], np.sqrt(values), 1e-9)
    assert np.isnan(spectrum["frequency"][row][3 * count - 3 :]).all(), "modes of loose particles"
    ratio = 1 / (count * (vectors.reshape(-1, N, 3) ** 2).sum(2).__pow__(2).sum(1))
    near("participation", spectrum["participation_ratio"][row][there], ratio, 1e-7)
    low = np.sqrt(values) < np.sqrt(values.sum() / (3 * count))
    equal("quasi-localised", spectrum["quasi_localised"][row][there], low & (ratio < SETTINGS["localised_below"]))
    ZERO[glass, minimum] = np.sqrt(values).sum() / 2
    near("zero point", spectrum["zero_point"][row], ZERO[glass, minimum], 1e-8)
    few = [0, 1, 2, 7, 50, 200]
    near("phonon order", spectrum["phonon_order"][row][few], phonon_order(model, x, vectors[few], count), 1e-7)
    contract = model.third_order(x, held)
    tau = [contract(vectors[k].reshape(-1, 3))[1] for k in few]
    near("third order", spectrum["third_order"][row][few], -abs(np.array(tau)), 1e-6, 1e-8)
    for well, (of, a, b) in enumerate(WELL):
        if (of, a) != (glass, minimum):
            continue
        r_ab = model.displacement(x, POSITION[glass, b], held)
        saddle = model.displacement(x, read("paths", "/double_wells/saddle_position")[well], held)
        tangent = read("paths", "/double_wells/tangent_a")[well]
        for name, r in (("displacement", r_ab), ("saddle", saddle), ("tangent", tangent)):
            (k,) = np.flatnonzero((well_of_overlap == well) & (fields == name))
            both = np.array([overlap(r, v) for v in vectors])
            near("c", scalar[k], both[:, 0].max(), 1e-7)
            near("a", magnitude[k], both[:, 1].max(), 1e-7)
            assert both[mode[k], 0] > both[:, 0].max() - 1e-7
        (k,) = np.flatnonzero((well_of_nonlinear == well) & (starts == "displacement"))
        # slow to converge for packings: one with rattlers and one without are sufficient
        if converged[k] and (PRESET != "harmonic" or CHECKED[len(loose) > 0] < 1):
            kappa, tau, barrier, (c, m) = nonlinear(hessian, contract, r_ab)
            ours = [figures[name][k] for name in ("stiffness", "third_order", "barrier", "overlap_scalar", "overlap_magnitude")]
            near("nonlinear mode", ours, [kappa, tau, barrier, c, m], 1e-7, 1e-5)
            CHECKED[len(loose) > 0] += 1
assert any(CHECKED), "no nonlinear mode converged"
same = [(HELD[glass, a] == HELD[glass, b]).all() for glass, a, b in WELL]
difference = [ZERO[glass, b] - ZERO[glass, a] if kept else math.nan for (glass, a, b), kept in zip(WELL, same)]
near("difference of zero points", read("modes", "/zero_point_difference"), difference, 1e-8)
near("the same in tunnelling.h5", read("tunnelling", "/zero_point_difference"), difference, 1e-8)

# --- along the paths -----------------------------------------------------------------------------------------------
well, s, zero = (read("modes", f"/path_hessians/{name}") for name in ("double_well", "arc_length", "zero_point"))
eigenvalue = read("modes", "/path_hessians/eigenvalue")
for k in sorted(set(well)):
    rows = np.flatnonzero(well == k)
    assert (np.diff(s[rows]) > 0).all() and s[rows[0]] < 0.0 == s[rows[1]], "one point beyond the lower minimum"
    rows = rows[1:-1]
    glass, a, b = WELL[k]
    for end, row in ((a, rows[0]), (b, rows[-1])):
        lowest = np.linalg.eigvalsh(MODELS[glass].hessian(POSITION[glass, end]))[3:13]
        near("ten lowest at an end of a path", eigenvalue[row], lowest, 1e-5 * abs(lowest).max())

def across(model, x, tangent):
    """Sum of omega / 2 of the modes across a unit tangent, and how many are imaginary: the whole matrix."""
    h, t = model.hessian(x), tangent.ravel() / np.linalg.norm(tangent)
    h = h - np.outer(t, t @ h) - np.outer(h @ t, t) + (t @ h @ t) * np.outer(t, t)
    values = np.linalg.eigvalsh(h)
    zero = abs(values) < 1e-9 * values[-1]
    assert zero.sum() == 4, "translations and the tangent"
    return np.sqrt(values[~zero & (values > 0)]).sum() / 2, (values[~zero] < 0).sum()


def descend(model, x, mode, length, steps):
    """Steepest descent from a saddle by so much arc length: positions and tangent. Each step follows the descent in the
    quadratic energy about its start (Page and McIver, J. Chem. Phys. 88, 922 (1988))."""
    h = length / steps
    x = x + h * mode
    for _ in range(steps - 1):
        values, vectors = np.linalg.eigh(model.hessian(x))
        force = vectors.T @ model.forces(x).ravel()
        values = np.where(abs(values) < 1e-9, 1e-9, values)
        time = np.concatenate([[0], np.geomspace(1e-7, 20 * h / np.linalg.norm(force), 1000)])
        speed = np.linalg.norm(force * np.exp(-np.outer(time, values)), axis=1)
        passed = np.concatenate([[0], np.cumsum(np.diff(time) * (speed[1:] + speed[:-1]) / 2)])
        until = np.interp(h, passed, time)
        x = x + (vectors @ (force * -np.expm1(-values * until) / values)).reshape(-1, 3)
    force = model.forces(x)
    return x, force / np.linalg.norm(force)


def levels(energy, mass, left, right, points=801):
    """Two lowest levels of a potential of xi by a sinc basis (Colbert and Miller 1992); mass: m~ d^2."""
    xi = np.linspace(left, right, points)
    difference = np.subtract.outer(np.arange(points), np.arange(points))
    with np.errstate(divide="ignore"):
        kinetic = np.where(difference == 0, np.pi**2 / 3, 2.0 * (-1.0) ** difference / difference**2.0)
    return np.linalg.eigvalsh(kinetic / (2 * mass * (xi[1] - xi[0]) ** 2) + np.diag(energy(xi)))[:2]


imaginary = read("modes", "/path_hessians/imaginary")
read_well = {name: read("paths", f"/double_wells/{name}") for name in ("length", "curvature_a", "curvature_b", "saddle_position", "tangent_a")}
for k in sorted(set(well), key=lambda k: read_well["length"][k])[:1]:
    # the shortest: its descents take the fewest steps
    (glass, a, b), rows = WELL[k], np.flatnonzero(well == k)
    model, arc = MODELS[glass], s[rows]
    top = int(np.nanargmax(read("modes", "/path_hessians/energy")[rows]))
    saddle = read_well["saddle_position"][k]
    values, vectors = np.linalg.eigh(model.hessian(saddle))
    mode = vectors[:, 0].reshape(-1, 3)
    if (mode * model.displacement(saddle, POSITION[glass, b])).sum() < 0:
        mode = -mode
    due, dropped = across(model, saddle, mode)
    print("zero point at the saddle:", zero[rows[top]], due, np.sqrt(values[4:]).sum() / 2)
    assert dropped == imaginary[rows[top]] == 0
    near("across the saddle", zero[rows[top]], due, 1e-5)
    for row in {*range(2, len(rows) - 2)} - {top}:
        away = arc[row] - arc[top]
        x, tangent = descend(model, saddle, np.sign(away) * mode, abs(away), math.ceil(abs(away) / 0.01))
        due, dropped = across(model, x, tangent)
        print("on the way down:", zero[rows[row]], due, imaginary[rows[row]], dropped)
        near("on the way down", zero[rows[row]], due, 1e-2)
        assert dropped == imaginary[rows[row]]
    due, _ = across(model, POSITION[glass, a], read_well["tangent_a"][k])
    print("at a:", zero[rows[1]], due, ZERO[glass, a])
    near("at a", zero[rows[1]], due, 2e-3)
    # one-dimensional Schroedinger equation of V + Z / m~^(1/2)
    (place,) = np.flatnonzero(read("modes", "/followed/double_well") == k)
    profile = [read("paths", f"/double_wells/profile/{name}")[k] for name in ("arc_length", "energy")]
    length = read_well["length"][k]
    xi, energy = (profile[0] - profile[0][0]) / length, profile[1] - profile[1][0]
    curvature = [read_well[name][k] * length**2 for name in ("curvature_a", "curvature_b")]
    z = arc / read("modes", "/followed/length")[place]
    for unit in (name for name, group in FILES["tunnelling"].items() if "reduced_mass" in group.attrs):
        mass = FILES["tunnelling"][unit].attrs["reduced_mass"]
        due = energy[-1] + (zero[rows[-2]] - zero[rows[1]]) / math.sqrt(mass)
        near("asymmetry with Z", read("modes", f"/{unit}/zero_point/asymmetry")[place], due, 1e-12, 1e-9)
        added = zero[rows] / math.sqrt(mass)

        def potential(at):
            inner, reach = np.clip(at, 0, 1), np.clip(at, z[0], z[-1])
            slope = np.where(at < z[0], (added[1] - added[0]) / (z[1] - z[0]), (added[-1] - added[-2]) / (z[-1] - z[-2]))
            parabola = np.where(at < 0, curvature[0] * at**2 / 2, curvature[1] * (at - 1) ** 2 / 2)
            v = spline(xi, energy, inner) + np.where((at < 0) | (at > 1), parabola, 0)
            return v + spline(z, added, reach) - added[1] + slope * (at - reach)

        heavy = mass * length**2
        top = energy.max() + abs(np.ptp(added)) + 3 * math.sqrt(max(curvature) / heavy)
        # a slope of Z moves the wells outwards
        slopes = [abs(added[i] - added[j]) / abs(z[i] - z[j]) for i, j in ((0, 1), (-1, -2))]
        reach = [math.sqrt(2 * top / c) + 6 / (c * heavy) ** 0.25 + 3 * slope / c for c, slope in zip(curvature, slopes)]
        lowest = levels(potential, heavy, -reach[0], 1 + reach[1])
        ours = read("modes", f"/{unit}/zero_point/splitting")[place]
        print(unit, "splitting with Z", ours, lowest[1] - lowest[0], "without", read("tunnelling", f"/{unit}/splitting")[k])
        # the levels of a light mass lie far beyond the path, where V and Z are continued
        near("splitting with Z", ours, lowest[1] - lowest[0], relative=5e-3 if mass > 100 else 3e-2)

# --- the density of states -----------------------------------------------------------------------------------------
first = [next(row for row, (of, _) in enumerate(expected) if of == glass) for glass in sorted({g for g, _ in expected})]
edges, integrated = read("modes", "/density_of_states/frequency"), read("modes", "/density_of_states/integrated")
omega = spectrum["frequency"][first]
near("I(omega)", integrated, [(omega <= edge).mean() for edge in edges], 1e-12)
print(f"{len(expected)} spectra, {len(WELL)} double wells, {sum(CHECKED)} nonlinear modes from r_AB, {CHECKED[1]} with rattlers")
