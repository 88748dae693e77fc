//! The names of the HDF5 enums: what a status column can say. A name that is not here is refused when it is written.

/// What became of a pair of minima.
pub const PATH: &[&str] = &[
    "converged",
    "not_converged",
    "diverged",
    "no_barrier",
    "split",
    "split_too_often",
    "identical",
    "saddle_failed",
    "negative_modes",
    "wrong_minima",
    "descent_failed",
    "end_not_converged",
];

/// From which curve the length of a path was taken.
pub const LENGTH_METHOD: &[&str] = &["descent", "spline"];

/// What the lowest two levels of a double well are.
pub const KIND: &[&str] = &["tunnelling", "intrawell", "no_barrier"];

/// How the levels of a double well were found.
pub const LEVELS: &[&str] = &["converged", "grid_limit", "truncated", "unbound", "unsolved", "no_profile"];

/// How a quench ended.
pub const QUENCH: &[&str] = &["converged", "step_limit", "stalled"];

/// How an iteration ended.
pub const STOP: &[&str] = &["converged", "step_limit", "time_limit", "failed"];

/// Which vector the modes are compared with.
pub const FIELD: &[&str] = &["displacement", "saddle", "tangent"];

/// How a spectrum was left.
pub const SPECTRUM: &[&str] = &["converged", "failed", "no_minimum"];

/// From which vector a nonlinear mode was started.
pub const START: &[&str] = &["displacement", "softest_mode", "softest_localised"];

/// What a push along a mode came to.
pub const PUSH: &[&str] =
    &["transition", "none", "discarded", "step_limit", "time_limit", "not_pushed", "zero_mode", "no_mode"];

/// Whether A_c is known to the tolerance and to be the smaller of both signs.
pub const CERTAINTY: &[&str] = &["known", "other_sign_overlapping", "other_sign_unsettled", "wide", "none"];

/// What is known of the minimum that a glass is pushed from.
pub const GLASS: &[&str] = &["stable", "zero_modes", "unstable", "no_minimum", "failed"];

/// What a relaxation time rests on.
pub const RELAXATION: &[&str] = &["converged", "short", "not_equilibrated", "not_reached"];

/// By which moves a liquid was followed.
pub const DYNAMICS: &[&str] = &["md", "hybrid_swap"];

/// How the moduli of a glass were left.
pub const ELASTIC: &[&str] = &["converged", "no_minimum", "singular", "box_too_small", "incomplete"];

/// The strains of one glass.
pub const DEFORMATION: &[&str] = &[
    "xy_forwards",
    "xy_backwards",
    "xz_forwards",
    "xz_backwards",
    "yz_forwards",
    "yz_backwards",
    "expansion",
    "compression",
];

/// What happened in a step of strain.
pub const STRAIN_EVENT: &[&str] = &["none", "rearrangement", "contact_change", "unconverged"];

/// How the coupling of a splitting to strain was left.
pub const COUPLING: &[&str] = &["converged", "approximate", "no_path", "unsolved"];
