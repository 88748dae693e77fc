#!/usr/bin/env bash
# Sourced by demo.sh, test.sh and tests/slurm.sh: finds the build dependencies. On Debian it installs what is missing if it
# has permission; elsewhere it prints what to install.

packages="libopenmpi-dev openmpi-bin libhdf5-openmpi-dev libclang-dev pkg-config gcc"
case ${GLASSWELL_SETUP:-run} in
    test)
        # OpenBLAS: the recomputations with dense matrices take half the time
        packages="$packages hdf5-tools python3-h5py python3-venv libopenblas0-pthread chromium"
        # Node.js of another source than Debian brings its npm
        command -v npm >/dev/null 2>&1 || packages="$packages nodejs npm"
        ;;
    slurm) packages="$packages hdf5-tools python3-h5py slurm-wlm munge" ;;
esac

die() {
    printf 'glasswell: %s\n' "$*" >&2
    exit 1
}

missing_packages() {
    local package
    for package in $packages; do
        [ "$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null)" = 'install ok installed' ] || printf '%s ' "$package"
    done
}

cluster_hint() {
    cat >&2 <<'TEXT'
On a cluster load an MPI compiler, a parallel HDF5 (1.10.8 or newer) and libclang instead, for example
(the names differ from site to site; `module spider hdf5` lists them):
    module load openmpi hdf5 llvm
and point HDF5_DIR at the parallel HDF5 if pkg-config does not find it. A serial build that needs no system library:
    cargo build --release --no-default-features --features static-hdf5
That needs CMake 3.26 or newer; if the system's is older, run python3 -m venv cmake-venv && cmake-venv/bin/pip install cmake
and put cmake-venv/bin first in PATH.
TEXT
}

install_missing() {
    local missing
    if ! command -v dpkg-query >/dev/null 2>&1; then
        command -v mpicc >/dev/null 2>&1 && return 0
        cluster_hint
        die "this is not a Debian machine and mpicc is not on the PATH"
    fi
    missing=$(missing_packages)
    [ -z "$missing" ] && return 0
    local sudo=""
    if [ "$(id -u)" -ne 0 ]; then
        if command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
            sudo="sudo"
        elif command -v mpicc >/dev/null 2>&1 && pkg-config --exists hdf5 2>/dev/null; then
            # a machine with environment modules: the dependencies are installed in another way
            return 0
        else
            cluster_hint
            die "these Debian packages are missing: ${missing% }
    As root:  apt-get install --no-install-recommends ${missing% }"
        fi
    fi
    echo "glasswell: installing ${missing% }"
    $sudo apt-get update -qq || die "apt-get update failed: is there a network connection?"
    # shellcheck disable=SC2086  # a list of packages
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null ||
        die "apt-get could not install: ${missing% }"
}

find_rust() {
    if ! command -v cargo >/dev/null 2>&1 && [ -x "$HOME/.cargo/bin/cargo" ]; then
        PATH="$HOME/.cargo/bin:$PATH"
    fi
    command -v cargo >/dev/null 2>&1 ||
        die "Rust is missing: install rustup from https://rustup.rs (Rust 1.89 or newer), then run this again"
    local version
    version=$(rustc --version | sed -E 's/^rustc 1\.([0-9]+).*/\1/')
    [ "${version:-0}" -ge 89 ] 2>/dev/null || die "Rust 1.89 or newer is needed, this is $(rustc --version): rustup update"
}

mpi_environment() {
    # on one machine with few cores, perhaps as root: let Open MPI start more ranks than cores
    export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_hwloc_base_binding_policy=none
    if [ "$(id -u)" -eq 0 ]; then
        export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
    fi
}

find_rust
install_missing
mpi_environment
