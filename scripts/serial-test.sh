#!/usr/bin/env bash
# Builds the program without MPI (beside the usual build, whose dependencies it shares) and holds its data against those of the
# usual build on two ranks; the same for the build with HDF5 compiled in, where CMake is new enough.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export GLASSWELL_SETUP=test
# shellcheck source=scripts/setup.sh
source "$root/scripts/setup.sh"
cd "$root"
target=${CARGO_TARGET_DIR:-$root/target}
builds="serial"

# HDF5's sources ask for CMake 3.26
fitting_cmake() {
    local version
    version=$(cmake --version 2>/dev/null | sed -nE '1s/.* ([0-9]+)\.([0-9]+).*/\1 \2/p')
    # shellcheck disable=SC2086  # two numbers
    set -- $version
    [ "${1:-0}" -gt 3 ] || { [ "${1:-0}" -eq 3 ] && [ "${2:-0}" -ge 26 ]; }
}

# whatever happens, the file of that name is the usual program again
trap 'cargo build --locked --quiet' EXIT
cargo build --locked --no-default-features
mkdir -p "$target/serial/debug"
cp "$target/debug/glasswell" "$target/serial/debug/glasswell"
cargo build --locked
trap - EXIT
if ldd "$target/serial/debug/glasswell" | grep -q libmpi.so; then
    # the parallel HDF5 of the system brings it along; without that the program would not need it
    echo "serial build: libmpi comes with the system's parallel HDF5"
fi
if fitting_cmake; then
    cargo build --locked --no-default-features --features static-hdf5 --target-dir "$target/static"
    if ldd "$target/static/debug/glasswell" | grep -E 'libhdf5|libmpi'; then
        die "the build with static-hdf5 needs a library that it should not need"
    fi
    builds="serial static"
else
    echo "static build: SKIPPED, CMake 3.26 or newer is not on the PATH (python3 -m venv cmake-venv &&" \
        "cmake-venv/bin/pip install cmake gives one)"
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for model in tlj pss; do
    deck="$root/tests/campaign_decks/$model.toml"
    mpirun -n 2 "$target/debug/glasswell" run "$deck" --output "$folder/$model-ranks" --threads 1 --quiet
    for build in $builds; do
        "$target/$build/debug/glasswell" run "$deck" --output "$folder/$model-$build" --threads 1 --quiet
        for file in glasses landscape paths tunnelling; do
            pair=("$folder/$model-ranks/$file.h5" "$folder/$model-$build/$file.h5")
            h5diff --exclude-path /timing "${pair[@]}"
            /usr/bin/python3 "$root/tests/campaign_decks/same.py" "${pair[@]}"
        done
        echo "$build build: $model is the same"
    done
done
