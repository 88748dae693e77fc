#!/usr/bin/env python3
"""Draws the efficiencies that `cargo bench -p glasswell-benches --bench schedule` prints.

    cargo bench -p glasswell-benches --bench schedule | scripts/plot_scaling.py docs/scaling.svg

Needs matplotlib (Debian: python3-matplotlib).
"""
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

TITLES = ["Ternary mixture, 100000 glasses", "Soft spheres, 100000 glasses", "Soft spheres, 1024 glasses"]


def tables(lines: list[str]) -> dict[str, list[list[float]]]:
    """The rows of numbers below each title."""
    found: dict[str, list[list[float]]] = {}
    title = ""
    for line in lines:
        if line.strip() and not line.startswith("|"):
            title = line.strip().rstrip(":")
        words = [word.strip() for word in line.strip("|\n ").split("|")]
        if title in TITLES and words[0].isdigit():
            found.setdefault(title, []).append([float(word) for word in words])
    return found


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    found = tables(sys.stdin.readlines())
    plt.rcParams["svg.hashsalt"] = "scaling"
    figure, axes = plt.subplots(1, len(TITLES), figsize=(12, 3.6), sharey=True)
    for axis, title in zip(axes, TITLES):
        ranks = [row[0] for row in found[title]]
        for column, stage in enumerate(["prepare", "explore", "connect", "tunnel"], 1):
            axis.semilogx(ranks, [row[column] for row in found[title]], ".-", lw=0.9, label=stage)
        axis.semilogx(ranks, [row[5] for row in found[title]], "ko-", label="all")
        axis.semilogx(ranks, [row[7] for row in found[title]], "k:", label="at best")
        axis.axhline(0.9, color="grey", lw=0.6)
        axis.set_title(title, fontsize=9)
        axis.set_xlabel("ranks")
    axes[0].set_ylabel("efficiency of the replay")
    axes[0].set_ylim(0, 1.05)
    axes[0].legend(fontsize=7)
    figure.tight_layout()
    figure.savefig(sys.argv[1], metadata={"Date": None} if sys.argv[1].endswith(".svg") else None)


main()
