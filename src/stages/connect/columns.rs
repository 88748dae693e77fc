//! The columns of paths.h5.

use super::record::GlassPaths;
use crate::files::columns::Take::*;
use crate::files::columns::{Column, asked_column, column};
use crate::files::layout::names;
use crate::files::name_of;
use crate::paths::{Candidate, ConnectOutcome, ConnectedWell, DoubleWell, EndMinimum, PathStatus, RoundPair};

/// A candidate of a glass.
pub struct CandidateOf<'p> {
    pub glass: usize,
    pub candidate: &'p Candidate,
}

impl<'p> CandidateOf<'p> {
    /// /candidates.
    pub const COLUMNS: &'p [Column<Self>] = &[
        column("/candidates/glass", "[C]", "1", "glass of the candidate pair", U32(|row| row.glass as u32)),
        column("/candidates/a", "[C]", "1", "the lower minimum", U32(|row| row.candidate.key.a as u32)),
        column("/candidates/b", "[C]", "1", "the other minimum", U32(|row| row.candidate.key.b as u32)),
        column(
            "/candidates/count_ab",
            "[C]",
            "1",
            "number of transitions observed from a to b",
            I64(|row| row.candidate.count_ab as i64),
        ),
        column(
            "/candidates/count_ba",
            "[C]",
            "1",
            "number of transitions observed from b to a",
            I64(|row| row.candidate.count_ba as i64),
        ),
        column(
            "/candidates/status",
            "[C]",
            "1",
            "outcome",
            Name(names::PATH, |row| name_of(&row.candidate.status.unwrap_or(PathStatus::NotConverged))),
        ),
    ];
}

/// A double well of a glass whose candidates begin at the row `first_candidate`.
pub struct WellOf<'p> {
    pub glass: &'p GlassPaths,
    pub first_candidate: i64,
    pub well: &'p ConnectedWell,
}

impl<'p> WellOf<'p> {
    /// /double_wells.
    pub const COLUMNS: &'p [Column<Self>] = &[
        column("/double_wells/glass", "[P]", "1", "glass of the double well", U32(|row| row.glass.glass as u32)),
        column("/double_wells/a", "[P]", "1", "the lower minimum", U32(|row| row.well.double_well.a as u32)),
        column("/double_wells/b", "[P]", "1", "the upper minimum", U32(|row| row.well.double_well.b as u32)),
        column(
            "/double_wells/status",
            "[P]",
            "1",
            "converged; or descent_failed: the descent from the saddle did not reach both minima or its length did \
             not converge, so that length and profile are those of the spline",
            Name(names::PATH, |row| name_of(&row.well.double_well.status)),
        ),
        column(
            "/double_wells/parent",
            "[P]",
            "1",
            "row of /candidates to whose path it belongs",
            I64(|row| row.first_candidate + row.well.parent as i64),
        ),
        column(
            "/double_wells/asymmetry",
            "[P]",
            "epsilon",
            "V(b) - V(a), never negative",
            F64(|row| row.well.double_well.asymmetry),
        ),
        column(
            "/double_wells/activation",
            "[P]",
            "epsilon",
            "V_a = V(saddle) - V(a)",
            F64(|row| row.well.double_well.activation),
        ),
        column(
            "/double_wells/barrier",
            "[P]",
            "epsilon",
            "V_b = V_a - asymmetry/2",
            F64(|row| row.well.double_well.barrier),
        ),
        column(
            "/double_wells/length",
            "[P]",
            "sigma",
            "arc length d of the path between the minima",
            F64(|row| row.well.double_well.length),
        ),
        column(
            "/double_wells/band_length",
            "[P]",
            "sigma",
            "sum of the distances between images, the papers' d",
            F64(|row| row.well.double_well.band_length),
        ),
        column(
            "/double_wells/distance",
            "[P]",
            "sigma",
            "Euclidean distance between the minima",
            F64(|row| row.well.double_well.separation.distance),
        ),
        column(
            "/double_wells/participation_ratio",
            "[P]",
            "1",
            "number of particles that move: [sum d_i^2]^2 / sum d_i^4",
            F64(|row| row.well.double_well.separation.participation_ratio),
        ),
        column(
            "/double_wells/participation_ratio_components",
            "[P]",
            "1",
            "the same over Cartesian components",
            F64(|row| row.well.double_well.separation.participation_ratio_components),
        ),
        column(
            "/double_wells/length_method",
            "[P]",
            "1",
            "curve from which length and profile are taken",
            Name(names::LENGTH_METHOD, |row| name_of(&row.well.double_well.length_method)),
        ),
        column(
            "/double_wells/exchange",
            "[P]",
            "1",
            "whether the minima are the same structure with identical particles exchanged",
            Bool(|row| row.well.double_well.exchange),
        ),
        column(
            "/double_wells/saddle_energy",
            "[P]",
            "epsilon",
            "potential energy of the saddle, total",
            F64(|row| row.well.double_well.saddle_energy),
        ),
        column(
            "/double_wells/saddle_residual",
            "[P]",
            "epsilon/sigma",
            "largest force component at the saddle",
            F64(|row| row.well.double_well.saddle_residual),
        ),
        column(
            "/double_wells/saddle_position",
            "[P,N,3]",
            "sigma",
            "positions at the saddle, in the box",
            F64s(|row| {
                let mut positions = row.well.double_well.saddle_position.clone();
                row.glass.library.cell().wrap(&mut positions);
                positions
            }),
        ),
        column(
            "/double_wells/negative_modes",
            "[P]",
            "1",
            "number of negative eigenvalues of the Hessian at the saddle",
            U32(|row| row.well.double_well.negative_modes as u32),
        ),
        column(
            "/double_wells/negative_modes_a",
            "[P]",
            "1",
            "the same at a: 0 at a minimum, -1 when they could not be counted",
            I64(|row| row.well.double_well.negative_modes_a),
        ),
        column(
            "/double_wells/negative_modes_b",
            "[P]",
            "1",
            "the same at b",
            I64(|row| row.well.double_well.negative_modes_b),
        ),
        column(
            "/double_wells/tries",
            "[P]",
            "1",
            "number of path searches, 1 when the first was successful",
            U32(|row| row.well.double_well.tries),
        ),
        column(
            "/double_wells/rattlers",
            "[P]",
            "1",
            "number of rattlers of a harmonic packing at either end, excluded from lengths, distance and \
             participation ratios",
            U32(|row| row.well.double_well.rattlers as u32),
        ),
        column(
            "/double_wells/force_evaluations",
            "[P]",
            "1",
            "number of force evaluations",
            I64(|row| row.well.double_well.force_evaluations as i64),
        ),
        column(
            "/double_wells/curvature_a",
            "[P]",
            "epsilon/sigma^2",
            "d2V/ds2 at a along the path",
            F64(|row| row.well.double_well.curvature_a),
        ),
        column(
            "/double_wells/curvature_b",
            "[P]",
            "epsilon/sigma^2",
            "d2V/ds2 at b along the path",
            F64(|row| row.well.double_well.curvature_b),
        ),
        column(
            "/double_wells/curvature_saddle",
            "[P]",
            "epsilon/sigma^2",
            "d2V/ds2 at the saddle along the path",
            F64(|row| row.well.double_well.curvature_saddle),
        ),
        column(
            "/double_wells/tangent_a",
            "[P,N,3]",
            "1",
            "unit tangent of the path at a, r_12",
            F64s(|row| row.well.double_well.tangent_a.clone()),
        ),
        column(
            "/double_wells/profile/arc_length",
            "[P,K]",
            "sigma",
            "arc length from a, at the points of the profile",
            F64s(|row| row.well.double_well.profile.arc_length.clone()),
        ),
        column(
            "/double_wells/profile/energy",
            "[P,K]",
            "epsilon",
            "energy relative to a at these points",
            F64s(|row| row.well.double_well.profile.energy.clone()),
        ),
    ];

    /// The images of the band, when they are stored.
    pub const IMAGES: &'p [Column<Self>] = &[asked_column(
        "/double_wells/images",
        "[P,I,N,3]",
        "sigma",
        "images of the band, unwrapped",
        F64s(|row| row.well.double_well.images.clone()),
    )];
}

/// A pair, or a part of a split path, that is not a double well; the candidates of its glass begin at the row
/// `first_candidate`.
pub struct RejectedPair<'p> {
    pub glass: usize,
    pub first_candidate: i64,
    pub pair: &'p RoundPair,
    pub outcome: &'p ConnectOutcome,
}

impl<'p> RejectedPair<'p> {
    /// /rejected.
    pub const COLUMNS: &'p [Column<Self>] = &[
        column(
            "/rejected/glass",
            "[X]",
            "1",
            "glass of a pair, or of a part of a split path, that is not a double well",
            U32(|row| row.glass as u32),
        ),
        column("/rejected/a", "[X]", "1", "one minimum", U32(|row| row.pair.key.a as u32)),
        column("/rejected/b", "[X]", "1", "the other minimum", U32(|row| row.pair.key.b as u32)),
        column(
            "/rejected/parent",
            "[X]",
            "1",
            "row of /candidates from which it originates",
            I64(|row| row.first_candidate + row.pair.parent as i64),
        ),
        column(
            "/rejected/status",
            "[X]",
            "1",
            "why it is not a double well",
            Name(names::PATH, |row| name_of(&row.outcome.status)),
        ),
        column(
            "/rejected/activation",
            "[X]",
            "epsilon",
            "highest energy on the path, above the lower minimum; NaN without a path",
            F64(|row| row.of_path(|well| well.activation)),
        ),
        column(
            "/rejected/distance",
            "[X]",
            "sigma",
            "Euclidean distance between the minima; NaN without a path",
            F64(|row| row.of_path(|well| well.separation.distance)),
        ),
        column(
            "/rejected/force_evaluations",
            "[X]",
            "1",
            "number of force evaluations",
            I64(|row| row.outcome.force_evaluations as i64),
        ),
    ];

    /// A property of its path; NaN if there is no path.
    fn of_path(&self, value: fn(&DoubleWell) -> f64) -> f64 {
        self.outcome.double_well.as_ref().map_or(f64::NAN, value)
    }
}

/// A minimum found by splitting a path, with positions in the box.
pub struct FoundMinimum<'p> {
    pub glass: usize,
    pub minimum: &'p EndMinimum,
}

impl<'p> FoundMinimum<'p> {
    /// /minima.
    pub const COLUMNS: &'p [Column<Self>] = &[
        column(
            "/minima/glass",
            "[M]",
            "1",
            "glass of a minimum found by splitting a path",
            U32(|row| row.glass as u32),
        ),
        column(
            "/minima/index",
            "[M]",
            "1",
            "index within the glass, continuing those of landscape.h5",
            U32(|row| row.minimum.index as u32),
        ),
        column("/minima/energy", "[M]", "epsilon", "potential energy, total", F64(|row| row.minimum.energy)),
        column(
            "/minima/position",
            "[M,N,3]",
            "sigma",
            "positions, in the box",
            F64s(|row| row.minimum.positions.clone()),
        ),
        column(
            "/minima/residual",
            "[M]",
            "epsilon/sigma",
            "largest force component in magnitude",
            F64(|row| row.minimum.residual),
        ),
    ];
}
