#!/usr/bin/env bash
# Sets up and runs the whole suite; `./scripts/test.sh quick` runs the quick part.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export GLASSWELL_SETUP=test
# shellcheck source=scripts/setup.sh
source "$root/scripts/setup.sh"
cd "$root"

if [ "${1:-}" = "quick" ]; then
    exec cargo test --locked --lib --bins --test vectors --test derivatives --test fast_equals_plain --test layering
fi
cargo fmt --all --check
cargo clippy --locked --all-targets -- -D warnings
scripts/run-targets.sh
cargo test --locked --doc
scripts/serial-test.sh
GLASSWELL=${CARGO_TARGET_DIR:-$root/target}/debug/glasswell timeout --foreground 900 tests/kill.sh
timeout --foreground 900 tests/slurm.sh
