#!/usr/bin/env bash
# How cost grows: with the number of particles, of images, of ranks. Prints Markdown tables for docs/performance.md.
#
#     benches/scaling.sh [particles|images|ranks ...]
#
#     WORK=DIR    inputs of benches/peers.sh (default: target/peers)
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
work=${WORK:-$target/peers}
mkdir -p "$work"
bench=$(cargo bench --package glasswell-benches --locked --no-run --manifest-path "$root/Cargo.toml" --bench peers 2>&1 |
    sed -n 's/.*Executable.*(\(.*\))$/\1/p' | tail -1)
# the median of three turns
value() { awk -v name="$1" '$1 == name { print $2 }' "$2" | sort -g | awk '{ x[NR] = $1 } END { print x[int((NR + 1) / 2)] }'; }

particles() {
    echo "| model | particles | us per particle: force call | ordered | MD step | ordered | force call, batch of 8 | ordered |"
    echo "|---|---|---|---|---|---|---|---|"
    local preset n name
    for preset in tlj pss; do
        for n in 1200 3000 6000 12000 24000 48000 96000; do
            "$bench" forces "$preset" "$n" >"$work/out.txt"
            for name in call call_ordered step step_ordered batch batch_ordered; do value "$name" "$work/out.txt"; done |
                awk -v row="| $preset | $n |" '{ row = row " " $1 " |" } END { print row }'
        done
    done
}

images() {
    [ -s "$work/complete" ] || { "$bench" inputs "$work"; date >"$work/complete"; }
    echo "| images | CPU s of a band | evaluations | ms per image | barrier |"
    echo "|---|---|---|---|---|"
    local count
    for count in 8 16 32 64 128 256 600; do
        "$bench" images "$work" "$count" >"$work/out.txt"
        awk -v n="$count" '{ x[$1] = $2 } END { printf "| %d | %.3g | %d | %.3g | %s |\n",
            n, x["cpu"], x["calls"], 1e3 * x["cpu"] / n, x["barrier"] }' "$work/out.txt"
    done
}

# Wall time of 16 small glasses on one rank and on two, one thread each: only on a machine with nothing else to do.
ranks() {
    command -v mpirun >/dev/null 2>&1 || { echo "ranks: skipped, mpirun is not installed"; return; }
    export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_hwloc_base_binding_policy=none
    if [ "$(id -u)" -eq 0 ]; then
        export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
    fi
    cargo build --release --locked --manifest-path "$root/Cargo.toml" 2>/dev/null
    local deck="$root/benches/peers/ranks.toml" round n out start
    TIMEFORMAT='%R'
    for n in 1 2; do : >"$work/ranks-$n.txt"; done
    for ((round = 0; round < ${ROUNDS:-3}; round++)); do
        for n in 1 2; do
            out=$(mktemp -d)
            start=$(date +%s.%N)
            mpirun -n "$n" "$target/release/glasswell" run "$deck" --output "$out/campaign" --threads 1 --quiet
            awk -v a="$start" -v b="$(date +%s.%N)" 'BEGIN { print b - a }' >>"$work/ranks-$n.txt"
            rm -rf "$out"
        done
    done
    echo "| wall s, 1 rank | 2 ranks | share of ideal | target | load before |"
    echo "|---|---|---|---|---|"
    paste "$work/ranks-1.txt" "$work/ranks-2.txt" | awk -v loaded="$(cut -d' ' -f1 /proc/loadavg)" '
        { printf "| %.1f | %.1f | %.3f | 0.95 | %s |\n", $1, $2, $1 / (2 * $2), loaded }'
}

[ "$#" -gt 0 ] || set -- particles images ranks
for table in "$@"; do
    case $table in
    particles | images | ranks) "$table" ;;
    *) echo "scaling: no table $table" >&2; exit 2 ;;
    esac
    echo
done
