#!/usr/bin/env bash
# Runs campaigns of inputs/reproduce/ and keeps their small results in docs/results/: everything from which
# scripts/results.py prints the tables of docs/validation.md. A campaign that was interrupted is resumed by the same command.
#
#     scripts/reproduce.sh                    every campaign, with seed 1, one after the other
#     scripts/reproduce.sh NAME [SEED]        one, for example pss-0.07 2: four other glasses of the same T_f
#
# REPRODUCE=DIRECTORY: where the raw data go (default: reproduce.out). THREADS=N: threads (default: all cores).
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
glasswell=${GLASSWELL:-${CARGO_TARGET_DIR:-$root/target}/release/glasswell}
raw=${REPRODUCE:-reproduce.out}
[ -x "$glasswell" ] || { echo "reproduce: $glasswell is missing: cargo build --release" >&2; exit 1; }

# one NAME SEED
one() {
    local name=$1 seed=$2 deck=$root/inputs/reproduce/$1.toml
    [ -f "$deck" ] || { echo "reproduce: there is no $deck" >&2; exit 2; }
    local folder=$raw/$name-seed$seed
    mkdir -p "$folder"
    sed "s/^seed = 1\$/seed = $seed/" "$deck" >"$folder/deck.toml.part"
    # a deck that is written again would be younger than its results
    cmp -s "$folder/deck.toml.part" "$folder/deck.toml" || cp "$folder/deck.toml.part" "$folder/deck.toml"
    rm "$folder/deck.toml.part"
    # shellcheck disable=SC2086  # an option and its value, or nothing
    "$glasswell" run "$folder/deck.toml" --output "$folder/out" ${THREADS:+--threads $THREADS}
    "$glasswell" report "$folder/out" --output "$folder/report.html"
    /usr/bin/python3 "$root/scripts/results.py" keep "$folder/out" "$root/docs/results/$name-seed$seed"
}

case $# in
    0) for deck in "$root"/inputs/reproduce/*.toml; do one "$(basename "$deck" .toml)" 1; done ;;
    1) one "$1" 1 ;;
    2) one "$1" "$2" ;;
    *) echo "usage: scripts/reproduce.sh [NAME [SEED]]" >&2; exit 2 ;;
esac
