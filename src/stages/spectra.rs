//! Spectra that failed: reported, and an error when none is left.

use super::Context;
use crate::error::{Error, Result};
use crate::stage::Stage;

/// Collective: warns of spectra without modes; `mine` of this rank: (failed, without a minimum, all).
///
/// # Errors
/// `Numerical` when there are spectra, and none has modes.
pub fn report_failed(context: &Context<'_>, stage: Stage, mine: (u64, u64, u64)) -> Result<()> {
    let [failed, unquenched, all] = [mine.0, mine.1, mine.2].map(|count| context.ranks.sum_u64(count));
    if failed + unquenched == 0 {
        return Ok(());
    }
    let message = format!(
        "{stage}: {failed} of {all} spectra failed (the eigenvalue problem was not solved, or a check of its result did not \
         pass), {unquenched} have no minimum"
    );
    if failed + unquenched == all {
        return Err(Error::Numerical(format!("{message}: there is nothing to write; ask for another number of modes")));
    }
    log::warn!("{message}: see the status in {}", stage.file_name());
    Ok(())
}
