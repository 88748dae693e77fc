//! The wave functions of a double well, for those who look at one.

use super::profile::Potential;
use super::{Profile, bound_levels, check_action};
use crate::error::Result;

/// V, the levels and the densities |psi_k|^2 on the nodes of a grid.
#[derive(Clone, Debug, PartialEq)]
pub struct States {
    /// Positions xi = s/d [nodes], increasing; 0 and 1 are the minima.
    pub xi: Vec<f64>,
    /// V [nodes] in epsilon, on the zero of the profile.
    pub potential: Vec<f64>,
    /// e_1, e_2, ... [levels] in epsilon, on the same zero.
    pub levels: Vec<f64>,
    /// |psi_k|^2 [levels][nodes], int |psi_k|^2 dxi = 1.
    pub density: Vec<Vec<f64>>,
}

/// The lowest `levels` states of `profile` for m~ = `reduced_mass`, as [`super::solve`] finds them; None for a potential
/// without bound states.
///
/// # Errors
/// As [`super::solve`].
pub fn states(profile: &Profile, reduced_mass: f64, levels: usize, points: usize) -> Result<Option<States>> {
    let potential = Potential::new(profile)?;
    let mass = reduced_mass * profile.length * profile.length;
    check_action(&potential, mass, reduced_mass)?;
    if !potential.bound() {
        return Ok(None);
    }
    let Some((spectrum, _)) = bound_levels(&potential, mass, levels.max(2), points) else { return Ok(None) };
    let nodes = spectrum.wave_functions.first().map_or(0, Vec::len);
    let positions: Vec<f64> = (0..nodes).map(|node| spectrum.first_node + node as f64 * spectrum.step).collect();
    let mut found = States {
        potential: positions.iter().map(|xi| potential.value(*xi) + potential.offset).collect(),
        xi: positions,
        levels: spectrum.levels.iter().map(|level| level + potential.offset).collect(),
        // the sum over the nodes of psi^2 is 1
        density: spectrum
            .wave_functions
            .iter()
            .map(|wave| wave.iter().map(|psi| psi * psi / spectrum.step).collect())
            .collect(),
    };
    if potential.mirrored {
        found.xi = found.xi.iter().rev().map(|xi| 1.0 - xi).collect();
        found.potential.reverse();
        found.density.iter_mut().for_each(|density| density.reverse());
    }
    Ok(Some(found))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tunnelling::{TunnelSettings, solve};

    /// V = 16 V_b xi^2 (1-xi)^2 + dV xi^2 (3 - 2 xi), and its mirror image.
    #[test]
    fn states_belong_to_the_levels() {
        let xi: Vec<f64> = (0..=200).map(|i| f64::from(i) / 200.0).collect();
        let energy = |xi: f64| 16.0 * 0.05 * xi * xi * (1.0 - xi) * (1.0 - xi) + 5e-4 * xi * xi * (3.0 - 2.0 * xi);
        for mirrored in [false, true] {
            let at = |xi: &f64| energy(if mirrored { 1.0 - xi } else { *xi });
            let profile =
                Profile { energy: xi.iter().map(at).collect(), xi: xi.clone(), length: 0.45, curvature: [None; 2] };
            let states = states(&profile, 5250.0, 3, 500).unwrap().unwrap();
            let doublet = solve(&profile, None, 5250.0, &TunnelSettings::default()).unwrap();
            for (level, due) in states.levels.iter().zip(&doublet.levels) {
                assert!((level / due - 1.0).abs() < 1e-6, "{level} {due}");
            }
            let step = states.xi[1] - states.xi[0];
            for density in &states.density {
                assert!((density.iter().sum::<f64>() * step - 1.0).abs() < 1e-9);
            }
            // the lowest state lives in the lower well
            let lower = |xi: f64| (xi > 0.5) == mirrored;
            let weight: f64 =
                states.xi.iter().zip(&states.density[0]).filter(|(xi, _)| lower(**xi)).map(|(_, p)| p * step).sum();
            assert!(weight > 0.9, "{weight}");
            let middle = states.xi.iter().position(|xi| (xi - 0.25).abs() < 1e-9).unwrap();
            assert!((states.potential[middle] - at(&0.25)).abs() < 1e-9);
        }
    }
}
