//! The columns of elasticity.h5.

use super::record::{StrainedGlass, StrainedWell, mean};
use crate::files::columns::Take::*;
use crate::files::columns::{Column, asked_column, column};
use crate::files::layout::names;
use crate::files::name_of;
use crate::modes::{LinearModuli, Point, Slope};

const PRESSURE: &str = "epsilon/sigma^3";

/// /moduli.
pub const MODULI: &[Column<StrainedGlass>] = &[
    column("/moduli/glass", "[Ng]", "1", "the glass", U32(|glass| glass.glass as u32)),
    column(
        "/moduli/status",
        "[Ng]",
        "1",
        "outcome of the calculation of the moduli",
        Name(names::ELASTIC, |glass| name_of(&glass.moduli.status)),
    ),
    column(
        "/moduli/shear",
        "[Ng]",
        PRESSURE,
        "shear modulus G by linear response, mean of three planes",
        F64(|glass| glass.linear(|moduli| mean(moduli.shear()))),
    ),
    column(
        "/moduli/shear_planes",
        "[Ng,3]",
        PRESSURE,
        "the same for the planes xy, xz, yz",
        PaddedF64s(|glass| glass.linear_vector(|moduli| moduli.shear().to_vec())),
    ),
    column(
        "/moduli/shear_born",
        "[Ng]",
        PRESSURE,
        "affine (Born) part of G, including the stress term",
        F64(|glass| glass.linear(|moduli| mean(moduli.shear_born))),
    ),
    column(
        "/moduli/shear_born_planes",
        "[Ng,3]",
        PRESSURE,
        "the same for the planes xy, xz, yz",
        PaddedF64s(|glass| glass.linear_vector(|moduli| moduli.shear_born.to_vec())),
    ),
    column(
        "/moduli/shear_nonaffine",
        "[Ng]",
        PRESSURE,
        "non-affine part, subtracted",
        F64(|glass| glass.linear(|moduli| mean(moduli.shear_nonaffine))),
    ),
    column(
        "/moduli/shear_nonaffine_planes",
        "[Ng,3]",
        PRESSURE,
        "the same for the planes xy, xz, yz",
        PaddedF64s(|glass| glass.linear_vector(|moduli| moduli.shear_nonaffine.to_vec())),
    ),
    column(
        "/moduli/bulk",
        "[Ng]",
        PRESSURE,
        "bulk modulus K = -V dp/dV by linear response",
        F64(|glass| glass.linear(LinearModuli::bulk)),
    ),
    column(
        "/moduli/bulk_born",
        "[Ng]",
        PRESSURE,
        "affine part of K",
        F64(|glass| glass.linear(|moduli| moduli.bulk_born)),
    ),
    column(
        "/moduli/bulk_nonaffine",
        "[Ng]",
        PRESSURE,
        "non-affine part, subtracted",
        F64(|glass| glass.linear(|moduli| moduli.bulk_nonaffine)),
    ),
    column(
        "/moduli/stiffness",
        "[Ng,6,6]",
        PRESSURE,
        "relaxed stiffness d sigma_ab / d eps_cd, rows and columns xx, yy, zz, yz, xz, xy; the shear columns are \
         for engineering strain, 2 eps_xy = 1",
        PaddedF64s(|glass| glass.linear_vector(|moduli| moduli.stiffness.as_flattened().to_vec())),
    ),
    column(
        "/moduli/stress",
        "[Ng,3,3]",
        PRESSURE,
        "stress of the unstrained minimum, positive in tension",
        PaddedF64s(|glass| glass.linear_vector(|moduli| moduli.stress.as_flattened().to_vec())),
    ),
    column(
        "/moduli/pressure",
        "[Ng]",
        PRESSURE,
        "configurational pressure of the unstrained minimum",
        F64(|glass| glass.linear(LinearModuli::pressure)),
    ),
    column(
        "/moduli/energy",
        "[Ng]",
        "epsilon",
        "total energy of the unstrained minimum",
        F64(|glass| glass.moduli.energy),
    ),
    column(
        "/moduli/residual",
        "[Ng]",
        "epsilon/sigma",
        "its largest force component in magnitude",
        F64(|glass| glass.moduli.residual),
    ),
    column(
        "/moduli/held_particles",
        "[Ng]",
        "1",
        "number of particles that carry the moduli, N - rattlers; -1 where there are none",
        I64(|glass| glass.moduli.linear.as_ref().map_or(-1, |linear| linear.held as i64)),
    ),
    column(
        "/moduli/force_evaluations",
        "[Ng]",
        "1",
        "number of force evaluations",
        I64(|glass| glass.moduli.force_evaluations as i64),
    ),
    column(
        "/moduli/sound_transverse",
        "[Ng]",
        "sqrt(epsilon/m)",
        "speed of transverse sound c_t = sqrt(G/(m rho))",
        F64(|glass| glass.sound(|sound| sound.transverse)),
    ),
    column(
        "/moduli/sound_longitudinal",
        "[Ng]",
        "sqrt(epsilon/m)",
        "c_l = sqrt((K + 4G/3)/(m rho))",
        F64(|glass| glass.sound(|sound| sound.longitudinal)),
    ),
    column(
        "/moduli/omega_debye",
        "[Ng]",
        "sqrt(epsilon/m)/sigma",
        "[18 pi^2 rho/(2 c_t^-3 + c_l^-3)]^(1/3)",
        F64(|glass| glass.sound(|sound| sound.debye)),
    ),
    column(
        "/moduli/omega_first_phonon",
        "[Ng]",
        "sqrt(epsilon/m)/sigma",
        "lowest transverse phonon, 2 pi c_t / L",
        F64(|glass| glass.sound(|sound| sound.first_phonon)),
    ),
];

/// /quasi_static: slopes of xy, xz, yz and the volume.
pub const SLOPES: &[Column<[Slope; 4]>] = &[
    column(
        "/quasi_static/shear",
        "[Ng]",
        PRESSURE,
        "slope of the quenched stress at zero strain, mean of three planes",
        F64(|[xy, xz, yz, _]| mean([xy.value, xz.value, yz.value])),
    ),
    column(
        "/quasi_static/shear_planes",
        "[Ng,3]",
        PRESSURE,
        "the same for the planes xy, xz, yz",
        F64s(|slopes| slopes[..3].iter().map(|slope| slope.value).collect()),
    ),
    column(
        "/quasi_static/shear_error",
        "[Ng,3]",
        PRESSURE,
        "standard errors of the fits",
        F64s(|slopes| slopes[..3].iter().map(|slope| slope.error).collect()),
    ),
    column(
        "/quasi_static/bulk",
        "[Ng]",
        PRESSURE,
        "slope of -p against ln V at zero strain",
        F64(|[.., volume]| volume.value),
    ),
    column("/quasi_static/bulk_error", "[Ng]", PRESSURE, "standard error of the fit", F64(|[.., volume]| volume.error)),
    column(
        "/quasi_static/elastic_strain",
        "[Ng,4]",
        "1",
        "strain (xy, xz, yz, ln V) up to which neither direction has an event",
        F64s(|slopes| slopes.iter().map(|slope| slope.elastic_strain).collect()),
    ),
    column(
        "/quasi_static/points",
        "[Ng,4]",
        "1",
        "number of strains in the fits of the slopes",
        I64s(|slopes| slopes.iter().map(|slope| slope.points as i64).collect()),
    ),
];

/// /curves: the points of the eight curves of a glass, one curve after the other.
pub const CURVES: &[Column<Vec<Point>>] = &[
    column(
        "/curves/strain",
        "[Ng,8,S]",
        "1",
        "strains, gamma or ln V/V_0, in the order in which they were applied; curves: xy, xz, yz, each forwards and \
         backwards, expansion, compression",
        F64s(|points| points.iter().map(|point| point.strain).collect()),
    ),
    column(
        "/curves/stress",
        "[Ng,8,S]",
        PRESSURE,
        "sigma_ab or -p, minus its value at zero strain; NaN after a quench that did not converge",
        F64s(|points| points.iter().map(|point| point.stress).collect()),
    ),
    column(
        "/curves/energy",
        "[Ng,8,S]",
        "epsilon",
        "total energy minus that at zero strain",
        F64s(|points| points.iter().map(|point| point.energy).collect()),
    ),
    column(
        "/curves/nonaffine",
        "[Ng,8,S]",
        "sigma",
        "length of the non-affine displacement from the unstrained minimum",
        F64s(|points| points.iter().map(|point| point.nonaffine).collect()),
    ),
    column(
        "/curves/event",
        "[Ng,8,S]",
        "1",
        "what happened in the step to this strain",
        Names(names::STRAIN_EVENT, |points| points.iter().map(|point| name_of(&point.event)).collect()),
    ),
];

/// A plastic event of a glass, on the curve of a lane of the strained batch.
pub struct EventOf<'g> {
    pub glass: u64,
    pub lane: usize,
    pub point: &'g Point,
}

impl<'g> EventOf<'g> {
    /// /plastic_events.
    pub const COLUMNS: &'g [Column<Self>] = &[
        column("/plastic_events/glass", "[E]", "1", "glass of the event", U32(|event| event.glass as u32)),
        column(
            "/plastic_events/deformation",
            "[E]",
            "1",
            "curve on which it occurs",
            Name(names::DEFORMATION, |event| Ok(names::DEFORMATION[event.lane].to_owned())),
        ),
        column(
            "/plastic_events/kind",
            "[E]",
            "1",
            "rearrangement, or contacts of a packing",
            Name(names::STRAIN_EVENT, |event| name_of(&event.point.event)),
        ),
        column(
            "/plastic_events/strain",
            "[E]",
            "1",
            "strain after the event, with its sign",
            F64(|event| event.point.strain),
        ),
        column(
            "/plastic_events/energy_drop",
            "[E]",
            "epsilon",
            "work done in the step minus the increase of the energy",
            F64(|event| event.point.energy_drop),
        ),
        column(
            "/plastic_events/distance",
            "[E]",
            "sigma",
            "distance between the start of the step and the minimum reached when the step is reversed; 0 where only \
             contacts changed",
            F64(|event| event.point.distance),
        ),
        column(
            "/plastic_events/contacts",
            "[E]",
            "1",
            "number of contacts that opened or closed (harmonic packings)",
            I64(|event| event.point.contacts as i64),
        ),
    ];
}

/// /coupling.
pub const COUPLINGS: &[Column<StrainedWell>] = &[
    asked_column("/coupling/double_well", "[P]", "1", "row of /double_wells in paths.h5", U32(|well| well.well as u32)),
    asked_column("/coupling/glass", "[P]", "1", "its glass", U32(|well| well.glass)),
    asked_column(
        "/coupling/asymmetry",
        "[P,6]",
        "epsilon",
        "gamma_ab = (1/2) d(asymmetry)/d eps_ab for xx, yy, zz, yz, xz, xy; the asymmetry changes by 2 gamma_ab \
         eps_ab, summed over all nine components",
        F64s(|well| well.coupling.asymmetry.to_vec()),
    ),
    asked_column(
        "/coupling/length",
        "[P,6]",
        "sigma",
        "d(path length)/d eps_ab",
        F64s(|well| well.coupling.length.to_vec()),
    ),
    asked_column(
        "/coupling/status",
        "[P]",
        "1",
        "outcome of the calculation of the coupling of the splitting",
        Name(names::COUPLING, |well| name_of(&well.coupling.status)),
    ),
];

/// `/<unit>/coupling`.
pub const SPLITTINGS: &[Column<[f64; 6]>] = &[asked_column(
    "/<unit>/coupling/splitting",
    "[P,6]",
    "epsilon",
    "gamma_ab = (1/2) dE/d eps_ab of the splitting E",
    F64s(|gamma| gamma.to_vec()),
)];
