#!/usr/bin/env python3
"""Keeps the small results of a campaign, and prints tables of all that were kept beside the values of the papers.

    results.py keep CAMPAIGN TARGET    deck, campaign.json, glasses.csv, growth.csv, wells.csv of a finished campaign
    results.py table [FOLDER]          Markdown, from all results in FOLDER (default: docs/results)

Campaigns of one name with different seeds are pooled. Needs h5py (keep) and NumPy. Errors are 68 %: of counts by the formula of
docs/files.md ("The limits of n0"), of everything else from the spread between glasses (medians and quantiles: jackknife over
glasses; means: their standard error).
"""

import csv
import json
import math
import shutil
import sys
from pathlib import Path

import numpy as np

STAGES = {"prepare": "glasses", "explore": "landscape", "connect": "paths", "tunnel": "tunnelling"}


# --- keep ----------------------------------------------------------------------------------------------------------


def keep(directory, target):
    import h5py

    files = {name: h5py.File(directory / f"{name}.h5") for name in STAGES.values()}

    def read(file, path):
        return files[file][path][()]

    def names(file, path):
        table = {number: name for name, number in h5py.check_enum_dtype(files[file][path].dtype).items()}
        return np.array([table[value] for value in read(file, path)])

    units = sorted(name for name, group in files["tunnelling"].items() if "kT_Q" in group.attrs)
    target.mkdir(parents=True, exist_ok=True)
    shutil.copy(directory.parent / "deck.toml", target / "deck.toml")
    glasses, particles = files["glasses"]["glasses/position"].shape[:2]
    hours = {stage: float(sum(read(file, "/timing/tasks/seconds"))) / 3600 for stage, file in STAGES.items()}
    root = files["tunnelling"].attrs
    text = lambda value: value.decode() if isinstance(value, bytes) else str(value)
    facts = {
        "version": text(root["glasswell_version"]),
        "seed": int(root["seed"]),
        "deck_hash": text(root["deck_hash"]),
        "glasses": glasses,
        "particles": particles,
        "core_hours": {stage: round(value, 4) for stage, value in hours.items()},
        "kT_Q": {unit: float(files["tunnelling"][unit].attrs["kT_Q"]) for unit in units},
    }
    (target / "campaign.json").write_text(json.dumps(facts, indent=1) + "\n")

    wells = {name: read("paths", f"/double_wells/{name}") for name in
             ("glass", "a", "b", "distance", "length", "asymmetry", "barrier", "participation_ratio", "exchange", "local", "first_seen")}
    wells["rule"] = names("paths", "/double_wells/rule")
    wells["status"] = names("paths", "/double_wells/status")
    for unit in units:
        wells[f"splitting_{unit}"] = read("tunnelling", f"/{unit}/splitting")
        wells[f"kind_{unit}"] = names("tunnelling", f"/{unit}/kind")
    write(target / "wells.csv", wells)

    of = lambda file, path: np.bincount(read(file, path), minlength=glasses)
    lost = ~np.isin(names("paths", "/candidates/status"), ["converged", "split", "identical", "no_barrier"])
    table = {
        "glass": np.arange(glasses),
        "inherent_energy": read("glasses", "/glasses/inherent_energy"),
        "equilibrated": read("glasses", "/glasses/equilibrated"),
        "relaxation_time": read("glasses", "/glasses/relaxation_time"),
        "minima": of("landscape", "/minima/glass"),
        "candidates": of("paths", "/candidates/glass"),
        "lost": np.bincount(read("paths", "/candidates/glass")[lost], minlength=glasses),
    }
    write(target / "glasses.csv", table)
    growth = {name: read("landscape", f"/growth/{name}") for name in ("glass", "time", "minima")}
    write(target / "growth.csv", growth)
    # the tables, which have five digits, give the n0 of the program: the papers' rule and count, and its limits
    pool = Pooled(target.name, [target])
    for unit in units:
        row = np.flatnonzero(read("tunnelling", f"/{unit}/n0/headline"))[0]
        due = [read("tunnelling", f"/{unit}/n0/{name}")[row] for name in ("value", "lower", "upper")]
        ours = pool.density(unit)[:3]
        if not np.allclose(ours, due, rtol=1e-3, atol=1e-12):
            sys.exit(f"results: n0 of {unit} from the tables is {ours}, and {due} in {directory / 'tunnelling.h5'}")


def write(path, columns):
    def shown(value):
        return f"{value:.5g}" if isinstance(value, (float, np.floating)) else str(int(value) if isinstance(value, np.bool_) else value)

    with open(path, "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(columns)
        out.writerows([shown(value) for value in row] for row in zip(*columns.values()))


# --- table ---------------------------------------------------------------------------------------------------------


class Pooled:
    """All campaigns of one name: rows carry the number of their glass among all."""

    def __init__(self, name, folders):
        self.name = name
        self.facts = [json.loads((folder / "campaign.json").read_text()) for folder in folders]
        self.glasses, self.wells, self.growth = {}, {}, {}
        first = 0
        for folder, facts in zip(folders, self.facts):
            for file, table in (("glasses", self.glasses), ("wells", self.wells), ("growth", self.growth)):
                for key, column in columns(folder / f"{file}.csv").items():
                    column = column + first if key == "glass" else column
                    table[key] = np.concatenate([table[key], column]) if key in table else column
            first += facts["glasses"]
        self.count = first
        self.particles = self.facts[0]["particles"]
        self.units = list(self.facts[0]["kT_Q"])
        usual = (self.wells["exchange"] == 0) & (self.wells["rule"] == "both_ways") & (self.wells["status"] == "converged")
        self.wells = {key: column[usual] for key, column in self.wells.items()}

    def hours(self):
        return sum(sum(facts["core_hours"].values()) for facts in self.facts)

    def per_glass(self, chosen=None):
        glass = self.wells["glass"] if chosen is None else self.wells["glass"][chosen]
        return np.bincount(glass.astype(int), minlength=self.count)

    def over_glasses(self, statistic):
        """A statistic of the wells and its error: jackknife over glasses that have wells."""
        glass = self.wells["glass"]
        there = np.unique(glass)
        value = statistic({key: column for key, column in self.wells.items()})
        if len(there) < 2:
            return value, math.nan
        left_out = [statistic({key: column[glass != one] for key, column in self.wells.items()}) for one in there]
        n = len(there)
        return value, math.sqrt((n - 1) / n * sum((x - np.mean(left_out)) ** 2 for x in left_out))

    def mean(self, values):
        return float(np.mean(values)), float(np.std(values, ddof=1) / math.sqrt(len(values))) if len(values) > 1 else math.nan

    def exponent(self):
        """beta of <ln n_IS> over glasses against ln t, from a tenth of the time on, and its error over glasses."""
        slopes = []
        for glass in range(self.count):
            of = (self.growth["glass"] == glass) & (self.growth["time"] > 0)
            t, n = self.growth["time"][of], self.growth["minima"][of]
            late = t >= 0.1 * t.max()
            slopes.append(np.polyfit(np.log(t[late]), np.log(n[late]), 1)[0])
        return self.mean(slopes)

    def density(self, unit, counted=None):
        """n0 per atom and its limits."""
        kt = self.facts[0]["kT_Q"][unit]
        active = self.wells[f"splitting_{unit}"] < kt
        counts = self.per_glass(active)
        value, lower, upper = limits(counts)
        per = self.particles * self.count * kt
        return value / per, lower / per, upper / per, int(value)


def columns(path):
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    def column(name):
        values = [row[name] for row in rows]
        try:
            return np.array([float(value) for value in values])
        except ValueError:
            return np.array(values)
    with open(path, newline="") as file:
        head = next(csv.reader(file))
    return {name: column(name) for name in head}


# quantile of the normal distribution at 84 %
Z = 0.994458


def student(n):
    """Quantile of Student's distribution of n degrees of freedom at 84 %, relative to the normal one."""
    t = np.linspace(0, 60, 600_001)
    density = (1 + t * t / n) ** (-(n + 1) / 2)
    area = np.concatenate([[0], np.cumsum((density[1:] + density[:-1]) / 2)])
    scale = math.gamma((n + 1) / 2) / (math.sqrt(n * math.pi) * math.gamma(n / 2)) * (t[1] - t[0])
    return float(np.interp(0.34, area * scale, t)) / Z


def limits(counts):
    """Sum of counts of glasses and its 68 % limits: docs/files.md."""
    n, total, mean = len(counts), float(np.sum(counts)), float(np.mean(counts))
    if total == 0:
        return 0.0, 0.0, 1.139
    f = 1.0
    if n > 1:
        f = max(1.0, float(np.var(counts, ddof=1)) / mean) * student(n - 1) ** 2
    gamma = lambda a, z: a * (1 - 1 / (9 * a) + z / (3 * math.sqrt(a))) ** 3
    return total, f * gamma(total / f, -Z), f * gamma(total / f + 1, Z)


def with_error(value, error):
    if not math.isfinite(value):
        return "none"
    if not math.isfinite(error) or error == 0:
        return f"{value:.3g}"
    digits = max(0, 1 - math.floor(math.log10(error)))
    if digits > 6 or abs(value) >= 1e5:
        return f"{value:.3g} +- {error:.1g}"
    return f"{value:.{digits}f} +- {error:.{digits}f}"


def against(value, error, paper):
    if paper is None or not math.isfinite(error) or error == 0:
        return ""
    off = (value - paper) / error
    return "agrees" if abs(off) <= 2 else f"differs by {abs(off):.1f} errors"


# Quantiles of 7,000 double wells of 186 glasses, T_f = 0.062, of Ciarella et al., Nat. Commun. 14, 4229 (2023); in argon units
LIBRARY = {"distance": (0.200, 0.313, 0.441), "asymmetry": (0.00365, 0.0143, 0.0500), "participation_ratio": (1.26, 1.62, 2.52),
           "splitting_argon": (0.0116, 0.0157, 0.0188)}
# exponents of n_IS(t), J. Chem. Phys. 158, 014501, Fig. 11
EXPONENTS = {"pss-0.092": 0.65, "pss-0.07": 0.28, "pss-0.062": 0.17}
# share of active double wells, argon, of the authors' library; N_TLS / N_DW of Table I, nickel-phosphorus
ACTIVE = {"pss-0.07": ("argon", 291 / 23484), "pss-0.062": ("argon", 61 / 14163),
          "tlj-0.617": ("nickel-phosphorus", 0.0029), "tlj-0.558": ("nickel-phosphorus", 0.0030), "tlj-0.509": ("nickel-phosphorus", 0.0033)}
INHERENT = {"pss-0.062": 0.2053, "pss-0.07": 0.2159}


def rows(pool):
    """(quantity, paper, ours, verdict) of a pool."""
    name, wells = pool.name, pool.wells
    energy = pool.mean(pool.glasses["inherent_energy"])
    paper = INHERENT.get(name)
    yield "e_IS per particle", paper, with_error(*energy), against(*energy, paper)
    yield "minima per glass", None, with_error(*pool.mean(pool.glasses["minima"])), ""
    beta = pool.exponent()
    paper = EXPONENTS.get(name)
    yield "exponent of n_IS(t)", paper if paper else ("0.4 to 0.8" if name.startswith("tlj") else None), with_error(*beta), against(*beta, paper)
    per_glass = pool.per_glass()
    yield "double wells per glass", None, with_error(*pool.mean(per_glass)), ""
    ratio = per_glass.sum() / pool.glasses["minima"].sum()
    yield "double wells per minimum", None, f"{ratio:.3f}", ""
    local = len({(g, l) for g, l in zip(wells["glass"], wells["local"])})
    yield "distinct local systems per glass", None, f"{local / pool.count:.3g}", ""
    if len(wells["glass"]) >= 10:
        yield from of_wells(pool)
    for unit in pool.units:
        n0, lower, upper, count = pool.density(unit)
        yield f"n0, {unit}", None, f"{n0:.3g} ({lower:.2g} ... {upper:.2g}), {count} systems", ""
        if ACTIVE.get(name, ("", 0))[0] == unit and len(wells["glass"]):
            paper, total = ACTIVE[name][1], len(wells["glass"])
            value, low, high = limits(pool.per_glass(wells[f"splitting_{unit}"] < pool.facts[0]["kT_Q"][unit]))
            verdict = "agrees" if low / total <= paper <= high / total else "outside the 68 % limits"
            yield f"share of active double wells, {unit}", f"{paper:.2g}", f"{value / total:.2g} ({low / total:.1g} ... {high / total:.2g})", verdict


def of_wells(pool):
    """The rows of medians and quantiles of the double wells."""
    name = pool.name
    for column, word in (("distance", "distance"), ("asymmetry", "asymmetry"), ("barrier", "barrier V_b"),
                         ("participation_ratio", "participation ratio"), *((f"splitting_{unit}", f"E, {unit}") for unit in pool.units)):
        for place, (q, what) in enumerate(((0.25, "lower quartile"), (0.5, "median"), (0.75, "upper quartile"))):
            paper = LIBRARY[column][place] if name == "pss-0.062" and column in LIBRARY else None
            if q != 0.5 and paper is None:
                continue
            value = pool.over_glasses(lambda table: float(np.nanquantile(table[column], q)))
            yield f"{word}, {what}", paper, with_error(*value), against(*value, paper)
    value = pool.over_glasses(lambda table: float(np.mean(table["participation_ratio"])))
    paper = 8 if name.startswith("tlj") else None
    yield "participation ratio, mean", f"about {paper}" if paper else None, with_error(*value), against(*value, paper)


def table(folder):
    names = {}
    for path in sorted(folder.glob("*-seed*/campaign.json")):
        names.setdefault(path.parent.name.rsplit("-seed", 1)[0], []).append(path.parent)
    pools = [Pooled(name, folders) for name, folders in sorted(names.items(), reverse=True)]
    print("| campaign | quantity | paper | here | verdict |\n|---|---|---|---|---|")
    for pool in pools:
        head = f"{pool.name}: {pool.count} glasses, {len(pool.wells['glass'])} double wells, {pool.hours():.1f} core hours"
        for k, (quantity, paper, ours, verdict) in enumerate(rows(pool)):
            print(f"| {head if k == 0 else ''} | {quantity} | {'' if paper is None else paper} | {ours} | {verdict} |")
    for model in ("pss", "tlj"):
        of_model = [pool for pool in pools if pool.name.startswith(model)]
        for one, other in zip(of_model, of_model[1:]):
            depletion(one, other)


def depletion(poor, stable):
    """The fall from a glass to a more stable one, with its significance."""
    for word, counts in (("double wells per glass", lambda pool: pool.per_glass()),
                         *((f"n0, {unit}", lambda pool, unit=unit: pool.per_glass(pool.wells[f"splitting_{unit}"] < pool.facts[0]["kT_Q"][unit])) for unit in poor.units)):
        a, b = counts(poor), counts(stable)
        (x, dx), (y, dy) = poor.mean(a), stable.mean(b)
        error = math.hypot(max(dx, math.sqrt(x / len(a))), max(dy, math.sqrt(max(y, 1.0 / len(b)) / len(b))))
        factor = f"{x / y:.1f}" if y else "none left"
        print(f"\n{poor.name} -> {stable.name}, {word}: {x:.3g} -> {y:.3g} per glass, a factor of {factor}, "
              f"{(x - y) / error:.1f} standard errors", end="")
    print()


if __name__ == "__main__":
    if len(sys.argv) == 4 and sys.argv[1] == "keep":
        keep(Path(sys.argv[2]), Path(sys.argv[3]))
    elif len(sys.argv) in (2, 3) and sys.argv[1] == "table":
        table(Path(sys.argv[2]) if len(sys.argv) == 3 else Path(__file__).resolve().parent.parent / "docs/results")
    else:
        sys.exit(__doc__)
