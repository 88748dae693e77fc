//! The names of the HDF5 enums: the possible values of status columns. Any other name is refused when it is written.

/// The outcome for a pair of minima.
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
    "end_not_minimum",
];

/// The rule by which a pair of minima became a candidate.
pub const RULE: &[&str] = &["both_ways", "one_way", "screened", "list"];

/// The outcome for a pair of near minima: that of its path, or `not_sought`.
pub const PAIR: &[&str] = &{
    let mut all = ["not_sought"; PATH.len() + 1];
    let mut k = 0;
    while k < PATH.len() {
        all[k + 1] = PATH[k];
        k += 1;
    }
    all
};

/// Why the path of a pair was sought, or that it was not.
pub const CHOSEN: &[&str] = &["no", "transitions", "list", "screened", "audit", "part"];

/// A round of the search among near pairs.
pub const SCREENING: &[&str] = &["search", "audit"];

/// The curve from which the length of a path was taken.
pub const LENGTH_METHOD: &[&str] = &["descent", "spline"];

/// The kind of the lowest two levels of a double well.
pub const KIND: &[&str] = &["tunnelling", "intrawell", "no_barrier", "none"];

/// How double wells are counted in n0.
pub const COUNTING: &[&str] = &["rows", "local"];

/// The kinds that are counted in n0.
pub const COUNTED_KIND: &[&str] = &["all", "tunnelling"];

/// The length of a path in the Schroedinger equation.
pub const LENGTH: &[&str] = &["arc", "band", "distance"];

/// The potential beyond the minima of a path.
pub const CONTINUATION: &[&str] = &["parabola", "reflected"];

/// How the calculation of the levels of a double well ended.
pub const LEVELS: &[&str] = &["converged", "grid_limit", "truncated", "unbound", "unsolved", "no_profile"];

/// How a quench ended.
pub const QUENCH: &[&str] = &["converged", "step_limit", "stalled"];

/// How an iteration ended.
pub const STOP: &[&str] = &["converged", "step_limit", "time_limit", "failed"];

/// The vector with which the modes are compared.
pub const FIELD: &[&str] = &["displacement", "saddle", "tangent"];

/// The outcome of the calculation of a spectrum.
pub const SPECTRUM: &[&str] = &["converged", "failed", "no_minimum"];

/// The vector from which a nonlinear mode was started.
pub const START: &[&str] = &["displacement", "softest_mode", "softest_localised"];

/// The outcome of the pushes along a mode.
pub const PUSH: &[&str] =
    &["transition", "none", "discarded", "step_limit", "time_limit", "not_pushed", "zero_mode", "no_mode"];

/// Whether A_c is known within the tolerance and is the smaller one of both signs.
pub const CERTAINTY: &[&str] = &["known", "other_sign_overlapping", "other_sign_unsettled", "wide", "none"];

/// The state of the minimum from which a glass is pushed.
pub const GLASS: &[&str] = &["stable", "zero_modes", "unstable", "no_minimum", "failed"];

/// The quality of a relaxation time.
pub const RELAXATION: &[&str] = &["converged", "short", "not_equilibrated", "not_reached"];

/// The dynamics with which a liquid was followed.
pub const DYNAMICS: &[&str] = &["md", "hybrid_swap"];

/// The outcome of the calculation of the moduli of a glass.
pub const ELASTIC: &[&str] = &["converged", "no_minimum", "singular", "box_too_small", "incomplete"];

/// The deformations of one glass.
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

/// What happened in a strain step.
pub const STRAIN_EVENT: &[&str] = &["none", "rearrangement", "contact_change", "unconverged"];

/// The outcome of the calculation of the coupling of a splitting to strain.
pub const COUPLING: &[&str] = &["converged", "approximate", "no_path", "unsolved"];
