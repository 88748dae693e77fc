#!/usr/bin/env bash
# What recognition and bisection in time save and miss, as Markdown: eight runs of one glass on one trajectory, with and
# without. Exit code 1 when recognition changes the sequence of minima (energies to 1e-10 per particle).
#
#     benches/shortcuts.sh [SNAPSHOTS]       of each run, default 400: minutes in all
#
#     TLJ=FILE PSS=FILE   the glasses (extended XYZ or LAMMPS data); default: 1200 and 1500 particles, made on the spot
#     MODELS="tlj pss"    which
set -uo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
snapshots=${1:-400}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

bench=$(cargo bench --package glasswell-benches --locked --no-run --manifest-path "$root/Cargo.toml" --bench shortcuts 2>&1 |
    sed -n 's/.*Executable.*(\(.*\))$/\1/p' | tail -1)
case $bench in
/*) ;;
'') echo "shortcuts: the program was not built" >&2; exit 1 ;;
*) bench="$root/$bench" ;;
esac

code=0
for model in ${MODELS:-tlj pss}; do
    case $model in
    tlj) file=${TLJ:-} ;;
    pss) file=${PSS:-} ;;
    *) file= ;;
    esac
    "$bench" "$model" "$snapshots" ${file:+"$file"} >>"$work/rows.txt" || code=1
done

echo "| model | recognition | visits | minima, sum of runs | force calls per quench | CPU s | CPU s of the dynamics | recognised | audited | disagreed | quenches that end elsewhere | largest difference, epsilon per particle |"
echo "|---|---|---|---|---|---|---|---|---|---|---|---|"
sed -n 's/^a //p' "$work/rows.txt"
echo
echo "| model | schedule | snapshots | quenches | minima | missed | not in every | snapshots in another minimum | transitions | missed | not in every | force calls | CPU s |"
echo "|---|---|---|---|---|---|---|---|---|---|---|---|---|"
sed -n 's/^b //p' "$work/rows.txt"
exit "$code"
