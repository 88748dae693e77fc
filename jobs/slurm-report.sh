#!/bin/bash
# Results of the campaigns of jobs/slurm-array.sh: the status of each, then one table for all.
#
#     sbatch --dependency=afterok:ARRAY jobs/slurm-report.sh RESULTS
#
#SBATCH --job-name=glasswell-report
#SBATCH --ntasks=1
#SBATCH --time=00:10:00
#SBATCH --output=glasswell-report-%j.log

set -u
if [ "$#" -ne 1 ]; then
    echo "usage: sbatch [options] $0 RESULTS" >&2
    exit 2
fi
# module load openmpi hdf5           # EDIT: the modules that the program was built with
root=${GLASSWELL_ROOT:-$HOME/glasswell}                      # EDIT: the folder with jobs/ and target/
program=${GLASSWELL:-$root/target/release/glasswell}
python=${GLASSWELL_PYTHON:-python3}                          # EDIT: a Python that has h5py

for campaign in "$1"/T*/; do
    "$program" status "$campaign" || exit
done
"$python" - "$1"/T*/ <<'PYTHON'
import sys
import h5py

print(f"{'campaign':24} {'unit':20} {'double wells':>12} {'n0':>10}")
for campaign in sys.argv[1:]:
    with h5py.File(f"{campaign}/tunnelling.h5") as file:
        for unit in sorted(set(file) - {"timing"}):
            n0 = file[unit]["density"].attrs["n0"]
            print(f"{campaign.rstrip('/').split('/')[-1]:24} {unit:20} {len(file[unit]['splitting']):12} {n0:10.3e}")
PYTHON
