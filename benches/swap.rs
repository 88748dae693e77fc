//! Swap Monte Carlo, soft spheres, N = 1500, T = 0.1: moves per second on every kernel.
//!
//! Against a straightforward program in C (interleaved runs, CPU time, medians and ranges):
//!
//! ```text
//! gcc -O3 -march=native benches/peers/swap.c -lm -o target/peer-swap
//! cargo bench --bench swap -- --peer target/peer-swap
//! ```

use criterion::{Criterion, Throughput};
use glasswell::forces::{PairSum, lanes::Kernel};
use glasswell::model::Preset;
use glasswell::random::{Purpose, stream};
use glasswell::sampling::{MonteCarloLists, MonteCarloState, MoveCount, OverlapRemoval, random_configuration};
use std::path::Path;
use std::process::Command;

const PARTICLES: usize = 1500;
const TEMPERATURE: f64 = 0.1;
/// The skin at which the peer is fastest.
const PEER_SKIN: &str = "0.8";

/// A liquid equilibrated at T = 0.1 by Monte Carlo.
fn liquid() -> MonteCarloState {
    let mut random = stream(1, Purpose::Prepare, 0, 0);
    let mut configuration = random_configuration(Preset::Pss, PARTICLES, &mut random);
    let mut sum = PairSum::new(Preset::Pss.model(&configuration), configuration.cell);
    let mut removal = OverlapRemoval::new(configuration.positions);
    while !removal.step(&mut sum, 50.0).unwrap() {}
    configuration.positions = removal.positions;
    let mut state = MonteCarloState::start(Preset::Pss, configuration, 0, random);
    let mut lists = MonteCarloLists::new(Preset::Pss, &state);
    for (temperature, sweeps) in [(0.5, 200), (0.25, 500), (0.15, 1000), (TEMPERATURE, 4000)] {
        for _ in 0..sweeps {
            state.sweep(&mut lists, temperature).unwrap();
        }
    }
    state
}

/// CPU time of this thread [s].
fn cpu_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    text.split_whitespace().next().unwrap().parse::<f64>().unwrap() * 1e-9
}

fn median_and_range(values: &mut [f64]) -> String {
    values.sort_by(f64::total_cmp);
    format!("{:.3} [{:.3}, {:.3}]", values[values.len() / 2], values[0], values[values.len() - 1])
}

/// Nine runs of each in turn.
fn against(peer: &Path, start: &MonteCarloState) {
    let configuration = &start.configuration;
    let mut text = format!("{PARTICLES} {:.17e}\n", configuration.cell.edges[0]);
    for (x, diameter) in configuration.positions.chunks_exact(3).zip(&configuration.diameters) {
        text += &format!("{:.17e} {:.17e} {:.17e} {diameter:.17e}\n", x[0], x[1], x[2]);
    }
    let file = peer.with_extension("configuration");
    std::fs::write(&file, text).unwrap();
    let (mut ours, mut theirs, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..9 {
        let mut state = start.clone();
        let mut lists = MonteCarloLists::new(Preset::Pss, &state);
        let (sweeps, begin) = (2000, cpu_seconds());
        for _ in 0..sweeps {
            state.sweep(&mut lists, TEMPERATURE).unwrap();
        }
        let rate = 1e-6 * (sweeps * PARTICLES) as f64 / (cpu_seconds() - begin);
        let output = Command::new(peer).arg(&file).args(["0.1", PEER_SKIN, "1500000"]).output().unwrap();
        let output = String::from_utf8(output.stdout).unwrap();
        let words: Vec<f64> = output.split_whitespace().map(|word| word.parse().unwrap()).collect();
        ours.push(rate);
        theirs.push(1e-6 * words[0]);
        ratios.push(rate / (1e-6 * words[0]));
        let fraction = |end: MoveCount, begin: MoveCount| {
            (end.accepted - begin.accepted) as f64 / (end.attempted - begin.attempted) as f64
        };
        let displaced = fraction(state.displacements, start.displacements);
        let swapped = fraction(state.swaps, start.swaps);
        // read by benches/peers.sh: ours, theirs
        println!("moves_per_second {:e} {:e}", 1e6 * rate, words[0]);
        println!("accepted {displaced:.4} {swapped:.4}, peer {:.4} {:.4}", words[1], words[2]);
    }
    println!("million moves per second of CPU, median [range] of 9 interleaved runs:");
    println!("glasswell {}, C {}", median_and_range(&mut ours), median_and_range(&mut theirs));
    println!("ratio {}", median_and_range(&mut ratios));
}

fn main() {
    let start = liquid();
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|argument| argument == "--peer") {
        return against(Path::new(&arguments[at + 1]), &start);
    }
    let mut criterion = Criterion::default().configure_from_args();
    for kernel in Kernel::available() {
        let mut group = criterion.benchmark_group(format!("swap/pss/{}", kernel.name()));
        let mut state = start.clone();
        let mut lists = MonteCarloLists::with_kernel(Preset::Pss, &state, kernel);
        group.throughput(Throughput::Elements(PARTICLES as u64));
        group.bench_function("sweep", |b| b.iter(|| state.sweep(&mut lists, TEMPERATURE).unwrap()));
    }
    criterion.final_summary();
}
