#!/usr/bin/env bash
# Installs the dependencies and runs the test suite (docs/testing.md): 20 to 25 minutes on two cores.
#
#     ./scripts/test.sh          everything
#     ./scripts/test.sh quick    for every change: unit tests, formulas, fast paths, rules of the source tree
#     ./scripts/test.sh long     the long tests, marked #[ignore], and 40 kills
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export GLASSWELL_SETUP=test
# shellcheck source=scripts/setup.sh
source "$root/scripts/setup.sh"
cd "$root"
target=${CARGO_TARGET_DIR:-$root/target}
# the program with run-time checks, copied away from cargo's own path, where the examples of docs/extending.md put theirs
export GLASSWELL=$target/checked/glasswell
checked=(--release --locked --config tests/checked.toml)
# clippy lints what it compiles; a run of its own would cost some two minutes
command -v clippy-driver >/dev/null || die "clippy is missing: rustup component add clippy"
export RUSTC_WORKSPACE_WRAPPER=$root/tests/lint.sh
# here, because cargo compiles again what was compiled with other arguments of clippy
export CLIPPY_ARGS=-D__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__
logs=$(mktemp -d)
declare -A beside=()
trap '[ "${#beside[@]}" -eq 0 ] || kill "${beside[@]}" 2>/dev/null || true; wait; rm -rf "$logs"' EXIT

# part NAME COMMAND...: runs the command and records its time
part() {
    local name=$1 started=$SECONDS code=0
    shift
    echo "== $name"
    "$@" || code=$?
    printf '%6d s  %s\n' $((SECONDS - started)) "$name" >>"$logs/parts"
    [ "$code" -eq 0 ] || { report && echo "test: FAILED: $name (exit code $code)" >&2 && exit 1; }
}

report() {
    local seconds name
    echo "== seconds of each part"
    cat "$logs/parts"
    if [ -s "$logs/tests" ]; then
        echo "== the slowest tests"
        sed -nE 's/^ *(PASS|FAIL|TIMEOUT) \[ *([0-9.]+)s\] *(\([^)]*\) *)?(.*)$/\2 \4/p' "$logs/tests" | sort -rn >"$logs/slowest"
        # head reads a file: a pipe that it leaves early would end `sort` by a signal, and with it this script
        head -n 10 "$logs/slowest" | while read -r seconds name; do printf '%6.0f s  %s\n' "$seconds" "$name"; done
    fi
    printf '%6d s  total\n' "$SECONDS"
}

# tests OPTIONS... [-- NAMES...]: runs cargo-nextest, which starts each test in its own process, and the tests of alone:: one by
# one (.config/nextest.toml); one more at a time than there are cores, because many wait for a signal, a checkpoint or a disk for
# a quarter of their time; without cargo-nextest, cargo test does the same
tests() {
    if cargo nextest --version >/dev/null 2>&1; then
        cargo nextest run --test-threads $(($(nproc) + 1)) "$@" 2>&1 | tee -a "$logs/tests"
    elif [[ " $* " == *" -- "* ]]; then
        cargo test "$@"
    else
        cargo test "$@" -- --test-threads=2 --skip alone:: && cargo test "$@" -- --test-threads=1 alone::
    fi
}

# build TESTS...: the test binaries and the program
build() {
    cargo test "${checked[@]}" "${@/#/--test=}" --no-run &&
        mkdir -p "$target/checked" &&
        cp "$target/release/glasswell" "$GLASSWELL"
}

# The physics with debug assertions and not optimised; the program with the libraries that `build` has made. The benchmarks, which
# have no library, are named because cargo then chooses the features of dependencies as for the whole workspace.
unit=("${checked[@]}" --config tests/unit.toml --package glasswell-physics --package glasswell-benches --lib)
program=("${checked[@]}" --package glasswell)

unit_tests() {
    tests "${unit[@]}" && tests "${program[@]}" --lib --bins && cargo test "${checked[@]}" --doc
}

ignored_tests() {
    tests "${unit[@]}" -- --ignored && tests "${program[@]}" --lib -- --ignored &&
        tests "${checked[@]}" --test physics --test decks --test campaigns -- --ignored
}

# start NAME COMMAND...: begins what mostly waits, or uses one core, in parallel with the others
start() {
    local name=$1
    shift
    "$@" >"$logs/$name" 2>&1 &
    beside[$name]=$!
}

# What the last parts need from PyPI and npm: mostly waiting for the network, while the compiler works.
packages() {
    tests/foreign.sh --install && tests/python.sh --install && tests/page.sh --install
}

# end NAME: waits for it, and prints what it has printed
end() {
    local code=0
    wait "${beside[$1]}" || code=$?
    unset "beside[$1]"
    cat "$logs/$1"
    return "$code"
}

case ${1:-} in
    quick)
        part "build" build house physics
        part "unit tests" unit_tests
        part "formulas, fast paths, house rules" \
            tests "${checked[@]}" --test house --test physics -- layering:: vectors:: derivatives:: fast_equals_plain::
        ;;
    long)
        part "build" build physics decks campaigns
        part "long tests" ignored_tests
        part "40 kills" tests/kill.sh 40
        ;;
    "")
        part "format" cargo fmt --all --check
        start packages packages
        part "serial build" scripts/serial-build.sh
        builds=("$target"/{serial,static}/glasswell)
        [ -e "${builds[1]}" ] || unset 'builds[1]'
        GLASSWELL_SERIAL_BUILDS=$(IFS=: && echo "${builds[*]}")
        export GLASSWELL_SERIAL_BUILDS
        part "build" build house physics decks campaigns
        part "benchmarks, built" cargo build "${checked[@]}" --package glasswell-benches --benches
        rm -rf "$target/tmp/campaigns"
        start slurm tests/slurm.sh
        start kills timeout --foreground 900 tests/kill.sh
        part "unit tests" unit_tests
        # ob1 is what messages between ranks of one computer go through anyway: without a look at the network's libraries, and
        # without Open MPI's daemon beside a program that mpirun did not start (the other parts start it), each start of MPI is a
        # quarter of a second faster
        OMPI_MCA_ess_singleton_isolated=1 OMPI_MCA_pml=ob1 \
            part "tests" tests "${checked[@]}" --test house --test physics --test decks --test campaigns
        part "packages of the last parts" end packages
        start extending tests/extending.py
        part "8 kills" end kills
        start python tests/python.sh
        start page tests/page.sh
        part "foreign readers" tests/foreign.sh
        part "report in a browser" end page
        part "Python package" end python
        part "examples of docs/extending.md" end extending
        part "SLURM" end slurm
        ;;
    *) die "test.sh: unknown argument $1; give quick, long or nothing" ;;
esac
# neither the tests' nor the examples' program is to be mistaken for the usual one
rm -f "$target/release/glasswell"
report
echo "test: all tests passed; run cargo build --release for the program (that of the tests was removed)"
