#!/usr/bin/env bash
# The job templates under a real SLURM of two nodes on one host, set up in a temporary directory and taken down again: a
# campaign that is stopped before its time limit, requeued and resumed; an array of temperatures with its report; a job that is
# asked to end. The PBS template runs with a mock qsub that only records its arguments. Two minutes, mostly of waiting. Needs
# root (for slurmd) and installs what is missing on Debian. Otherwise it is skipped, but never when CI is set, as .ci/run does.
# GLASSWELL names a program to test instead of the one built here.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

skip() {
    [ -z "${CI:-}" ] || { echo "slurm: FAILED: CI is set and $1" >&2; exit 1; }
    echo "slurm: skipped: $1"
    exit 0
}
[ "$(id -u)" -eq 0 ] || skip "it needs root"
export GLASSWELL_SETUP=slurm
# shellcheck source=scripts/setup.sh
(source "$root/scripts/setup.sh") || skip "its packages could not be installed"
# shellcheck source=scripts/setup.sh
source "$root/scripts/setup.sh"
for command in munged slurmctld slurmd sbatch h5diff; do
    command -v "$command" >/dev/null || skip "$command is missing"
done
if [ -z "${GLASSWELL:-}" ]; then
    cargo build --release --locked --manifest-path "$root/Cargo.toml"
    GLASSWELL=${CARGO_TARGET_DIR:-$root/target}/release/glasswell
fi
# without the variables of a job in which this test itself may run
for name in $(compgen -e | grep -E '^(SLURM|SBATCH|SRUN|SCANCEL|SQUEUE|PMIX|OMPI_COMM)_?' || true); do unset "$name"; done
# two nodes on one host: one rank each, communicating over the loopback (more would conflict in shared memory)
export OMPI_MCA_btl_tcp_if_include=lo OMPI_MCA_oob_tcp_if_include=lo
export GLASSWELL GLASSWELL_ROOT=$root GLASSWELL_PYTHON=/usr/bin/python3

folder=$(mktemp -d /tmp/glasswell-slurm.XXXXXX)
chmod 755 "$folder"
daemons=()
export SLURM_CONF=$folder/slurm.conf

finish() {
    local code=$?
    trap - EXIT INT TERM
    if [ "$code" -ne 0 ]; then
        echo "slurm: FAILED; the ends of the logs:" >&2
        timeout 20 squeue >&2 || true
        tail -n 15 "$folder"/*.log >&2 || true
    fi
    if [ "${#daemons[@]}" -gt 0 ]; then
        timeout 10 scancel --user=root 2>/dev/null || true
        for _ in $(seq 50); do
            [ -n "$(timeout 10 squeue --noheader 2>/dev/null)" ] || break
            sleep 0.2
        done
        # the last started first
        for ((i = ${#daemons[@]} - 1; i >= 0; i--)); do
            kill "${daemons[i]}" 2>/dev/null || true
            for _ in $(seq 50); do
                kill -0 "${daemons[i]}" 2>/dev/null || break
                sleep 0.1
            done
            kill -KILL "${daemons[i]}" 2>/dev/null || true
        done
    fi
    rm -rf "$folder"
    exit "$code"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

fail() {
    echo "slurm: $*" >&2
    exit 1
}

# wait_for SECONDS WHAT COMMAND...: until the command succeeds
wait_for() {
    local end=$((SECONDS + $1)) what=$2
    shift 2
    until "$@"; do
        [ "$SECONDS" -lt "$end" ] || fail "waited in vain until $what"
        sleep 0.2
    done
}

daemon() {
    "$@" >>"$folder/daemons.log" 2>&1 &
    daemons+=($!)
}

# --- the cluster ----------------------------------------------------------------------------------------------------
start_cluster() {
    local ports host cores node
    # held open together, so that they differ
    read -r -a ports < <(/usr/bin/python3 -c 'import socket
servers = [socket.create_server(("", 0)) for _ in range(3)]
print(*(server.getsockname()[1] for server in servers))')
    host=$(hostname -s)
    cores=$(nproc)
    [ "$cores" -ge 2 ] || cores=2
    mkdir "$folder"/{home,munge,state,spool.one,spool.two,temporary.one,temporary.two}
    (umask 077 && head -c 1024 /dev/urandom >"$folder/munge/key")
    cat >"$SLURM_CONF" <<CONF
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=${ports[0]}
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$folder/munge/socket
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool.%n
TmpFS=$folder/temporary.%n
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/%n.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/%n.log
ProctrackType=proctrack/pgid
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=batch_sched_delay=0,sched_interval=5
SlurmdParameters=config_overrides
MpiDefault=none
KillWait=5
MessageTimeout=20
NodeName=one NodeHostname=$host NodeAddr=127.0.0.1 Port=${ports[1]} CPUs=$cores
NodeName=two NodeHostname=$host NodeAddr=127.0.0.1 Port=${ports[2]} CPUs=$cores
PartitionName=all Nodes=one,two Default=YES MaxTime=60 DefaultTime=10
CONF
    cat >"$folder/cgroup.conf" <<CONF
CgroupPlugin=cgroup/v1
ConstrainCores=no
ConstrainRAMSpace=no
ConstrainDevices=no
CONF
    daemon munged --foreground --socket="$folder/munge/socket" --key-file="$folder/munge/key" \
        --pid-file="$folder/munge/pid" --log-file="$folder/munge/log" --seed-file="$folder/munge/seed"
    wait_for 60 "munged listens" test -S "$folder/munge/socket"
    daemon slurmctld -D -c -f "$SLURM_CONF"
    controller_start=$SECONDS
    for node in one two; do daemon slurmd -D -N "$node" -f "$SLURM_CONF"; done
    wait_for 120 "the nodes are idle" nodes_idle
}

nodes_idle() {
    [ "$(timeout 20 sinfo --noheader --format="%D %T" 2>/dev/null)" = "2 idle" ]
}

# field JOB NAME: of `scontrol show job`
field() {
    timeout 20 scontrol --oneliner show job "$1" | sed -nE "1s/.*\\b$2=([^ ]*).*/\\1/p"
}

state_is() {
    [ "$(field "$1" JobState)" = "$2" ]
}

complete() {
    local state
    state=$(field "$1" JobState)
    case $state in
        COMPLETED) return 0 ;;
        FAILED | CANCELLED | TIMEOUT | NODE_FAIL) fail "job $1 ended as $state with exit code $(field "$1" ExitCode)" ;;
        *) return 1 ;;
    esac
}

logged() {
    grep -q -- "$2" "$1" 2>/dev/null
}

# Ends the two-minute delay of a requeued job, and removes the limit that stopped it. Not at once: a job that starts in the
# same second in which it was requeued is mistaken for the one that ended.
let_go() {
    wait_for 120 "job $1 is requeued" state_is "$1" PENDING
    wait_for 120 "job $1 may start" timeout 20 scontrol update jobid="$1" starttime=now+3 timelimit=10
}

same_data() {
    local file pair
    for file in glasses landscape paths tunnelling; do
        pair=("$1/$file.h5" "$2/$file.h5")
        h5diff --exclude-path /timing "${pair[@]}" >"$folder/h5diff.log" || fail "$file.h5 differs between $1 and $2"
        # h5diff skips objects that it calls not comparable, including empty data sets
        /usr/bin/python3 "$root/tests/campaign_decks/same.py" "${pair[@]}" || fail "$file.h5 differs between $1 and $2"
    done
}

plain_run() {
    timeout --foreground 300 mpirun -n 2 "$GLASSWELL" run "$1" --output "$2" --threads 1 --quiet 2>>"$folder/plain.log" >&2
}

# --- the checks -----------------------------------------------------------------------------------------------------
# with_end SECONDS: edits a template from standard input so that, at its first start, the job seems to end in SECONDS
with_end() {
    sed "s/^run_and_resume/[ \"\${SLURM_RESTART_COUNT:-0}\" -gt 0 ] || export SLURM_JOB_END_TIME=\$((\$(date +%s) + $1))\n&/"
}

check_requeue() {
    local job log=$folder/campaign.log by=clock
    # SLURM checks time limits every 30 s, and sends the warning at the first check: start shortly before
    while (((SECONDS - controller_start) % 30 != 27)); do sleep 0.1; done
    # a copy outside its folder, as users keep it
    with_end 15 <"$root/jobs/slurm-one-node.sh" >"$folder/home/job.sh"
    # the program stops by its own clock, 10 s before the supposed end, if the warning is late, or early: then it is ignored
    job=$(cd "$folder/home" && timeout 20 sbatch --parsable --ntasks-per-node=2 --time=1 \
        --signal=B:USR1@40 --output="$log" job.sh "$folder/campaign.toml" "$folder/campaign")
    wait_for 240 "job $job has stopped before its limit" logged "$log" "requeued, will resume"
    logged "$log" "SIGUSR1 .* is early" && by="clock, after an early warning"
    logged "$log" "SIGUSR1 .* asked to stop" && by=warning
    let_go "$job"
    wait_for 300 "job $job is complete" complete "$job"
    [ "$(field "$job" Restarts)" = 1 ] || fail "job $job was restarted $(field "$job" Restarts) times"
    logged "$log" "exit code 4" || fail "no exit code 4 in the log of job $job"
    same_data "$folder/plain" "$folder/campaign"
    echo "slurm: a campaign stopped before its limit (by the $by), requeued, resumed: the data of an uninterrupted run"
}

check_array() {
    local array report task log results=$folder/results
    # the lines to edit, edited
    sed -E -e 's/^temperatures=.*/temperatures=(0.8 0.85)/' -e 's/^launch=.*//' -e 's/^# (launch=\(srun.*)/\1/' \
        "$root/jobs/slurm-array.sh" | with_end 12 >"$folder/home/array.sh"
    # no warning, only the program's own clock: 10 s before the supposed end
    array=$(timeout 20 sbatch --parsable --array=0-1 --ntasks-per-node=1 --time=1 --signal=B:CONT@1 \
        --output="$folder/array-%a.log" "$folder/home/array.sh" "$folder/array.toml" "$results")
    report=$(timeout 20 sbatch --parsable --dependency="afterok:$array" --kill-on-invalid-dep=yes \
        --output="$folder/report.log" "$root/jobs/slurm-report.sh" "$results")
    for task in 0 1; do
        log=$folder/array-$task.log
        wait_for 240 "task $task was stopped by the clock" logged "$log" "requeued, will resume"
        let_go "${array}_$task"
    done
    for task in 0 1; do
        # it may start as soon as both are complete, which can be at once
        state_is "$report" PENDING || { complete "${array}_0" && complete "${array}_1"; } ||
            fail "the report did not wait: $(field "$report" JobState)"
        wait_for 300 "task $task is complete" complete "${array}_$task"
        [ "$(field "${array}_$task" Restarts)" = 1 ] || fail "task $task was not restarted once"
    done
    wait_for 180 "the report is complete" complete "$report"
    for task in T0.8 T0.85; do
        logged "$folder/report.log" "^$task  *argon  *[0-9]" || fail "no row for $task in the report"
    done
    plain_run "$results/T0.8.toml" "$folder/plain-T0.8"
    same_data "$folder/plain-T0.8" "$results/T0.8"
    echo "slurm: two temperatures as an array under srun, stopped by the clock, requeued one by one, then their report"
}

check_end() {
    local job log=$folder/end.log
    job=$(timeout 20 sbatch --parsable --nodes=2 --ntasks-per-node=1 --time=5 --output="$log" "$root/jobs/slurm-many-nodes.sh" \
        "$folder/campaign.toml" "$folder/end")
    wait_for 180 "glasses.h5 is there" test -e "$folder/end/glasses.h5"
    timeout 20 scancel --batch --signal=TERM "$job"
    wait_for 180 "job $job has ended" state_is "$job" FAILED
    [ "$(field "$job" ExitCode)" = 4:0 ] || fail "job $job ended with $(field "$job" ExitCode)"
    [ "$(field "$job" Restarts)" = 0 ] || fail "job $job was requeued against the request"
    echo "slurm: a job asked to end keeps its stages, ends with exit code 4, stays out of the queue"
}

check_pbs() {
    local log=$folder/pbs.log
    mkdir "$folder/bin"
    printf '#!/bin/sh\necho "$@" >%s/qsub.txt\n' "$folder" >"$folder/bin/qsub"
    chmod +x "$folder/bin/qsub"
    printf 'one\none\n' >"$folder/nodes"
    sed 's/^time_limit=.*/time_limit="2 s"/' "$root/jobs/pbs.sh" >"$folder/home/pbs.sh"
    PBS_JOBID=1.test PBS_O_WORKDIR=$folder PBS_NODEFILE=$folder/nodes PATH=$folder/bin:$PATH deck=campaign.toml directory=pbs \
        timeout --foreground 240 bash "$folder/home/pbs.sh" >"$log" 2>&1 || fail "the PBS template ended with $?"
    logged "$log" "exit code 4" || fail "no exit code 4 in the log of the PBS template"
    [ "$(cat "$folder/qsub.txt")" = "-v deck=campaign.toml,directory=pbs $root/jobs/pbs.sh" ] ||
        fail "the PBS template submitted $(cat "$folder/qsub.txt")"
    echo "slurm: the PBS template (with a mock qsub) is stopped by its clock and submits itself again"
}

# long enough that no machine finishes before it is stopped: twenty seconds of a core, and eight for a temperature
sed 's/^glasses = .*/glasses = 12/' "$root/tests/campaign_decks/tlj.toml" >"$folder/campaign.toml"
sed 's/^temperature = 0.8/temperature = @TEMPERATURE@/; s/^glasses = .*/glasses = 5/' "$root/tests/campaign_decks/tlj.toml" \
    >"$folder/array.toml"
plain_run "$folder/campaign.toml" "$folder/plain"
start_cluster
echo "slurm: $(sinfo --version) runs"
check_end
check_pbs
check_requeue
check_array
echo "slurm: all checks passed in $SECONDS s"
