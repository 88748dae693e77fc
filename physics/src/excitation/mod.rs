//! Anharmonic excitations: pushing a glass along its modes and quenching
//! (Mizuno, Shimada, Ikeda, Phys. Rev. Research 2, 013215 (2020), doi:10.1103/PhysRevResearch.2.013215).
//!
//! ```
//! use glasswell_physics::excitation::Amplitudes;
//! let amplitudes = Amplitudes { from: 1e-3, to: 1.0, per_decade: 1 };
//! assert_eq!(amplitudes.grid().len(), 4);
//! ```

mod destinations;
mod outcome;
mod push;
mod search;
mod settings;
mod spectrum;

pub use destinations::{Destinations, Moved};
pub use outcome::{Excitation, PushStatus};
pub use push::{PushState, PushTask, modes_together};
pub use search::{Bracket, Certainty, Fate, Probe, PushSearch};
pub use settings::{Amplitudes, ExciteSettings};
pub use spectrum::{GlassSpectrum, GlassStatus, Origin, SpectrumState, SpectrumTask, cubic_amplitude};
