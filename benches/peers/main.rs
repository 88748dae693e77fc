//! The timings of this program in the comparisons with other programs: one row of docs/performance.md at a time.
//!
//!     peers inputs DIR                   glass, snapshots, two minima, Hessians: what both sides read
//!     peers md|batch|quench|campaign|band|dense DIR
//!     peers large|lowest DIR PRESET | packing|huge DIR PRESET N | forces PRESET N | images DIR M
//!
//! Prints `name value` lines; `cpu` is CPU seconds for one unit of work, one thread.

mod clock;
mod inputs;
mod rows;
mod spectra;

pub use clock::cpu_seconds;

use std::path::Path;

fn main() {
    // cargo bench adds --bench
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global().expect("one thread");
    match words.as_slice() {
        ["inputs", folder] => inputs::make(Path::new(folder)),
        ["md", folder] => rows::dynamics::<1>(Path::new(folder)),
        ["batch", folder] => rows::dynamics::<8>(Path::new(folder)),
        ["quench", folder] => rows::quenches(Path::new(folder)),
        ["campaign", folder] => rows::campaign(Path::new(folder)),
        ["band", folder] => rows::band(Path::new(folder), 64),
        ["images", folder, count] => rows::band(Path::new(folder), count.parse().expect("a number of images")),
        ["dense", folder] => spectra::dense(Path::new(folder)),
        ["large", folder, preset] => inputs::make_large(Path::new(folder), spectra::preset(preset)),
        ["lowest", folder, preset] => spectra::lowest(Path::new(folder), spectra::preset(preset)),
        ["packing", folder, preset, count] => {
            inputs::make_packing(Path::new(folder), spectra::preset(preset), count.parse().expect("particles"));
        }
        ["huge", folder, preset, count] => spectra::huge(Path::new(folder), spectra::preset(preset), count),
        ["forces", preset, count] => rows::forces(preset, count.parse().expect("a number of particles")),
        // `cargo bench` runs every target, but the timing programs are run by their scripts
        _ => println!("peers: run benches/peers.sh or benches/scaling.sh"),
    }
}
