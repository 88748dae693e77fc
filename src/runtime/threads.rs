//! How many threads a rank works with.

use crate::error::{Error, Result};
use crate::parallel::Ranks;

/// The cores that this process may run on (its affinity mask), by the system's numbers, rising; empty where the system does
/// not say. A batch system or `mpirun` gives every rank its own, or all ranks of a host the same.
#[cfg(target_os = "linux")]
pub fn cores() -> Vec<usize> {
    let Ok(mask) = rustix::thread::sched_getaffinity(None) else { return Vec::new() };
    (0..rustix::thread::CpuSet::MAX_CPU).filter(|core| mask.is_set(*core)).collect()
}

#[cfg(not(target_os = "linux"))]
pub fn cores() -> Vec<usize> {
    Vec::new()
}

/// The cores that this process can keep busy, at least 1: the cores of its mask, or fewer where the CPU quota of a container
/// is lower.
fn usable_cores() -> usize {
    let allowed = std::thread::available_parallelism().map_or(usize::MAX, usize::from);
    let usable = match cores().len() {
        0 => allowed,
        cores => cores.min(allowed),
    };
    if usable == usize::MAX { 1 } else { usable }
}

/// Collective: threads per rank: the option, else `GLASSWELL_THREADS`, else the usable cores shared by the ranks of a host.
///
/// # Errors
/// `Usage` for a number that is none, or 0.
pub fn threads(ranks: &Ranks, option: Option<usize>) -> Result<usize> {
    let variable = match std::env::var("GLASSWELL_THREADS") {
        Ok(text) => Some(text.parse::<usize>().ok().filter(|n| *n > 0).ok_or_else(|| {
            Error::Usage(format!("GLASSWELL_THREADS = {text:?} is not a number of threads; give 1 or more"))
        })),
        Err(_) => None,
    };
    let variable = ranks.agree(variable.transpose())?;
    let (_, sharing) = ranks.on_this_host()?;
    let threads = option.or(variable).unwrap_or((usable_cores() / sharing.max(1)).max(1));
    if threads == 0 {
        return Err(Error::Usage("--threads 0: give 1 or more".to_owned()));
    }
    // a pool of another size exists only when tests run several campaigns in one process
    let _ = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
    Ok(threads)
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;
    use rustix::thread::{CpuSet, sched_setaffinity};

    /// The mask of a thread is its own, so that other tests keep theirs.
    #[test]
    fn the_cores_are_those_of_the_mask() {
        let all = cores();
        assert!(!all.is_empty() && all.is_sorted());
        assert!((1..=all.len()).contains(&usable_cores()));
        for &core in &all {
            let mut mask = CpuSet::new();
            mask.set(core);
            sched_setaffinity(None, &mask).unwrap();
            assert_eq!((cores(), usable_cores()), (vec![core], 1));
        }
    }
}
