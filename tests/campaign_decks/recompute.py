"""recompute.py DIRECTORY PRESET: everything in a campaign's files that can be computed again, computed again from the
formulas of the papers, with plain sums over all pairs and dense matrices."""
import math

import h5py
import numpy as np

from models import DECK, DENSITY, FILES, PRESET, Model, equal, names, near, read, spline

TIME_STEP = {"pss": 0.01, "tlj": 0.0025}[PRESET]
TOLERANCE = 1e-9

# --- glasses --------------------------------------------------------------------------------------------------------
GLASSES, N = read("glasses", "/glasses/species").shape
MODELS = [Model(glass) for glass in range(GLASSES)]
assert (GLASSES, N) == (DECK["prepare"]["glasses"], DECK["model"]["particles"])
for glass, model in enumerate(MODELS):
    x = read("glasses", "/glasses/position")[glass]
    assert (x >= 0).all() and (x < model.box).all(), "positions are in the box"
    near("density", N / model.box.prod(), DENSITY, relative=1e-12)
    near("energy of a glass", read("glasses", "/glasses/energy")[glass], model.energy(x) / N, 1e-10)
    pressure = DENSITY * DECK["prepare"]["temperature"] + model.virial_pressure(x)
    near("pressure of a glass", read("glasses", "/glasses/pressure")[glass], pressure, 1e-8)
    assert read("glasses", "/glasses/inherent_energy")[glass] < read("glasses", "/glasses/energy")[glass] - 0.01
    counts = np.bincount(read("glasses", "/glasses/species")[glass], minlength=3)
    equal("species", counts, [N, 0, 0] if PRESET == "pss" else [4 * N // 6, N // 6, N // 6])
    if PRESET == "pss":
        q, low, high = (np.arange(N) + 0.5) / N, 0.73**-2, 1.62**-2
        near("diameters", np.sort(read("glasses", "/glasses/diameter")[glass]), (low - q * (low - high)) ** -0.5, 1e-12)
assert len({tuple(row) for row in read("glasses", "/glasses/position")[:, 0]}) == GLASSES, "glasses are independent"

# --- landscape ------------------------------------------------------------------------------------------------------
EXPLORE = DECK["explore"]
MINIMA = {}
glass_of, index, energy = (read("landscape", f"/minima/{name}") for name in ("glass", "index", "energy"))
position, residual = read("landscape", "/minima/position"), read("landscape", "/minima/residual")
for row, glass in enumerate(glass_of):
    model = MODELS[glass]
    assert (position[row] >= 0).all() and (position[row] < model.box).all()
    near("energy of a minimum", energy[row], model.energy(position[row]), 1e-9)
    assert residual[row] < TOLERANCE
    near("residual", residual[row], abs(model.forces(position[row])).max(), 1e-11)
    MINIMA[glass, index[row]] = (position[row], energy[row])
visits = {name: read("landscape", f"/visits/{name}") for name in ("glass", "run", "step", "minimum", "force_evaluations")}
order = list(zip(visits["glass"], visits["run"], visits["step"]))
assert order == sorted(order) and len(order) == GLASSES * EXPLORE["runs"] * EXPLORE["quenches"]
assert (visits["force_evaluations"] > 0).all()
transitions, first_seen, growth, stays, arrivals = {}, {}, [], [], {}
for glass in range(GLASSES):
    of = glass_of == glass
    equal("indices", index[of], np.arange(of.sum()))
    tie = 1e-10 * N * max(1.0, abs(energy[of] / N).max())
    assert (np.diff(energy[of]) > -tie).all(), "minima by rising energy"
    for a in range(of.sum()):
        for b in range(a + 1, of.sum()):
            if abs(energy[of][a] - energy[of][b]) <= tie:
                d = MODELS[glass].displacement(position[of][a], position[of][b])
                assert np.sqrt((d**2).sum(1)).max() > 1e-3, ("one minimum twice", a, b)
    rows = np.flatnonzero(visits["glass"] == glass)
    minimum = visits["minimum"][rows]
    equal("visits", read("landscape", "/minima/visits")[of], np.bincount(minimum[minimum >= 0], minlength=of.sum()))
    known, pairs, begin, censored, curve = set(), set(), None, True, []
    for number, row in enumerate(rows):
        m, before = visits["minimum"][row], rows[number - 1]
        same_run = number > 0 and visits["run"][before] == visits["run"][row]
        if same_run:
            assert visits["step"][row] - visits["step"][before] == EXPLORE["quench_every"]
        previous = visits["minimum"][before] if same_run else -1
        if m >= 0:
            known.add(m)
            first_seen.setdefault((glass, m), visits["step"][row] * TIME_STEP)
        if m >= 0 and previous >= 0 and m != previous:
            pairs.add((previous, m))
            entry = transitions.setdefault((glass, previous, m), [0, visits["step"][row] * TIME_STEP])
            entry[0] += 1
            arrivals.setdefault((glass, *sorted((previous, m))), []).append((previous < m, number + 1, visits["run"][row]))
            stays.append((glass, visits["run"][row], previous, (visits["step"][row] - begin) * TIME_STEP, censored))
        if m < 0 or m != previous:
            begin, censored = visits["step"][row], m < 0 or previous < 0
        curve.append((len(known), len(pairs)))
    of_growth = read("landscape", "/growth/glass") == glass
    time = read("landscape", "/growth/time")[of_growth]
    quenches = np.rint(time / (EXPLORE["quench_every"] * TIME_STEP)).astype(int)
    near("growth time", time, quenches * EXPLORE["quench_every"] * TIME_STEP, 1e-12)
    assert quenches[-1] == len(rows) and (np.diff(quenches) > 0).all()
    found = [read("landscape", f"/growth/{name}")[of_growth] for name in ("minima", "transitions")]
    equal("growth", np.transpose(found), [curve[q - 1] for q in quenches])
near("first seen", read("landscape", "/minima/first_seen"), [first_seen[key] for key in zip(glass_of, index)], 1e-12)
columns = [read("landscape", f"/transitions/{name}") for name in ("glass", "from", "to", "count", "first_seen")]
equal("transitions", list(zip(*columns[:3])), sorted(transitions))
equal("counts", columns[3], [transitions[key][0] for key in sorted(transitions)])
near("arrivals", columns[4], [transitions[key][1] for key in sorted(transitions)], 1e-12)
columns = [read("landscape", f"/persistence/{name}") for name in ("glass", "run", "minimum", "time", "left_censored")]
near("persistence", np.transpose(columns), np.array(stays, float).reshape(-1, 5), 1e-12)
# residences whose beginning was observed: (steps, whether the end was observed), and their survival by Kaplan and Meier
survival = []
for glass in range(GLASSES):
    rows = np.flatnonzero(visits["glass"] == glass)
    begun = [(round(t / TIME_STEP), True) for g, _, _, t, left in stays if g == glass and not left]
    for number, row in enumerate(rows):
        last = number + 1 == len(rows) or visits["run"][rows[number + 1]] != visits["run"][row]
        if visits["minimum"][row] >= 0 and (last or visits["minimum"][rows[number + 1]] < 0):
            first = number
            while first > 0 and visits["run"][rows[first - 1]] == visits["run"][row] and visits["minimum"][rows[first - 1]] == visits["minimum"][row]:
                first -= 1
            entered = first > 0 and visits["run"][rows[first - 1]] == visits["run"][row] and visits["minimum"][rows[first - 1]] >= 0
            begun += [(visits["step"][row] - visits["step"][rows[first]], False)] if entered else []
    share = 1.0
    for steps in sorted({t for t, seen in begun if seen}):
        risk, ended = sum(t >= steps for t, _ in begun), sum(t == steps and seen for t, seen in begun)
        share *= 1 - ended / risk
        survival.append((glass, steps * TIME_STEP, share, risk, ended))
columns = [read("landscape", f"/persistence/survival/{name}") for name in ("glass", "time", "survival", "at_risk", "ended")]
near("survival", np.transpose(columns), np.array(survival, float).reshape(-1, 5), 1e-12)

# --- paths ----------------------------------------------------------------------------------------------------------
candidates = []
for glass in range(GLASSES):
    count = lambda a, b: transitions.get((glass, a, b), [0])[0]
    for a, b in sorted({(min(a, b), max(a, b)) for g, a, b in transitions if g == glass}):
        ab, ba = count(a, b), count(b, a)
        least = DECK["connect"].get("minimum_visits", 1)
        if ab + ba >= least if PRESET == "pss" else min(ab, ba) >= least:
            candidates.append((glass, a, b, ab, ba))
columns = [read("paths", f"/candidates/{name}") for name in ("glass", "a", "b", "count_ab", "count_ba")]
equal("candidates", list(zip(*columns)), candidates)
for row, glass in enumerate(read("paths", "/minima/glass")):
    number, x, e = (read("paths", f"/minima/{name}")[row] for name in ("index", "position", "energy"))
    assert number >= (glass_of == glass).sum() and (glass, number) not in MINIMA
    near("energy of a found minimum", e, MODELS[glass].energy(x), 1e-9)
    assert abs(MODELS[glass].forces(x)).max() < TOLERANCE + 1e-11
    MINIMA[glass, number] = (x, e)
WELLS = {name: item[()] for name, item in FILES["paths"]["double_wells"].items() if isinstance(item, h5py.Dataset)}
WELLS["length_method"] = names("paths", "/double_wells/length_method")
ARC, PROFILE = (read("paths", f"/double_wells/profile/{name}") for name in ("arc_length", "energy"))
COUNT = len(WELLS["glass"])
assert COUNT >= 1, "the library is empty"
keys = list(zip(WELLS["glass"], WELLS["a"], WELLS["b"]))
WELLS["rule"] = names("paths", "/double_wells/rule")
PARTS = {}
for glass, a, b, part_a, part_b in zip(*(read("paths", f"/parts/{name}") for name in ("glass", "a", "b", "part_a", "part_b"))):
    PARTS.setdefault((glass, a, b), set()).add((glass, part_a, part_b))


def pairs_of(key):
    """A pair, and those into which its path was split."""
    reached, left = {key}, [key]
    while left:
        new = PARTS.get(left.pop(), set()) - reached
        reached |= new
        left += new
    return reached


# the arrival with which each candidate satisfied the visit rule
FULFILLED = (lambda ab, ba: ab + ba >= 2) if PRESET == "pss" else (lambda ab, ba: min(ab, ba) >= 1)
SIGHTINGS = {}
for key in (row[:3] for row in candidates):
    ups = [up for up, *_ in arrivals[key]]
    number = next(n for n in range(len(ups)) if FULFILLED(sum(ups[: n + 1]), n + 1 - sum(ups[: n + 1])))
    for pair in pairs_of(key):
        SIGHTINGS[pair] = min(SIGHTINGS.get(pair, (math.inf, 0)), arrivals[key][number][1:])
assert keys == sorted(set(keys)), "each double well once, in order"
WELLS["status"] = names("paths", "/double_wells/status")
assert set(WELLS["status"]) <= {"converged", "descent_failed"}
assert (WELLS["length_method"][WELLS["status"] == "descent_failed"] == "spline").all()
converged = np.isin(names("paths", "/candidates/status"), ["converged", "descent_failed"])
assert {row[:3] for row, kept in zip(candidates, converged) if kept} <= set(keys)
for row, (glass, a, b) in enumerate(keys):
    model, (xa, ea), (xb, eb) = MODELS[glass], MINIMA[glass, a], MINIMA[glass, b]
    well = {name: column[row] for name, column in WELLS.items()}
    assert candidates[well["parent"]][0] == glass
    assert well["asymmetry"] >= 0 and well["barrier"] > 0
    near("asymmetry", well["asymmetry"], eb - ea, 2e-9)
    near("barrier", well["barrier"], well["activation"] - well["asymmetry"] / 2, 1e-12)
    near("activation", well["activation"], well["saddle_energy"] - ea, 2e-9)
    saddle = well["saddle_position"]
    assert (saddle >= 0).all() and (saddle < model.box).all()
    near("saddle energy", well["saddle_energy"], model.energy(saddle), 1e-9)
    assert well["saddle_residual"] < 1e-8
    near("saddle residual", well["saddle_residual"], abs(model.forces(saddle)).max(), 1e-10)
    eigenvalues = np.linalg.eigvalsh(model.hessian(saddle))
    assert (eigenvalues < -1e-6).sum() == 1 == well["negative_modes"], eigenvalues[:6]
    assert (abs(eigenvalues) < 1e-6).sum() == 3, eigenvalues[:6]
    d = model.displacement(xa, xb)
    squares = (d**2).sum(1)
    near("distance", well["distance"], math.sqrt(squares.sum()), 1e-6)
    near("participation ratio", well["participation_ratio"], squares.sum() ** 2 / (squares**2).sum(), relative=1e-5)
    near("components", well["participation_ratio_components"], squares.sum() ** 2 / (d**4).sum(), relative=1e-5)
    assert well["length"] >= well["distance"] * (1 - 1e-6), "a path is no shorter than its chord"
    assert well["band_length"] >= well["distance"] * (1 - 1e-3)
    near("length of the profile", ARC[row, -1] - ARC[row, 0], well["length"], relative=1e-9)
    assert (np.diff(ARC[row]) > 0).all()
    near("end of the profile", PROFILE[row, -1] - PROFILE[row, 0], well["asymmetry"], 1e-7)
    top = PROFILE[row].max() - PROFILE[row, 0]
    assert top <= well["activation"] + 1e-4 and top > 0.98 * well["activation"] - 1e-3, (top, well["activation"])
    if well["length_method"] == "descent":
        near("curvature of the saddle", well["curvature_saddle"], eigenvalues[0], relative=1e-2)
        # steepest descent arrives along a soft mode: its eigenvalue, below what any other direction has
        soft = np.linalg.eigvalsh(model.hessian(xa))
        assert np.abs(soft - well["curvature_a"]).min() < 0.02 * well["curvature_a"], well["curvature_a"]
    tangent = well["tangent_a"]
    near("tangent", (tangent**2).sum(), 1.0, 1e-9)
    snapshots, run = SIGHTINGS[glass, min(a, b), max(a, b)]
    near("first seen of a well", well["first_seen"], snapshots * EXPLORE["quench_every"] * TIME_STEP, relative=1e-14)
    assert well["first_run"] == run and well["rule"] == "both_ways"
    near("displacement", well["displacement"], d, 1e-6)

# --- near pairs -----------------------------------------------------------------------------------------------------
LIMITS = {"largest_distance": 2.0, "largest_difference": 1.0, "displacements": 3}
PAIRS = {name: read("paths", f"/pairs/{name}") for name in FILES["paths"]["/pairs"]}
rejected = zip(*(read("paths", f"/rejected/{name}") for name in ("glass", "a", "b")), names("paths", "/rejected/status"))
sought = {(glass, min(a, b), max(a, b)): status for glass, a, b, status in rejected}
sought.update({(glass, min(a, b), max(a, b)): status for (glass, a, b), status in zip(keys, WELLS["status"])})
joined = {row[:3] for row in candidates}
row = 0
for glass in range(GLASSES):
    of = glass_of == glass
    for a in range(of.sum()):
        for b in range(a + 1, of.sum()):
            d = MODELS[glass].displacement(position[of][a], position[of][b])
            squares = (d**2).sum(1)
            difference = energy[of][b] - energy[of][a]
            if squares.sum() > LIMITS["largest_distance"] ** 2 or difference > LIMITS["largest_difference"]:
                continue
            pair = {name: column[row] for name, column in PAIRS.items()}
            equal("near pair", [pair["glass"], pair["a"], pair["b"]], [glass, a, b])
            near("distance", pair["distance"], math.sqrt(squares.sum()), relative=1e-9)
            near("energy difference", pair["energy_difference"], abs(difference), 1e-11)
            near("participation", pair["participation_ratio"], squares.sum() ** 2 / (squares**2).sum(), relative=1e-8)
            most = np.argsort(-squares)[: LIMITS["displacements"]]
            near("largest displacements", pair["largest_displacements"], np.sqrt(squares[most]), 1e-9)
            apart = position[of][a][most[1:]] - position[of][a][most[0]]
            apart -= MODELS[glass].box * np.round(apart / MODELS[glass].box)
            near("separations", pair["separations"], np.sqrt((apart**2).sum(1)), 1e-9)
            ways = [transitions.get((glass, *way), (0,))[0] for way in ((a, b), (b, a))]
            equal("counts", [pair["count_ab"], pair["count_ba"]], ways)
            key = (glass, a, b)
            equal("status", names("paths", "/pairs/status")[row], sought.get(key, "not_sought"))
            chosen = "transitions" if key in joined else "part" if key in sought else "no"
            equal("chosen", names("paths", "/pairs/chosen")[row], chosen)
            assert math.isnan(pair["predicted_splitting"])
            row += 1
assert row == len(PAIRS["glass"]) and row > len(keys), row
equal("no search", read("paths", "/screening/chosen"), np.zeros(0))


# --- local systems --------------------------------------------------------------------------------------------------
def average_linkage(similarity, threshold):
    """Classes: the two most similar ones are joined while their mean similarity is at least the threshold."""
    classes = [[row] for row in range(len(similarity))]
    while len(classes) > 1:
        pairs = [(similarity[np.ix_(p, q)].mean(), i, j) for j, q in enumerate(classes) for i, p in enumerate(classes[:j])]
        mean, i, j = max(pairs)
        if mean < threshold:
            break
        classes[i] += classes.pop(j)
    return sorted(sorted(one) for one in classes)


LOCAL = {name: item[()] for name, item in FILES["paths"]["local_systems"].items()}
first = 0
for glass in range(GLASSES):
    rows = np.flatnonzero(WELLS["glass"] == glass)
    of = LOCAL["glass"] == glass
    equal("numbers of local systems", LOCAL["local"][of], np.arange(of.sum()))
    field = WELLS["displacement"][rows]
    field = field.reshape(len(rows), 3 * field.shape[1])
    field /= np.linalg.norm(field, axis=1)[:, None]
    cosine = field @ field.T
    exchange = WELLS["exchange"][rows]
    expected = average_linkage(np.where(exchange[:, None] == exchange, abs(cosine), 0), 0.98)
    found = [np.flatnonzero(WELLS["local"][rows] == local).tolist() for local in range(of.sum())]
    equal("local systems", sorted(found), expected)
    lower = [MINIMA[glass, a][1] for a in WELLS["a"][rows]]
    for members, row in zip(found, np.flatnonzero(of)):
        best = min(members, key=lambda member: (lower[member], member))
        equal("representative", LOCAL["representative"][row], rows[best])
        equal("members", LOCAL["members"][row], len(members))
        signed = np.where(cosine[best, members] < 0, -1, 1) * WELLS["asymmetry"][rows[members]]
        if len(members) > 1:
            near("spread", LOCAL["asymmetry_spread"][row], signed.std(ddof=1), 1e-8)
        else:
            assert np.isnan(LOCAL["asymmetry_spread"][row])
growth = {name: read("paths", f"/growth/{name}") for name in ("glass", "time", "double_wells", "local_systems")}
equal("times of growth", growth["time"], read("landscape", "/growth/time"))
for row, (glass, time) in enumerate(zip(growth["glass"], growth["time"])):
    seen = (WELLS["glass"] == glass) & (WELLS["first_seen"] <= time) & ~WELLS["exchange"]
    equal("growth of double wells", growth["double_wells"][row], seen.sum())
    equal("growth of local systems", growth["local_systems"][row], len(set(WELLS["local"][seen])))
REPRESENTS = np.isin(np.arange(COUNT), LOCAL["representative"])
print(f"{len(LOCAL['glass'])} local systems of {COUNT} double wells, {(~WELLS['exchange']).sum()} without exchanges")


# --- tunnelling -----------------------------------------------------------------------------------------------------
def lowest_levels(row, mass, points=701):
    """Two levels by a sinc basis (Colbert and Miller 1992) on the profile and its parabolas."""
    length, profile = WELLS["length"][row], PROFILE[row] - PROFILE[row, 0]
    curvature = [WELLS[name][row] * length**2 for name in ("curvature_a", "curvature_b")]
    heavy = mass * length**2
    quantum = math.sqrt(max(curvature) / heavy)
    # the two lowest levels lie within two quanta of the lower minimum, and their tails end soon after
    top = min(profile.max(), 6 * quantum) + 3 * quantum
    reach = [1.0 * math.sqrt(2 * top / k) + 6 / (k * heavy) ** 0.25 for k in curvature]
    xi = np.linspace(-reach[0], 1 + reach[1], points)
    v = spline((ARC[row] - ARC[row, 0]) / length, profile, np.clip(xi, 0, 1))
    v += np.where(xi < 0, curvature[0] * xi**2 / 2, 0) + np.where(xi > 1, curvature[1] * (xi - 1) ** 2 / 2, 0)
    step = xi[1] - xi[0]
    difference = np.subtract.outer(np.arange(points), np.arange(points))
    with np.errstate(divide="ignore"):
        kinetic = np.where(difference == 0, math.pi**2 / 3, 2.0 * (-1.0) ** difference / difference**2.0)
    return np.linalg.eigvalsh(kinetic / (2 * heavy * step**2) + np.diag(v))[:2]


def reflected_levels(row, mass, points=500):
    """Two levels between walls (Colbert and Miller 1992) with each well reflected about its minimum up to the saddle."""
    length, profile = WELLS["length"][row], PROFILE[row] - PROFILE[row, 0]
    own = (ARC[row] - ARC[row, 0]) / length
    saddle = own[profile.argmax()]
    left, width = -saddle, 2.0
    xi = left + width * np.arange(1, points) / points
    known = np.concatenate([-own[(own > 0) & (own <= saddle)][::-1], own, 2 - own[(own < 1) & (own >= saddle)][::-1]])
    values = np.concatenate([profile[(own > 0) & (own <= saddle)][::-1], profile, profile[(own < 1) & (own >= saddle)][::-1]])
    v = spline(known, values, xi)
    i, j = np.meshgrid(np.arange(1, points), np.arange(1, points), indexing="ij")
    with np.errstate(divide="ignore"):
        off = 1 / np.sin(np.pi * (i - j) / (2 * points)) ** 2 - 1 / np.sin(np.pi * (i + j) / (2 * points)) ** 2
    on = (2 * points**2 + 1) / 3 - 1 / np.sin(np.pi * i / points) ** 2
    kinetic = (-1.0) ** (i - j) * np.where(i == j, on, off) * np.pi**2 / (4 * mass * length**2 * width**2)
    return np.linalg.eigvalsh(kinetic + np.diag(v))[:2]


K_B = 1.380649e-23
MASSES = {"pss": {"argon": 4000, "nickel-phosphorus": 30000}, "tlj": {"argon": 1200, "nickel-phosphorus": 5250}}[PRESET]
# sigma [m] and epsilon [J]
CONSTANTS = {
    "pss": {"argon": (3.4e-10, 6.6e-21), "nickel-phosphorus": (2.21e-10, 6.14e-20)},
    "tlj": {"argon": (3.405e-10, 125.2 * K_B), "nickel-phosphorus": (2.21e-10, 934 * K_B)},
}[PRESET]
asked = DECK["tunnel"].get("units", list(MASSES)) + list(DECK["tunnel"]["reduced_mass"])
assert sorted(asked) == sorted(set(FILES["tunnelling"]) - {"timing"})
for unit in asked:
    group = FILES["tunnelling"][unit]
    mass = MASSES.get(unit, DECK["tunnel"]["reduced_mass"].get(unit))
    quantum = 2 * math.pi / mass
    near("mass", group.attrs["reduced_mass"], mass)
    near("k_B T_Q", group.attrs["kT_Q"], quantum, relative=1e-14)
    splitting, levels, kind = group["splitting"][()], group["levels"][()], names("tunnelling", f"/{unit}/kind")
    assert splitting.shape == (COUNT,) and np.isfinite(splitting).all()
    near("splitting", splitting, levels[:, 1] - levels[:, 0], 1e-15, 1e-10)
    assert (np.diff(levels, axis=1) > 0).all()
    equal("active", group["active"][()], splitting < quantum)
    for row in range(COUNT):
        if all(WELLS[name][row] > 0 for name in ("curvature_a", "curvature_b")):
            ours = lowest_levels(row, mass)
            near(f"levels, {unit} {row}", levels[row, :2], ours, relative=1e-4)
            near(f"splitting, {unit} {row}", splitting[row], ours[1] - ours[0], relative=1e-3)
        mirrored = reflected_levels(row, mass)
        near(f"reflected, {unit} {row}", group["splitting_reflected"][row], mirrored[1] - mirrored[0], relative=1e-3)
        above = levels[row, 1] >= WELLS["activation"][row]
        assert (kind[row] == "no_barrier") == above, (unit, row, kind[row])
    real = ~WELLS["exchange"]
    groups = {"density": real, "density_tunnelling": real & (kind == "tunnelling"), "density_local": real & REPRESENTS}
    table = {name: item[()] for name, item in group["n0"].items()}
    table |= {name: names("tunnelling", f"/{unit}/n0/{name}") for name in ("rule", "counting", "kind", "continuation")}
    combinations = list(zip(table["rule"], table["counting"], table["kind"], table["continuation"]))
    kinds = [(c, k, v) for c in ("rows", "local") for k in ("all", "tunnelling") for v in ("parabola", "reflected")]
    equal("table of n0", combinations, [("both_ways", *kind) for kind in kinds])
    equal("headline", table["headline"], [True] + 7 * [False])
    for row, (_, counting, of_kind, continuation) in enumerate(combinations):
        counted = real & ((counting == "rows") | REPRESENTS) & ((of_kind == "all") | (kind == "tunnelling"))
        sample = {"parabola": splitting, "reflected": group["splitting_reflected"][()]}[continuation][counted]
        equal("wells", table["wells"][row], (sample < quantum).sum())
        near("n0 of the table", table["value"][row], table["wells"][row] / (N * GLASSES * quantum), relative=1e-12)
        assert table["lower"][row] <= table["value"][row] <= table["upper"][row]
    equal("headline is n0", table["value"][0], group["density"].attrs["n0"])
    equal("times of active ones", group["growth/time"][()], growth["time"])
    for row, (glass, time) in enumerate(zip(growth["glass"], growth["time"])):
        active = (WELLS["glass"] == glass) & (WELLS["first_seen"] <= time) & group["active"][()]
        equal("growth of active ones", group["growth/active"][row], active.sum())
    equal("splitting of a system", group["local_systems/splitting"][()], splitting[LOCAL["representative"]])
    for row, (glass, local) in enumerate(zip(LOCAL["glass"], LOCAL["local"])):
        of = splitting[(WELLS["glass"] == glass) & (WELLS["local"] == local)]
        spread = group["local_systems/splitting_spread"][row]
        assert np.isnan(spread) if len(of) < 2 else abs(spread - of.std(ddof=1)) < 1e-12
    for name, counted in groups.items():
        density = group[name]
        sample = np.sort(splitting[counted])
        equal("staircase", density["splitting"][()], np.unique(sample))
        steps = np.searchsorted(sample, np.unique(sample), side="right")
        near("n(E)", density["cumulative"][()], steps / (N * GLASSES), relative=1e-14)
        counts = [(sample < energy).sum() for energy in (quantum, quantum / 3)]
        equal("counts", density.attrs["counts"], counts)
        near("n0", density.attrs["n0"], counts[0] / (N * GLASSES * quantum), relative=1e-12)
        near("n0_third", density.attrs["n0_third"], counts[1] / (N * GLASSES * quantum / 3), relative=1e-12)
        low, high = density.attrs["errors"][:2]
        assert low <= density.attrs["n0"] <= high
        if counts[0] == 0:
            near("upper limit", high, -math.log(0.32) / (N * GLASSES * quantum), relative=1e-9)
        sigma, epsilon = CONSTANTS.get(unit, (math.nan, math.nan))
        si = density.attrs["n0"] * DENSITY / (epsilon * sigma**3)
        near("n0_SI", density.attrs["n0_SI"], si, relative=1e-12)
    near("T_Q", group.attrs["T_Q_kelvin"], quantum * epsilon / K_B, relative=1e-12)
    near("sigma, epsilon", [group.attrs[name] for name in ("sigma_metre", "epsilon_joule")], [sigma, epsilon], relative=1e-12)
    # the papers round m~ = m sigma^2 epsilon / hbar^2
    of_constants = group.attrs["mass_kilogram"] * sigma**2 * epsilon / 1.054571817e-34**2
    assert math.isnan(epsilon) and math.isnan(of_constants) or abs(of_constants / mass - 1) < 0.1, (of_constants, mass)
    counted = (splitting[real] < quantum).sum()
    method = "poisson_upper_limit" if counted == 0 else "poisson" if GLASSES == 1 else "overdispersed"
    assert group["n0"].attrs["error_method"] == method, (group["n0"].attrs["error_method"], method)
    rates = group["decay_rate"][()] * epsilon / 1.054571817e-34
    near("rate in 1/s", group["decay_rate_per_second"][()], rates, relative=1e-12)
    counted = real & (splitting < quantum)
    status = names("tunnelling", f"/{unit}/status")
    loose = read("glasses", "/glasses/equilibrated")[WELLS["glass"]] == 0
    moving = np.isin(WELLS["glass"], read("landscape", "/runs/glass")[read("landscape", "/runs/diffusing") != 0])
    doubtful = [(counted & flag).sum() for flag in (group["below_floor"][()] != 0, status != "converged", loose, moving)]
    equal("doubtful wells", group["n0"].attrs["doubtful"], doubtful)
    temperature, heat = (group[f"specific_heat/{name}"][()] for name in ("temperature", "value"))
    near("temperatures", temperature[[0, -1]], [quantum / 100, quantum * 10], relative=1e-9)
    x = splitting[~WELLS["exchange"]][:, None] / (2 * temperature)
    with np.errstate(over="ignore"):
        schottky = x**2 / np.cosh(x) ** 2
    near("specific heat", heat, schottky.sum(0) / (N * GLASSES), 1e-300, 1e-10)
    of_systems = schottky[REPRESENTS[real]].sum(0) / (N * GLASSES)
    near("specific heat of systems", group["specific_heat/local"][()], of_systems, 1e-300, 1e-10)
assert FILES["tunnelling"]["light/active"][()].any(), "the deck's own mass makes active ones"
print(f"{COUNT} double wells, {len(glass_of)} minima")
