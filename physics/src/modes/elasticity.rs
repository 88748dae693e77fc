//! Elastic moduli of a glass by linear response, and the sound speeds they give.
//!
//! Under r -> r + D r (D small) the energy per volume grows by the Born term, and the forces by Xi(D): Xi_i = -sum_j
//! [(U'' - U'/r) n (n.D r) + (U'/r) D r]. Particles follow by the non-affine field u = H^+ Xi, which subtracts V^-1 Xi
//! H^+ Xi from every modulus (Lutsko, doi:10.1063/1.342716; Lemaitre and Maloney, doi:10.1007/s10955-005-9015-5). The
//! pre-stress is included in every term. A rotation moves nothing at a minimum, so that the six symmetric strains also
//! give simple shear and compression.

use crate::error::{Error, Result};
use crate::forces::deformation::{self, Gradient, IDENTITY};
use crate::forces::sums::{self, Pair};
use crate::forces::{PairBlocks, PseudoInverse};
use crate::landscape::rattlers;
use crate::model::{Model, PeriodicBox};
use serde::{Deserialize, Serialize};

/// The three planes of simple shear r_a -> r_a + gamma r_b: xy, xz, yz.
pub const PLANES: [(usize, usize); 3] = [(0, 1), (0, 2), (1, 2)];

/// The six strains xx, yy, zz, yz, xz, xy.
pub const STRAINS: [(usize, usize); 6] = [(0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1)];

/// D of one of the six: 1 on the diagonal, or 1/2 in both off-diagonal components, so that dU = V sigma_ab for all six.
/// With the symmetric strain tensor eps the energy changes by the sum over all nine components, dU = V sigma_ab eps_ab,
/// with ab and ba both counted; a derivative with respect to eps_ab is that for a single component, V sigma_ab.
pub fn strain_direction((a, b): (usize, usize)) -> Gradient {
    let mut direction = [[0.0; 3]; 3];
    direction[a][b] += 0.5;
    direction[b][a] += 0.5;
    direction
}

/// F = 1 + strain D.
pub fn strained(direction: &Gradient, strain: f64) -> Gradient {
    let mut gradient = IDENTITY;
    for (row, along) in gradient.iter_mut().zip(direction) {
        row.iter_mut().zip(along).for_each(|(f, d)| *f += strain * d);
    }
    gradient
}

/// The response to a homogeneous strain before the particles relax.
#[derive(Clone, Debug, PartialEq)]
pub struct AffineResponse {
    /// V sigma_ab, the sum of (U'/r) r_a r_b [epsilon].
    pub virial: Gradient,
    /// d(V sigma)/d eps along the six strains in the order of `STRAINS`, V held: the Born terms with the stress terms
    /// [6][6] [epsilon].
    pub born: [[f64; 6]; 6],
    /// Born term d2U/dgamma2 of the three simple shears [epsilon].
    pub born_shear: [f64; 3],
    /// Xi of the six strains [6][3N] [epsilon / sigma].
    pub forces: Vec<Vec<f64>>,
}

/// Sums over the pairs of `positions` [3N]; pairs with an excluded particle (`left_out`, [N] or empty) do not
/// contribute.
pub fn affine_response(model: &Model, cell: &PeriodicBox, positions: &[f64], left_out: &[bool]) -> AffineResponse {
    let mut response = AffineResponse {
        virial: [[0.0; 3]; 3],
        born: [[0.0; 6]; 6],
        born_shear: [0.0; 3],
        forces: vec![vec![0.0; positions.len()]; 6],
    };
    let directions = STRAINS.map(strain_direction);
    let is_out = |i: usize| left_out.get(i).copied().unwrap_or(false);
    deformation::for_each_pair(model, cell, &IDENTITY, positions, |pair| {
        if !is_out(pair.i) && !is_out(pair.j) {
            add_pair(&mut response, &directions, pair);
        }
    });
    response
}

fn add_pair(response: &mut AffineResponse, directions: &[Gradient; 6], pair: &Pair) {
    let d = pair.d;
    let radial = (pair.second - pair.slope_over_r) / (pair.r * pair.r);
    for a in 0..3 {
        for b in 0..3 {
            response.virial[a][b] += pair.slope_over_r * d[a] * d[b];
        }
    }
    for (plane, (a, b)) in PLANES.into_iter().enumerate() {
        response.born_shear[plane] += radial * (d[a] * d[b]).powi(2) + pair.slope_over_r * d[b] * d[b];
    }
    for (strain, direction) in directions.iter().enumerate() {
        let moved = direction.map(|row| row[0] * d[0] + row[1] * d[1] + row[2] * d[2]);
        let along = d[0] * moved[0] + d[1] * moved[1] + d[2] * moved[2];
        for (other, (a, b)) in STRAINS.into_iter().enumerate() {
            let turned = moved[a] * d[b] + d[a] * moved[b];
            response.born[other][strain] += radial * along * d[a] * d[b] + pair.slope_over_r * turned;
        }
        for k in 0..3 {
            let force = radial * along * d[k] + pair.slope_over_r * moved[k];
            response.forces[strain][3 * pair.i + k] -= force;
            response.forces[strain][3 * pair.j + k] += force;
        }
    }
}

/// The moduli of one minimum by linear response [epsilon / sigma^3].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LinearModuli {
    /// Affine part of G in the three planes, in the order of `PLANES`.
    pub shear_born: [f64; 3],
    /// The reduction by non-affine motion.
    pub shear_nonaffine: [f64; 3],
    /// Affine part of K and its reduction.
    pub bulk_born: f64,
    pub bulk_nonaffine: f64,
    /// d sigma_ab / d eps_cd, relaxed, in the order of `STRAINS` [6][6].
    pub stiffness: [[f64; 6]; 6],
    /// Stress of the unstrained minimum [3][3], positive in tension.
    pub stress: Gradient,
    /// Number of particles that contribute, N - N_rattlers.
    pub held: u64,
    pub volume: f64,
}

impl LinearModuli {
    /// G of the three planes.
    pub fn shear(&self) -> [f64; 3] {
        std::array::from_fn(|plane| self.shear_born[plane] - self.shear_nonaffine[plane])
    }

    /// K = -V dp/dV.
    pub fn bulk(&self) -> f64 {
        self.bulk_born - self.bulk_nonaffine
    }

    /// Configurational pressure.
    pub fn pressure(&self) -> f64 {
        sums::pressure(&self.stress)
    }
}

/// The response of a minimum: its forces under strain and the inverse of its Hessian.
pub struct Response {
    pub affine: AffineResponse,
    inverse: PseudoInverse,
    /// Non-affine fields H^+ Xi of the six strains [6][3N] [sigma], without motion of the whole glass.
    pub fields: Vec<Vec<f64>>,
}

impl Response {
    /// At a stationary point `positions` [3N]; `left_out` [N], or empty when all particles are included; `most_bytes`:
    /// memory limit of the factors of the Hessian.
    ///
    /// # Errors
    /// `Error::Numerical` when the Hessian is singular beyond translations.
    pub fn new(
        model: &Model,
        cell: &PeriodicBox,
        positions: &[f64],
        left_out: &[bool],
        most_bytes: u64,
    ) -> Result<Self> {
        let affine = affine_response(model, cell, positions, left_out);
        let blocks = PairBlocks::new(model, cell, positions, left_out);
        let inverse = PseudoInverse::new(blocks, left_out, most_bytes)?;
        let fields = inverse.solve_all(&affine.forces)?;
        Ok(Self { affine, inverse, fields })
    }

    /// H^+.
    pub fn inverse(&self) -> &PseudoInverse {
        &self.inverse
    }

    /// Xi_p . H^+ Xi_q of the six strains [6][6], symmetric.
    fn relaxation(&self) -> [[f64; 6]; 6] {
        let product = |p: usize, q: usize| -> f64 {
            self.affine.forces[p].iter().zip(&self.fields[q]).map(|(force, field)| force * field).sum()
        };
        std::array::from_fn(|p| std::array::from_fn(|q| 0.5 * (product(p, q) + product(q, p))))
    }

    /// The moduli.
    pub fn moduli(&self, cell: &PeriodicBox, held: u64) -> LinearModuli {
        let volume = cell.volume();
        let relaxation = self.relaxation();
        let AffineResponse { virial, born, born_shear, .. } = &self.affine;
        let stress = virial.map(|row| row.map(|value| value / volume));
        let of_plane = |plane: usize| relaxation[5 - plane][5 - plane] / volume;
        let ninth = |table: &[[f64; 6]; 6]| (0..3).map(|p| table[p][..3].iter().sum::<f64>()).sum::<f64>() / 9.0;
        let kronecker = |q: usize| if q < 3 { 1.0 } else { 0.0 };
        LinearModuli {
            shear_born: born_shear.map(|born| born / volume),
            shear_nonaffine: std::array::from_fn(of_plane),
            // -dp/d ln V: a third of the trace of d sigma / d ln V, the volume growing
            bulk_born: ninth(born) / volume + sums::pressure(&stress),
            bulk_nonaffine: ninth(&relaxation) / volume,
            stiffness: std::array::from_fn(|p| {
                let (a, b) = STRAINS[p];
                std::array::from_fn(|q| (born[p][q] - relaxation[p][q]) / volume - stress[a][b] * kronecker(q))
            }),
            stress,
            held,
            volume,
        }
    }
}

/// The moduli of a minimum [3N] by linear response, without rattlers.
///
/// # Errors
/// `Error::Numerical` when the Hessian is singular beyond translations.
pub fn linear_moduli(model: &Model, cell: &PeriodicBox, positions: &[f64], most_bytes: u64) -> Result<LinearModuli> {
    let rattlers = rattlers(model, cell, positions);
    let count = rattlers.iter().filter(|rattler| **rattler).count();
    let left_out: &[bool] = if count > 0 { &rattlers } else { &[] };
    let response = Response::new(model, cell, positions, left_out, most_bytes)?;
    Ok(response.moduli(cell, (rattlers.len() - count) as u64))
}

/// Sound in an isotropic medium [sqrt(epsilon / m), and that over sigma]; NaN where a modulus is negative.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sound {
    /// c_t = sqrt(G / (m rho)).
    pub transverse: f64,
    /// c_l = sqrt((K + 4 G / 3) / (m rho)).
    pub longitudinal: f64,
    /// omega_D = [18 pi^2 rho / (2 c_t^-3 + c_l^-3)]^(1/3).
    pub debye: f64,
    /// omega_t = 2 pi c_t / L, L the longest edge.
    pub first_phonon: f64,
}

impl Sound {
    /// Sound at the minimum `positions` [3N] by linear response, with G the mean of the three planes; none where its
    /// Hessian is singular beyond translations and rattlers.
    ///
    /// # Errors
    /// Those of [`linear_moduli`] except `Error::Numerical`.
    pub fn of_minimum(model: &Model, cell: &PeriodicBox, positions: &[f64], most_bytes: u64) -> Result<Option<Self>> {
        match linear_moduli(model, cell, positions, most_bytes) {
            Ok(moduli) => {
                let shear = moduli.shear().iter().sum::<f64>() / 3.0;
                Ok(Some(Self::new(shear, moduli.bulk(), moduli.held, cell)))
            }
            Err(Error::Numerical(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// From G, K [epsilon / sigma^3] and rho = `held` / V for particles of mass 1.
    pub fn new(shear: f64, bulk: f64, held: u64, cell: &PeriodicBox) -> Self {
        use std::f64::consts::PI;
        let density = held as f64 / cell.volume();
        let transverse = (shear / density).sqrt();
        let longitudinal = ((bulk + 4.0 * shear / 3.0) / density).sqrt();
        let longest = cell.edges.into_iter().fold(0.0, f64::max);
        Self {
            transverse,
            longitudinal,
            debye: (18.0 * PI * PI * density / (2.0 * transverse.powi(-3) + longitudinal.powi(-3))).cbrt(),
            first_phonon: 2.0 * PI * transverse / longest,
        }
    }
}
