//! The number of threads of a rank.

use crate::error::{Error, Result};
use crate::parallel::Ranks;

/// Threads per rank: the option, else `GLASSWELL_THREADS`, else the cores of the affinity mask, shared by the ranks of
/// a host.
pub fn threads(ranks: &Ranks, option: Option<usize>) -> Result<usize> {
    let variable = match std::env::var("GLASSWELL_THREADS") {
        Ok(text) => Some(text.parse::<usize>().ok().filter(|n| *n > 0).ok_or_else(|| {
            Error::Usage(format!("GLASSWELL_THREADS = {text:?} is not a number of threads; give 1 or more"))
        })),
        Err(_) => None,
    };
    let variable = ranks.agree(variable.transpose())?;
    let (_, sharing) = ranks.on_this_host()?;
    let cores = core_affinity::get_core_ids().map_or(1, |cores| cores.len());
    let threads = option.or(variable).unwrap_or((cores / sharing.max(1)).max(1));
    if threads == 0 {
        return Err(Error::Usage("--threads 0: give 1 or more".to_owned()));
    }
    // a pool of another size can only exist in tests that run several campaigns in one process
    let _ = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
    Ok(threads)
}
