#!/usr/bin/env bash
# Builds the program without MPI, and with HDF5 compiled in where CMake is new enough: target/serial/glasswell and
# target/static/glasswell, which tests/campaigns/serial.rs holds against the usual build. Built like the tests
# (tests/checked.toml), with which they share everything but the program itself and a few crates around HDF5.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export GLASSWELL_SETUP=test
# shellcheck source=scripts/setup.sh
source "$root/scripts/setup.sh"
cd "$root"
target=${CARGO_TARGET_DIR:-$root/target}

# the sources of HDF5 need CMake 3.26
fitting_cmake() {
    local version
    version=$(cmake --version 2>/dev/null | sed -nE '1s/.* ([0-9]+)\.([0-9]+).*/\1 \2/p')
    # shellcheck disable=SC2086  # two numbers
    set -- $version
    [ "${1:-0}" -gt 3 ] || { [ "${1:-0}" -eq 3 ] && [ "${2:-0}" -ge 26 ]; }
}

# build NAME FEATURES...: moves the binary away from cargo's own path, so that it is not mistaken for the usual program
build() {
    local name=$1
    shift
    rm -rf "${target:?}/$name"
    mkdir -p "$target/$name"
    cargo build --release --locked --config tests/checked.toml --no-default-features "$@"
    mv "$target/release/glasswell" "$target/$name/glasswell"
}

build serial
if [[ $(ldd "$target/serial/glasswell") == *libmpi.so* ]]; then
    # a dependency of the system's parallel HDF5, not of the program itself
    echo "serial build: libmpi is linked only through the system's parallel HDF5"
fi
if fitting_cmake; then
    build static --features static-hdf5
    if ldd "$target/static/glasswell" | grep -E 'libhdf5|libmpi'; then
        die "the build with static-hdf5 links a library that it should not link"
    fi
else
    rm -rf "${target:?}/static"
    echo "static build: SKIPPED, CMake 3.26 or newer is not on the PATH (python3 -m venv cmake-venv &&" \
        "cmake-venv/bin/pip install cmake gives one)"
fi
