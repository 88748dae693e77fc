//! What campaigns that are pooled must have in common, and what they must not share.

use super::source::Source;
use crate::error::{Error, Result};
use crate::input::listed;

/// Whether two campaigns of one row are independent samples of the same ensemble.
///
/// # Errors
/// `Usage` that names both and the difference.
pub fn check_pooled(one: &Source, other: &Source) -> Result<()> {
    let (first, second) = (one.directory.display(), other.directory.display());
    if let Some((key, of_one, of_other)) = one.keys.difference(&other.keys) {
        return Err(Error::Usage(format!(
            "{first} and {second} have the same T_f and model, but {key} = {of_one} and {of_other}: they are not pooled; \
             combine them into separate files"
        )));
    }
    if one.seed == other.seed {
        return Err(Error::Usage(format!(
            "{first} and {second} have the same seed {}: the same glasses would be counted twice; leave one of them out",
            one.seed
        )));
    }
    if let Some(files) = one.keys.get("prepare.from").filter(|files| *files != "[]") {
        return Err(Error::Usage(format!(
            "{first} and {second} explore the same imported glasses, {files}, which would be counted twice; leave one of \
             them out"
        )));
    }
    for (with, without) in [(one, other), (other, one)] {
        let missing = with.units.iter().find(|unit| without.units.iter().all(|known| known.name != unit.name));
        if let Some(unit) = missing {
            return Err(Error::Usage(format!(
                "{} has no unit {}, which {} has; it has {}: run both decks with the same units in [tunnel]",
                without.directory.display(),
                unit.name,
                with.directory.display(),
                listed(without.units.iter().map(|unit| unit.name.as_str()))
            )));
        }
    }
    for unit in &one.units {
        let same = other.units.iter().find(|known| known.name == unit.name);
        if let Some(same) = same.filter(|same| same.reduced_mass != unit.reduced_mass) {
            return Err(Error::Usage(format!(
                "{first} and {second} have different reduced masses of {}, {} and {}: they are not pooled",
                unit.name, unit.reduced_mass, same.reduced_mass
            )));
        }
    }
    Ok(())
}
