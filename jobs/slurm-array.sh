#!/bin/bash
# One campaign for each temperature, and a report when all are complete:
#
#     array=$(sbatch --parsable jobs/slurm-array.sh DECK RESULTS)
#     sbatch --dependency=afterok:$array --kill-on-invalid-dep=yes jobs/slurm-report.sh RESULTS
#
# DECK has @TEMPERATURE@ in place of the temperature; the campaigns are written to RESULTS/T0.617 and so on, with their
# decks next to them. Each task stops, is requeued and resumes on its own; the report waits for all tasks.
#
#SBATCH --job-name=glasswell
#SBATCH --array=0-3                  # EDIT: one task for each temperature below
#SBATCH --nodes=1
#SBATCH --ntasks-per-node=16         # EDIT: the cores of a node
#SBATCH --cpus-per-task=1
#SBATCH --time=24:00:00              # EDIT
#SBATCH --signal=B:USR1@300
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=glasswell-%A-%a.log

set -u
temperatures=(0.488 0.509 0.558 0.617)                       # EDIT
if [ "$#" -ne 2 ] || ! grep -q @TEMPERATURE@ "$1"; then
    echo "usage: sbatch [options] $0 DECK RESULTS, where DECK has @TEMPERATURE@ in place of the temperature" >&2
    exit 2
fi
# module load openmpi hdf5           # EDIT: the modules that the program was built with
root=${GLASSWELL_ROOT:-$HOME/glasswell}                      # EDIT: the folder with jobs/ and target/
program=${GLASSWELL:-$root/target/release/glasswell}
# EDIT: this one or the next; each gives every rank --cpus-per-task cores of its own
launch=(mpirun -n "$SLURM_NTASKS" --map-by "slot:PE=$SLURM_CPUS_PER_TASK")
# launch=(srun --mpi=pmix --cpus-per-task="$SLURM_CPUS_PER_TASK" --kill-on-bad-exit=0 --wait=60)

# shellcheck source=jobs/resume.sh
source "$root/jobs/resume.sh" || exit 2
temperature=${temperatures[SLURM_ARRAY_TASK_ID]:?"--array has more tasks than there are temperatures"}
campaign=$2/T$temperature
mkdir -p "$2" && sed "s/@TEMPERATURE@/$temperature/g" "$1" > "$campaign.toml" || exit 2
export GLASSWELL_THREADS=$SLURM_CPUS_PER_TASK
run_and_resume "${launch[@]}" "$program" run "$campaign.toml" --output "$campaign" --quiet
