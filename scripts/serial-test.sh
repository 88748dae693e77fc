#!/usr/bin/env bash
# Builds the program without MPI (its own folder, a few minutes the first time) and holds its data against those of the
# usual build on two ranks.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export GLASSWELL_SETUP=test
# shellcheck source=scripts/setup.sh
source "$root/scripts/setup.sh"
cd "$root"
target=${CARGO_TARGET_DIR:-$root/target}
cargo build --locked
cargo build --locked --no-default-features --target-dir "$target/serial"
if ldd "$target/serial/debug/glasswell" | grep -q libmpi.so; then
    # the parallel HDF5 of the system brings it along; without that the program would not need it
    echo "serial build: libmpi comes with the system's parallel HDF5"
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for model in tlj pss; do
    deck="$root/tests/campaign_decks/$model.toml"
    mpirun -n 2 "$target/debug/glasswell" run "$deck" --output "$folder/$model-ranks" --threads 1 --quiet
    "$target/serial/debug/glasswell" run "$deck" --output "$folder/$model-serial" --threads 1 --quiet
    for file in glasses landscape paths tunnelling; do
        pair=("$folder/$model-ranks/$file.h5" "$folder/$model-serial/$file.h5")
        h5diff --exclude-path /timing "${pair[@]}"
        /usr/bin/python3 "$root/tests/campaign_decks/same.py" "${pair[@]}"
    done
    echo "serial build: $model is the same"
done
