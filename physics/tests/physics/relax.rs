//! The relaxation of liquids: observables on known trajectories, samples interrupted anywhere, fits of data with known
//! parameters.

use crate::common::{decode, encode};
use glasswell_physics::model::{PeriodicBox, Preset};
use glasswell_physics::random::{Purpose, Stream, stream};
use glasswell_physics::sampling::*;
use glasswell_physics::statistics::*;
use glasswell_physics::task::{Progress, Task};
use rand_distr::{Distribution, StandardNormal};

const SEED: u64 = 11;

/// A unit vector in a random direction.
fn direction(random: &mut Stream) -> [f64; 3] {
    let v: [f64; 3] = std::array::from_fn(|_| StandardNormal.sample(random));
    let length = v.iter().map(|x| x * x).sum::<f64>().sqrt();
    v.map(|x| x / length)
}

/// Pairs of particles that fly apart with speeds of 1 (species 0) and 2 (species 1).
fn flight(particles: usize) -> (Vec<f64>, Vec<u8>) {
    let mut random = stream(SEED, Purpose::Relax, 0, 0);
    let (mut velocities, mut species) = (Vec::new(), Vec::new());
    for pair in 0..particles / 2 {
        let kind = (pair % 4 == 0) as u8;
        let v = direction(&mut random).map(|x| x * f64::from(1 + kind));
        velocities.extend(v.into_iter().chain(v.map(|x| -x)));
        species.extend([kind, kind]);
    }
    (velocities, species)
}

#[test]
fn free_flight_by_hand() {
    let (velocities, species) = flight(40_000);
    let cell = PeriodicBox { edges: [11.0; 3] };
    let observables = LiquidObservables::new(&cell, 7.0, 0.3, 2);
    let q = observables.wave_vectors().mean_length();
    let past = Snapshot { positions: vec![0.0; velocities.len()], species };
    for time in [0.05, 0.2, 0.4] {
        // a common drift is not relaxation
        let now: Vec<f64> = velocities.iter().map(|v| v * time + 3.0).collect();
        let found = observables.compare(&now, &past);
        let group = |group: usize| &found[OBSERVABLES * group..][..OBSERVABLES];
        for (number, speed) in [(1, 1.0), (2, 2.0)] {
            let (values, distance) = (group(number), speed * time);
            let expected = (q * distance).sin() / (q * distance);
            println!("t {time}, speed {speed}: F_s {:.5}, sin(qvt)/(qvt) {expected:.5}", values[SELF_SCATTERING]);
            // directions are drawn; the shell is 0.1 wide
            assert!((values[SELF_SCATTERING] - expected).abs() < 4e-3, "{values:?}");
            assert!((values[SQUARED_DISPLACEMENT] - distance * distance).abs() < 1e-12);
            assert!((values[FOURTH_POWER] - distance.powi(4)).abs() < 1e-12);
            assert_eq!(values[OVERLAP], if distance < 0.3 { 1.0 } else { 0.0 });
        }
        for observable in 0..OBSERVABLES {
            let all = 0.75 * group(1)[observable] + 0.25 * group(2)[observable];
            assert!((group(0)[observable] - all).abs() < 1e-12);
        }
        // the average over the directions of q, which prepare uses, is the same function
        let isotropic = self_scattering(&now, &past.positions, q);
        assert!((group(0)[SELF_SCATTERING] - isotropic).abs() < 4e-3);
    }
}

#[test]
fn a_random_walk_decays_as_it_should() {
    // steps of variance s per direction and tick: F_s = exp(-q^2 s t / 2), <d^2> = 3 s t, alpha_2 = 0
    let (particles, variance) = (400, 0.002_f64);
    let observables = LiquidObservables::new(&PeriodicBox { edges: [9.0; 3] }, 7.2, 0.3, 1);
    let mut random = stream(SEED, Purpose::Relax, 1, 0);
    let mut x = vec![0.0_f64; 3 * particles];
    let origin = Snapshot { positions: x.clone(), species: vec![0; particles] };
    let mut correlator = Correlator::new(origin, LagSchedule::HalfOctaves { nearest: 4 });
    while correlator.ticks() < 3000 {
        let tick = correlator.next_event();
        for _ in correlator.ticks()..tick {
            x.iter_mut()
                .for_each(|x| *x += variance.sqrt() * Distribution::<f64>::sample(&StandardNormal, &mut random));
        }
        correlator.record(tick, &x, &vec![0; particles], |past| observables.compare(&x, past));
    }
    let q2 = observables.wave_vectors().mean_length().powi(2);
    let curve: Vec<(f64, f64)> =
        correlator.correlations().map(|lag| (lag.lag as f64, lag.mean(SELF_SCATTERING))).collect();
    let tau = decay_time(&curve).unwrap();
    let expected = 2.0 / (q2 * variance);
    println!("tau {tau:.3}, expected {expected:.3}");
    assert!((tau / expected - 1.0).abs() < 0.01);
    for lag in correlator.correlations().filter(|lag| lag.lag <= 128) {
        let due = 3.0 * variance * lag.lag as f64;
        assert!((lag.mean(SQUARED_DISPLACEMENT) / due - 1.0).abs() < 0.02, "{lag:?}");
        let alpha = 0.6 * lag.mean(FOURTH_POWER) / lag.mean(SQUARED_DISPLACEMENT).powi(2) - 1.0;
        assert!(alpha.abs() < 0.03, "{alpha}");
    }
}

#[test]
fn radial_distributions_of_a_lattice_and_of_a_gas() {
    // simple cubic, two kinds alternating: unlike neighbours at 1, like ones at sqrt(2)
    let side = 6;
    let cell = PeriodicBox { edges: [side as f64; 3] };
    let (mut positions, mut kinds) = (Vec::new(), Vec::new());
    for n in 0..side * side * side {
        let at = [n % side, n / side % side, n / side / side];
        positions.extend(at.map(|x| x as f64));
        kinds.push((at.iter().sum::<usize>() % 2) as u8);
    }
    let mut found = PairDistribution::new(2, 0.25, 8);
    found.add(&cell, &positions, &kinds);
    let shell = |bin: f64| 4.0 / 3.0 * std::f64::consts::PI * (((bin + 1.0) * 0.25).powi(3) - (bin * 0.25).powi(3));
    // six unlike neighbours at density 1/2; twelve like ones, of 107 others in 216
    let (unlike, like) = (found.radial(0, 1), found.radial(1, 1));
    assert!((unlike[4] - 6.0 / (0.5 * shell(4.0))).abs() < 1e-12 && unlike[5] == 0.0);
    assert!((like[5] - 12.0 / (107.0 / 216.0 * shell(5.0))).abs() < 1e-12 && like[4] == 0.0);
    assert_eq!(found.radial(1, 0), unlike);
    let mut gas = PairDistribution::new(1, 0.5, 6);
    let mut random = stream(SEED, Purpose::Relax, 2, 0);
    for _ in 0..20 {
        let configuration = random_configuration(Preset::Lj, 1000, &mut random);
        gas.add(&configuration.cell, &configuration.positions, &configuration.species);
    }
    for (bin, g) in gas.radial(0, 0).into_iter().enumerate() {
        assert!((g - 1.0).abs() < 0.1 / (1.0 + bin as f64), "bin {bin}: {g}");
    }
}

fn settings(dynamics: LiquidDynamics) -> RelaxSettings {
    RelaxSettings {
        temperatures: vec![0.3],
        dynamics: vec![dynamics],
        equilibration: Equilibration { relaxation_times: 3.0, max_steps: 600 },
        measurement: Equilibration { relaxation_times: 3.0, max_steps: 600 },
        ..RelaxSettings::defaults(Preset::Pss)
    }
}

fn sample(dynamics: LiquidDynamics, number: u64, slices: Option<u64>) -> LiquidRun {
    let name = LiquidName { temperature: 0.3, dynamics, sample: number };
    let settings = settings(dynamics);
    let unplaced = random_configuration(Preset::Pss, 100, &mut stream(1, Purpose::Prepare, 0, 0));
    let mut task = LiquidTask::start(Preset::Pss, unplaced, &settings, name, SEED).unwrap();
    while task.advance(slices.unwrap_or(u64::MAX)).unwrap() == Progress::Pending {
        assert!(slices.is_some(), "a slice without end ends the task");
        let state: LiquidState = decode(&encode(&task.state()).unwrap()).unwrap();
        task = LiquidTask::resume(Preset::Pss, &settings, name, SEED, state);
    }
    assert_eq!(task.fraction(), 1.0);
    task.result().unwrap().clone()
}

#[test]
fn a_sample_cut_anywhere_is_the_sample_in_one_go() {
    for dynamics in LiquidDynamics::ALL {
        let whole = sample(dynamics, 0, None);
        assert!(whole.equilibrated && whole.complete && whole.tau_alpha > 0.0, "{whole:?}");
        assert!(whole.energy.values.len() >= 20 && whole.pressure.values.len() >= 5);
        for slice in [1, 777] {
            let cut = sample(dynamics, 0, Some(slice));
            assert_eq!(encode(&cut).unwrap(), encode(&whole).unwrap(), "{dynamics:?} in slices of {slice}");
        }
        assert!(sample(dynamics, 1, None).energy.values != whole.energy.values);
    }
}

/// tau of a law with noise of `share` and its error bars.
fn synthetic(law: impl Fn(f64) -> f64, temperatures: &[f64], share: f64, random: &mut Stream) -> Vec<RelaxationPoint> {
    let point = |t: &f64| {
        let noise: f64 = StandardNormal.sample(random);
        let tau = law(*t) * (share * noise).exp();
        RelaxationPoint { temperature: *t, tau, error: share * tau }
    };
    temperatures.iter().map(point).collect()
}

/// Whether the true value is within 1.5 errors; none when the data do not determine it.
fn covers(name: &str, found: Estimate, truth: f64, largest_error: f64) -> Option<bool> {
    if found.value.is_nan() {
        return None;
    }
    let away = (found.value - truth) / found.error;
    println!("{name}: {:.4} +- {:.4}, truth {truth} ({away:+.1} errors)", found.value, found.error);
    assert!(found.error < largest_error, "{name}, seed {SEED}: an error bar that forgives everything");
    assert!(away.abs() < 4.0, "{name}, seed {SEED}");
    Some(away.abs() < 1.5)
}

/// A law below T = 1, and above it the Arrhenius law that continues it without a kink.
fn with_arrhenius_above(law: impl Fn(f64) -> f64) -> impl Fn(f64) -> f64 {
    let slope = (law(1.0 / 1.0001) / law(1.0)).ln() / 1e-4;
    move |t: f64| if t > 1.0 { law(1.0) * (slope * (1.0 / t - 1.0)).exp() } else { law(t) }
}

const WIDE: [f64; 14] = [2.0, 1.7, 1.5, 1.3, 1.2, 1.1, 1.0, 0.9, 0.8, 0.75, 0.7, 0.65, 0.6, 0.55];

#[test]
fn fits_find_what_was_put_in() {
    let mut random = stream(SEED, Purpose::Relax, 3, 0);
    let mut within = Vec::new();
    for _ in 0..10 {
        // Arrhenius above T_o = 1 and parabolic below, with E = 3 and J = 4
        let law = |t: f64| (0.1f64.ln() + 3.0 / t + 16.0 * (1.0 / t - 1.0f64).max(0.0).powi(2)).exp();
        let fits = fit_supercooled(&synthetic(law, &WIDE, 0.05, &mut random), None, SEED);
        assert_eq!(fits.onset_status, FitStatus::Fitted);
        within.push(covers("T_o", fits.onset, 1.0, 0.1));
        within.push(covers("E", fits.activation_energy, 3.0, 0.5));
        let vft = |t: f64| 0.2 * (8.0 * 0.35 / (t - 0.35)).exp();
        let fits = fit_supercooled(&synthetic(with_arrhenius_above(vft), &WIDE, 0.05, &mut random), None, SEED);
        within.push(covers("T_0", fits.vft_temperature, 0.35, 0.05));
        within.push(covers("D", fits.vft_strength, 8.0, 3.0));
        // tau(T_g) = 10^12 tau(T_o)
        let t_g = 0.35 + 2.8 / (2.8 / (fits.window - 0.35) + 1e12f64.ln());
        within.push(covers("T_g of VFT", fits.t_g_vft, t_g, 0.03));
        let power = |t: f64| (t - 0.5f64).powf(-2.2);
        let fits = fit_supercooled(&synthetic(with_arrhenius_above(power), &WIDE[..13], 0.05, &mut random), None, SEED);
        within.push(covers("T_mct", fits.t_mct, 0.5, 0.15));
        within.push(covers("gamma", fits.gamma, 2.2, 1.5));
        let parabolic = |t: f64| 0.5 * (36.0 * (1.0 / t - 1.0 / 1.3f64).powi(2)).exp();
        let fits = fit_supercooled(&synthetic(with_arrhenius_above(parabolic), &WIDE, 0.05, &mut random), None, SEED);
        within.push(covers("T_p", fits.parabolic_temperature, 1.3, 0.5));
        within.push(covers("J", fits.parabolic_energy, 6.0, 1.5));
    }
    let reported: Vec<bool> = within.iter().copied().flatten().collect();
    assert!(reported.len() as f64 > 0.9 * within.len() as f64, "{} of {} values", reported.len(), within.len());
    let within = reported;
    let share = within.iter().filter(|inside| **inside).count() as f64 / within.len() as f64;
    println!("within 1.5 errors: {share:.2} of {}, 0.87 expected", within.len());
    assert!(share > 0.7, "seed {SEED}: errors are too small");
}

#[test]
fn fits_of_too_little_say_so() {
    let mut random = stream(SEED, Purpose::Relax, 4, 0);
    let law = |t: f64| (3.0 / t).exp();
    let fits = fit_supercooled(&synthetic(law, &[1.0, 0.9, 0.8], 0.05, &mut random), Some(1.0), SEED);
    let statuses = |f: &SupercooledFits| [f.onset_status, f.mode_coupling_status, f.vft_status, f.parabolic_status];
    assert_eq!(statuses(&fits), [FitStatus::TooFew; 4]);
    // a straight line has no onset, and nothing below it is known
    let fits = fit_supercooled(&synthetic(law, &WIDE, 0.05, &mut random), None, SEED);
    assert_eq!(statuses(&fits)[0], FitStatus::Undetermined);
    assert_eq!(statuses(&fits)[1..], [FitStatus::TooFew; 3]);
    let numbers = [fits.onset, fits.t_mct, fits.gamma, fits.vft_temperature, fits.t_g_vft, fits.t_g_parabolic];
    assert!(numbers.iter().all(|estimate| estimate.value.is_nan() && estimate.error.is_nan()), "{fits:?}");
    // below the onset of its model it is not a mode-coupling law, regardless of its T_mct
    let fits = fit_supercooled(&synthetic(law, &WIDE[6..], 0.05, &mut random), Some(1.0), SEED);
    println!("{fits:?}");
    assert!(fits.t_g_vft.value.is_nan() || fits.t_g_vft.value < 0.3, "{fits:?}");
    assert_eq!(statuses(&fit_supercooled(&[], Some(1.0), SEED)), [FitStatus::TooFew; 4]);
    // without errors there are values, but no error estimates
    let law = |t: f64| (3.0 / t + 16.0 * (1.0 / t - 1.0f64).max(0.0).powi(2)).exp();
    let mut points = synthetic(law, &WIDE, 0.02, &mut random);
    points.iter_mut().for_each(|point| point.error = f64::NAN);
    let fits = fit_supercooled(&points, None, SEED);
    assert!((fits.onset.value - 1.0).abs() < 0.1 && fits.onset.error.is_nan(), "{fits:?}");
}

/// 3 s with optimised code.
#[test]
fn an_extrapolation_is_the_law_with_an_error() {
    let parabolic = |t: f64| 0.5 * (36.0 * (1.0 / t - 1.0 / 1.3f64).powi(2)).exp();
    let vft = |t: f64| 0.2 * (8.0 * 0.35 / (t - 0.35)).exp();
    // tau(T_g) = 10^12 tau(1)
    let t_g = 1.0 / ((parabolic(1.0) * 1e12 / 0.5).ln().sqrt() / 6.0 + 1.0 / 1.3);
    let ratio = Extrapolation::Parabolic([1.3, 6.0, t_g]).ratio(0.5);
    assert!((ratio * parabolic(1.0) / parabolic(0.5) - 1.0).abs() < 1e-9, "{ratio}");
    let t_g = 0.35 + 2.8 / (vft(1.0) * 1e12 / 0.2).ln();
    let law = Extrapolation::VogelFulcherTammann([0.35, 8.0, t_g]);
    assert!((law.ratio(0.5) * vft(1.0) / vft(0.5) - 1.0).abs() < 1e-9 && law.ratio(0.35).is_nan());
    let mut random = stream(SEED, Purpose::Relax, 5, 0);
    let points = synthetic(with_arrhenius_above(parabolic), &WIDE, 0.05, &mut random);
    let fits = fit_supercooled(&points, Some(1.0), SEED);
    let fitted = [fits.parabolic_temperature, fits.parabolic_energy, fits.t_g_parabolic].map(|estimate| estimate.value);
    let law = Extrapolation::Parabolic(fitted);
    let (ratio, due) = (law.ratio(0.5), parabolic(0.5) / fits.tau_onset.value);
    let error = law.error(0.5, &points, Some(1.0), SEED);
    println!("tau(0.5)/tau_0 = {ratio:e} +- {error:e}, due {due:e}");
    assert!(
        error > 0.02 * due && (ratio - due).abs() < 4.0 * error,
        "seed {SEED}: {ratio:e} +- {error:e}, not {due:e}"
    );
    assert!(law.error(0.5, &points[..0], Some(1.0), SEED).is_nan());
}

#[test]
fn means_and_errors_over_samples() {
    // exponential decays whose times differ: tau of the mean curve, and the jackknife about the spread of a mean
    let sample = |tau: f64, number: u64| {
        let time: Vec<f64> = (0..60).map(|k| 0.1 * 1.2f64.powi(k)).collect();
        let values = time.iter().flat_map(|t| [(-t / tau).exp(), 6.0 * t, 0.5, 60.0 * t * t]).collect();
        let run = LiquidRun {
            equilibrated: true,
            complete: true,
            origins: vec![1; 60],
            time,
            values,
            ..LiquidRun::default()
        };
        LiquidSample::new(LiquidName { temperature: 1.0, dynamics: LiquidDynamics::Md, sample: number }, &run)
    };
    let samples: Vec<LiquidSample> =
        [9.0, 10.0, 11.0, 10.5, 9.5].into_iter().zip(0..).map(|(t, n)| sample(t, n)).collect();
    let all: Vec<&LiquidSample> = samples.iter().collect();
    let ensemble = LiquidEnsemble::of(&all).unwrap();
    assert_eq!((ensemble.status, ensemble.samples, ensemble.groups()), (EnsembleStatus::Converged, 5, 1));
    let spread = (2.5f64 / 4.0 / 5.0).sqrt();
    assert!((ensemble.tau_alpha[0] - 10.0).abs() < 0.05, "{}", ensemble.tau_alpha[0]);
    assert!((ensemble.tau_alpha_error[0] / spread - 1.0).abs() < 0.05, "{} {spread}", ensemble.tau_alpha_error[0]);
    assert!(ensemble.non_gaussian(0).iter().all(|alpha| alpha.abs() < 1e-12));
    assert_eq!(ensemble.curve(0, OVERLAP), (vec![0.5; 60], vec![0.0; 60]));
    let faster = LiquidEnsemble::of(&[&sample(2.0, 0), &sample(2.1, 1)]).unwrap();
    let (ratio, error) = speed_up(&ensemble, &faster);
    assert!((ratio - 10.0 / 2.05).abs() < 0.05 && (error / ratio - (spread / 10.0).hypot(0.05 / 2.05)).abs() < 0.01);
    let alone = LiquidEnsemble::of(&all[..1]).unwrap();
    assert!(alone.tau_alpha_error[0].is_nan() && alone.tau_alpha[0].is_finite());
    let slow = LiquidEnsemble::of(&[&sample(1e9, 0)]).unwrap();
    assert!(slow.status == EnsembleStatus::NotReached && slow.tau_alpha[0].is_nan());
    assert!(LiquidEnsemble::of(&[]).is_none());
}
