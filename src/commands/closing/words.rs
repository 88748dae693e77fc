//! The tunnelling systems in words.

use super::wrap::Paragraphs;
use crate::error::Result;
use crate::report::{ActiveWell, Source, Summary, UnitOf, UnitSummary, active_wells, method, significant};

/// Active systems that are described one by one.
const MOST: usize = 3;

/// A paragraph for each unit, and the active systems of the first that has some.
///
/// # Errors
/// `Storage` when a file is damaged.
pub fn of_units(said: &mut Paragraphs, source: &Source, summary: &Summary) -> Result<()> {
    if summary.units.is_empty() {
        return Ok(());
    }
    for unit in &summary.units {
        said.gap();
        said.say(&found(unit, summary.glasses, summary.double_wells));
    }
    said.gap();
    said.say(&method(summary.glasses));
    for unit in &summary.units {
        let wells = active_wells(source, &unit.unit)?;
        if !wells.is_empty() {
            return one_by_one(said, &unit.unit, &wells);
        }
    }
    Ok(())
}

/// How many systems of a unit are active, and n0.
fn found(summary: &UnitSummary, glasses: usize, double_wells: Option<usize>) -> String {
    let name = &summary.unit.name;
    let below = format!("E below k_B T_Q ({})", energy(&summary.unit, summary.unit.quantum_temperature));
    let [_, n0] = &summary.n0;
    let limit = significant(n0.limits[1]);
    let others = match summary.active - summary.active_tunnelling.min(summary.active) {
        0 => String::new(),
        1 => " One more double well has so small a splitting, but its lowest states do not tunnel.".to_owned(),
        more => format!(" {more} more double wells have so small a splitting, but their lowest states do not tunnel."),
    };
    match (summary.active_tunnelling, summary.tunnelling) {
        (0, wells) => {
            let none = match (wells, double_wells) {
                (0, Some(all)) => format!("none of the {} tunnels", counted(all, "double well")),
                (0, None) => "no double well tunnels".to_owned(),
                (1, _) => format!("the one tunnelling well does not have {below}"),
                (wells, _) => format!("none of the {wells} tunnelling wells has {below}"),
            };
            let glasses = if glasses == 1 { "this glass".to_owned() } else { format!("these {glasses} glasses") };
            format!(
                "{name}: no active system: {none}. With {glasses} the 68 % upper limit of n0 is {limit} per atom and \
                 epsilon.{others}"
            )
        }
        (active, wells) => format!(
            "{name}: {}, of {}: a splitting {below}. n0 = {}.{others}",
            counted(active, "active system"),
            counted(wells, "tunnelling well"),
            n0.words()
        ),
    }
}

/// The systems with the largest Delta_0.
fn one_by_one(said: &mut Paragraphs, unit: &UnitOf, wells: &[ActiveWell]) -> Result<()> {
    said.gap();
    said.say(&match wells.len() {
        1 => format!("The active system in units of {}:", unit.name),
        many if many <= MOST => format!("The active systems in units of {}, by Delta_0:", unit.name),
        many => format!("The {MOST} of {many} active systems with the largest Delta_0, in units of {}:", unit.name),
    });
    for well in wells.iter().take(MOST) {
        said.say(&described(unit, well));
        said.command(&well.command);
    }
    Ok(())
}

fn described(unit: &UnitOf, well: &ActiveWell) -> String {
    let ActiveWell { row, glass, splitting, element, barrier, length, participation, .. } = well;
    let [splitting, barrier] = [splitting, barrier].map(|value| energy(unit, *value));
    // without a turning point the WKB integral has no ends
    let element =
        if element.is_nan() { "no Delta_0".to_owned() } else { format!("Delta_0 = {}", energy(unit, *element)) };
    format!(
        "Double well {row} of glass {glass}: E = {splitting}, {element}, barrier {barrier}, d = {length:.3} sigma; \
         about {participation:.0} particles move."
    )
}

/// In kelvin for a material, else in epsilon.
fn energy(unit: &UnitOf, value: f64) -> String {
    match unit.material {
        Some(material) => format!("{} K", significant(material.kelvin(value))),
        None => format!("{} epsilon", significant(value)),
    }
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Estimate;
    use crate::units::{material, quantum_temperature};

    fn argon() -> UnitOf {
        UnitOf {
            name: "argon".to_owned(),
            reduced_mass: 1200.0,
            quantum_temperature: quantum_temperature(1200.0),
            material: material("tlj", "argon"),
        }
    }

    fn estimate(count: u64) -> Estimate {
        let (value, limits) = if count == 0 { (0.0, [0.0, 0.121]) } else { (0.2, [0.1, 0.3]) };
        Estimate { value, limits, count, third: 0.0, third_limits: [0.0, 0.36], third_count: 0, si: 0.0 }
    }

    fn words(tunnelling: usize, active: usize, active_tunnelling: usize) -> String {
        let n0 = [estimate(active as u64), estimate(active_tunnelling as u64)];
        found(&UnitSummary { unit: argon(), tunnelling, active, active_tunnelling, n0 }, 6, Some(31))
    }

    #[test]
    fn zero_is_said_in_words() {
        assert_eq!(
            words(4, 0, 0),
            "argon: no active system: none of the 4 tunnelling wells has E below k_B T_Q (0.656 K). With these 6 glasses the \
             68 % upper limit of n0 is 0.121 per atom and epsilon."
        );
        assert!(words(1, 0, 0).contains("the one tunnelling well does not have E below"));
        assert!(words(0, 0, 0).contains("none of the 31 double wells tunnels. With these"));
        assert!(
            words(0, 1, 0)
                .ends_with("One more double well has so small a splitting, but its lowest states do not tunnel.")
        );
        assert_eq!(
            words(7, 2, 2),
            "argon: 2 active systems, of 7 tunnelling wells: a splitting E below k_B T_Q (0.656 K). n0 = 0.200 (0.100 to \
             0.300) per atom and epsilon, from 2 systems."
        );
    }

    #[test]
    fn an_active_system_is_described_in_kelvin() {
        let mut well = ActiveWell {
            row: 12,
            glass: 3,
            splitting: 0.004,
            element: 0.003,
            barrier: 0.25,
            length: 0.61234,
            participation: 8.7,
            command: "glasswell export x --well 12".to_owned(),
        };
        assert_eq!(
            described(&argon(), &well),
            "Double well 12 of glass 3: E = 0.501 K, Delta_0 = 0.376 K, barrier 31.3 K, d = 0.612 sigma; about 9 particles \
             move."
        );
        well.element = f64::NAN;
        assert!(described(&argon(), &well).contains("E = 0.501 K, no Delta_0, barrier 31.3 K"));
    }
}
