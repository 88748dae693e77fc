//! How many processes a launcher has started, by its environment: before MPI has started, and where MPI knows nothing of it.

use crate::error::{Error, Result};

/// Processes that are started together on purpose, without MPI, each with a campaign of its own.
const INDEPENDENT: &str = "GLASSWELL_INDEPENDENT";

/// Reads an environment variable.
type Variables<'v> = &'v dyn Fn(&str) -> Option<String>;

fn of_this_process(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Whether a launcher (Open MPI, MPICH, SLURM) has started this process with a rank other than 0: commands that run on one
/// rank print nothing there.
pub fn is_a_further_rank() -> bool {
    further(&of_this_process)
}

/// The launcher next to the process counts: `mpirun -n 1` within a step of SLURM starts rank 0 in every task.
fn further(variable: Variables) -> bool {
    let ranks = ["OMPI_COMM_WORLD_RANK", "PMI_RANK", "SLURM_PROCID"];
    ranks.into_iter().find_map(variable).is_some_and(|rank| rank != "0")
}

/// Checks that MPI sees the processes that the launcher has started. Otherwise each would take itself for the only one, and all
/// would run the same campaign.
///
/// # Errors
/// `Usage` when MPI sees one rank of several.
pub fn check(ranks: usize) -> Result<()> {
    match ranks {
        1 => mismatch(&of_this_process, cfg!(feature = "mpi")).map_or(Ok(()), |message| Err(Error::Usage(message))),
        _ => Ok(()),
    }
}

fn mismatch(variable: Variables, mpi: bool) -> Option<String> {
    if variable(INDEPENDENT).is_some_and(|value| !["", "0"].contains(&value.as_str())) {
        return None;
    }
    let count = |name: &'static str| Some((variable(name)?.trim().parse::<u64>().ok()?, name));
    // within a step of SLURM, or of each other, the launcher next to the process has started the fewest
    let of_launchers = ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE"].into_iter().filter_map(count).min();
    let (started, name) = of_launchers.or_else(|| count("SLURM_STEP_NUM_TASKS")).filter(|(started, _)| *started > 1)?;
    let (sees, remedy) = match mpi {
        true => (
            "MPI sees one rank: launcher and MPI library do not match",
            "use the mpirun of the library that `glasswell --version --verbose` names, or srun --mpi=pmix (`srun --mpi=list` \
             shows what there is)",
        ),
        false => ("this program was built without MPI", "start it once, or build it with MPI"),
    };
    Some(format!(
        "started {started} times ({name} = {started}), but {sees}; {remedy}. If the processes are independent runs, set \
         {INDEPENDENT}=1"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(set: &[(&str, &str)], look: impl Fn(Variables) -> bool) -> bool {
        look(&|name| set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn ranks_of_launchers() {
        let is_further = |set: &[(&str, &str)]| with(set, further);
        assert!(!is_further(&[]));
        assert!(is_further(&[("OMPI_COMM_WORLD_RANK", "1")]) && is_further(&[("PMI_RANK", "2")]));
        assert!(is_further(&[("SLURM_PROCID", "3")]) && !is_further(&[("SLURM_PROCID", "0")]));
        assert!(!is_further(&[("OMPI_COMM_WORLD_RANK", "0"), ("SLURM_PROCID", "3")]));
    }

    #[test]
    fn launchers_that_mpi_does_not_see() {
        let refused = |set: &[(&str, &str)]| with(set, |variable| mismatch(variable, true).is_some());
        assert!(!refused(&[]) && !refused(&[("PMI_SIZE", "1")]) && !refused(&[("OMPI_COMM_WORLD_SIZE", "1")]));
        for name in ["PMI_SIZE", "OMPI_COMM_WORLD_SIZE", "SLURM_STEP_NUM_TASKS"] {
            assert!(refused(&[(name, "3")]), "{name}");
            assert!(!refused(&[(name, "3"), (INDEPENDENT, "1")]) && refused(&[(name, "3"), (INDEPENDENT, "0")]));
            assert!(!refused(&[(name, "some")]));
        }
        // mpirun -n 1 in each of four tasks of a step, and the daemons of mpirun themselves
        assert!(!refused(&[("OMPI_COMM_WORLD_SIZE", "1"), ("SLURM_STEP_NUM_TASKS", "4")]));
        // a job without a step has no tasks of its own
        assert!(!refused(&[("SLURM_NTASKS", "16")]));
        let set = [("PMI_SIZE", "3")];
        let message = |mpi: bool| {
            mismatch(&|name| set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()), mpi)
                .unwrap()
        };
        for word in ["3 times", "PMI_SIZE", "one rank", "--mpi=pmix", INDEPENDENT] {
            assert!(message(true).contains(word), "{word}: {}", message(true));
        }
        assert!(message(false).contains("built without MPI"), "{}", message(false));
    }
}
