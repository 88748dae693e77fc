//! Which values can be run: one function for each section.

use super::findings::Findings;
use super::nearest_name::{listed, nearest_name};
use super::source::value_text;
use super::stages::{Deck, to_value};
use crate::error::Result;
use crate::forces::deformation::stretched;
use crate::landscape::{ExploreSettings, Schedule};
use crate::model::Preset;
use crate::modes::{ElasticSettings, ModeCount, ModesSettings};
use crate::paths::{ConnectSettings, PathMethod};
use crate::sampling::{PrepareMethod, PrepareSettings};
use crate::stage::Stage;
use crate::tunnelling::TunnelSettings;
use crate::units;
use toml::Value;

/// Names that tunnelling.h5 and elasticity.h5 have for something else.
const RESERVED: [&str; 7] =
    ["timing", "zero_point_difference", "moduli", "quasi_static", "curves", "plastic_events", "coupling"];

/// Snapshots of an interval that is bisected: longer ones would only cost memory.
const LARGEST_STRIDE: u64 = 1024;

/// Steps above this are beyond the stability of velocity Verlet for every model.
const LARGEST_TIME_STEP: f64 = 0.05;
/// Steps above this lose accuracy for every model.
const LARGEST_SOUND_TIME_STEP: f64 = 0.02;

/// Larger strains between two quenches would skip what lies between.
const LARGEST_STRAIN_STEP: f64 = 0.01;
/// Slopes of smaller strains are rounding.
const SMALLEST_SOUND_STRAIN: f64 = 1e-8;

/// Tells every impossible value of a deck as a fault and every doubtful one as a warning.
pub(super) fn check(deck: &Deck, findings: &mut Findings) -> Result<()> {
    let mut section = Section::new("campaign", to_value(&deck.campaign)?, findings);
    let interval = deck.campaign.checkpoint_interval.as_secs_f64();
    section.require(interval >= 1.0, "checkpoint_interval", "at least \"1 s\"");
    section.require(!deck.campaign.name.trim().is_empty(), "name", "a name");
    model(deck, &mut Section::new("model", to_value(&deck.model)?, findings));
    if let Some(settings) = &deck.prepare {
        prepare(deck.model.preset, settings, &mut Section::new("prepare", to_value(settings)?, findings));
    }
    if let Some(settings) = &deck.relax {
        super::relax::check(deck, settings, &mut Section::new("relax", to_value(settings)?, findings));
    }
    if let Some(settings) = &deck.explore {
        explore(deck, settings, &mut Section::new("explore", to_value(settings)?, findings));
    }
    if let Some(settings) = &deck.connect {
        connect(settings, &mut Section::new("connect", to_value(settings)?, findings));
    }
    if let Some(settings) = &deck.modes {
        modes(deck, settings, &mut Section::new("modes", to_value(settings)?, findings));
    }
    if let Some(settings) = &deck.tunnel {
        tunnel(deck.model.preset, settings, &mut Section::new(Stage::Tunnel.name(), to_value(settings)?, findings));
    }
    if let Some(settings) = &deck.elastic {
        elastic(deck, settings, &mut Section::new(Stage::Elastic.name(), to_value(settings)?, findings));
    }
    if let Some(settings) = &deck.excite {
        super::excite::check(deck, settings, &mut Section::new("excite", to_value(settings)?, findings));
    }
    Ok(())
}

/// One section's effective values, for messages.
pub(super) struct Section<'a, 'b> {
    name: &'static str,
    values: Value,
    findings: &'a mut Findings<'b>,
}

impl<'a, 'b> Section<'a, 'b> {
    fn new(name: &'static str, values: Value, findings: &'a mut Findings<'b>) -> Self {
        Self { name, values, findings }
    }

    pub(super) fn require(&mut self, accepted: bool, key: &str, wanted: &str) {
        if !accepted {
            let mut value = Some(&self.values);
            for part in key.split('.') {
                value = value.and_then(|value| value.get(part));
            }
            let effective = value.map(value_text).unwrap_or_default();
            self.findings.reject(&format!("{}.{key}", self.name), &effective, wanted);
        }
    }

    pub(super) fn positive(&mut self, value: f64, key: &str) {
        self.require(value > 0.0 && value.is_finite(), key, "a finite number above 0");
    }

    pub(super) fn at_least(&mut self, value: u64, smallest: u64, key: &str) {
        self.require(value >= smallest, key, &format!("a whole number, {smallest} or more"));
    }

    pub(super) fn time_step(&mut self, time_step: f64) {
        let wanted = format!("a number above 0, at most {LARGEST_TIME_STEP} (the papers: 0.0025 to 0.01)");
        self.require(time_step > 0.0 && time_step <= LARGEST_TIME_STEP, "time_step", &wanted);
        if time_step > LARGEST_SOUND_TIME_STEP && time_step <= LARGEST_TIME_STEP {
            self.warn("time_step", &format!("time_step = {time_step:?} is large: the papers use 0.0025 to 0.01"));
        }
    }

    /// The section itself cannot stand in this deck.
    pub(super) fn refuse(&mut self, message: &str) {
        self.findings.reject_section(self.name, message);
    }

    pub(super) fn warn(&mut self, key: &str, message: &str) {
        self.findings.warn(&format!("{}.{key}", self.name), &format!("[{}] {message}", self.name));
    }
}

fn model(deck: &Deck, section: &mut Section) {
    let settings = &deck.model;
    section.require((1..1 << 24).contains(&settings.particles), "particles", "a whole number, 1 to 16777215");
    section.positive(settings.density, "density");
    let limits = settings.diameter_limits.unwrap_or([1.0, 1.0]);
    let limits_ok = limits[0] > 0.0 && limits[0] <= limits[1] && limits[1] <= 10.0;
    section.require(limits_ok, "diameter_limits", "two numbers, 0 < smallest <= largest <= 10");
    if settings.particles > 0 && settings.density > 0.0 && settings.density.is_finite() && limits_ok {
        let smallest = settings.smallest_particles();
        let wanted = format!(
            "{smallest} or more: the box must hold two cutoffs, {:.3} at this density (the edge is {:.3} now)",
            2.0 * settings.largest_cutoff(),
            settings.cell().shortest_edge(),
        );
        section.require(settings.particles >= smallest, "particles", &wanted);
    }
    if settings.preset == Preset::TljAsPrinted {
        section.warn(
            "preset",
            "tlj-as-printed has epsilon and sigma of the C pairs exchanged as the paper prints them; use tlj for the mixture that the paper simulates",
        );
    }
}

fn prepare(preset: Preset, settings: &PrepareSettings, section: &mut Section) {
    section.at_least(settings.glasses as u64, 1, "glasses");
    let hot = settings.method == PrepareMethod::Quench && settings.temperature == f64::INFINITY;
    let wanted = "a finite temperature above 0 (inf, random positions, with method = \"quench\" only)";
    section.require(hot || (settings.temperature > 0.0 && settings.temperature.is_finite()), "temperature", wanted);
    section.time_step(settings.time_step);
    section.at_least(settings.md_steps, 1, "md_steps");
    let swaps = settings.swaps_per_particle;
    section.require(swaps >= 0.0 && swaps.is_finite(), "swaps_per_particle", "a finite number, 0 or more");
    section.positive(settings.equilibration.relaxation_times, "equilibration.relaxation_times");
    section.at_least(settings.equilibration.max_steps, 1, "equilibration.max_steps");
    let import = settings.method == PrepareMethod::Import;
    section.require(
        !import || !settings.from.is_empty(),
        "method",
        "a key `from` beside it that names the files to import: from = \"glasses/*.xyz\"",
    );
    section.require(import || settings.from.is_empty(), "from", "method = \"import\" beside it, or no `from`");
    section.require(
        settings.from.iter().all(|name| !name.trim().is_empty()),
        "from",
        "names of files, none of them empty",
    );
    let swapping = matches!(settings.method, PrepareMethod::HybridSwap | PrepareMethod::SwapMc);
    if swapping && preset.species() == 1 && !preset.has_diameters() {
        section.warn(
            "method",
            &format!("swaps exchange nothing in {}, whose particles are all alike: md does as well", preset.name()),
        );
    }
}

fn explore(deck: &Deck, settings: &ExploreSettings, section: &mut Section) {
    section.positive(settings.temperature, "temperature");
    section.time_step(settings.time_step);
    let wanted = format!("a finite time, at least one time_step ({:?})", settings.time_step);
    let tau = settings.thermostat_time;
    section.require(tau >= settings.time_step && tau.is_finite() && tau > 0.0, "thermostat_time", &wanted);
    section.at_least(settings.quench_every, 1, "quench_every");
    section.at_least(settings.quenches, 1, "quenches");
    section.at_least(settings.runs as u64, 1, "runs");
    let stride = settings.stride;
    let bisect = settings.schedule == Schedule::Bisect;
    let sound = stride.is_power_of_two() && (2..=LARGEST_STRIDE).contains(&stride);
    section.require(sound || !bisect, "stride", &format!("a power of two, 2 to {LARGEST_STRIDE}"));
    section.require(stride == 1 || bisect, "stride", "schedule = \"bisect\" beside it, or no `stride`");
    if bisect && deck.connect.is_some() {
        section.warn(
            "schedule",
            "schedule = \"bisect\" misses short visits: fewer transitions and candidates are found, and stays come out too long",
        );
    }
    section.positive(settings.force_tolerance, "force_tolerance");
    section.require((0.0..=1.0).contains(&settings.audit), "audit", "a share of the recognised quenches, 0 to 1");
    let tiny = deck.model.preset == Preset::Harmonic;
    let wanted = "false: the minima of harmonic packings differ by less than recognition can tell";
    section.require(!(settings.recognition && tiny), "recognition", wanted);
    if settings.force_tolerance > 1e-6 {
        section.warn(
            "force_tolerance",
            &format!(
                "force_tolerance = {:?} is loose: minima that are one may count as two (default 1e-9)",
                settings.force_tolerance
            ),
        );
    }
    if let Some(prepare) = &deck.prepare
        && settings.temperature > prepare.temperature
    {
        section.warn(
            "temperature",
            &format!(
                "temperature = {:?} is above prepare.temperature = {:?}: the glass ages or melts while it is explored",
                settings.temperature, prepare.temperature
            ),
        );
    }
}

fn connect(settings: &ConnectSettings, section: &mut Section) {
    section.at_least(settings.images as u64, 3, "images");
    let needs_spring = settings.method == PathMethod::Neb;
    let spring = settings.spring;
    let wanted = "a finite number above 0 (method = \"string\" does not use it)";
    section.require(spring.is_finite() && (spring > 0.0 || (!needs_spring && spring == 0.0)), "spring", wanted);
    section.positive(settings.force_tolerance, "force_tolerance");
    section.at_least(settings.minimum_visits, 1, "minimum_visits");
    section.at_least(settings.max_iterations, 1, "max_iterations");
    if settings.images > 1000 {
        section.warn("images", &format!("images = {} is a great many: the papers use 40 to 600", settings.images));
    }
}

fn modes(deck: &Deck, settings: &ModesSettings, section: &mut Section) {
    let all = (3 * deck.model.particles).saturating_sub(3);
    if let ModeCount::Lowest(count) = settings.count {
        let wanted = format!("\"all\" or at most {all}, the modes that there are");
        section.require((1..=all).contains(&count), "count", &wanted);
    }
    let share = settings.localised_below;
    section.require(share > 0.0 && share <= 1.0, "localised_below", "a participation ratio, above 0 and at most 1");
    let images = &settings.tangent_images;
    section.require(images.iter().all(|images| *images >= 3), "tangent_images", "numbers of images, each 3 or more");
    let points = settings.path_points;
    section.require(points == 0 || points >= 5, "path_points", "0 (no Hessians along the paths) or 5 or more");
    let [low, high] = settings.fit_window;
    section.require(low >= 0.0 && low < high && high.is_finite(), "fit_window", "two numbers, 0 <= from < to");
    let step = settings.nonlinear_step;
    section.require(step > 0.0 && step <= 1.0, "nonlinear_step", "a number above 0, at most 1");
    let memory = settings.factor_memory;
    section.require(memory.is_finite() && memory >= 0.0, "factor_memory", "a number of GB, 0 or more");
    if settings.count == ModeCount::All && deck.model.particles > 8000 {
        let bytes = 7.0 * 8.0 * (3.0 * deck.model.particles as f64).powi(2);
        section.warn(
            "count",
            &format!(
                "count = \"all\" takes {:.0} GB for each thread at this size: give a number of lowest modes",
                bytes / 1e9
            ),
        );
    }
}

fn elastic(deck: &Deck, settings: &ElasticSettings, section: &mut Section) {
    let (step, smallest) = (settings.strain_step, settings.smallest_strain);
    let wanted = format!("a number above 0, at most {LARGEST_STRAIN_STEP}");
    section.require(step > 0.0 && step <= LARGEST_STRAIN_STEP, "strain_step", &wanted);
    let wanted = format!("a number above 0, at most strain_step ({step:?})");
    section.require(smallest > 0.0 && smallest <= step, "smallest_strain", &wanted);
    section.positive(settings.force_tolerance, "force_tolerance");
    section.at_least(settings.max_evaluations, 1, "max_evaluations");
    if !(step > 0.0 && step <= LARGEST_STRAIN_STEP && smallest > 0.0) {
        return;
    }
    if smallest < SMALLEST_SOUND_STRAIN {
        section.warn(
            "smallest_strain",
            &format!("smallest_strain = {smallest:?} moves particles by little more than rounding (default 1e-6)"),
        );
    }
    let reach = stretched(deck.model.largest_cutoff(), &settings.largest_gradients());
    let edge = deck.model.cell().shortest_edge();
    let wanted = format!(
        "fewer (or a smaller strain_step, or more particles): the box (edge {edge:.3}) must hold two cutoffs stretched by the largest strain ({:.3})",
        2.0 * reach
    );
    section.require(2.0 * reach <= edge || settings.steps == 0, "steps", &wanted);
}

fn tunnel(preset: Preset, settings: &TunnelSettings, section: &mut Section) {
    section.at_least(settings.points as u64, 50, "points");
    section.at_least(settings.levels as u64, 2, "levels");
    let wanted = format!("at most a tenth of `points` ({})", settings.points / 10);
    section.require(settings.levels <= settings.points / 10 || settings.points < 50, "levels", &wanted);
    let known: Vec<&str> = units::materials(preset.name()).iter().map(|material| material.name).collect();
    for (k, unit) in settings.units.iter().enumerate() {
        let choice = if known.is_empty() {
            format!("an empty list: {} stands for no material; give reduced_mass = {{ name = number }}", preset.name())
        } else {
            let hint = nearest_name(unit, known.iter().copied()).filter(|name| name != unit);
            let hint = hint.map_or(String::new(), |name| format!(" (did you mean `{name}`?)"));
            format!(
                "names among {}{hint}, or reduced_mass = {{ name = number }} for others",
                listed(known.iter().copied())
            )
        };
        section.require(known.contains(&unit.as_str()), "units", &choice);
        section.require(!settings.units[..k].contains(unit), "units", "each name once");
        section.require(
            !settings.reduced_mass.contains_key(unit),
            &format!("reduced_mass.{unit}"),
            "a name that `units` does not have",
        );
    }
    for (name, mass) in &settings.reduced_mass {
        section.positive(*mass, &format!("reduced_mass.{name}"));
        let plain = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_');
        let plain = plain && !RESERVED.contains(&name.as_str());
        section.require(
            plain,
            &format!("reduced_mass.{name}"),
            "a name of letters, digits, - and _, not timing or another group of the files",
        );
    }
    let nothing = settings.units.is_empty() && settings.reduced_mass.is_empty();
    let wanted = match known.is_empty() {
        true => format!("a key reduced_mass = {{ name = number }} beside it: {} stands for no material", preset.name()),
        false => format!("at least one of {}, or a reduced_mass", listed(known.iter().copied())),
    };
    section.require(!nothing, "units", &wanted);
}
