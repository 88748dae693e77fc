//! What a reader must know before using the numbers of a campaign.

use super::source::Source;
use crate::error::Result;
use crate::stage::Stage;

/// Outcomes of a pair that say neither that it is a double well nor that it is none.
pub const LOST: [&str; 8] = [
    "not_converged",
    "diverged",
    "split_too_often",
    "saddle_failed",
    "negative_modes",
    "wrong_minima",
    "end_not_converged",
    "end_not_minimum",
];

/// The warnings of a campaign, the gravest first.
///
/// # Errors
/// `Storage` when a file is damaged.
pub fn warnings(source: &Source) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for reader in source.readers().iter().filter(|reader| !reader.header().complete) {
        let stage = reader.header().stage;
        found.push(format!(
            "The stage {stage} did not do everything that its deck requests: {} is not complete.",
            stage.file_name()
        ));
    }
    for stage in source.outdated() {
        found.push(format!(
            "{} was made with other settings, or from another file, than the files before it, and is left out: run the deck to \
             its end.",
            stage.file_name()
        ));
    }
    glasses(source, &mut found)?;
    exploration(source, &mut found)?;
    paths(source, &mut found)?;
    levels(source, &mut found)?;
    analyses(source, &mut found)?;
    Ok(found)
}

fn count_of(names: &[String], which: impl Fn(&str) -> bool) -> usize {
    names.iter().filter(|name| which(name)).count()
}

fn glasses(source: &Source, found: &mut Vec<String>) -> Result<()> {
    let equilibrated: Vec<bool> = source.numbers(Stage::Prepare, "/glasses/equilibrated")?;
    let (all, not) = (equilibrated.len(), equilibrated.iter().filter(|flag| !**flag).count());
    if not > 0 {
        found.push(format!(
            "{not} of {all} glasses were not equilibrated when their preparation ended. They count in every number of this page."
        ));
    }
    let unquenched = count_of(&source.names(Stage::Prepare, "/glasses/inherent_status")?, |name| name == "step_limit");
    if unquenched > 0 {
        found.push(format!("{unquenched} of {all} quenches of glasses to their inherent structure did not converge."));
    }
    if all == 1 && source.reader(Stage::Tunnel).is_some() {
        found.push("A single glass: the 68 % limits of n0 do not contain the differences between glasses.".to_owned());
    }
    Ok(())
}

fn exploration(source: &Source, found: &mut Vec<String>) -> Result<()> {
    let diffusing: Vec<bool> = source.numbers(Stage::Explore, "/runs/diffusing")?;
    let count = diffusing.iter().filter(|flag| **flag).count();
    if count > 0 {
        found.push(format!(
            "{count} of {} runs of the exploration left their glass by diffusion: their minima are not those of one glass.",
            diffusing.len()
        ));
    }
    let sum = |path: &str| -> Result<i64> { Ok(source.numbers::<i64>(Stage::Explore, path)?.iter().sum()) };
    let (audited, disagreed) = (sum("/recognition/audited")?, sum("/recognition/disagreed")?);
    if disagreed > 0 {
        found.push(format!(
            "Recognition: {disagreed} of {audited} audited quenches ended in another minimum than the one assigned."
        ));
    }
    let (mut quenches, mut unconverged) = (0, 0);
    source.in_pieces::<i64>(Stage::Explore, "/visits/minimum", |minima| {
        quenches += minima.len();
        unconverged += minima.iter().filter(|minimum| **minimum < 0).count();
    })?;
    if unconverged > 0 {
        found.push(format!("{unconverged} of {quenches} quenches of the exploration did not converge."));
    }
    Ok(())
}

fn paths(source: &Source, found: &mut Vec<String>) -> Result<()> {
    let rejected = source.names(Stage::Connect, "/rejected/status")?;
    let lost = count_of(&rejected, |name| LOST.contains(&name));
    if lost > 0 {
        found.push(format!(
            "Lost: the path search of {lost} pair{} failed, so that double wells may be missing (the figure of the candidates \
             says why).",
            if lost == 1 { "" } else { "s" }
        ));
    }
    let status = source.names(Stage::Connect, "/double_wells/status")?;
    let undescended = count_of(&status, |name| name == "descent_failed");
    if undescended > 0 {
        found.push(format!(
            "{undescended} double wells have the length and profile of the band, because the descent from the saddle failed."
        ));
    }
    Ok(())
}

fn levels(source: &Source, found: &mut Vec<String>) -> Result<()> {
    for unit in source.units()? {
        let name = &unit.name;
        let status = source.names(Stage::Tunnel, &format!("/{name}/status"))?;
        let inexact = count_of(&status, |status| status != "converged");
        if inexact > 0 {
            found.push(format!("{name}: the levels of {inexact} of {} double wells are not converged.", status.len()));
        }
        let floor: Vec<bool> = source.numbers(Stage::Tunnel, &format!("/{name}/below_floor"))?;
        let rounding = floor.iter().filter(|flag| **flag).count();
        if rounding > 0 {
            found.push(format!("{name}: the splittings of {rounding} double wells are within rounding (1e-11)."));
        }
    }
    Ok(())
}

fn analyses(source: &Source, found: &mut Vec<String>) -> Result<()> {
    let tables = [
        (Stage::Relax, "/relaxation/status", "relaxation times (tau_alpha)", ["converged", "converged"]),
        (Stage::Modes, "/spectra/status", "vibrational spectra", ["converged", "converged"]),
        (Stage::Excite, "/glasses/status", "glasses for the pushes", ["stable", "zero_modes"]),
        (Stage::Elastic, "/moduli/status", "elastic moduli", ["converged", "converged"]),
    ];
    for (stage, path, what, sound) in tables {
        let status = source.names(stage, path)?;
        let unsound = count_of(&status, |name| !sound.contains(&name));
        if unsound > 0 {
            found.push(format!(
                "{unsound} of {} {what} are not sound (`{path}` of {}).",
                status.len(),
                stage.file_name()
            ));
        }
    }
    let certainty = source.names(Stage::Excite, "/excitations/certainty")?;
    let bounds = count_of(&certainty, |name| !matches!(name, "known" | "none"));
    if bounds > 0 {
        found.push(format!("{bounds} critical amplitudes A_c are known as upper bounds only."));
    }
    Ok(())
}
