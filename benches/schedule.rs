//! Efficiency of the work queue on many ranks: costs of tasks recorded in small campaigns (benches/data) are replayed
//! on 10^2 to 10^5 simulated ranks. Prints the tables of docs/scaling.md as Markdown.
//!
//!     cargo bench --bench schedule

use glasswell::parallel::{Machine, POLL, blocks, replay};
use glasswell::random::{Purpose, stream};
use rand::RngExt;

const RANKS: [usize; 7] = [100, 300, 1_000, 3_000, 10_000, 30_000, 100_000];
const STAGES: [&str; 4] = ["prepare", "explore", "connect", "tunnel"];

/// Seconds of the tasks of a campaign by stage and round.
struct Recorded {
    glasses: usize,
    rounds: Vec<(usize, Vec<f64>)>,
}

impl Recorded {
    fn read(text: &str) -> Self {
        let mut rounds: Vec<(usize, Vec<f64>)> = Vec::new();
        let mut now = (0, 0);
        let rows = text.lines().filter(|line| !line.starts_with('#') && !line.starts_with("stage"));
        for row in rows {
            let words: Vec<&str> = row.split(',').collect();
            let stage = STAGES.iter().position(|stage| *stage == words[0]).expect("a stage");
            let round: usize = words[1].parse().expect("a round");
            if rounds.is_empty() || now != (stage, round) {
                now = (stage, round);
                rounds.push((stage, Vec::new()));
            }
            rounds.last_mut().expect("a round").1.push(words[3].parse().expect("seconds"));
        }
        let glasses = rounds.iter().find(|(stage, _)| *stage == 0).map_or(0, |(_, costs)| costs.len());
        Recorded { glasses, rounds }
    }

    /// The rounds of a campaign of `glasses` glasses: as many tasks per glass as recorded, with costs drawn with
    /// repetition.
    fn drawn(&self, glasses: usize) -> Vec<(usize, Vec<f64>)> {
        let draw = |(round, (stage, costs)): (usize, &(usize, Vec<f64>))| {
            let mut random = stream(1, Purpose::Bootstrap, *stage as u64, round as u64);
            let tasks = costs.len() * glasses / self.glasses;
            let mut drawn: Vec<usize> = (0..tasks).map(|_| random.random_range(0..costs.len())).collect();
            if STAGES[*stage] == "connect" {
                // started in order of decreasing distance of the ends, as they are numbered
                drawn.sort_unstable();
            }
            (*stage, drawn.into_iter().map(|task| costs[task]).collect())
        };
        self.rounds.iter().enumerate().map(draw).collect()
    }
}

fn machine(ranks: usize) -> Machine {
    Machine { ranks, threads: 1, latency: 5e-6, word: 2e-6, poll: POLL, several: true }
}

/// Work and time of each stage, and the best time for a scheduler that knows all costs.
fn stages(rounds: &[(usize, Vec<f64>)], machine: Machine) -> [(f64, f64, f64); 4] {
    let mut outcome = [(0.0, 0.0, 0.0); 4];
    for (stage, costs) in rounds {
        let work: f64 = costs.iter().sum();
        let longest = costs.iter().copied().fold(0.0, f64::max);
        let wall = if *stage == 3 { blocks(costs, machine.ranks) } else { replay(costs, machine).makespan };
        let outcome = &mut outcome[*stage];
        *outcome = (outcome.0 + work, outcome.1 + wall, outcome.2 + longest.max(work / machine.ranks as f64));
    }
    outcome
}

fn efficiencies(name: &str, recorded: &Recorded, glasses: usize, machine: impl Fn(usize) -> Machine) {
    println!("\n{name}, {glasses} glasses:\n");
    println!("| ranks | prepare | explore | connect | tunnel | all | wall time [s] | at best, all |");
    println!("|---|---|---|---|---|---|---|---|");
    let rounds = recorded.drawn(glasses);
    for ranks in RANKS {
        let outcome = stages(&rounds, machine(ranks));
        let (work, wall, best) = outcome.iter().fold((0.0, 0.0, 0.0), |a, b| (a.0 + b.0, a.1 + b.1, a.2 + b.2));
        let of = |work: f64, wall: f64| work / (wall * ranks as f64);
        print!("| {ranks} |");
        outcome.iter().for_each(|(work, wall, _)| print!(" {:.3} |", of(*work, *wall)));
        println!(" {:.3} | {wall:.1} | {:.3} |", of(work, wall), of(work, best));
    }
}

/// A glass of 64 runs explored in 1 ... 64 tasks, with the recorded costs; those of one glass are similar.
fn split_runs(recorded: &Recorded, glasses: usize) {
    println!(
        "\nExploration of {glasses} glasses, 64 runs each, by the number of tasks into which the runs of a glass go:\n"
    );
    println!("| ranks | 1 task | 2 | 8 (as it is: eight runs each) | 16 | 64 |");
    println!("|---|---|---|---|---|---|");
    let costs = &recorded.rounds.iter().find(|(stage, _)| *stage == 1).expect("explore").1;
    let mut random = stream(1, Purpose::Bootstrap, 1, 64);
    let of_glass: Vec<f64> =
        (0..glasses).map(|_| (0..8).map(|_| costs[random.random_range(0..costs.len())]).sum()).collect();
    for ranks in RANKS {
        print!("| {ranks} |");
        for parts in [1, 2, 8, 16, 64] {
            let tasks: Vec<f64> = of_glass.iter().flat_map(|cost| vec![cost / parts as f64; parts]).collect();
            let outcome = replay(&tasks, machine(ranks));
            print!(" {:.3} |", outcome.efficiency(&machine(ranks)));
        }
        println!();
    }
}

/// Tasks of equal length: the cost of rank 0 as the only dispatcher.
fn dispatcher() {
    for (latency, word) in [(5e-6, 2e-6), (5e-5, 1e-5)] {
        println!(
            "\nTwenty tasks for each rank, 10 % unequal; latency {} us, {} us a word. Efficiency with one index at a time, with several:\n",
            latency * 1e6,
            word * 1e6
        );
        println!("| task [s] | 100 ranks | 1,000 | 10,000 | 100,000 | words a second of rank 0, 100,000 ranks |");
        println!("|---|---|---|---|---|---|");
        for length in [0.01, 0.1, 1.0, 10.0, 100.0] {
            print!("| {length} |");
            let mut rate = [0.0; 2];
            for ranks in [100, 1_000, 10_000, 100_000] {
                let mut random = stream(1, Purpose::Bootstrap, ranks as u64, 0);
                let costs: Vec<f64> = (0..20 * ranks).map(|_| length * (0.95 + 0.1 * random.random::<f64>())).collect();
                let both = [false, true].map(|several| {
                    let machine = Machine { latency, word, several, ..machine(ranks) };
                    let outcome = replay(&costs, machine);
                    rate[usize::from(several)] = outcome.words as f64 / outcome.makespan;
                    outcome.efficiency(&machine)
                });
                print!(" {:.3}, {:.3} |", both[0], both[1]);
            }
            println!(" {:.0}, {:.0} |", rate[0], rate[1]);
        }
    }
}

fn main() {
    let ternary = Recorded::read(include_str!("data/tasks-tlj.csv"));
    let soft = Recorded::read(include_str!("data/tasks-pss.csv"));
    for (name, recorded) in [("Ternary mixture", &ternary), ("Soft spheres", &soft)] {
        efficiencies(name, recorded, 100_000, machine);
        efficiencies(name, recorded, 1_024, machine);
    }
    let slow = |ranks| Machine { latency: 5e-5, word: 1e-5, ..machine(ranks) };
    efficiencies("Ternary mixture over TCP (50 us, 10 us a word)", &ternary, 100_000, slow);
    split_runs(&soft, 1_024);
    dispatcher();
}
