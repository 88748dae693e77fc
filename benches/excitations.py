#!/usr/bin/env python3
"""What pushes along modes came to, beside Mizuno, Shimada, Ikeda (doi:10.1103/PhysRevResearch.2.013215).

    excitations.py DIRECTORY...

Reads excitations.h5 of each campaign (one model and one number of particles each) and prints a Markdown table, a column for each
campaign. Needs h5py and NumPy. Ranges are from the smallest to the largest value, the middle 68 % in brackets.
"""

import sys
import tomllib

import h5py
import numpy as np

# figures 3, 5, 6, 8, 10, 11 and table I, N = 16,000 to 512,000 (harmonic) and 4,000 to 128,000 (lj)
PAPER = {
    "harmonic": {
        "A_c": "1e-6 ... 1e-2 below omega_BP",
        "rank correlation of A_c with omega": "positive",
        "T_c": "1.3e-6, 2.9e-7, 3.7e-9 (N = 32,000, 128,000, 512,000)",
        "dr": "1e-3 ... 1",
        "dPhi (magnitude)": "1e-9 ... 1e-2",
        "slope of log dPhi against log dr": "about 3",
        "N_rearr": "1 ... 1000",
        "dr^2 / N_rearr": "5e-6 ... 1e-2",
        "decay exponent a": "2.5 ... 3",
        "pressure": "5e-2",
    },
    "lj": {
        "A_c": "1e-4 ... 1e-1 below omega_BP",
        "rank correlation of A_c with omega": "positive",
        "T_c": "1.1e-1, 2.3e-2, 6.3e-3 (N = 8,000, 32,000, 128,000)",
        "dr": "1e-1 ... 10",
        "dPhi (magnitude)": "1e-4 ... 1e2",
        "slope of log dPhi against log dr": "about 3",
        "N_rearr": "1 ... 1000 or slightly more",
        "dr^2 / N_rearr": "5e-3 ... 1e-1",
        "decay exponent a": "2.5 ... 3",
        "pressure": "around 0",
    },
}

# |dr| in figures 6 and 8; cutting one of two scattered variables makes all but the least squares steeper
DISTANCES = {"harmonic": (1e-3, 1.0), "lj": (0.1, 10.0)}


def spread(values):
    values = values[np.isfinite(values)]
    if len(values) == 0:
        return "none"
    low, high = np.percentile(values, [16, 84])
    return f"{values.min():.1e} ... {values.max():.1e} [{low:.1e} ... {high:.1e}]"


def mean_and_error(values):
    values = values[np.isfinite(values)]
    if len(values) < 2:
        return "none" if len(values) == 0 else f"{values[0]:.6g}"
    error = values.std(ddof=1) / np.sqrt(len(values))
    digits = int(np.clip(1 - np.floor(np.log10(error)), 0, 8)) if error > 0 else 6
    return f"{values.mean():.{digits}f} +- {error:.{digits}f}"


def ranks(values):
    """Ranks with ties shared."""
    order = np.argsort(values, kind="stable")
    rank = np.empty(len(values))
    rank[order] = np.arange(len(values))
    _, inverse = np.unique(values, return_inverse=True)
    return np.array([rank[inverse == k].mean() for k in range(inverse.max() + 1)])[inverse]


def rank_correlation(x, y):
    """Spearman's, and its standard error without correlation."""
    if len(x) < 4:
        return "too few"
    return f"{np.corrcoef(ranks(x), ranks(y))[0, 1]:.2f} (without: 0 +- {1 / np.sqrt(len(x) - 1):.2f})"


def principal_axis(x, y):
    """Slope of the line with the least perpendicular distances: neither variable depends on the other."""
    values, vectors = np.linalg.eigh(np.cov(x, y))
    return vectors[1, np.argmax(values)] / vectors[0, np.argmax(values)]


def slopes(x, y, glass):
    """Of log y against log x: least squares, the ratio of spreads and the principal axis, errors by leaving out glasses."""
    there = np.unique(glass)
    if len(there) < 2 or min((glass != g).sum() for g in there) < 3:
        return "too few"
    x, y = np.log(x), np.log(y)
    texts = []
    for name, of in (
        ("least squares", lambda x, y: np.polyfit(x, y, 1)[0]),
        ("ratio of spreads", lambda x, y: y.std() / x.std()),
        ("principal axis", principal_axis),
    ):
        without = np.array([of(x[glass != g], y[glass != g]) for g in there])
        error = np.sqrt((len(there) - 1) * ((without - without.mean()) ** 2).mean())
        texts.append(f"{name} {of(x, y):.2f} +- {error:.2f}")
    return "; ".join(texts) + f"; n = {len(x)}"


def crossings(to, within=(0.0, np.inf)):
    """|dr|, |dPhi| and glass of each destination once."""
    distance = to["distance"][:]
    chosen = (distance >= within[0]) & (distance <= within[1])
    return distance[chosen], abs(to["energy_difference"][:])[chosen], to["glass"][:][chosen]


def figures(directory):
    with h5py.File(f"{directory}/excitations.h5") as file:
        deck = tomllib.loads(file.attrs["deck"])
        pushed, glasses, to, density = (
            file[name] for name in ("excitations", "glasses", "destinations", "density_of_states")
        )
        names = {number: name for name, number in h5py.check_enum_dtype(pushed["status"].dtype).items()}
        status = np.array([names[number] for number in pushed["status"][:]])
        left = status == "transition"
        of = lambda name: pushed[name][:][left]
        onset = glasses["onset_temperature"][:]
        onset = onset[np.isfinite(onset)]
        modes = to["modes"][:]
        rows = {
            "glasses, modes of each": f"{len(glasses['glass'])}, {deck['excite'].get('modes', 100)}",
            "e_IS": mean_and_error(glasses["inherent_energy"][:]),
            "pressure": mean_and_error(glasses["inherent_pressure"][:]),
            "modes by status": ", ".join(f"{name} {(status == name).sum()}" for name in sorted(set(status))),
            "distinct destinations": f"{len(modes)}; of {(modes > 1).sum()} more than one mode, at most {modes.max(initial=0)}",
            "omega": spread(of("frequency")),
            "A_c": spread(of("critical_amplitude")),
            "rank correlation of A_c with omega": rank_correlation(of("frequency"), of("critical_amplitude")),
            "barrier": spread(of("barrier")),
            "barrier / (omega^2 A_c^2 N / 2)": spread(
                of("barrier") / (0.5 * (of("frequency") * of("critical_amplitude")) ** 2 * deck["model"]["particles"])
            ),
            "T_c": spread(onset),
            "log10 of T_c": mean_and_error(np.log10(onset)),
            "dr": spread(to["distance"][:]),
            "dPhi (magnitude)": spread(abs(to["energy_difference"][:])),
            "slope of log dPhi against log dr": slopes(*crossings(to)),
            "the same where dr is in the paper's range": slopes(*crossings(to, DISTANCES.get(deck["model"]["preset"], (0.0, np.inf)))),
            "the same over all modes": slopes(of("distance"), abs(of("energy_difference")), of("glass")),
            "N_rearr": spread(to["rearranging_particles"][:]),
            "dr^2 / N_rearr": spread(to["distance"][:] ** 2 / to["rearranging_particles"][:]),
            "alignment I": spread(of("alignment")),
            "decay exponent a": spread(of("decay_exponent")),
            "cubic A_c / A_c": spread(of("critical_amplitude_cubic") / of("critical_amplitude")),
            "boson peak": f"{density.attrs['boson_peak']:.3g} +- {density.attrs['boson_peak_error']:.2g}",
        }
        for name, label in [("debye_level", "A_D"), ("quartic", "alpha")]:
            law = {key: density.attrs[name + key] for key in ("", "_error", "_exponent", "_exponent_error", "_modes")}
            rows[f"{label} (exponent, modes)"] = (
                f"{law['']:.3g} +- {law['_error']:.2g} ({law['_exponent']:.1f} +- {law['_exponent_error']:.1f},"
                f" {law['_modes']} below {density.attrs['fitted_to']:.3g})"
            )
        rows["3 / omega_D^3 from the moduli"] = f"{density.attrs['elastic_debye_level']:.3g}"
        return deck["model"]["preset"], deck["model"]["particles"], rows


def main():
    found = [figures(directory) for directory in sys.argv[1:]]
    if not found:
        sys.exit(__doc__)
    presets = list(dict.fromkeys(preset for preset, *_ in found))
    print("| | " + " | ".join(f"{preset} N = {particles}" for preset, particles, _ in found), end=" | ")
    print(" | ".join(f"paper, {preset}" for preset in presets if preset in PAPER) + " |")
    print("|---" * (1 + len(found) + sum(preset in PAPER for preset in presets)) + "|")
    for name in found[0][2]:
        cells = [rows[name] for *_, rows in found] + [PAPER[p].get(name, "") for p in presets if p in PAPER]
        print(f"| {name} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
