//! The physics of glasswell, which finds the tunnelling two-level systems of computer glasses: models, algorithms and
//! formulas. Users of the library take these modules from `glasswell`.
//!
//! The modules are listed in the order of their dependencies: a module uses only modules above it in this list (checked
//! by `tests/house/layering.rs`).
//!
//! # Notation
//!
//! | symbol | name in the code | meaning |
//! |---|---|---|
//! | N | `particles` | number of particles of a glass |
//! | r_ij | `d`, `r` | x_i - x_j by minimum image, and its length |
//! | x | `x`, `x2` | r / sigma_ij and its square |
//! | phi(x) | `PairLaw` | dimensionless pair law; U = epsilon_ij phi(r / sigma_ij) |
//! | V(s), V(xi) | `profile` | energy along a minimum-energy path, xi = s / d in [0, 1] |
//! | d | `length` | arc length of the path between its two minima |
//! | dV, V_a, V_b | `asymmetry`, `activation`, `barrier` | V(b) - V(a) >= 0; V(saddle) - V(a); V_a - dV/2 |
//! | m~ | `reduced_mass` | m sigma^2 epsilon / hbar^2; hbar omega / epsilon = omega / sqrt(m~) |
//! | E | `splitting` | e_2 - e_1 |
//! | T_Q | `quantum_temperature` | k_B T_Q / epsilon = 2 pi / m~ |
//!
//! Reduced units throughout (energy epsilon, length sigma, mass m, k_B = 1); positions are
//! `[x0, y0, z0, x1, ...]`, a batch of L configurations is `[3N][L]`.

pub mod error;
pub mod units;
pub mod random;
pub mod task;
pub mod model;
pub mod formats;
pub mod forces;
pub mod sampling;
pub mod landscape;
pub mod paths;
pub mod screening;
pub mod systems;
pub mod tunnelling;
pub mod modes;
pub mod excitation;
pub mod statistics;
