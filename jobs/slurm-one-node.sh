#!/bin/bash
# A campaign on one node: the job stops before its time limit, is requeued and resumes, until all is complete.
#
#     sbatch --time=24:00:00 jobs/slurm-one-node.sh DECK DIRECTORY
#
# Options of sbatch take precedence over the lines below. Use one rank per core; `glasswell check DECK --ranks N`
# estimates the memory of a rank and the time.
#
#SBATCH --job-name=glasswell
#SBATCH --nodes=1
#SBATCH --ntasks-per-node=16         # EDIT: the cores of a node
#SBATCH --cpus-per-task=1
#SBATCH --time=24:00:00              # EDIT
#SBATCH --signal=B:USR1@300
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=glasswell-%j.log

set -u
if [ "$#" -ne 2 ]; then
    echo "usage: sbatch [options] $0 DECK DIRECTORY" >&2
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
export GLASSWELL_THREADS=$SLURM_CPUS_PER_TASK
run_and_resume "${launch[@]}" "$program" run "$1" --output "$2" --quiet
