//! How many threads a rank works with.

use crate::error::{Error, Result};
use crate::parallel::Ranks;
use serde::{Deserialize, Serialize};

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

/// Where a rank runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Seat {
    host: String,
    /// Its affinity mask; empty where the system does not say.
    cores: Vec<usize>,
    /// The cores that it can keep busy: those of its mask, or fewer where the CPU quota of a container is lower.
    paid: usize,
}

impl Seat {
    fn of_this_process(host: &str) -> Self {
        let cores = cores();
        let allowed = std::thread::available_parallelism().map_or(usize::MAX, usize::from);
        let paid = match (allowed, cores.len()) {
            (usize::MAX, 0) => 1,
            (allowed, 0) => allowed,
            (allowed, cores) => allowed.min(cores),
        };
        Self { host: host.to_owned(), cores, paid }
    }

    /// The cores of this rank, those that it shares with other ranks in equal parts; at least 1. A quota of time is assumed
    /// to be that of all ranks of the host.
    fn share(&self, all: &[Seat]) -> usize {
        let beside: Vec<&Seat> = all.iter().filter(|other| other.host == self.host).collect();
        let of_quota = self.paid / beside.len().max(1);
        let on_core = |core: &usize| beside.iter().filter(|other| other.cores.binary_search(core).is_ok()).count();
        let share: f64 = self.cores.iter().map(|core| 1.0 / on_core(core).max(1) as f64).sum();
        // thirds do not add up to a whole
        let of_mask = (share + 1e-6) as usize;
        let cores = if self.cores.is_empty() || self.paid < self.cores.len() { of_quota } else { of_mask };
        cores.max(1)
    }
}

/// Collective: threads per rank: the option, else `GLASSWELL_THREADS`, else the rank's cores, shared by the ranks that share
/// them. More threads than cores lead to a warning.
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
    let seats = ranks.all_gather(&Seat::of_this_process(ranks.hostname()))?;
    let share = seats[ranks.rank()].share(&seats);
    let threads = option.or(variable).unwrap_or(share);
    if threads == 0 {
        return Err(Error::Usage("--threads 0: give 1 or more".to_owned()));
    }
    let crowded: Vec<(usize, usize)> = ranks.all_gather(&(threads, share))?;
    if let Some(warning) = crowding(&seats, &crowded) {
        log::warn!("{warning}");
    }
    // a pool of another size exists only when tests run several campaigns in one process
    let _ = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
    Ok(threads)
}

/// What to say when ranks have more threads than cores; (threads, cores) by rank.
fn crowding(seats: &[Seat], crowded: &[(usize, usize)]) -> Option<String> {
    // one thread is the least: then there are too many ranks, which the launcher was asked to start
    let is_crowded = |(threads, share): &(usize, usize)| *threads > (*share).max(1);
    let rank = crowded.iter().position(is_crowded)?;
    let more = match crowded.iter().filter(|pair| is_crowded(pair)).count() {
        1 => String::new(),
        count => format!(" and on {} more", count - 1),
    };
    let ((threads, share), seat) = (crowded[rank], seats.get(rank)?);
    let cores = if share == 1 { "core" } else { "cores" };
    let which = match seat.cores.len() {
        own if own == share => format!("its affinity mask holds {}", listed(&seat.cores)),
        own if seat.paid < own => "its quota of CPU time pays for no more".to_owned(),
        _ => format!("it shares {} with other ranks", listed(&seat.cores)),
    };
    Some(format!(
        "{threads} threads for {share} {cores} on rank {rank}{more}: on {} {which}; give every rank as many cores as threads \
         (mpirun --map-by slot:PE={threads}, srun --cpus-per-task={threads}), or give --threads {share}",
        seat.host
    ))
}

/// "core 3", or "cores 0-3, 8".
fn listed(cores: &[usize]) -> String {
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for core in cores {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == *core => *last = *core,
            _ => ranges.push((*core, *core)),
        }
    }
    let range = |(first, last): &(usize, usize)| match first == last {
        true => first.to_string(),
        false => format!("{first}-{last}"),
    };
    let word = if cores.len() == 1 { "core" } else { "cores" };
    format!("{word} {}", ranges.iter().map(range).collect::<Vec<String>>().join(", "))
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
        assert!((1..=all.len()).contains(&Seat::of_this_process("here").paid));
        for &core in &all {
            let mut mask = CpuSet::new();
            mask.set(core);
            sched_setaffinity(None, &mask).unwrap();
            assert_eq!(Seat::of_this_process("here"), seat("here", &[core]));
        }
    }

    fn seat(host: &str, cores: &[usize]) -> Seat {
        Seat { host: host.to_owned(), cores: cores.to_vec(), paid: cores.len() }
    }

    fn shares(seats: &[Seat]) -> Vec<usize> {
        seats.iter().map(|seat| seat.share(seats)).collect()
    }

    #[test]
    fn cores_are_shared_by_the_ranks_that_share_them() {
        // as under mpirun --map-by slot:PE=4 or srun --cpus-per-task=4, on two hosts whose cores have the same numbers
        let own: Vec<Seat> = (0..32)
            .map(|rank| seat(["one", "two"][rank / 16], &(0..4).map(|k| rank % 16 * 4 + k).collect::<Vec<usize>>()))
            .collect();
        assert_eq!(shares(&own), [4; 32]);
        let shared: Vec<usize> = (0..8).collect();
        assert_eq!(shares(&[seat("one", &shared), seat("one", &shared)]), [4, 4]);
        assert_eq!(shares(&vec![seat("one", &[0, 1, 2]); 3]), [1; 3]);
        assert_eq!(shares(&vec![seat("one", &shared); 7]), [1; 7]);
        assert_eq!(shares(&vec![seat("one", &shared); 20]), [1; 20]);
        // one rank with three cores of its own beside two on a pair
        let mixed = [seat("one", &[0, 1, 2, 3]), seat("one", &[3, 4]), seat("one", &[4, 5])];
        assert_eq!(shares(&mixed), [3, 1, 1]);
        // a container that pays for 4 of 64 cores, for its two ranks
        let paid = Seat { paid: 4, ..seat("one", &(0..64).collect::<Vec<usize>>()) };
        assert_eq!(shares(&[paid.clone(), paid]), [2, 2]);
        let unknown = Seat { paid: 6, ..seat("one", &[]) };
        assert_eq!(shares(&[unknown.clone(), unknown]), [3, 3]);
    }

    #[test]
    fn more_threads_than_cores_are_told() {
        let one = [seat("one", &[0]), seat("one", &[1])];
        assert_eq!(crowding(&one, &[(1, 1), (1, 1)]), None);
        let warning = crowding(&one, &[(2, 1), (2, 1)]).unwrap();
        let start = "2 threads for 1 core on rank 0 and on 1 more: on one its affinity mask holds core 0; give";
        assert!(warning.starts_with(start), "{warning}");
        assert!(warning.contains("PE=2") && warning.contains("--threads 1"), "{warning}");
        let shared = vec![seat("one", &[0, 1, 2, 3, 8]); 2];
        let warning = crowding(&shared, &[(2, 2), (8, 2)]).unwrap();
        assert!(
            warning.starts_with("8 threads for 2 cores on rank 1: on one it shares cores 0-3, 8 with"),
            "{warning}"
        );
    }
}
