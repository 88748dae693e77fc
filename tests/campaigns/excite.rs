//! A campaign of pushes along modes: identical data on every number of ranks and after kills, and the contents of its
//! file.

use crate::support::{Campaign, rank_counts, wait_until};
use glasswell::files::{Attribute, StageReader};
use glasswell::forces::{PairSum, ThirdOrder, sums};
use glasswell::landscape::{QuenchSettings, displacement_field, quench, rattlers, same_displacement};
use glasswell::model::{Configuration, PeriodicBox, Preset};
use glasswell::modes::full_modes;
use glasswell::stage::Stage;

fn reference() -> Campaign {
    Campaign::reference("excite.toml", &[])
}

fn assert_same(campaign: &Campaign, what: &str) {
    campaign.assert_same_as(&reference(), &["glasses.h5", "excitations.h5"], what);
    assert!(!campaign.output.join("checkpoint").exists(), "{what}: left over {:?}", campaign.listing());
    campaign.assert_no_half_file(what);
}

#[test]
fn every_number_of_ranks_finds_the_same() {
    // the reference is what one rank finds
    let most = if rank_counts().len() > 1 { 3 } else { 1 };
    for ranks in 2..=most {
        let campaign = Campaign::of("excite.toml", &[]);
        let ended = campaign.start(ranks, &[]).wait();
        assert_eq!(ended.code, 0, "{ranks} ranks: {}", ended.printed);
        assert_same(&campaign, &format!("{ranks} ranks"));
    }
}

#[test]
fn a_killed_campaign_goes_on_to_the_same_data_on_other_ranks() {
    let pairs: &[(usize, usize)] = if rank_counts().len() > 1 { &[(1, 2), (3, 1)] } else { &[(1, 1)] };
    for &(before, after) in pairs {
        let campaign = Campaign::of("excite.toml", &[]);
        let mut run = campaign.start(before, &[]);
        let members = run.members();
        // in the second round: the first round ends with a checkpoint
        wait_until("a checkpoint of excite", || {
            campaign.listing().iter().any(|name| name.contains("checkpoint/excite") && !name.ends_with(".part"))
        });
        run.signal("KILL", &members);
        let ended = run.wait();
        assert_ne!(ended.code, 0, "{before} ranks: it was done before it was killed");
        let ended = campaign.start(after, &[]).wait();
        assert_eq!(ended.code, 0, "{after} ranks: {}", ended.printed);
        assert_same(&campaign, &format!("killed on {before} ranks, resumed on {after}"));
    }
}

#[test]
fn the_file_agrees_with_itself() {
    let reader = StageReader::open(&reference().output, Stage::Excite).unwrap();
    let column = |name: &str| reader.read::<f64>(&format!("/excitations/{name}")).unwrap();
    let whole = |path: &str| reader.read::<i64>(path).unwrap();
    let glass: Vec<u32> = reader.read("/excitations/glass").unwrap();
    let mode: Vec<u32> = reader.read("/excitations/mode").unwrap();
    assert!(glass.iter().zip(&mode).zip(0..24).all(|((g, m), row)| (*g, *m) == (row / 8, row % 8)));
    let status = reader.read_text("/excitations/status").unwrap();
    let [omega, critical, low, barrier, distance, energy, moved] = [
        "frequency",
        "critical_amplitude",
        "returning_amplitude",
        "barrier",
        "distance",
        "energy_difference",
        "rearranging_particles",
    ]
    .map(column);
    let destination = whole("/excitations/destination");
    let found: Vec<usize> = (0..24).filter(|&row| status[row] == "transition").collect();
    assert!(found.len() >= 12, "{status:?}");
    for row in 0..24 {
        let there = status[row] == "transition";
        assert!(there != critical[row].is_nan() && there != barrier[row].is_nan() && there == (destination[row] >= 0));
        if there {
            assert!(low[row] < critical[row] && critical[row] - low[row] <= 1e-3 * critical[row]);
            assert!(distance[row] > 1e-4 && moved[row] >= 1.0 && moved[row] <= 220.0 && barrier[row] > 0.0);
            // no further from a parabola than expected for large amplitudes
            let parabola = 0.5 * (omega[row] * critical[row]).powi(2) * 220.0;
            assert!(barrier[row] / parabola > 0.2, "{} {parabola}", barrier[row]);
        }
    }
    // onset temperatures and destinations from the columns
    let onset: Vec<f64> = reader.read("/glasses/onset_temperature").unwrap();
    let fields: Vec<f64> = reader.read("/destinations/displacement").unwrap();
    let of_glass: Vec<u32> = reader.read("/destinations/glass").unwrap();
    let number = whole("/destinations/destination");
    let modes = whole("/destinations/modes");
    for g in 0..3_u32 {
        let rows = || found.iter().copied().filter(|&row| glass[row] == g);
        let lowest = rows().map(|row| barrier[row]).fold(f64::INFINITY, f64::min);
        assert!(onset[g as usize] == 2.0 * lowest, "{onset:?}");
        for (place, _) in of_glass.iter().enumerate().filter(|(_, other)| **other == g) {
            let here = rows().filter(|&row| destination[row] == number[place]).count();
            assert_eq!(modes[place], here as i64);
            let field = |place: usize| &fields[660 * place..660 * (place + 1)];
            let length = field(place).iter().map(|d| d * d).sum::<f64>().sqrt();
            let row = rows().find(|&row| destination[row] == number[place]).unwrap();
            assert!((length / distance[row] - 1.0).abs() < 1e-6);
            for other in (0..place).filter(|&other| of_glass[other] == g) {
                assert!(!same_displacement(field(place), field(other)), "{place} and {other} are one");
            }
        }
    }
    // densities from the spectra
    let frequency: Vec<f64> = reader.read("/spectra/frequency").unwrap();
    assert!(omega.iter().enumerate().all(|(row, omega)| *omega == frequency[40 * (row / 8) + row % 8]));
    let rattlers = whole("/glasses/rattlers");
    let all: f64 = rattlers.iter().map(|rattlers| 3.0 * (220 - rattlers) as f64 - 3.0).sum();
    let [lower, upper, density, reduced] = ["lower", "upper", "density", "reduced"]
        .map(|name| reader.read::<f64>(&format!("/density_of_states/{name}")).unwrap());
    for (bin, count) in whole("/density_of_states/count").into_iter().enumerate() {
        let inside = frequency.iter().filter(|f| **f >= lower[bin] && **f < upper[bin]).count() as f64;
        assert_eq!(inside, count as f64);
        assert!((density[bin] * all * (upper[bin] - lower[bin]) / inside - 1.0).abs() < 1e-9);
        assert!((reduced[bin] * all * (upper[bin].powi(3) - lower[bin].powi(3)) / 3.0 / inside - 1.0).abs() < 1e-9);
    }
    // the coefficients of both laws from the spectra
    let number = |name: &str| match reader.attribute("/density_of_states", name).unwrap() {
        Attribute::F64(value) => value,
        other => panic!("{name}: {other:?}"),
    };
    let [ratio, order] =
        ["participation_ratio", "phonon_order"].map(|name| reader.read::<f64>(&format!("/spectra/{name}")).unwrap());
    let (to, peak) = (number("fitted_to"), number("boson_peak"));
    let highest = frequency.iter().copied().filter(|f| *f <= number("complete_to")).fold(0.0, f64::max);
    assert!((to / (0.5 * if peak.is_nan() { highest } else { peak }) - 1.0).abs() < 1e-12, "{to} {peak} {highest}");
    for (name, localised, power) in [("debye_level", false, 3), ("quartic", true, 5)] {
        let rows = (0..frequency.len()).filter(|&row| (ratio[row] < 0.1 && order[row] < 0.5) == localised);
        let count = rows.filter(|&row| frequency[row] > 0.0 && frequency[row] <= to).count();
        let Attribute::Text(status) = reader.attribute("/density_of_states", &format!("{name}_status")).unwrap() else {
            panic!()
        };
        assert_eq!(status, if count < 10 { "too_few_modes" } else { "fitted" });
        let expected = f64::from(power) * count as f64 / (all * to.powi(power));
        let value = number(name);
        assert!(if count < 10 { value.is_nan() } else { (value / expected - 1.0).abs() < 1e-12 }, "{name} {value}");
    }
    let elastic: Vec<f64> = reader.read("/glasses/debye_frequency").unwrap();
    let level = elastic.iter().map(|omega| 3.0 / omega.powi(3)).sum::<f64>() / 3.0;
    assert!((level / number("elastic_debye_level") - 1.0).abs() < 1e-12 && level > 0.3 && level < 10.0, "{level}");
    assert_eq!(reader.read_text("/glasses/status").unwrap(), ["stable"; 3]);
    assert!(whole("/glasses/modes").iter().zip(&rattlers).all(|(modes, rattlers)| *modes == 3 * (220 - rattlers) - 3));
    let certainty = reader.read_text("/excitations/certainty").unwrap();
    assert!(certainty.iter().zip(&status).all(|(c, s)| c == if s == "transition" { "known" } else { "none" }));
    let counted: Vec<bool> = reader.read("/glasses/counted").unwrap();
    assert!(counted.iter().all(|counted| *counted));
    let energy_per_particle: Vec<f64> = reader.read("/glasses/inherent_energy").unwrap();
    assert!(energy_per_particle.iter().all(|e| (e / 0.00216 - 1.0).abs() < 0.2), "{energy_per_particle:?}");
    assert!(energy.iter().zip(&status).all(|(e, status)| (status == "transition") != e.is_nan()));
}

/// Compares a row with a push along the mode that a dense diagonalisation gives for the row's frequency: data of
/// another mode, glass, sign or amplitude would give different numbers.
#[test]
fn every_row_is_that_of_its_mode() {
    let reader = StageReader::open(&reference().output, Stage::Excite).unwrap();
    let glasses = StageReader::open(&reference().output, Stage::Prepare).unwrap();
    let column = |name: &str| reader.read::<f64>(&format!("/excitations/{name}")).unwrap();
    let [omega, critical, barrier, alignment, third, distance, energy, moved, sign] = [
        "frequency",
        "critical_amplitude",
        "barrier",
        "alignment",
        "third_order",
        "distance",
        "energy_difference",
        "rearranging_particles",
        "sign",
    ]
    .map(column);
    let edges: Vec<f64> = glasses.read("/glasses/box").unwrap();
    let positions: Vec<f64> = glasses.read("/glasses/position").unwrap();
    let settings = QuenchSettings { force_tolerance: 1e-13, ..QuenchSettings::default() };
    let [mut compared, mut ends, mut apart, mut turned] = [0; 4];
    for g in 0..3 {
        let origin = Configuration {
            cell: PeriodicBox { edges: [edges[3 * g], edges[3 * g + 1], edges[3 * g + 2]] },
            positions: positions[660 * g..660 * (g + 1)].to_vec(),
            species: vec![0; 220],
            diameters: vec![1.0; 220],
        };
        let (model, cell) = (Preset::Harmonic.model(&origin), origin.cell);
        let loose = rattlers(&model, &cell, &origin.positions);
        let spectrum = full_modes(&model, &cell, &origin.positions, &loose).unwrap();
        let tau = ThirdOrder::new(&model, &cell, &origin.positions, &loose);
        let rows: Vec<usize> = (8 * g..8 * (g + 1)).filter(|&row| !critical[row].is_nan()).collect();
        for (place, &row) in rows.iter().enumerate() {
            let off = |k: &usize| (spectrum.eigenvalues[*k] / omega[row].powi(2) - 1.0).abs();
            let k = (0..spectrum.eigenvalues.len()).min_by(|a, b| off(a).total_cmp(&off(b))).unwrap();
            assert!(off(&k) < 1e-9, "row {row}: {:e}", off(&k));
            let mut mode = spectrum.vectors[k].clone();
            // e and -e are the same mode: that of the file has the third order given with it
            let along = tau.third_orders(std::slice::from_ref(&mode))[0];
            assert!((along.abs() / third[row].abs() - 1.0).abs() < 1e-4, "row {row}: {along} {}", third[row]);
            mode.iter_mut().for_each(|e| *e *= (along * third[row]).signum());
            let pushed = |amplitude: f64| -> Vec<f64> {
                let length = amplitude * 220_f64.sqrt();
                origin.positions.iter().zip(&mode).map(|(x, e)| x + length * e).collect()
            };
            let rise = |end: &[f64]| sums::energy_difference(&model, &cell, &origin.positions, end);
            let (other, start) = (rows[(place + 1) % rows.len()], pushed(sign[row] * critical[row]));
            let off = |barrier: f64, start: &[f64]| (rise(start) / barrier - 1.0).abs();
            assert!(off(barrier[row], &start) < 1e-6, "row {row}: {:e}", off(barrier[row], &start));
            compared += 1;
            apart += usize::from(off(barrier[other], &pushed(sign[other] * critical[other])) > 1e-4);
            turned += usize::from(off(barrier[row], &pushed(-sign[row] * critical[row])) > 1e-4);
            // the destination
            let end = quench(&mut PairSum::<1>::new(model.clone(), cell), &start, &settings).positions;
            let beyond = rattlers(&model, &cell, &end);
            let held = |i: usize| !(loose.get(i) == Some(&true) || beyond.get(i) == Some(&true));
            let field = displacement_field(&cell, &origin.positions, &end, held);
            let squares: Vec<f64> = field.chunks(3).map(|d| d.iter().map(|d| d * d).sum()).collect();
            let length = squares.iter().sum::<f64>().sqrt();
            let particles = length.powi(4) / squares.iter().map(|s| s * s).sum::<f64>();
            let dot = field.iter().zip(&mode).map(|(d, e)| d * e).sum::<f64>().abs() / length;
            let near = |a: f64, b: f64| (a / b - 1.0).abs() < 1e-6;
            ends += usize::from(
                near(length, distance[row])
                    && near(particles, moved[row])
                    && near(rise(&end), energy[row])
                    && (dot - alignment[row]).abs() < 1e-6,
            );
        }
    }
    println!(
        "{compared} rows: {ends} lead where the push leads, {apart} unlike their neighbours, {turned} unlike the other sign"
    );
    // the last digits of the mode, which differ between processors, decide on which side of a ridge a push falls; on the same side
    // all figures agree to 1e-9
    assert!(compared >= 12 && 3 * ends >= 2 * compared, "{compared} rows, {ends} ends");
    assert!(apart >= compared - 2 && turned >= compared - 2, "{compared} rows, {apart} {turned}");
}
