#!/usr/bin/env bash
# Builds all test targets and runs them two at a time, the longest first: most keep one core busy. Those that measure time come last,
# alone. Tells each target's result and seconds as it ends, and the whole output of those that fail; fails when one does.
#
#     scripts/run-targets.sh [NAME ...]        default: every target
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
longest=(campaign faults modes_stage damage memory equilibrium teams anchors liquids resume exploration checkpoint_files excite)
alone=(interrupts parallel)

logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
export logs
# an artifact of the test profile: {..."profile":{...,"test":true},..."executable":"/.../faults-0123456789abcdef",...}
cargo test --locked --no-run --message-format=json-render-diagnostics |
    sed -nE '/"profile":\{[^}]*"test":true\}/s/.*"executable":"([^"]+)".*/\1/p' |
    while read -r file; do
        name=$(basename "$file")
        echo "${name%-*} $file"
    done | sort >"$logs/targets"
[ -s "$logs/targets" ] || { echo "run-targets: cargo told of no test target" >&2; exit 1; }

# NAME FILE: runs one target
run_target() {
    local started=$SECONDS code=0
    # the program and its library have targets of one name
    local log
    log=$logs/$(basename "$2").log
    "$2" >"$log" 2>&1 || code=$?
    if [ "$code" -ne 0 ]; then
        cat "$log"
        echo "FAILED: $1 (exit code $code, $((SECONDS - started)) s)"
        return 1
    fi
    echo "$1: $(sed -nE 's/^test result: ok\. ([0-9]+ passed).*/\1/p' "$log") ($((SECONDS - started)) s)"
}
export -f run_target

wanted=("$@")
if [ ${#wanted[@]} -eq 0 ]; then
    others=$(cut -d ' ' -f 1 "$logs/targets" | uniq | grep -vxF "$(printf '%s\n' "${longest[@]}" "${alone[@]}")")
    mapfile -t others <<<"$others"
    wanted=("${longest[@]}" "${others[@]}" "${alone[@]}")
fi
for name in "${wanted[@]}"; do
    at_once=2
    [[ " ${alone[*]} " == *" $name "* ]] && at_once=1
    grep "^$name " "$logs/targets" >>"$logs/wanted-$at_once" ||
        { echo "run-targets: there is no test target $name" >&2; exit 1; }
done
failed=0
for at_once in 2 1; do
    touch "$logs/wanted-$at_once"
    # shellcheck disable=SC2016  # expanded by the inner shell
    xargs -r -d '\n' -P "$at_once" -n 1 bash -c 'run_target "${1%% *}" "${1#* }"' _ <"$logs/wanted-$at_once" || failed=1
done
[ "$failed" -eq 0 ] || { echo "run-targets: targets have failed, see above" >&2; exit 1; }
count=$(cat "$logs"/wanted-* | wc -l)
[ $# -gt 0 ] || [ "$count" -eq "$(wc -l <"$logs/targets")" ] ||
    { echo "run-targets: only $count targets of $(wc -l <"$logs/targets") were run" >&2; exit 1; }
echo "run-targets: all $count targets pass ($SECONDS s)"
