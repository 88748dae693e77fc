//! The names of the HDF5 enums: what a status column can say. A name that is not here is refused when it is written.

/// What became of a candidate pair.
pub(super) const CANDIDATE: &[&str] = &[
    "double_well",
    "split",
    "no_barrier",
    "same_minimum",
    "step_limit",
    "time_limit",
    "saddle_not_converged",
    "saddle_not_first_order",
    "descent_elsewhere",
    "failed",
];

/// From which curve the length of a path was taken.
pub(super) const LENGTH_METHOD: &[&str] = &["descent", "spline"];

/// What the lowest two levels of a double well are.
pub(super) const KIND: &[&str] = &["tunnelling", "intrawell", "no_barrier"];

/// How the levels of a double well were found.
pub(super) const LEVELS: &[&str] =
    &["converged", "grid_limit", "truncated", "unbound", "unsolved", "no_profile"];

/// How an iteration ended.
pub(super) const STOP: &[&str] = &["converged", "step_limit", "time_limit", "failed"];

/// Which vector the modes are compared with.
pub(super) const FIELD: &[&str] = &["displacement", "saddle", "tangent"];

/// From which vector a nonlinear mode was started.
pub(super) const START: &[&str] = &["displacement", "softest_mode", "softest_localised"];

/// What a push along a mode came to.
pub(super) const PUSH: &[&str] = &["transition", "none", "discarded", "step_limit", "time_limit"];
