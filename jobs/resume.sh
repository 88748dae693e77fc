# shellcheck shell=bash
# Sourced by the templates in this folder: `run_and_resume COMMAND...` runs `glasswell run`, forwards the scheduler's signals
# to it, and requeues the job when the program stops with exit code 4 (its results so far are kept).
#
# Under srun the ranks end one after the other: --kill-on-bad-exit=1 would kill the late ones and give 143 instead of 4.
# --wait=60 still ends the other ranks when one rank has crashed.

restarts_at_most=${GLASSWELL_RESTARTS:-100}

# The name of this job. SLURM_JOB_ID is not enough in an array: for one of its tasks it also names the whole array.
job=${SLURM_ARRAY_JOB_ID:+${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}}
job=${job:-${SLURM_JOB_ID:-}}

# Seconds since 1970 at which the job began.
job_start=${SLURM_JOB_START_TIME:-$(date +%s)}

# Requeues this job; a template for another scheduler defines its own function after sourcing this file.
again() {
    if [ "${SLURM_RESTART_COUNT:-0}" -ge "$restarts_at_most" ]; then
        echo "job $job was restarted $restarts_at_most times: is its time limit too short?" >&2
        return 1
    fi
    scontrol requeue "$job"
}

# Seconds since 1970 at which the job ends, as SLURM gives it; nothing if it does not.
end_of_job() {
    local end=${SLURM_JOB_END_TIME:-}
    if [ -z "$end" ] && [ -n "${SLURM_JOB_ID:-}" ]; then
        end=$(date -d "$(squeue --noheader --job "$job" --format=%e 2>/dev/null)" +%s 2>/dev/null)
    fi
    echo "$end"
}

# Whether more than a tenth of the job is left. A short job gets the warning of --signal=USR1@300 soon after its start; it
# would be requeued again and again without having worked.
is_early() {
    local now end
    now=$(date +%s)
    end=$(end_of_job)
    [ -n "$end" ] && [ "$((10 * (end - now)))" -gt "$((end - job_start))" ]
}

# Forwards the first signal to the program as SIGUSR1: Open MPI's mpirun kills its ranks a second after a SIGTERM.
forward() {
    interrupted=yes
    if [ "$1" = USR1 ] && is_early; then
        echo "job $job: SIGUSR1 at $(date +%T) is early, more than a tenth of the job is left: goes on"
        return
    fi
    echo "job $job: SIG$1 at $(date +%T), the program is asked to stop"
    [ -z "$asked" ] && [ -n "$program" ] && kill -USR1 "$program"
    asked=$1
}

# USR1 (the scheduler's warning): stop and requeue, unless more than a tenth of the job is left. USR2 (scancel --batch
# --signal=USR2): stop now and requeue. TERM (scancel --batch --signal=TERM): stop for good. A warning can be lost near the
# limit, so the program itself knows when a SLURM job ends and stops some minutes earlier. A template for another scheduler
# sets `time_limit`.
run_and_resume() {
    local asked="" program="" interrupted code
    trap 'forward USR1' USR1
    trap 'forward USR2' USR2
    trap 'forward TERM' TERM
    "$@" ${time_limit:+--time-limit "$time_limit"} &
    program=$!
    # `wait` returns early when a signal arrives: wait again until it returns the exit code of the program
    while :; do
        interrupted=no
        code=0
        wait "$program" || code=$?
        [ "$interrupted" = no ] && break
    done
    echo "job $job: exit code $code"
    if [ "$code" -eq 4 ] && [ "$asked" != TERM ]; then
        # SLURM ends a job that is requeued, and with it the command that requeues it, before that can report its success
        trap '' USR1 USR2 TERM
        if again; then
            echo "job $job: requeued, will resume"
            exit 0
        fi
        echo "job $job could not be requeued: submit it again as before, and it will resume" >&2
    fi
    exit "$code"
}
