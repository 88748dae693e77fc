//! What the additions of docs/extending.md do. A test of the copy of the sources that tests/extending.py makes; the sources as
//! they are do not have them.

use glasswell::files::StageReader;
use glasswell::model::Law;
use glasswell::stage::Stage;
use std::path::Path;
use std::process::Command;

const FORCE_TOLERANCE: f64 = 1e-4;
const DENSITY: f64 = 1.6;
const TEMPERATURE: f64 = 0.002;
const DISTANCE: f64 = 1.1;

fn deck() -> String {
    format!(
        r#"
[campaign]
name = "extended"
seed = 7

[model]
law = "bump"
species = ["A"]
epsilon = [[1.0]]
sigma = [[1.0]]
particles = 200
density = {DENSITY}

[prepare]
glasses = 2
method = "quench"
temperature = inf

[explore]
temperature = {TEMPERATURE}
time_step = 0.01
thermostat = "rescaling"
minimiser = "steepest-descent"
force_tolerance = {FORCE_TOLERANCE}
recognition = "none"
quench_every = 20
quenches = 2
equilibration_steps = 20

[coordination]
distance = {DISTANCE}
"#
    )
}

fn run(folder: &Path) {
    let file = folder.join("deck.toml");
    std::fs::write(&file, deck()).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_glasswell"));
    let ended = command.arg("run").arg(&file).arg("--output").arg(folder.join("out")).args(["--threads", "1"]).output();
    let ended = ended.unwrap();
    assert!(ended.status.success(), "{}{}", String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
    let table = String::from_utf8_lossy(&ended.stdout).to_string();
    assert!(table.contains("neighbours of a particle, mean"), "the closing table has no line of the stage:\n{table}");
}

#[test]
fn the_law_is_the_derivative_of_itself() {
    let all = Law::all();
    let (_, law) = all.iter().find(|(name, _)| *name == "bump").expect("the law is in the registry");
    assert!((law.derivatives(0.25).value - 0.421_875).abs() < 1e-15, "phi(1/2) = (3/4)^3");
    const H: f64 = 1e-5;
    for x in [0.2, 0.5, 0.8, 0.95] {
        let at = |x: f64| law.derivatives(x * x);
        let (low, high, here) = (at(x - H), at(x + H), at(x));
        let slope = |low: f64, high: f64| (high - low) / (2.0 * H);
        let first = |x: f64| at(x).slope_over_x * x;
        assert!((slope(low.value, high.value) - here.slope_over_x * x).abs() < 1e-8, "phi' at {x}");
        assert!((slope(first(x - H), first(x + H)) - here.second).abs() < 1e-7, "phi'' at {x}");
        assert!((slope(low.second, high.second) - here.third).abs() < 1e-6, "phi''' at {x}");
    }
}

#[test]
fn a_campaign_uses_all_additions() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path());
    let open = |stage: Stage| StageReader::open(&folder.path().join("out"), stage).unwrap();
    let (glasses, landscape, counted) = (open(Stage::Prepare), open(Stage::Explore), open(Stage::Coordination));
    // the column
    let density: Vec<f64> = glasses.read("/glasses/density").unwrap();
    assert!(density.len() == 2 && density.iter().all(|rho| (rho / DENSITY - 1.0).abs() < 1e-12), "{density:?}");
    // the thermostat: every snapshot has the kinetic energy g T / 2
    let temperature: Vec<f64> = landscape.read("/runs/temperature").unwrap();
    assert!(temperature.iter().all(|t| (t / TEMPERATURE - 1.0).abs() < 1e-9), "{temperature:?}");
    // the minimiser
    let residual: Vec<f64> = landscape.read("/minima/residual").unwrap();
    assert!(!residual.is_empty() && residual.iter().all(|force| *force < FORCE_TOLERANCE), "{residual:?}");
    // the stage, counted once more by all pairs
    let edges: Vec<f64> = glasses.read("/glasses/box").unwrap();
    let positions: Vec<f64> = glasses.read("/glasses/position").unwrap();
    let neighbours: Vec<f64> = counted.read("/coordination/neighbours").unwrap();
    for (glass, positions) in positions.chunks_exact(600).enumerate() {
        let (atoms, edge) = (positions.as_chunks::<3>().0, edges[3 * glass]);
        let near = |a: &[f64; 3], b: &[f64; 3]| {
            let square: f64 = (0..3).map(|k| b[k] - a[k]).map(|d| (d - edge * (d / edge).round()).powi(2)).sum();
            square.sqrt() < DISTANCE
        };
        let ordered: usize = atoms.iter().map(|a| atoms.iter().filter(|b| *b != a && near(a, b)).count()).sum();
        let mean = ordered as f64 / 200.0;
        assert!(mean > 4.0 && (neighbours[glass] - mean).abs() < 1e-12, "glass {glass}: {} for {mean}", neighbours[glass]);
    }
}
