//! The pushes along a mode in the lanes of a batch against one push at a time.
//!
//!     pushes PRESET PARTICLES MODES
//!
//! One at a time: the grid from below with both signs in parallel, up to the first push that leaves, then bisection;
//! each push is quenched to its end with the kernels of one configuration. CPU seconds of one thread. The pushes of a
//! few modes share the lanes, as in the stage `excite`. Prints a row of Markdown for each mode; exit code 1 when the
//! two methods disagree on where the mode leads.

#[path = "peers/clock.rs"]
mod clock;

use clock::cpu_seconds;
use glasswell::excitation::{ExciteSettings, Origin, PushStatus, PushTask, SpectrumTask, modes_together};
use glasswell::forces::PairSum;
use glasswell::landscape::{QuenchSettings, displacement_field, quench};
use glasswell::model::{PeriodicBox, Preset};
use glasswell::random::{Purpose, stream};
use glasswell::sampling::random_configuration;
use glasswell::task::{Progress, Task};

/// A_c and what it took: quenches and force evaluations.
struct Found {
    amplitude: f64,
    quenches: u64,
    evaluations: u64,
}

struct OneByOne<'a> {
    sum: PairSum<1>,
    cell: PeriodicBox,
    origin: &'a Origin,
    mode: &'a [f64],
    quench: QuenchSettings,
    found: Found,
}

impl OneByOne<'_> {
    fn leaves(&mut self, amplitude: f64) -> bool {
        let length = amplitude * (self.origin.positions.len() as f64 / 3.0).sqrt();
        let start: Vec<f64> = self.origin.positions.iter().zip(self.mode).map(|(x, e)| x + length * e).collect();
        let end = quench(&mut self.sum, &start, &self.quench);
        self.found.quenches += 1;
        self.found.evaluations += end.force_evaluations;
        let field =
            displacement_field(&self.cell, &self.origin.positions, &end.positions, |i| !self.origin.rattlers[i]);
        field.iter().map(|d| d * d).sum::<f64>().sqrt() > 1e-4
    }

    fn search(mut self, settings: &ExciteSettings) -> Found {
        let grid = settings.amplitudes.grid();
        let Some((place, first)) =
            (0..grid.len()).find_map(|k| [1.0, -1.0].into_iter().find(|s| self.leaves(s * grid[k])).map(|s| (k, s)))
        else {
            return self.found;
        };
        self.found.amplitude = grid[place];
        for sign in [first, -first] {
            let (mut low, mut high) = (grid[place.max(1) - 1], grid[place]);
            if sign != first && (first < 0.0 || !self.leaves(sign * high)) {
                continue;
            }
            while high - low > settings.tolerance * high {
                let middle = (low * high).sqrt();
                if self.leaves(sign * middle) { high = middle } else { low = middle }
            }
            self.found.amplitude = self.found.amplitude.min(high);
        }
        self.found
    }
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let number = |k: usize, default: usize| words.get(k).map_or(default, |word| word.parse().expect("a number"));
    let preset = Preset::from_name(words.first().map_or("harmonic", String::as_str)).expect("a preset");
    let (particles, modes) = (number(1, 1000), number(2, 4));
    let settings = ExciteSettings { modes, spectrum: modes, ..ExciteSettings::defaults(preset) };
    let glass = random_configuration(preset, particles, &mut stream(3, Purpose::Prepare, 0, 0));
    let model = preset.model(&glass);
    let mut task = SpectrumTask::new(0, glass.clone(), model.clone(), &settings);
    while task.advance(u64::MAX).expect("a spectrum") == Progress::Pending {}
    let spectrum = task.into_spectrum().expect("a spectrum");
    println!("| mode | A_c (one at a time) | evaluations | (one at a time) | quenches | seconds |");
    let together = modes_together(particles);
    let (mut in_lanes, mut apart, mut same) = (0.0, 0.0, true);
    for (first, vectors) in spectrum.vectors.chunks(together).enumerate() {
        let start = cpu_seconds();
        let origin = || spectrum.origin.clone();
        let mut task = PushTask::new(&model, glass.cell, origin(), vectors.to_vec(), &settings);
        while task.advance(u64::MAX).expect("pushes") == Progress::Pending {}
        in_lanes += cpu_seconds() - start;
        let excitations = task.excitations().expect("outcomes");
        for (k, (mode, excitation)) in vectors.iter().zip(excitations).enumerate() {
            let start = cpu_seconds();
            let one_by_one = OneByOne {
                sum: PairSum::new(model.clone(), glass.cell).ordered_if_large(&spectrum.origin.positions),
                cell: glass.cell,
                origin: &spectrum.origin,
                mode,
                quench: QuenchSettings::from(&settings),
                found: Found { amplitude: f64::NAN, quenches: 0, evaluations: 0 },
            };
            let found = one_by_one.search(&settings);
            let single = cpu_seconds() - start;
            apart += single;
            let left = excitation.status == PushStatus::Transition;
            // there are several crossings between two amplitudes of the grid: bisection may find another one
            let beyond = excitation.critical_amplitude > 1.4 * found.amplitude;
            same &= left != found.amplitude.is_nan() && !beyond;
            println!(
                "| {} | {:.4e} ({:.4e}) | {} | ({}) | {} | {single:.2} |",
                first * together + k,
                excitation.critical_amplitude,
                found.amplitude,
                excitation.force_evaluations,
                found.evaluations,
                found.quenches,
            );
        }
    }
    println!(
        "{} N = {particles}: {apart:.2} s one at a time, {in_lanes:.2} s in lanes: {:.1} times faster",
        preset.name(),
        apart / in_lanes
    );
    std::process::exit(i32::from(!same));
}
