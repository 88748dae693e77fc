//! The columns of landscape.h5.

use super::record::Explored;
use crate::files::columns::Take::*;
use crate::files::columns::{Column, column};
use crate::landscape::{Growth, LibraryMinimum, LibraryVisit, Persistence, RecognitionCount, RunRecord, Transition};
use crate::statistics::Survival;

/// A minimum of a glass.
pub struct MinimumOf<'e> {
    pub glass: &'e Explored,
    pub index: usize,
    pub minimum: LibraryMinimum,
}

impl<'e> MinimumOf<'e> {
    /// /minima.
    pub const COLUMNS: &'e [Column<Self>] = &[
        column("/minima/glass", "[M]", "1", "glass of the minimum", U32(|row| row.glass.number as u32)),
        column(
            "/minima/index",
            "[M]",
            "1",
            "index within the glass, in order of increasing energy",
            U32(|row| row.index as u32),
        ),
        column("/minima/energy", "[M]", "epsilon", "potential energy, total", F64(|row| row.minimum.energy)),
        column(
            "/minima/position",
            "[M,N,3]",
            "sigma",
            "positions, in the box",
            F64s(|row| {
                let mut positions = row.minimum.positions.clone();
                row.glass.cell.wrap(&mut positions);
                positions
            }),
        ),
        column(
            "/minima/visits",
            "[M]",
            "1",
            "number of snapshots in it: quenches that ended there, and inferred snapshots",
            I64(|row| row.minimum.visits as i64),
        ),
        column(
            "/minima/first_seen",
            "[M]",
            "sigma sqrt(m/epsilon)",
            "time of its first visit, in the earliest run",
            F64(|row| row.minimum.first_step as f64 * row.glass.time_step),
        ),
        column(
            "/minima/residual",
            "[M]",
            "epsilon/sigma",
            "largest force component in magnitude",
            F64(|row| row.minimum.residual),
        ),
        column(
            "/minima/rattlers",
            "[M]",
            "1",
            "number of rattlers of a harmonic packing; 0 for every other model",
            U32(|row| row.minimum.rattlers as u32),
        ),
        column(
            "/minima/permutation_class",
            "[M]",
            "1",
            "index of the lowest minimum that equals this one up to an exchange of identical particles",
            U32(|row| row.minimum.permutation_class),
        ),
    ];
}

/// A snapshot of a glass.
pub struct VisitOf {
    pub glass: usize,
    pub visit: LibraryVisit,
}

/// /visits.
pub const VISITS: &[Column<VisitOf>] = &[
    column("/visits/glass", "[Q]", "1", "glass of this snapshot", U32(|row| row.glass as u32)),
    column("/visits/run", "[Q]", "1", "run of this snapshot", U32(|row| row.visit.run as u32)),
    column("/visits/step", "[Q]", "steps", "MD steps since the run began", I64(|row| row.visit.step as i64)),
    column(
        "/visits/minimum",
        "[Q]",
        "1",
        "minimum in which its quench ended; -1 when the quench did not converge",
        I64(|row| row.visit.minimum.map_or(-1, i64::from)),
    ),
    column(
        "/visits/force_evaluations",
        "[Q]",
        "1",
        "force evaluations of the quench; 0 when inferred",
        I64(|row| row.visit.force_evaluations as i64),
    ),
    column(
        "/visits/inferred",
        "[Q]",
        "1",
        "not quenched (explore.schedule = bisect), but assigned to the minimum of both ends of its interval; \
         shorter excursions are missed",
        Bool(|row| row.visit.inferred),
    ),
];

/// A transition between minima of a glass.
pub struct TransitionOf<'e> {
    pub glass: &'e Explored,
    pub transition: Transition,
}

impl<'e> TransitionOf<'e> {
    /// /transitions.
    pub const COLUMNS: &'e [Column<Self>] = &[
        column("/transitions/glass", "[J]", "1", "glass of the transition", U32(|row| row.glass.number as u32)),
        column("/transitions/from", "[J]", "1", "minimum it leaves", U32(|row| row.transition.from)),
        column("/transitions/to", "[J]", "1", "minimum it reaches", U32(|row| row.transition.to)),
        column(
            "/transitions/count",
            "[J]",
            "1",
            "number of times it was observed, over all runs (a lower bound with explore.schedule = \"bisect\")",
            I64(|row| row.transition.count as i64),
        ),
        column(
            "/transitions/first_seen",
            "[J]",
            "sigma sqrt(m/epsilon)",
            "time at which it was first observed, in the earliest run",
            F64(|row| row.transition.first_step as f64 * row.glass.time_step),
        ),
    ];
}

/// /runs.
pub const RUNS: &[Column<RunRecord>] = &[
    column("/runs/glass", "[R]", "1", "glass of the run", U32(|run| run.glass as u32)),
    column("/runs/run", "[R]", "1", "number of the run", U32(|run| run.run as u32)),
    column(
        "/runs/mean_squared_displacement",
        "[R]",
        "sigma^2",
        "mean squared displacement at the end of the run",
        F64(|run| run.mean_squared_displacement),
    ),
    column("/runs/diffusing", "[R]", "1", "whether the run left its glass by diffusion", Bool(RunRecord::diffusing)),
    column(
        "/runs/inferred",
        "[R]",
        "1",
        "number of snapshots of the run that were inferred, not quenched",
        I64(|run| run.inferred as i64),
    ),
    column(
        "/runs/temperature",
        "[R]",
        "epsilon",
        "mean kinetic temperature at the snapshots",
        F64(RunRecord::temperature),
    ),
];

/// The start of a run.
pub struct StartOf {
    /// Number of the starting configuration of its glass.
    pub start: usize,
}

/// /runs/start.
pub const STARTS: &[Column<StartOf>] = &[column(
    "/runs/start",
    "[R]",
    "1",
    "number of the configuration from which the run started: 0 for the row of /glasses in glasses.h5, from 1 on that of \
     /starts/number for further imported configurations of the same glass",
    U32(|row| row.start as u32),
)];

/// /recognition: sums over the runs of each glass.
pub const RECOGNITION: &[Column<Explored>] = &[
    column(
        "/recognition/audited",
        "[Ng]",
        "1",
        "number of recognised quenches that were continued to their end for comparison",
        I64(|glass| sum(glass, |count| count.audited)),
    ),
    column(
        "/recognition/disagreed",
        "[Ng]",
        "1",
        "number of audited quenches that ended in another minimum",
        I64(|glass| sum(glass, |count| count.disagreed)),
    ),
    column(
        "/recognition/recognised",
        "[Ng]",
        "1",
        "number of quenches recognised as an earlier minimum of their run, including audited ones",
        I64(|glass| sum(glass, |count| count.recognised)),
    ),
];

/// The sum of a counter over the runs of a glass.
fn sum(glass: &Explored, count: impl Fn(&RecognitionCount) -> u64) -> i64 {
    glass.runs.iter().map(|run| count(&run.recognition)).sum::<u64>() as i64
}

/// The state of the exploration of a glass at a given time.
pub struct GrowthOf<'e> {
    pub glass: &'e Explored,
    pub growth: Growth,
}

impl<'e> GrowthOf<'e> {
    /// /growth.
    pub const COLUMNS: &'e [Column<Self>] = &[
        column("/growth/glass", "[G]", "1", "glass of this row", U32(|row| row.glass.number as u32)),
        column(
            "/growth/time",
            "[G]",
            "sigma sqrt(m/epsilon)",
            "time explored, over the runs in order: quench_every dt for every snapshot; the equilibration does not \
             count, so that first_seen in this file is larger by explore.equilibration_steps dt",
            F64(|row| row.growth.steps as f64 * row.glass.time_step),
        ),
        column(
            "/growth/minima",
            "[G]",
            "1",
            "number of distinct minima observed until this time, n_IS(t)",
            I64(|row| row.growth.minima as i64),
        ),
        column(
            "/growth/transitions",
            "[G]",
            "1",
            "number of distinct transitions observed until this time",
            I64(|row| row.growth.transitions as i64),
        ),
    ];
}

/// The residence of a run in a minimum.
pub struct StayOf<'e> {
    pub glass: &'e Explored,
    pub stay: Persistence,
}

impl<'e> StayOf<'e> {
    /// /persistence.
    pub const COLUMNS: &'e [Column<Self>] = &[
        column("/persistence/glass", "[P]", "1", "glass of this residence", U32(|row| row.glass.number as u32)),
        column("/persistence/run", "[P]", "1", "run of this residence", U32(|row| row.stay.run as u32)),
        column("/persistence/minimum", "[P]", "1", "minimum of this residence", U32(|row| row.stay.minimum)),
        column(
            "/persistence/left_censored",
            "[P]",
            "1",
            "whether the residence began before its first quench (at the start of a run, or after a failed quench): \
             time is then a lower bound",
            Bool(|row| row.stay.left_censored),
        ),
        column(
            "/persistence/time",
            "[P]",
            "sigma sqrt(m/epsilon)",
            "residence time: duration of consecutive snapshots in the minimum, including inferred ones (residence \
             times of a bisected exploration are therefore too long)",
            F64(|row| row.stay.steps as f64 * row.glass.time_step),
        ),
    ];
}

/// The survival function of the residences of a glass.
pub struct SurvivalOf<'e> {
    pub glass: &'e Explored,
    pub row: Survival,
}

impl<'e> SurvivalOf<'e> {
    /// /persistence/survival.
    pub const COLUMNS: &'e [Column<Self>] = &[
        column("/persistence/survival/glass", "[K]", "1", "glass of this row", U32(|row| row.glass.number as u32)),
        column(
            "/persistence/survival/time",
            "[K]",
            "sigma sqrt(m/epsilon)",
            "residence time at which residences ended",
            F64(|row| row.row.duration as f64 * row.glass.time_step),
        ),
        column(
            "/persistence/survival/survival",
            "[K]",
            "1",
            "share of residences that last longer (Kaplan and Meier): of those whose beginning was observed; those whose end \
             was not count until their last snapshot",
            F64(|row| row.row.survival),
        ),
        column(
            "/persistence/survival/error",
            "[K]",
            "1",
            "its standard error (Greenwood); NaN where it is 0",
            F64(|row| row.row.error),
        ),
        column(
            "/persistence/survival/at_risk",
            "[K]",
            "1",
            "number of residences that had lasted until then",
            I64(|row| row.row.at_risk as i64),
        ),
        column(
            "/persistence/survival/ended",
            "[K]",
            "1",
            "number of those that ended",
            I64(|row| row.row.ended as i64),
        ),
    ];
}
