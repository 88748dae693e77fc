"""combine.py COMBINED TIME EQUILIBRATED DIR...: recomputes every column of a combined file from the files of the campaigns.
TIME: nan for the whole exploration; EQUILIBRATED: 1 to leave out the other glasses. Prints the rows."""
import re
import sys

import h5py
import numpy as np

combined, time, equilibrated = h5py.File(sys.argv[1]), float(sys.argv[2]), sys.argv[3] == "1"
pools = {}
for directory in sys.argv[4:]:
    tunnelling = h5py.File(f"{directory}/tunnelling.h5")
    key = float(re.search(r"^prepare.temperature = (.*)$", tunnelling.attrs["deck_keys"], re.M)[1])
    pools.setdefault(key, []).append((int(tunnelling.attrs["seed"]), directory))


def file(directory, name):
    try:
        return h5py.File(f"{directory}/{name}.h5")
    except FileNotFoundError:
        return None


def names(data):
    known = {number: name for name, number in h5py.check_enum_dtype(data.dtype).items()}
    return np.array([known[number] for number in data[:]])


def same(name, found, due, tolerance=1e-12):
    assert np.isclose(found, due, rtol=tolerance, atol=0, equal_nan=True), (name, found, due)


z = 0.994457883209753


def limits(per_glass):
    """68 % limits of the total, from a gamma distribution with the spread between glasses."""
    total, n = sum(per_glass), len(per_glass)
    if total == 0:
        return 0, -np.log(0.32)
    t = {1: 1.818993, 2: 1.311578, 3: 1.188929, 4: 1.134397, 5: 1.103668, 6: 1.083976, 7: 1.070287}[n - 1] / z if n > 1 else 1
    f = max(1, np.var(per_glass, ddof=1) / (total / n)) * t**2 if n > 1 else 1
    quantile = lambda a, z: a * max(0, 1 - 1 / (9 * a) + z / (3 * np.sqrt(a))) ** 3
    return f * quantile(total / f, -z), f * quantile(total / f + 1, z)


row = 0
for temperature in sorted(pools):
    pool = [directory for _, directory in sorted(pools[temperature])]
    for unit in sorted(set(file(pool[0], "tunnelling")) - {"timing", "zero_point_difference"}):
        minima = wells = systems = glasses = 0
        calm = sum(file(directory, "glasses")["glasses/equilibrated"][:].sum() for directory in pool)
        active, active_ever, moduli, quartic, ratio = [], [], [], [], (np.nan, np.nan, False)
        for directory in pool:
            prepared, landscape, paths = (file(directory, name) for name in ("glasses", "landscape", "paths"))
            levels = file(directory, "tunnelling")[unit]
            particles = prepared["glasses/species"].shape[1]
            kt_q = 2 * np.pi / levels.attrs["reduced_mass"]
            keys = landscape.attrs["deck_keys"]
            step = np.prod([float(re.search(rf"^explore.{key} = (.*)$", keys, re.M)[1]) for key in ("time_step", "quench_every")])
            well = {name: paths[f"double_wells/{name}"][:] for name in ("glass", "exchange", "first_seen", "local")}
            papers = ~well["exchange"] & (names(paths["double_wells/rule"]) == "both_ways")
            for glass in np.flatnonzero(prepared["glasses/equilibrated"][:] | (not equilibrated)):
                glasses += 1
                visited = landscape["visits/minimum"][:][landscape["visits/glass"][:] == glass]
                growth = landscape["growth/glass"][:] == glass
                for at, count in zip(landscape["growth/time"][growth], landscape["growth/minima"][growth]):
                    assert len(set(visited[: round(at / step)]) - {-1}) == count
                if np.isnan(time):
                    minima += np.count_nonzero(landscape["minima/glass"][:] == glass)
                else:
                    minima += len(set(visited[: int(time / step + 1e-6)]) - {-1})
                ever = papers & (well["glass"] == glass)
                mine = ever & (np.isnan(time) | (well["first_seen"] <= time + 1e-6))
                wells += mine.sum()
                systems += len(set(well["local"][mine]))
                active.append((mine & (levels["splitting"][:] < kt_q)).sum())
                active_ever.append((ever & (levels["splitting"][:] < kt_q)).sum())
                if elasticity := file(directory, "elasticity"):
                    moduli += [[elasticity[f"moduli/{name}"][glass] for name in ("shear", "bulk")]]
            if modes := file(directory, "modes"):
                quartic += len(modes["density_of_states/glass"]) * [modes["density_of_states"].attrs["a4_reduced"]]
            if relaxation := file(directory, "relaxation"):
                group, fit = relaxation["relaxation"], relaxation["relaxation"].attrs
                here = group["temperature"][:] == temperature
                if here.any():
                    ratio = group["tau_alpha"][here][0] / fit["tau_onset"], group["tau_alpha_error"][here][0] / fit["tau_onset"], False
                else:
                    law = [(1 / t - 1 / fit["parabolic_temperature"]) ** 2 for t in (temperature, fit["t_g_parabolic"])]
                    ratio = 1e12 * np.exp(fit["parabolic_energy"] ** 2 * (law[0] - law[1])), None, True
        found = {name: data[row] for name, data in combined["campaigns"].items()}
        n0 = {name: sum(counts) / (glasses * particles * kt_q) for name, counts in (("n0", active_ever), ("n0_at_time", active))}
        due = dict(temperature=temperature, relaxation_ratio=ratio[0], extrapolated=ratio[2], campaigns=len(pool), glasses=glasses, equilibrated=calm)
        due |= dict(minima=minima, double_wells=wells, local_systems=systems, active=sum(active), particles=particles, kT_Q=kt_q)
        due |= dict(minima_per_glass=minima / glasses, wells_per_minimum=wells / minima, active_per_well=sum(active) / wells if wells else np.nan)
        due |= dict(n0=n0["n0"], n0_at_time=np.nan if np.isnan(time) else n0["n0_at_time"], a4_reduced=np.mean(quartic or np.nan))
        due |= dict(zip(("shear", "bulk"), np.nanmean(moduli, axis=0) if moduli else (np.nan, np.nan)))
        if ratio[1] is not None:
            due["relaxation_ratio_error"] = ratio[1]
        else:
            assert 0 < found["relaxation_ratio_error"] < np.inf
        for name, value in due.items():
            same(name, found.pop(name), value)
        assert found.pop("unit").decode() == unit
        product = np.prod([combined[f"campaigns/{name}"][row] for name in ("minima_per_glass", "wells_per_minimum", "active_per_well")])
        if wells:
            same("Eq. 3", product / (particles * kt_q), n0["n0_at_time"])
        for name, counts in (("n0", active_ever), ("n0_at_time", active)):
            for limit, of in zip(limits(counts), ("lower", "upper")):
                value = found.pop(f"{name}_{of}")
                unknown = name == "n0_at_time" and np.isnan(time)
                # the quantile of Student's distribution is known to 1e-4
                assert np.isnan(value) if unknown else abs(value * glasses * particles * kt_q - limit) < 1e-3 * (1 + limit), (name, of, value)
        if len(pool) == 1 and not equilibrated:
            density = file(pool[0], "tunnelling")[unit]["density"].attrs
            same("n0", combined["campaigns/n0"][row], density["n0"])
            for place, of in enumerate(("lower", "upper")):
                same(of, combined[f"campaigns/n0_{of}"][row], density["errors"][place])
        found.pop("name"), found.pop("relaxation_ratio_error", None)
        assert not found, found
        print(temperature, unit, glasses, minima, wells, systems, sum(active), sum(active_ever))
        row += 1
assert row == len(combined["campaigns/n0"])
order = [(seed, directory) for temperature in sorted(pools) for seed, directory in sorted(pools[temperature])]
assert [(int(seed), name.decode()) for seed, name in zip(combined["sources/seed"], combined["sources/directory"])] == order
for name, hash in zip(combined["sources/directory"], combined["sources/deck_hash"]):
    assert file(name.decode(), "tunnelling").attrs["deck_hash"] == hash.decode()


def described(name, data):
    if isinstance(data, h5py.Dataset):
        assert data.attrs["units"] and len(data.attrs["description"]) > 3 and data.attrs["checksum"] >= 0, name


combined.visititems(described)
same("at_time", combined.attrs["at_time"], time)
assert combined.attrs["equilibrated_only"] == equilibrated and combined.attrs["glasswell_layout"] == 2
