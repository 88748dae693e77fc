//! Vibrations of a glass: spectra of the Hessian, dense or their lowest part, measures of modes and overlaps with double wells,
//! nonlinear modes, the Hessian along paths, zero-point energies, elasticity.
//!
//! ```
//! use glasswell_physics::modes::participation_ratio;
//! let mut mode = vec![0.0; 3 * 50];
//! mode[7] = 1.0;
//! // one of fifty particles moves
//! assert_eq!(participation_ratio(&mode), 1.0 / 50.0);
//! ```

mod along_path;
pub mod coupling;
mod coupling_task;
mod density_of_states;
mod elastic_task;
pub mod elasticity;
mod filter;
mod follow_task;
mod full;
mod krylov;
mod lowest;
mod nonlinear;
mod overlap;
mod phonons;
mod profile;
mod quasi_static;
mod records;
mod settings;
mod spectrum;
mod vibration_task;
mod stress_strain;
mod symmetric;
mod tangent;
mod transverse;
mod tridiagonal;
mod zero_point;

pub use along_path::{
    LOWEST_ALONG_PATH, PROJECTED_ALONG_PATH, PointModes, path_arc_lengths, path_rattlers, point_modes,
    point_zero_point, zero_point_arc_lengths,
};
pub use coupling_task::{CoupledWell, CouplingState, CouplingStatus, CouplingTask, StrainCoupling};
pub use density_of_states::{DensityOfStates, GlassFrequencies, QuarticFit, QuarticSettings, QuarticStatus};
pub use elastic_task::{ElasticState, ElasticStatus, ElasticTask, GlassModuli};
pub use elasticity::{LinearModuli, PLANES, Response, STRAINS, Sound, linear_moduli};
pub use follow_task::{FollowState, FollowTask};
pub use full::full_modes;
pub use lowest::{Completeness, LowestModes, largest_team, lowest_modes, lowest_modes_of_team};
pub use nonlinear::{NonlinearMode, NonlinearSettings, NonlinearStop, nonlinear_modes};
pub use overlap::{Overlap, best_overlaps, overlaps};
pub use phonons::PhononOrder;
pub use profile::{ModeProfile, ProfileSettings, SecondWell, mode_profile};
pub use quasi_static::{ElasticSettings, QuasiStatic, QuasiStaticState, gradient, signed};
pub use records::{
    Field, NonlinearRow, OverlapRow, PathHessianRow, PathRecord, SeenWell, SpectrumRecord, SpectrumStatus, Start,
    TangentRow,
};
pub use settings::{FollowedPaths, ModeCount, ModesSettings, SpectraOf};
pub use spectrum::{Spectrum, dense_spectrum, frequency, participation_ratio};
pub use stress_strain::{Curve, Event, Point, Slope, elastic_slope};
pub use tangent::{BestOverlap, TANGENT_IMAGES, TangentStudy, WellFields, tangent_study};
pub use vibration_task::{VibrationState, VibrationTask};
pub use zero_point::{
    PositiveEigenvalues, ZeroPoint, perpendicular_zero_point, positive_eigenvalues, zero_point, zero_point_difference,
};
