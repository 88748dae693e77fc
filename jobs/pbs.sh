#!/bin/bash
# A campaign under PBS: the job stops before its time limit, submits itself again and resumes, until all is complete.
#
#     qsub -v deck=DECK,directory=DIRECTORY jobs/pbs.sh
#
# Set options in the lines below, not on the qsub command line: the next job has only these lines. (`qrerun` would keep
# the options, but only operators may use it.) PBS sends no warning signal; the program stops by its own time limit.
#
#PBS -N glasswell
#PBS -l select=4:ncpus=64:mpiprocs=64
#PBS -l walltime=24:00:00
#PBS -j oe
#PBS -r y
# EDIT the lines above; set this to a few minutes less than the walltime:
time_limit="23 h 50 min"

set -u
cd "$PBS_O_WORKDIR" || exit 2
if [ -z "${deck:-}" ] || [ -z "${directory:-}" ]; then
    echo "usage: qsub -v deck=DECK,directory=DIRECTORY pbs.sh" >&2
    exit 2
fi
# module load openmpi hdf5           # EDIT: the modules that the program was built with
root=${GLASSWELL_ROOT:-$HOME/glasswell}                      # EDIT: the folder with jobs/ and target/
program=${GLASSWELL:-$root/target/release/glasswell}
template=$root/jobs/pbs.sh                                   # EDIT: this file, which submits itself

# shellcheck source=jobs/resume.sh
source "$root/jobs/resume.sh" || exit 2
job=$PBS_JOBID
again() {
    qsub -v "deck=$deck,directory=$directory" "$template"
}
# On Lustre, if writing a file hangs or is slow: Open MPI 4.1 and newer write through OMPIO, whose collective writes by many
# ranks have hung there (open-mpi/ompi#9479, #11182); this takes ROMIO in its place. (Open MPI before 4.0.6 takes ROMIO by
# itself, with faults of its own on Lustre, #6871: use a newer one.)
# export OMPI_MCA_io=^ompio
export GLASSWELL_THREADS=1
run_and_resume mpirun -n "$(wc -l < "$PBS_NODEFILE")" "$program" \
    run "$deck" --output "$directory" --quiet
