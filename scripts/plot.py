#!/usr/bin/env python3
"""Draws what a campaign found: a double well with its levels, barriers against asymmetries, n(E).

    plot.py CAMPAIGN_DIRECTORY PICTURE.png [UNIT]

Needs h5py and matplotlib (Debian: python3-h5py python3-matplotlib).
"""
import sys

import h5py
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np


def main() -> None:
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    directory, picture = sys.argv[1:3]
    paths = h5py.File(f"{directory}/paths.h5")["double_wells"]
    tunnelling = h5py.File(f"{directory}/tunnelling.h5")
    unit = sys.argv[3] if len(sys.argv) == 4 else [name for name in tunnelling if name != "timing"][0]
    quantum = tunnelling[unit]
    if len(paths["asymmetry"]) == 0:
        sys.exit(f"{directory} holds no double wells")
    figure, axes = plt.subplots(1, 3, figsize=(12, 3.6))

    # the well with the smallest splitting
    well = int(np.nanargmin(quantum["splitting"][:]))
    axes[0].plot(paths["profile/arc_length"][well], paths["profile/energy"][well], "k-")
    for level in quantum["levels"][well][:3]:
        axes[0].axhline(level, color="tab:red", lw=0.8)
    axes[0].set_xlabel(r"arc length $s$ [$\sigma$]")
    axes[0].set_ylabel(r"$V(s)$ [$\epsilon$]")
    axes[0].set_title(f"smallest splitting, {unit}: E = {quantum['splitting'][well]:.2e}", fontsize=9)

    axes[1].loglog(paths["asymmetry"][:], paths["barrier"][:], "o", ms=4)
    axes[1].set_xlabel(r"asymmetry $\Delta V$ [$\epsilon$]")
    axes[1].set_ylabel(r"barrier $V_b$ [$\epsilon$]")
    axes[1].set_title(f"{len(paths['asymmetry'])} double wells", fontsize=9)

    for name in (name for name in tunnelling if name != "timing"):
        energy = tunnelling[name]["density/splitting"][:]
        axes[2].loglog(energy, tunnelling[name]["density/cumulative"][:], drawstyle="steps-post", label=name)
        axes[2].axvline(tunnelling[name].attrs["kT_Q"], ls=":", color=axes[2].lines[-1].get_color())
    axes[2].set_xlabel(r"splitting $E$ [$\epsilon$]  (dotted: $k_B T_Q$)")
    axes[2].set_ylabel(r"$n(E)$ per atom and glass")
    axes[2].legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(picture, dpi=110)


if __name__ == "__main__":
    main()
