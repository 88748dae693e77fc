//! First-order changes of the splitting with the potential and with the length of the path.
//!
//! With T = -1/(2 m~ d^2) d2/dxi2 and psi_k of norm 1, de_k = <k|dV|k> - (2/d) <k|T|k> dd for a change dV(xi) at fixed xi and
//! dd of the length (Hellmann-Feynman); <k|T|k> = e_k - <k|V|k>.

use super::profile::{Potential, Profile};
use super::schroedinger::Spectrum;
use super::{TunnelSettings, bound_levels};
use crate::error::Result;
use crate::paths::spline::CubicSpline;

/// A change of a double well per unit of a parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Perturbation {
    /// dV [points] at the profile's xi [epsilon], any zero.
    pub energy: Vec<f64>,
    /// Change of d2V/dxi2 at xi = 0 and xi = 1, where V goes on as a parabola.
    pub curvature: [f64; 2],
    /// dd / d.
    pub stretch: f64,
}

/// dE = d(e_2 - e_1) of each perturbation of a double well whose profile ends at its minima; NaN when it has no levels.
///
/// # Errors
/// `Error::Numerical` when the numbers do not define a profile, as in [`super::solve`].
pub fn splitting_derivatives(
    profile: &Profile,
    reduced_mass: f64,
    settings: &TunnelSettings,
    perturbations: &[Perturbation],
) -> Result<Vec<f64>> {
    let potential = Potential::new(profile)?;
    let mass = reduced_mass * profile.length * profile.length;
    let none = || Ok(vec![f64::NAN; perturbations.len()]);
    if !potential.bound() {
        return none();
    }
    let Some((spectrum, _)) = bound_levels(&potential, mass, settings.levels.max(2), settings.points) else {
        return none();
    };
    let kinetic = [0, 1].map(|k| spectrum.levels[k] - expectation(&spectrum, k, |xi, h| potential.node_value(xi, h)));
    perturbations
        .iter()
        .map(|perturbation| {
            let spline = CubicSpline::new(&profile.xi, &perturbation.energy)?;
            // relative to its value at xi = 0: a constant cancels
            let zero = spline.value(0.0);
            let change = |xi: f64, _| {
                let xi = if potential.mirrored { 1.0 - xi } else { xi };
                let beyond = if xi < 0.0 { (0, xi) } else { (1, xi - 1.0) };
                match (0.0..=1.0).contains(&xi) {
                    true => spline.value(xi) - zero,
                    false => {
                        spline.value(beyond.0 as f64) - zero + 0.5 * perturbation.curvature[beyond.0] * beyond.1.powi(2)
                    }
                }
            };
            let first_order = |k: usize| expectation(&spectrum, k, change) - 2.0 * perturbation.stretch * kinetic[k];
            Ok(first_order(1) - first_order(0))
        })
        .collect()
}

/// <k| f |k>, f(xi, h) at the nodes of the grid of step h.
fn expectation(spectrum: &Spectrum, k: usize, f: impl Fn(f64, f64) -> f64) -> f64 {
    let at = |node: usize| spectrum.first_node + node as f64 * spectrum.step;
    let nodes = spectrum.wave_functions[k].iter().enumerate();
    nodes.map(|(node, psi)| psi * psi * f(at(node), spectrum.step)).sum()
}
