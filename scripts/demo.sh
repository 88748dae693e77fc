#!/usr/bin/env bash
# Installs the dependencies, builds the program and runs the quickstart deck on two ranks: a first library of two-level systems,
# and its report.
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
report=$("$binary" report "$output")
echo
echo "$report is this report: open it in a browser."
echo "The data are in $output/*.h5; docs/files.md lists every data set."
echo "docs/tutorial.md goes on from here to n0."
