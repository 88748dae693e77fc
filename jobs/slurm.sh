#!/bin/bash
# A campaign under SLURM that stops before its time limit, keeps what is complete, requeues itself and resumes, until it is complete.
#
#     sbatch --nodes=4 --time=24:00:00 jobs/slurm.sh inputs/tlj-0.617.toml results/tlj-0.617
#
# The first argument is the deck, the second the campaign's directory. Options on sbatch's command line take precedence
# over the lines below. Exit code 4 means: stopped by the clock or a signal with all complete stages kept.
#
#SBATCH --job-name=glasswell
#SBATCH --nodes=1
#SBATCH --ntasks-per-node=8
#SBATCH --cpus-per-task=1
#SBATCH --time=24:00:00
#SBATCH --signal=B:USR1@300
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=glasswell-%j.log

set -u

if [ "$#" -ne 2 ]; then
    echo "usage: sbatch [options] $0 DECK DIRECTORY" >&2
    exit 2
fi
deck=$1
directory=$2

# The site's modules go here, for example:
# module load openmpi hdf5

glasswell=${GLASSWELL:-glasswell}
export GLASSWELL_THREADS=${SLURM_CPUS_PER_TASK:-1}

# Near the limit the signal can be lost: the program watches the clock too.
time_limit=()
if remaining=$(squeue --noheader --job "$SLURM_JOB_ID" --format=%L 2>/dev/null) && [ -n "$remaining" ]; then
    # %L is [days-][hours:]minutes:seconds
    days=0
    case $remaining in
        *-*) days=${remaining%%-*}; remaining=${remaining#*-} ;;
    esac
    seconds=0
    valid=yes
    IFS=: read -r -a parts <<< "$remaining"
    for part in "${parts[@]}"; do
        case $part in
            '' | *[!0-9]*) valid=no ;;
            *) seconds=$((seconds * 60 + 10#$part)) ;;
        esac
    done
    case $days in
        '' | *[!0-9]*) valid=no ;;
        *) seconds=$((seconds + 86400 * 10#$days)) ;;
    esac
    if [ "$valid" = yes ] && [ "$seconds" -gt 300 ]; then
        time_limit=(--time-limit "$((seconds - 180)) s")
    fi
fi

mpirun "$glasswell" run "$deck" --output "$directory" --quiet ${time_limit[@]+"${time_limit[@]}"} &
program=$!
trap 'interrupted=yes; kill -USR1 "$program" 2>/dev/null' USR1
trap 'interrupted=yes; kill -TERM "$program" 2>/dev/null' TERM

# `wait` also returns when a trapped signal arrives: wait again until it tells how the program itself has ended
while :; do
    interrupted=no
    wait "$program"
    code=$?
    [ "$interrupted" = no ] && break
done

if [ "$code" -eq 4 ]; then
    echo "complete stages are kept, requeueing job $SLURM_JOB_ID"
    scontrol requeue "$SLURM_JOB_ID" && exit 0
    echo "cannot requeue: submit the same job again to resume" >&2
fi
exit "$code"
