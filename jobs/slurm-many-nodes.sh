#!/bin/bash
# A campaign on many nodes: the job stops before its time limit, is requeued and resumes, until all is complete.
#
#     sbatch --nodes=16 --time=24:00:00 jobs/slurm-many-nodes.sh DECK DIRECTORY
#
# Options of sbatch take precedence over the lines below. DECK and DIRECTORY must be on a file system that all nodes
# share and that supports collective MPI-IO (Lustre, GPFS, BeeGFS). Ranks are assigned glasses, then groups of runs, then
# pairs of minima; ranks beyond that number are idle, unless there are so few pairs that teams of ranks share them.
#
#SBATCH --job-name=glasswell
#SBATCH --nodes=4
#SBATCH --ntasks-per-node=64         # EDIT: the cores of a node, fewer if `glasswell check` shows that memory is short
#SBATCH --cpus-per-task=1
#SBATCH --exclusive
#SBATCH --time=24:00:00              # EDIT
#SBATCH --signal=B:USR1@600
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
# EDIT: this one (see `srun --mpi=list`) or the next; each gives every rank --cpus-per-task cores of its own
launch=(srun --mpi=pmix --cpus-per-task="$SLURM_CPUS_PER_TASK" --kill-on-bad-exit=0 --wait=60)
# launch=(mpirun -n "$SLURM_NTASKS" --map-by "slot:PE=$SLURM_CPUS_PER_TASK")

# shellcheck source=jobs/resume.sh
source "$root/jobs/resume.sh" || exit 2
# On Lustre, if writing a file hangs or is slow: Open MPI 4.1 and newer write through OMPIO, whose collective writes by many
# ranks have hung there (open-mpi/ompi#9479, #11182); this takes ROMIO in its place. (Open MPI before 4.0.6 takes ROMIO by
# itself, with faults of its own on Lustre, #6871: use a newer one.)
# export OMPI_MCA_io=^ompio
export GLASSWELL_THREADS=$SLURM_CPUS_PER_TASK
run_and_resume "${launch[@]}" "$program" run "$1" --output "$2" --quiet
