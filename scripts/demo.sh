#!/usr/bin/env bash
# Installs the dependencies, builds the program and runs the quickstart deck on two ranks: a first library of two-level systems.
#     ./scripts/demo.sh [OUTPUT_DIRECTORY]
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=scripts/setup.sh
source "$root/scripts/setup.sh"
output=${1:-quickstart.out}

echo "glasswell: building (a few minutes the first time)"
cargo build --release --locked --manifest-path "$root/Cargo.toml"
binary="${CARGO_TARGET_DIR:-$root/target}/release/glasswell"

mpirun -n 2 "$binary" run "$root/inputs/quickstart.toml" --threads 1 --output "$output"
"$binary" report "$output" >/dev/null
echo
echo "$output/report.html shows the results in a browser: numbers, warnings, figures and a table of the double wells."
echo "The data are in $output/*.h5; docs/files.md lists every data set. In Python, for example:"
echo "    import h5py; wells = h5py.File('$output/paths.h5')['double_wells']; print(wells['asymmetry'][:])"
