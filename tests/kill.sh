#!/usr/bin/env bash
# Kills campaigns with SIGKILL (a rank or mpirun) and resumes them on another number of ranks, again and again; at the end
# their data must equal those of an undisturbed run.
#
#     tests/kill.sh [KILLS] [SEED]        default: 8 kills, a seed from the clock (printed)
#
# A campaign takes up to four kills. They come at random times, and in turn: in each stage, while a checkpoint is being written,
# while a stage's file is being written. About a minute for 8. Needs mpirun, h5diff and a release build (GLASSWELL=FILE: another one).
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
kills_wanted=${1:-8}
seed=${2:-$(date +%s)}
RANDOM=$((seed % 32768))
glasswell=${GLASSWELL:-${CARGO_TARGET_DIR:-$root/target}/release/glasswell}
deck=$root/tests/campaign_decks/kill.toml
files=(glasses.h5 landscape.h5 paths.h5 tunnelling.h5)
export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_hwloc_base_binding_policy=none OMPI_MCA_mpi_yield_when_idle=1
if [ "$(id -u)" -eq 0 ]; then
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
fi
for tool in mpirun h5diff "$glasswell"; do
    command -v "$tool" >/dev/null || { echo "kill: $tool is missing" >&2; exit 1; }
done

work=$(mktemp -d)
# every process that uses our directory
ours() { pgrep -f -- "--output $work/" || true; }
end_all() {
    local pids
    mapfile -t pids < <(ours)
    if [ "${#pids[@]}" -gt 0 ]; then kill -KILL "${pids[@]}" 2>/dev/null || true; fi
    rm -rf "$work"
}
trap end_all EXIT
now() { date +%s.%N; }
since() { awk -v a="$1" -v b="$(now)" 'BEGIN { printf "%.2f", b - a }'; }
fail() { echo "kill: seed $seed: $*" >&2; tail -n 5 "$work"/*.log >&2 || true; exit 1; }

run() { # directory ranks
    exec timeout --foreground 300 mpirun -n "$2" "$glasswell" run "$deck" --output "$1" --threads 1 --quiet
}

# Waits until the campaign is at the point of the kill; returns 1 when the campaign ends before.
await() { # where directory pid
    local deadline=$((SECONDS + 120)) name delay
    case $1 in
    any) delay=$((RANDOM % longest)) ;;
    *) delay=$((RANDOM % (longest / 8 + 1))) ;;
    esac
    while kill -0 "$3" 2>/dev/null; do
        [ "$SECONDS" -lt "$deadline" ] || fail "the campaign does not get to: $1"
        case $1 in
        any | prepare) break ;;
        explore) if [ -e "$2/glasses.h5" ]; then break; fi ;;
        connect) if [ -e "$2/landscape.h5" ]; then break; fi ;;
        tunnel) if [ -e "$2/paths.h5" ]; then delay=0; break; fi ;;
        checkpoint)
            for name in "$2"/checkpoint/.*.part; do
                if [ -e "$name" ]; then return 0; fi
            done
            continue
            ;;
        file)
            for name in "$2"/.*.h5.part; do
                if [ -e "$name" ]; then return 0; fi
            done
            continue
            ;;
        esac
        sleep 0.01
    done
    sleep "$(printf '%d.%03d' $((delay / 1000)) $((delay % 1000)))"
    kill -0 "$3" 2>/dev/null
}

# Kills a random rank or mpirun, and waits until all have ended.
strike() { # pid-of-timeout
    local launcher members victim what deadline=$((SECONDS + 20))
    launcher=$(pgrep -P "$1" || true)
    mapfile -t members < <(pgrep -P "${launcher:-0}" || true)
    if [ -z "$launcher" ] || [ "${#members[@]}" -eq 0 ]; then
        return 1
    fi
    if [ $((RANDOM % 3)) -eq 0 ]; then
        victim=$launcher what=mpirun
    else
        victim=${members[RANDOM % ${#members[@]}]} what="a rank"
    fi
    kill -KILL "$victim" 2>/dev/null || return 1
    wait "$1" 2>/dev/null || true
    while [ -n "$(ours)" ]; do
        [ "$SECONDS" -lt "$deadline" ] || fail "ranks outlive the kill of $what"
        sleep 0.05
    done
    struck=$what
}

stage_of() { # directory
    local stage=prepare
    if [ -e "$1/glasses.h5" ]; then stage=explore; fi
    if [ -e "$1/landscape.h5" ]; then stage=connect; fi
    if [ -e "$1/paths.h5" ]; then stage=tunnel; fi
    if [ -e "$1/tunnelling.h5" ]; then stage=end; fi
    echo "$stage"
}

compare() { # directory
    local file
    for file in "${files[@]}"; do
        h5diff --exclude-path /timing "$work/whole/$file" "$1/$file" >"$work/difference.log" 2>&1 ||
            fail "$file of the killed campaign differs: $(head -n 3 "$work/difference.log")"
        # h5diff skips objects that it calls not comparable, including empty data sets
        /usr/bin/python3 "$root/tests/campaign_decks/same.py" "$work/whole/$file" "$1/$file" ||
            fail "$file of the killed campaign differs"
    done
    [ ! -e "$1/checkpoint" ] || fail "checkpoints are left over"
}

echo "kill: $kills_wanted kills, seed $seed"
start=$(now)
(run "$work/whole" 2) >"$work/whole.log" 2>&1 || fail "the undisturbed run failed"
whole=$(since "$start")
echo "kill: undisturbed on 2 ranks: $whole s"
# milliseconds: the longest wait for a kill at any time
longest=$(awk -v w="$whole" 'BEGIN { print int(600 * w) + 1 }')

turns=(any explore checkpoint connect prepare file any tunnel checkpoint)
kills=0 resumes=0 campaign=0 lost=0 turn=0
while [ "$kills" -lt "$kills_wanted" ]; do
    campaign=$((campaign + 1))
    directory=$work/campaign-$campaign
    chain=$((1 + RANDOM % 4))
    spent=0 history="" ranks=$((1 + RANDOM % 4))
    for ((link = 0; ; link++)); do
        start=$(now)
        (run "$directory" "$ranks") >"$directory.log" 2>&1 &
        pid=$!
        if [ "$link" -lt "$chain" ] && [ "$kills" -lt "$kills_wanted" ]; then
            where=${turns[turn % ${#turns[@]}]}
            turn=$((turn + 1))
            if await "$where" "$directory" "$pid" && strike "$pid"; then
                kills=$((kills + 1)) resumes=$((resumes + 1))
                spent=$(awk -v a="$spent" -v b="$(since "$start")" 'BEGIN { print a + b }')
                history+=" [$ranks ranks, $(stage_of "$directory"), wanted $where: $struck]"
                ranks=$((1 + (ranks + RANDOM % 3) % 4))
                continue
            fi
        fi
        wait "$pid" || fail "campaign $campaign failed on $ranks ranks after$history"
        spent=$(awk -v a="$spent" -v b="$(since "$start")" 'BEGIN { print a + b }')
        break
    done
    compare "$directory"
    awk -v n="$campaign" -v s="$spent" -v w="$whole" -v h="$history" -v r="$ranks" \
        'BEGIN { printf "kill: campaign %d: equal;%s, ended on %d ranks; %.1f s in all, undisturbed %.1f s\n", n, h, r, s, w }'
    lost=$(awk -v a="$lost" -v s="$spent" -v w="$whole" 'BEGIN { print a + s - w }')
    rm -rf "$directory"
done
echo "kill: $kills kills, $resumes resumes, $campaign campaigns, all data equal; $lost s more than $campaign undisturbed runs on 2 ranks"
