//! The keys of `[model]` as a deck writes them, and the checks of its own tables, each reported at its key.

use super::findings::Findings;
use super::merge::overlay;
use super::nearest_name::{listed, nearest_name};
use super::origin::reread;
use super::source::{Source, read_text};
use crate::error::{Error, Result};
use crate::model::{
    Configuration, Law, MOST_SPECIES, PeriodicBox, Potential, Preset, TableFault, soft_sphere_diameters, species_counts,
};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::path::Path;
use toml::Table;

/// Names of species where the deck gives none.
const NAMES: [&str; MOST_SPECIES] = ["A", "B", "C"];
/// What makes a model with tables of its own.
const OWN: [&str; 4] = ["species", "composition", "epsilon", "sigma"];

/// The deck's `[model]`: a preset, or a law with `species`, `composition`, `epsilon` and `sigma`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "ModelKeys", into = "ModelKeys")]
pub struct ModelSettings {
    pub potential: Potential,
    /// Number of particles N.
    pub particles: usize,
    /// Number density N / V [sigma^-3].
    pub density: f64,
    /// Smallest and largest diameter of P(s) = A / s^3 [sigma]; only for models with diameters.
    pub diameter_limits: Option<[f64; 2]>,
}

impl ModelSettings {
    /// Keys that only presets have a default for.
    pub(super) const WITHOUT_DEFAULT: &'static [&'static str] = &["particles", "density"];

    /// The papers' values for each preset; pss: the limits of the authors' public configurations. A model with its own
    /// tables has no default number of particles (0) and no default density (NaN).
    pub fn defaults(potential: impl Into<Potential>) -> Self {
        let potential = potential.into();
        let particles = match potential.preset() {
            Some(Preset::Pss) => 1500,
            Some(Preset::Tlj | Preset::TljAsPrinted) => 1200,
            Some(Preset::Harmonic) => 16_000,
            Some(Preset::Lj) => 4000,
            None => 0,
        };
        let density = potential.preset().map_or(f64::NAN, Preset::density);
        let diameter_limits = potential.has_diameters().then_some([0.73, 1.62]);
        Self { potential, particles, density, diameter_limits }
    }

    /// The periodic box of a new glass.
    pub fn cell(&self) -> PeriodicBox {
        PeriodicBox::cubic(self.particles, self.density)
    }

    /// Species [N] of a new glass in blocks A ... B ... C, by largest remainder.
    pub fn species(&self) -> Vec<u8> {
        species_counts(self.particles, self.potential.composition())
            .into_iter()
            .zip(0u8..)
            .flat_map(|(count, species)| std::iter::repeat_n(species, count))
            .collect()
    }

    /// Diameters [N] of a new glass by rising size; all 1 for models without diameters.
    pub fn diameters(&self) -> Vec<f64> {
        match self.diameter_limits {
            Some([smallest, largest]) => soft_sphere_diameters(self.particles, smallest, largest),
            None => vec![1.0; self.particles],
        }
    }

    /// Largest distance at which two particles of any glass of this model interact [sigma].
    pub fn largest_cutoff(&self) -> f64 {
        let [smallest, largest] = self.diameter_limits.unwrap_or([1.0, 1.0]);
        let species = (0..self.potential.species() as u8).collect::<Vec<u8>>();
        let mut diameters = vec![smallest; species.len().max(2)];
        diameters[0] = largest;
        let mut all_kinds = species;
        all_kinds.resize(diameters.len(), 0);
        let example = Configuration { cell: self.cell(), positions: Vec::new(), species: all_kinds, diameters };
        self.potential.model(&example).largest_cutoff()
    }

    /// The smallest N whose box holds two cutoffs at this density.
    pub fn smallest_particles(&self) -> usize {
        let edge = 2.0 * self.largest_cutoff();
        let mut particles = (self.density * edge.powi(3)).floor().max(1.0) as usize;
        while PeriodicBox::cubic(particles, self.density).shortest_edge() < edge {
            particles += 1;
        }
        particles
    }
}

/// The particles and how they interact: either `preset`, or `law` with tables of epsilon and sigma.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("oneOf" = preset_or_law()))]
pub(super) struct ModelKeys {
    /// A model of the papers, with its law, its species and its defaults.
    #[schemars(with = "Preset", extend("x-default" = "none: give it, or `law`"))]
    preset: Option<Preset>,
    /// In place of `preset`: a pair law, with tables of epsilon and sigma of your own.
    #[schemars(with = "String", extend("enum" = law_list()))]
    law: Option<String>,
    /// With `law`: names of the species as in files, one for each row of the tables.
    #[schemars(with = "Vec<String>", length(min = 1, max = MOST_SPECIES), extend("x-default" = "A, B, C"))]
    species: Option<Vec<String>>,
    /// With `law`: proportions of the species, [4, 1] for four A to one B.
    #[schemars(with = "Vec<f64>", length(min = 1, max = MOST_SPECIES), extend("x-default" = "equal"))]
    composition: Option<Vec<f64>>,
    /// With `law`: energies epsilon_ab [epsilon]. A square, symmetric table with a row for each species.
    #[schemars(with = "Vec<Vec<f64>>", length(min = 1, max = MOST_SPECIES), inner(inner(range(min = 0.1, max = 10.0))))]
    epsilon: Option<Vec<Vec<f64>>>,
    /// With `law`: lengths sigma_ab [sigma]. A square, symmetric table with a row for each species.
    #[schemars(with = "Vec<Vec<f64>>", length(min = 1, max = MOST_SPECIES), inner(inner(range(min = 0.1, max = 10.0))))]
    sigma: Option<Vec<Vec<f64>>>,
    /// Number of particles N. The box must hold two cutoffs (169 particles for `tlj`).
    ///
    /// Source: pss doi:10.1103/PhysRevMaterials.5.055602, tlj doi:10.1063/5.0128820, harmonic and lj (the smallest)
    /// doi:10.1103/PhysRevResearch.2.013215
    #[schemars(range(min = 1, max = 16_777_215))]
    particles: usize,
    /// Number density N/V [1/sigma^3]. That of `harmonic` is a packing fraction of 0.73.
    ///
    /// Source: pss doi:10.1103/PhysRevLett.124.225901, tlj doi:10.1063/5.0128820, harmonic and lj
    /// doi:10.1103/PhysRevResearch.2.013215
    #[schemars(extend("exclusiveMinimum" = 0))]
    density: f64,
    /// Smallest and largest diameter of P(s) = A/s^3, for `pss` only [sigma].
    #[schemars(with = "[f64; 2]", extend("items" = { "type": "number", "exclusiveMinimum": 0, "maximum": 10 }))]
    diameter_limits: Option<[f64; 2]>,
}

/// For the schema: which keys go together.
fn preset_or_law() -> serde_json::Value {
    let others: Vec<_> = OWN.iter().chain(["law"].iter()).map(|key| serde_json::json!({ "required": [key] })).collect();
    let own = ["law", "epsilon", "sigma"].iter().chain(ModelSettings::WITHOUT_DEFAULT).collect::<Vec<_>>();
    serde_json::json!([
        { "required": ["preset"], "not": { "anyOf": others } },
        { "required": own, "not": { "anyOf": [{ "required": ["preset"] }, { "required": ["diameter_limits"] }] } },
    ])
}

fn law_list() -> Vec<&'static str> {
    Law::all().into_iter().map(|(name, _)| name).collect()
}

impl From<ModelSettings> for ModelKeys {
    fn from(settings: ModelSettings) -> Self {
        let ModelSettings { potential, particles, density, diameter_limits } = settings;
        let own = potential.preset().is_none();
        Self {
            preset: potential.preset(),
            law: own.then(|| potential.law().name().to_string()),
            species: own.then(|| potential.names().map(str::to_string).collect()),
            composition: own.then(|| potential.composition().to_vec()),
            epsilon: own.then(|| potential.epsilon()),
            sigma: own.then(|| potential.sigma()),
            particles,
            density,
            diameter_limits,
        }
    }
}

impl TryFrom<ModelKeys> for ModelSettings {
    type Error = String;

    fn try_from(keys: ModelKeys) -> std::result::Result<Self, String> {
        let ModelKeys { preset, law, species, composition, epsilon, sigma, particles, density, diameter_limits } = keys;
        let potential = match (preset, law) {
            (Some(preset), None) => preset.into(),
            (None, Some(law)) => {
                let law = Law::from_name(&law).ok_or_else(|| format!("expected one of {}", law_names()))?;
                let (epsilon, sigma) = (epsilon.unwrap_or_default(), sigma.unwrap_or_default());
                let (names, shares) = names_and_shares(species, composition, epsilon.len());
                Potential::with_tables(law, &names, &shares, &epsilon, &sigma).map_err(|faults| {
                    faults.first().map_or(String::new(), |fault| format!("expected {}", fault.wanted))
                })?
            }
            _ => return Err("expected either a preset or a law".to_string()),
        };
        Ok(Self { potential, particles, density, diameter_limits })
    }
}

/// The letters and equal shares where the deck gives none.
fn names_and_shares(names: Option<Vec<String>>, shares: Option<Vec<f64>>, species: usize) -> (Vec<String>, Vec<f64>) {
    let names = names.unwrap_or_else(|| NAMES.iter().take(species).map(|name| name.to_string()).collect());
    (names, shares.unwrap_or_else(|| vec![1.0; species]))
}

fn law_names() -> String {
    listed(law_list())
}

/// The model that a deck file names, whatever else is in it; or the preset of that name.
///
/// # Errors
/// `Error::Usage` when the text is neither a preset nor a file, `Error::Deck` for a faulty `[model]`.
pub fn named_model(text: &str) -> Result<Potential> {
    if let Some(preset) = Preset::from_name(text) {
        return Ok(preset.into());
    }
    let file = Path::new(text);
    if !file.is_file() {
        let presets = listed(Preset::ALL.into_iter().map(Preset::name));
        return Err(Error::Usage(format!(
            "no model `{text}`: give one of {presets}, or a deck with a section [model]"
        )));
    }
    let deck = read_text(file)?;
    let source = Source::parse(&deck, file)?;
    let mut findings = Findings::new(&source);
    let potential = potential_of(&source, &mut findings);
    if let Some(potential) = &potential {
        // its unknown keys: a misspelt `species` would exchange A and B
        let defaults = Table::try_from(ModelSettings::defaults(*potential))
            .map_err(|fault| Error::Internal(format!("settings that are not TOML: {fault}")))?;
        overlay(&source, "model", &defaults, &reread::<ModelSettings>, &mut findings);
    }
    findings.into_result(file)?;
    potential.ok_or_else(|| Error::Internal("a deck without a model passed its checks".to_string()))
}

/// How the particles of a deck interact; `None` when there is a fault.
pub(super) fn potential_of(source: &Source, findings: &mut Findings) -> Option<Potential> {
    let empty = Table::new();
    let given = source.values.get("model").and_then(|model| model.as_table()).unwrap_or(&empty);
    match (given.contains_key("preset"), given.contains_key("law")) {
        (true, false) => of_preset(source, given, findings),
        (false, true) => of_law(source, given, findings),
        (true, true) => {
            let message =
                "model.law: a model is either a preset or a law with tables of its own; remove `preset` or `law`";
            findings.reject_key(source.place("model.law"), message);
            None
        }
        (false, false) => {
            let presets = listed(Preset::ALL.into_iter().map(Preset::name));
            let message = format!(
                "model.preset is missing: add `preset = \"tlj\"` below a line [model]; one of {presets}; or a `law` with tables `epsilon` and `sigma`"
            );
            findings.reject_key(source.place("model"), &message);
            None
        }
    }
}

fn of_preset(source: &Source, given: &Table, findings: &mut Findings) -> Option<Potential> {
    let names = || Preset::ALL.into_iter().map(Preset::name);
    let text = given.get("preset").and_then(|value| value.as_str());
    let Some(preset) = text.and_then(Preset::from_name) else {
        let hint = text.and_then(|given| nearest_name(given, names()));
        let hint = hint.map_or(String::new(), |name| format!(" (did you mean `{name}`?)"));
        findings.reject("model.preset", "", &format!("one of {}{hint}", listed(names())));
        return None;
    };
    let mut sound = true;
    for key in OWN.iter().filter(|key| given.contains_key(**key)) {
        sound = false;
        let message = format!(
            "model.{key}: the preset {} has its own; remove the key, or give a `law` in place of the preset",
            preset.name()
        );
        findings.reject_key(source.place(&format!("model.{key}")), &message);
    }
    if !preset.has_diameters() && given.contains_key("diameter_limits") {
        sound = false;
        no_diameters(source, preset.name(), findings);
    }
    sound.then(|| preset.into())
}

fn no_diameters(source: &Source, name: &str, findings: &mut Findings) {
    let message = format!("model.diameter_limits: particles of {name} have no diameters; remove the key");
    findings.reject_key(source.place("model.diameter_limits"), &message);
}

fn of_law(source: &Source, given: &Table, findings: &mut Findings) -> Option<Potential> {
    let names = law_list();
    let text = given.get("law").and_then(|value| value.as_str());
    let law = text.and_then(Law::from_name);
    if law.is_none() {
        let hint = text.and_then(|given| nearest_name(given, names.iter().copied()));
        let hint = hint.map_or(String::new(), |name| format!(" (did you mean `{name}`?)"));
        findings.reject("model.law", "", &format!("one of {}{hint}", law_names()));
    }
    let has_limits = given.contains_key("diameter_limits");
    if has_limits {
        no_diameters(source, "a model with tables of its own", findings);
    }
    let numbers = "rows of numbers, one row for each species: [[1.0, 1.5], [1.5, 0.5]]";
    let epsilon = read::<Vec<Vec<f64>>>(given, "epsilon", numbers, findings);
    let sigma = read::<Vec<Vec<f64>>>(given, "sigma", numbers, findings);
    for (key, table) in [("epsilon", &epsilon), ("sigma", &sigma)] {
        if matches!(table, Some(None)) {
            let message = format!(
                "model.{key} is missing: a law needs a table of epsilon and one of sigma; add `{key} = ...`, {numbers}"
            );
            findings.reject_key(source.place("model"), &message);
        }
    }
    let species = read(given, "species", "a list of names in quotes: [\"A\", \"B\"]", findings);
    let composition = read(given, "composition", "a list of numbers: [4, 1]", findings);
    let (epsilon, sigma) = (epsilon??, sigma??);
    let (species, composition) = names_and_shares(species?, composition?, epsilon.len());
    match Potential::with_tables(law?, &species, &composition, &epsilon, &sigma) {
        Ok(potential) => (!has_limits).then_some(potential),
        Err(faults) => {
            for TableFault { key, wanted } in faults {
                findings.reject(&format!("model.{key}"), "", &wanted);
            }
            None
        }
    }
}

/// A key's value, `Some(None)` where the deck does not have it, `None` with a fault where it is of another kind.
fn read<T: DeserializeOwned>(given: &Table, key: &str, wanted: &str, findings: &mut Findings) -> Option<Option<T>> {
    let Some(value) = given.get(key) else { return Some(None) };
    let read = value.clone().try_into().ok();
    if read.is_none() {
        findings.reject(&format!("model.{key}"), "", wanted);
    }
    read.map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_box_holds_two_cutoffs() {
        // (2 * 2.5)^3 * 1.35 = 168.75; (2 * 1.25 * 1.62)^3 = 66.4; as printed sigma_AC = 1.25
        let smallest = |preset| ModelSettings::defaults(preset).smallest_particles();
        assert_eq!(smallest(Preset::Tlj), 169);
        assert_eq!(smallest(Preset::Pss), 67);
        assert_eq!(smallest(Preset::TljAsPrinted), 330);
        assert_eq!(smallest(Preset::Harmonic), 12);
        assert_eq!(smallest(Preset::Lj), 125);
    }

    #[test]
    fn species_stand_in_blocks() {
        let species = ModelSettings { particles: 6, ..ModelSettings::defaults(Preset::Tlj) }.species();
        assert_eq!(species, [0, 0, 0, 0, 1, 2]);
    }
}
