# shellcheck shell=bash
# Sourced by the templates beside it: `run_and_resume COMMAND...` runs `glasswell run`, hands the scheduler's signals on to it,
# and puts the job back into its queue when the program has stopped with exit code 4 (what it has computed is kept).
#
# Under srun the ranks end one after the other: --kill-on-bad-exit=1 would kill the late ones and give 143 in place of 4. With
# --wait=60 ranks that one of them has left behind by a crash are still ended.

restarts_at_most=${GLASSWELL_RESTARTS:-100}

# The name of this job. In an array SLURM_JOB_ID will not do: that of one task is the name of the whole array too.
job=${SLURM_ARRAY_JOB_ID:+${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}}
job=${job:-${SLURM_JOB_ID:-}}

# Puts this job back into the queue; a template for another scheduler defines its own after sourcing this file.
again() {
    if [ "${SLURM_RESTART_COUNT:-0}" -ge "$restarts_at_most" ]; then
        echo "job $job was restarted $restarts_at_most times: is its time limit too short?" >&2
        return 1
    fi
    scontrol requeue "$job"
}

# Hands the first request on to the program as SIGUSR1: Open MPI's mpirun kills its ranks a second after a SIGTERM.
hand_on() {
    echo "job $job: SIG$1 at $(date +%T), the program is asked to stop"
    [ -z "$asked" ] && [ -n "$program" ] && kill -USR1 "$program"
    asked=$1
    interrupted=yes
}

# USR1 (the scheduler's warning): stop and go back into the queue. TERM (scancel --batch --signal=TERM): stop for good.
# Warnings can be lost near the limit: the program itself knows the end of a job of SLURM, and stops some minutes before it. A
# template for another scheduler sets `time_limit`.
run_and_resume() {
    local asked="" program="" interrupted code
    trap 'hand_on USR1' USR1
    trap 'hand_on TERM' TERM
    "$@" ${time_limit:+--time-limit "$time_limit"} &
    program=$!
    # `wait` returns early when a signal comes: wait again until it tells how the program itself has ended
    while :; do
        interrupted=no
        code=0
        wait "$program" || code=$?
        [ "$interrupted" = no ] && break
    done
    echo "job $job: exit code $code"
    if [ "$code" -eq 4 ] && [ "$asked" != TERM ]; then
        if again; then
            echo "job $job: back in the queue, to be resumed"
            exit 0
        fi
        echo "job $job cannot be queued again: submit it as before, it will resume" >&2
    fi
    exit "$code"
}
