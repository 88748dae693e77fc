#!/usr/bin/env bash
set -euo pipefail

# rattler-build does not unpack the ending .crate
tar -xzf "glasswell-$PKG_VERSION.crate" --strip-components=1

features=()
export HDF5_DIR=$PREFIX
if [ "$mpi" = nompi ]; then
    features=(--no-default-features)
else
    export MPICC=$PREFIX/bin/mpicc
    export LIBCLANG_PATH=$BUILD_PREFIX/lib
    export BINDGEN_EXTRA_CLANG_ARGS="--sysroot=$CONDA_BUILD_SYSROOT"
fi

cargo-bundle-licenses --format yaml --output THIRDPARTY.yml
cargo install --locked --no-track --root "$PREFIX" --path . "${features[@]}"
"$PREFIX/bin/glasswell" man "$PREFIX/share/man/man1"
