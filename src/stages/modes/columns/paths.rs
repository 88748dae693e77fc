//! The columns of results along paths, and of differences between the minima of double wells.

use super::FREQUENCY;
use crate::files::columns::Take::*;
use crate::files::columns::{Column, column};
use crate::files::layout::names;
use crate::files::name_of;
use crate::modes::{PathHessianRow, TangentRow};
use crate::stages::modes::record::FollowedPath;

/// The first segment of the path of a double well.
pub struct TangentOf {
    pub double_well: u64,
    pub tangent: TangentRow,
}

/// /tangents.
pub const TANGENTS: &[Column<TangentOf>] = &[
    column(
        "/tangents/double_well",
        "[T]",
        "1",
        "row of /double_wells in paths.h5 whose path was followed",
        U32(|row| row.double_well as u32),
    ),
    column(
        "/tangents/images",
        "[T]",
        "1",
        "number of images, equally spaced along the path, including the ends",
        U32(|row| row.tangent.images as u32),
    ),
    column(
        "/tangents/mode",
        "[T]",
        "1",
        "mode of the lower minimum that overlaps most with r_12, the first segment",
        U32(|row| row.tangent.mode),
    ),
    column("/tangents/scalar", "[T]", "1", "c of that mode", F64(|row| row.tangent.scalar)),
    column("/tangents/magnitude", "[T]", "1", "a of the mode with the largest a", F64(|row| row.tangent.magnitude)),
];

/// The Hessian at a point of the path of a double well.
pub struct HessianOf<'p> {
    pub double_well: u64,
    pub point: &'p PathHessianRow,
}

impl<'p> HessianOf<'p> {
    /// /path_hessians.
    pub const COLUMNS: &'p [Column<Self>] = &[
        column(
            "/path_hessians/double_well",
            "[Y]",
            "1",
            "row of /double_wells in paths.h5",
            U32(|row| row.double_well as u32),
        ),
        column(
            "/path_hessians/arc_length",
            "[Y]",
            "sigma",
            "position on the path from the lower minimum; with count = \"all\" also one point beyond each minimum, \
             along the tangent, for the slope of the zero-point energy",
            F64(|row| row.point.arc_length),
        ),
        column(
            "/path_hessians/energy",
            "[Y]",
            "epsilon",
            "energy above the lower minimum; NaN beyond the minima",
            F64(|row| row.point.energy),
        ),
        column(
            "/path_hessians/eigenvalue",
            "[Y,10]",
            "epsilon/sigma^2",
            "ten lowest eigenvalues, without translations",
            PaddedF64s(|row| row.point.eigenvalues.clone()),
        ),
        column(
            "/path_hessians/projection",
            "[Y,6]",
            "1",
            "|t.v| of the six lowest modes with the tangent",
            PaddedF64s(|row| row.point.projections.clone()),
        ),
        column(
            "/path_hessians/zero_point",
            "[Y]",
            FREQUENCY,
            "sum of omega/2 with tangent and translations projected out, without imaginary modes; NaN when count is \
             not all",
            F64(|row| row.point.zero_point),
        ),
        column(
            "/path_hessians/imaginary",
            "[Y]",
            "1",
            "number of imaginary modes; -1 when count is not all",
            I64(|row| row.point.imaginary),
        ),
    ];
}

/// /followed.
pub const FOLLOWED: &[Column<FollowedPath>] = &[
    column(
        "/followed/double_well",
        "[W]",
        "1",
        "double wells whose paths were followed",
        U32(|path| path.double_well as u32),
    ),
    column(
        "/followed/status",
        "[W]",
        "1",
        "whether the descents from the saddle reached both minima",
        Name(names::PATH, |path| name_of(&path.record.status)),
    ),
    column(
        "/followed/length",
        "[W]",
        "sigma",
        "arc length of the followed path; NaN if the descents failed",
        F64(|path| path.record.length),
    ),
];

/// The difference of every double well.
pub const ZERO_POINT_DIFFERENCES: &[Column<f64>] = &[column(
    "/zero_point_difference",
    "[P]",
    FREQUENCY,
    "sum of (omega_b - omega_a)/2 for every double well of paths.h5 (multiply by epsilon/sqrt(m~) for an energy); \
     NaN where a spectrum is not complete or the rattlers of the two minima differ",
    F64(|difference| *difference),
)];

/// `/<unit>/zero_point`: (splitting, asymmetry) of the followed paths.
pub const ZERO_POINTS: &[Column<[f64; 2]>] = &[
    column(
        "/<unit>/zero_point/splitting",
        "[W]",
        "epsilon",
        "splitting E in V plus the zero-point energy, sum hbar omega/2, of the modes across the path (tunnelling.h5 \
         has E without it); NaN if not available",
        F64(|[splitting, _]| *splitting),
    ),
    column(
        "/<unit>/zero_point/asymmetry",
        "[W]",
        "epsilon",
        "V(b) - V(a) including this zero-point energy; NaN if not available",
        F64(|[_, asymmetry]| *asymmetry),
    ),
];
