use glasswell::{
    forces::PairSum,
    input::read_configurations,
    landscape::{ExploreSettings, QuenchSettings, quench},
    model::Preset,
    paths::*,
};
use std::path::Path;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let preset = if a[1] == "pss" { Preset::Pss } else { Preset::Tlj };
    let ca = read_configurations(Path::new(&a[2]), preset).unwrap().remove(0);
    let cb = read_configurations(Path::new(&a[3]), preset).unwrap().remove(0);
    let model = preset.model(&ca);
    let q = QuenchSettings::from(&ExploreSettings::defaults(preset));
    let mut s = PairSum::<1>::new(model.clone(), ca.cell);
    let qa = quench(&mut s, &ca.positions, &q);
    let qb = quench(&mut s, &cb.positions, &q);
    let b = bring_near(&ca.cell, &qa.positions, &qb.positions);
    let mut settings = ConnectSettings::defaults(preset);
    settings.images = a.get(4).map_or(64, |x| x.parse().unwrap());
    if a.get(5).is_some_and(|x| x == "string") {
        settings.method = PathMethod::String;
    }
    let verbose = a.get(6).is_some();
    let mut sums = ImageSums::new(&model, &ca.cell);
    let mut band = BandSearch::new(&mut s, (&qa.positions, qa.energy), (&b, qb.energy), &settings);
    let mut count = 0;
    let t = std::time::Instant::now();
    loop {
        if let Err(e) = band.iterate(&mut sums, &settings) {
            println!("error {e}");
            break;
        }
        if band.count() != count || (verbose && band.iterations % 10 == 0) {
            count = band.count();
            println!(
                "it {} count {} res {:.3e} len {:.4} max {:.5} climb {:?}",
                band.iterations,
                count,
                band.residual,
                band.chord_length(),
                band.energies.iter().cloned().fold(f64::MIN, f64::max) - band.energies[0],
                band.climbing
            );
        }
        match band.stop {
            BandStop::Running => {}
            BandStop::Valleys => {
                println!("valleys {:?}", band.valleys());
                band.ignore_valleys().unwrap();
            }
            _ => break,
        }
    }
    println!(
        "{} {:?} it {} eval {} res {:.3e} len {:.4} max {:.9} valleys {:?} t {:.2}",
        a[2],
        band.stop,
        band.iterations,
        band.evaluations,
        band.residual,
        band.chord_length(),
        band.energies.iter().cloned().fold(f64::MIN, f64::max) - band.energies[0],
        band.valleys(),
        t.elapsed().as_secs_f64()
    );
}
