//! The columns of relaxation.h5.

use crate::files::columns::Take::*;
use crate::files::columns::{Column, asked_column, column};
use crate::files::layout::names;
use crate::files::name_of;
use crate::sampling::{FOURTH_POWER, OBSERVABLES, OVERLAP, SELF_SCATTERING, SQUARED_DISPLACEMENT};
use crate::statistics::{LiquidEnsemble, LiquidSample};

const TIME: &str = "sigma sqrt(m/epsilon)";
const PRESSURE: &str = "epsilon/sigma^3";

/// /relaxation: the first kind of dynamics.
pub const ENSEMBLES: &[Column<LiquidEnsemble>] = &[
    column(
        "/relaxation/temperature",
        "[T]",
        "epsilon",
        "temperatures of the liquid, decreasing",
        F64(|ensemble| ensemble.temperature),
    ),
    column(
        "/relaxation/time",
        "[T,K]",
        TIME,
        "times of the correlation functions; NaN beyond the shortest sample",
        PaddedF64s(|ensemble| ensemble.time.clone()),
    ),
    column(
        "/relaxation/self_scattering",
        "[T,K]",
        "1",
        "self part of the intermediate scattering function F_s(q,t)",
        PaddedF64s(|ensemble| ensemble.curve(0, SELF_SCATTERING).0),
    ),
    column(
        "/relaxation/self_scattering_error",
        "[T,K]",
        "1",
        "its standard error over samples; NaN with one sample",
        PaddedF64s(|ensemble| ensemble.curve(0, SELF_SCATTERING).1),
    ),
    column(
        "/relaxation/mean_squared_displacement",
        "[T,K]",
        "sigma^2",
        "mean squared displacement",
        PaddedF64s(|ensemble| ensemble.curve(0, SQUARED_DISPLACEMENT).0),
    ),
    column(
        "/relaxation/mean_squared_displacement_error",
        "[T,K]",
        "sigma^2",
        "its standard error over samples",
        PaddedF64s(|ensemble| ensemble.curve(0, SQUARED_DISPLACEMENT).1),
    ),
    column(
        "/relaxation/overlap",
        "[T,K]",
        "1",
        "Q(t), fraction of particles within overlap_distance of their initial positions",
        PaddedF64s(|ensemble| ensemble.curve(0, OVERLAP).0),
    ),
    column(
        "/relaxation/overlap_error",
        "[T,K]",
        "1",
        "its standard error over samples",
        PaddedF64s(|ensemble| ensemble.curve(0, OVERLAP).1),
    ),
    column(
        "/relaxation/non_gaussian",
        "[T,K]",
        "1",
        "alpha_2 = 3 <d^4> / (5 <d^2>^2) - 1 of the displacements",
        PaddedF64s(|ensemble| ensemble.non_gaussian(0)),
    ),
    column(
        "/relaxation/tau_alpha",
        "[T]",
        TIME,
        "time at which F_s is 1/e; NaN when not reached",
        F64(|ensemble| first(&ensemble.tau_alpha)),
    ),
    column(
        "/relaxation/tau_alpha_error",
        "[T]",
        TIME,
        "its standard error, jackknife over samples; NaN with one sample",
        F64(|ensemble| first(&ensemble.tau_alpha_error)),
    ),
    column(
        "/relaxation/status",
        "[T]",
        "1",
        "quality of tau_alpha",
        Name(names::RELAXATION, |ensemble| name_of(&ensemble.status)),
    ),
    column("/relaxation/samples", "[T]", "1", "number of independent samples", U32(|ensemble| ensemble.samples as u32)),
    column("/relaxation/energy", "[T]", "epsilon", "potential energy per particle", F64(|ensemble| ensemble.energy.0)),
    column(
        "/relaxation/energy_error",
        "[T]",
        "epsilon",
        "its standard error over samples",
        F64(|ensemble| ensemble.energy.1),
    ),
    column(
        "/relaxation/energy_correlation_time",
        "[T]",
        TIME,
        "integrated autocorrelation time of the energy",
        F64(|ensemble| ensemble.energy_correlation_time),
    ),
    column(
        "/relaxation/pressure",
        "[T]",
        PRESSURE,
        "pressure, including the ideal part rho T",
        F64(|ensemble| ensemble.pressure.0),
    ),
    column(
        "/relaxation/pressure_error",
        "[T]",
        PRESSURE,
        "its standard error over samples",
        F64(|ensemble| ensemble.pressure.1),
    ),
];

/// /relaxation/swap: the hybrid with swaps, which is not a physical dynamics, next to molecular dynamics.
pub const HYBRIDS: &[Column<LiquidEnsemble>] = &[
    asked_column(
        "/relaxation/swap/time",
        "[T,H]",
        TIME,
        "times of the hybrid of molecular dynamics and swaps",
        PaddedF64s(|ensemble| ensemble.time.clone()),
    ),
    asked_column(
        "/relaxation/swap/self_scattering",
        "[T,H]",
        "1",
        "F_s of the hybrid, by the particles' positions",
        PaddedF64s(|ensemble| ensemble.curve(0, SELF_SCATTERING).0),
    ),
    asked_column(
        "/relaxation/swap/self_scattering_error",
        "[T,H]",
        "1",
        "its standard error",
        PaddedF64s(|ensemble| ensemble.curve(0, SELF_SCATTERING).1),
    ),
    asked_column(
        "/relaxation/swap/mean_squared_displacement",
        "[T,H]",
        "sigma^2",
        "the same of the hybrid",
        PaddedF64s(|ensemble| ensemble.curve(0, SQUARED_DISPLACEMENT).0),
    ),
    asked_column(
        "/relaxation/swap/overlap",
        "[T,H]",
        "1",
        "the same of the hybrid",
        PaddedF64s(|ensemble| ensemble.curve(0, OVERLAP).0),
    ),
    asked_column(
        "/relaxation/swap/tau_alpha",
        "[T]",
        TIME,
        "the same of the hybrid",
        F64(|ensemble| first(&ensemble.tau_alpha)),
    ),
    asked_column(
        "/relaxation/swap/tau_alpha_error",
        "[T]",
        TIME,
        "its standard error",
        F64(|ensemble| first(&ensemble.tau_alpha_error)),
    ),
    asked_column(
        "/relaxation/swap/status",
        "[T]",
        "1",
        "the same of the hybrid",
        Name(names::RELAXATION, |ensemble| name_of(&ensemble.status)),
    ),
    asked_column(
        "/relaxation/swap/energy",
        "[T]",
        "epsilon",
        "the same of the hybrid",
        F64(|ensemble| ensemble.energy.0),
    ),
    asked_column(
        "/relaxation/swap/energy_error",
        "[T]",
        "epsilon",
        "its standard error",
        F64(|ensemble| ensemble.energy.1),
    ),
    asked_column(
        "/relaxation/swap/pressure",
        "[T]",
        PRESSURE,
        "the same of the hybrid",
        F64(|ensemble| ensemble.pressure.0),
    ),
    asked_column(
        "/relaxation/swap/pressure_error",
        "[T]",
        PRESSURE,
        "its standard error",
        F64(|ensemble| ensemble.pressure.1),
    ),
];

/// The species of a mixture at one temperature, their curves over `lags` lags.
pub struct SpeciesCurves<'e> {
    pub ensemble: &'e LiquidEnsemble,
    pub lags: usize,
}

impl<'e> SpeciesCurves<'e> {
    /// /relaxation/species.
    pub const COLUMNS: &'e [Column<Self>] = &[
        asked_column(
            "/relaxation/species/self_scattering",
            "[T,S,K]",
            "1",
            "F_s(q,t) of each species of a mixture",
            F64s(|species| species.curves(SELF_SCATTERING)[0].clone()),
        ),
        asked_column(
            "/relaxation/species/self_scattering_error",
            "[T,S,K]",
            "1",
            "its standard error over samples",
            F64s(|species| species.curves(SELF_SCATTERING)[1].clone()),
        ),
        asked_column(
            "/relaxation/species/mean_squared_displacement",
            "[T,S,K]",
            "sigma^2",
            "mean squared displacement of each species",
            F64s(|species| species.curves(SQUARED_DISPLACEMENT)[0].clone()),
        ),
        asked_column(
            "/relaxation/species/overlap",
            "[T,S,K]",
            "1",
            "Q(t) of each species",
            F64s(|species| species.curves(OVERLAP)[0].clone()),
        ),
        asked_column(
            "/relaxation/species/tau_alpha",
            "[T,S]",
            TIME,
            "tau_alpha of each species",
            F64s(|species| species.ensemble.tau_alpha[1..].to_vec()),
        ),
        asked_column(
            "/relaxation/species/tau_alpha_error",
            "[T,S]",
            TIME,
            "its standard error",
            F64s(|species| species.ensemble.tau_alpha_error[1..].to_vec()),
        ),
    ];

    /// Mean and error of an observable: one species after the other, NaN beyond the sample's lags.
    fn curves(&self, observable: usize) -> [Vec<f64>; 2] {
        let both = (1..self.ensemble.groups()).map(|group| self.ensemble.curve(group, observable));
        let (means, errors): (Vec<_>, Vec<_>) = both.unzip();
        [means, errors].map(|curves| {
            let padded = |mut curve: Vec<f64>| {
                curve.resize(self.lags, f64::NAN);
                curve
            };
            curves.into_iter().flat_map(padded).collect()
        })
    }
}

/// The factor by which swaps relax faster at one temperature, and its error.
pub struct SpeedUp(pub f64, pub f64);

/// /relaxation/speed_up.
pub const SPEED_UPS: &[Column<SpeedUp>] = &[
    asked_column(
        "/relaxation/speed_up",
        "[T]",
        "1",
        "ratio of tau_alpha of molecular dynamics to that of the hybrid, both in MD time; above 1, swaps relax faster",
        F64(|SpeedUp(ratio, _)| *ratio),
    ),
    asked_column("/relaxation/speed_up_error", "[T]", "1", "its standard error", F64(|SpeedUp(_, error)| *error)),
];

/// /samples.
pub const SAMPLES: &[Column<LiquidSample>] = &[
    column(
        "/samples/temperature",
        "[R]",
        "epsilon",
        "temperature of the sample",
        F64(|sample| sample.name.temperature),
    ),
    column(
        "/samples/dynamics",
        "[R]",
        "1",
        "dynamics with which the sample was followed",
        Name(names::DYNAMICS, |sample| name_of(&sample.name.dynamics)),
    ),
    column(
        "/samples/sample",
        "[R]",
        "1",
        "number of the sample at this temperature",
        U32(|sample| sample.name.sample as u32),
    ),
    column(
        "/samples/equilibrated",
        "[R]",
        "1",
        "whether the equilibration was as long as requested",
        Bool(|sample| sample.run.equilibrated),
    ),
    column(
        "/samples/equilibration_time",
        "[R]",
        TIME,
        "duration of the equilibration at this temperature",
        F64(|sample| sample.run.equilibration_time),
    ),
    column(
        "/samples/equilibration_relaxation_time",
        "[R]",
        TIME,
        "time at which F_s of the equilibration dynamics falls to 1/e",
        F64(|sample| sample.run.equilibration_relaxation_time),
    ),
    column(
        "/samples/complete",
        "[R]",
        "1",
        "whether the sample was followed for as many tau_alpha as requested",
        Bool(|sample| sample.run.complete),
    ),
    column("/samples/length", "[R]", TIME, "duration of the measurement", F64(|sample| sample.run.length)),
    column(
        "/samples/tau_alpha",
        "[R]",
        TIME,
        "tau_alpha of this sample; NaN when not reached",
        F64(|sample| sample.run.tau_alpha),
    ),
    column(
        "/samples/swap_acceptance",
        "[R]",
        "1",
        "fraction of attempted swaps that were accepted; NaN without swaps",
        F64(|sample| sample.run.swap_acceptance),
    ),
    column(
        "/samples/energy",
        "[R]",
        "epsilon",
        "mean potential energy per particle",
        F64(|sample| sample.run.energy.mean),
    ),
    column(
        "/samples/energy_error",
        "[R]",
        "epsilon",
        "its standard error, from the integrated autocorrelation time",
        F64(|sample| sample.run.energy.error),
    ),
    column(
        "/samples/energy_correlation_time",
        "[R]",
        TIME,
        "integrated autocorrelation time of the energy",
        F64(|sample| sample.run.energy.correlation_time),
    ),
    column(
        "/samples/energy_reliable",
        "[R]",
        "1",
        "whether the sample is longer than 50 of these correlation times",
        Bool(|sample| sample.run.energy.reliable),
    ),
    column(
        "/samples/pressure",
        "[R]",
        PRESSURE,
        "mean pressure, including rho T",
        F64(|sample| sample.run.pressure.mean),
    ),
    column("/samples/pressure_error", "[R]", PRESSURE, "its standard error", F64(|sample| sample.run.pressure.error)),
    column(
        "/samples/lags",
        "[R]",
        "1",
        "number of lags of the sample; NaN and 0 beyond",
        U32(|sample| sample.run.time.len() as u32),
    ),
    column("/samples/time", "[R,L]", TIME, "lags", PaddedF64s(|sample| sample.run.time.clone())),
    column(
        "/samples/origins",
        "[R,L]",
        "1",
        "number of time origins of each lag",
        PaddedI64s(|sample| sample.run.origins.iter().map(|count| *count as i64).collect()),
    ),
    column(
        "/samples/self_scattering",
        "[R,L,G]",
        "1",
        "F_s of all particles, then of each species of a mixture",
        PaddedF64s(|sample| curves(sample, SELF_SCATTERING)),
    ),
    column(
        "/samples/mean_squared_displacement",
        "[R,L,G]",
        "sigma^2",
        "<d^2>, for the same groups",
        PaddedF64s(|sample| curves(sample, SQUARED_DISPLACEMENT)),
    ),
    column("/samples/overlap", "[R,L,G]", "1", "Q, for the same groups", PaddedF64s(|sample| curves(sample, OVERLAP))),
    column(
        "/samples/fourth_power",
        "[R,L,G]",
        "sigma^4",
        "<d^4>, for the same groups",
        PaddedF64s(|sample| curves(sample, FOURTH_POWER)),
    ),
];

/// The value for all particles together.
pub(super) fn first(values: &[f64]) -> f64 {
    values.first().copied().unwrap_or(f64::NAN)
}

/// One observable of a sample, by lag, then group.
fn curves(sample: &LiquidSample, observable: usize) -> Vec<f64> {
    sample.run.values.iter().skip(observable).step_by(OBSERVABLES).copied().collect()
}
