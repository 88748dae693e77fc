//! The 5-point Hamiltonian on a uniform grid: a symmetric matrix with two diagonals on each side.

/// -1/(2M) d^2/dxi^2 + V on a uniform grid of step h with the wave function zero beyond both ends:
///
/// H_ii = 30 c / 12 + V_i, H_{i,i+1} = -16 c / 12, H_{i,i+2} = c / 12, c = 1 / (2 M h^2).
#[derive(Clone, Debug)]
pub(crate) struct Hamiltonian {
    pub potential: Vec<f64>,
    /// c = 1 / (2 M h^2), in units of energy.
    pub kinetic: f64,
}

const TINY: f64 = 1e-280;

impl Hamiltonian {
    pub fn size(&self) -> usize {
        self.potential.len()
    }

    fn bands(&self) -> (f64, f64, f64) {
        (self.kinetic * 30.0 / 12.0, -self.kinetic * 16.0 / 12.0, self.kinetic / 12.0)
    }

    /// Largest rounding error of one entry of H psi: a lower bound on the residual.
    pub fn rounding(&self) -> f64 {
        let highest = self.potential.iter().fold(0.0f64, |highest, v| highest.max(v.abs()));
        // far out, where V is high, the wave function vanishes: only the kinetic part matters there
        f64::EPSILON * (16.0 / 3.0 * self.kinetic + highest.min(self.kinetic))
    }

    /// How many eigenvalues lie below `energy`: the negative pivots of H - energy = L D L^T (Sylvester's inertia).
    pub fn count_below(&self, energy: f64) -> usize {
        let (diagonal, near, far) = self.bands();
        let smallest = f64::EPSILON * f64::EPSILON * self.kinetic + TINY;
        let (mut count, mut l1, mut inverse1, mut inverse2) = (0, 0.0, 0.0, 0.0);
        for (i, v) in self.potential.iter().enumerate() {
            let above2 = if i >= 2 { far } else { 0.0 };
            let above1 = if i >= 1 { near - if i >= 2 { far * l1 } else { 0.0 } } else { 0.0 };
            l1 = above1 * inverse1;
            let mut pivot = (diagonal + v - energy) - above1 * l1 - above2 * above2 * inverse2;
            if pivot.abs() < smallest {
                pivot = -smallest;
            }
            count += usize::from(pivot < 0.0);
            inverse2 = inverse1;
            inverse1 = 1.0 / pivot;
        }
        count
    }

    /// psi^T H phi as sums of products of differences,
    /// c [sum D psi D phi + (1/12) sum D^2 psi D^2 phi] + sum (V - shift) psi phi:
    /// the same number as by the matrix, but free of its cancellation between entries of order c, so that levels (and
    /// their small differences) carry rounding errors of 1e-16 of the level and not of c.
    pub fn form(&self, psi: &[f64], phi: &[f64], shift: f64) -> f64 {
        let n = self.size();
        let at = |wave: &[f64], i: usize| if i >= 2 && i < n + 2 { wave[i - 2] } else { 0.0 };
        let (mut first, mut second, mut potential) = (0.0, 0.0, 0.0);
        for i in 1..n + 3 {
            let (a, b) = (at(psi, i) - at(psi, i - 1), at(phi, i) - at(phi, i - 1));
            let (a_next, b_next) = (at(psi, i + 1) - at(psi, i), at(phi, i + 1) - at(phi, i));
            first += a * b;
            second += (a_next - a) * (b_next - b);
            if i < n + 2 && i >= 2 {
                potential += (self.potential[i - 2] - shift) * psi[i - 2] * phi[i - 2];
            }
        }
        self.kinetic * (first + second / 12.0) + potential
    }

    /// |H psi - energy psi| for |psi| = 1.
    pub fn residual(&self, psi: &[f64], energy: f64) -> f64 {
        let (diagonal, near, far) = self.bands();
        let n = self.size();
        let mut sum = 0.0;
        for i in 0..n {
            let mut r = (diagonal + self.potential[i] - energy) * psi[i];
            for (step, band) in [(1, near), (2, far)] {
                r += band * (if i >= step { psi[i - step] } else { 0.0 });
                r += band * (if i + step < n { psi[i + step] } else { 0.0 });
            }
            sum += r * r;
        }
        sum.sqrt()
    }

    /// (H - energy)^-1 by elimination with partial pivoting.
    pub fn factorise(&self, energy: f64) -> Factors {
        let (diagonal, near, far) = self.bands();
        let n = self.size();
        // column j of the matrix is columns[j], with row i at offset 4 + i - j (two places of fill-in above)
        let mut columns: Vec<[f64; 7]> =
            self.potential.iter().map(|v| [0.0, 0.0, far, near, diagonal + v - energy, near, far]).collect();
        let mut swaps = vec![0u8; n];
        let smallest = f64::EPSILON * f64::EPSILON * self.kinetic + TINY;
        let mut last_column = 0;
        for j in 0..n {
            let below = 2.min(n - 1 - j);
            let pivot =
                (1..=below).fold(0, |p, r| if columns[j][4 + r].abs() > columns[j][4 + p].abs() { r } else { p });
            swaps[j] = pivot as u8;
            last_column = last_column.max((j + 2 + pivot).min(n - 1));
            if pivot != 0 {
                for (k, column) in columns[j..=last_column].iter_mut().enumerate() {
                    column.swap(4 - k, 4 + pivot - k);
                }
            }
            if columns[j][4].abs() < smallest {
                columns[j][4] = smallest;
            }
            let inverse = 1.0 / columns[j][4];
            let mut multipliers = [0.0; 2];
            for (multiplier, entry) in multipliers.iter_mut().zip(&mut columns[j][5..5 + below]) {
                *entry *= inverse;
                *multiplier = *entry;
            }
            for (k, column) in columns[j + 1..=last_column.max(j)].iter_mut().enumerate() {
                let top = column[3 - k];
                for r in 0..below {
                    column[4 + r - k] -= multipliers[r] * top;
                }
            }
        }
        Factors { columns, swaps }
    }
}

/// The factors of H - energy.
pub(crate) struct Factors {
    columns: Vec<[f64; 7]>,
    swaps: Vec<u8>,
}

impl Factors {
    /// Overwrites `x` by (H - energy)^-1 x, scaled to |x| = 1.
    pub fn solve_normalised(&self, x: &mut [f64]) {
        let n = x.len();
        for j in 0..n {
            let pivot = usize::from(self.swaps[j]);
            x.swap(j, j + pivot);
            for r in 1..=2.min(n - 1 - j) {
                x[j + r] -= self.columns[j][4 + r] * x[j];
            }
        }
        for j in (0..n).rev() {
            x[j] /= self.columns[j][4];
            for k in 1..=4.min(j) {
                x[j - k] -= self.columns[j][4 - k] * x[j];
            }
            // near an eigenvalue the solution may be large beyond any number: keep it in range
            if x[j].abs() > 1e200 {
                x.iter_mut().for_each(|value| *value *= 1e-200);
            }
        }
        normalise(x);
    }
}

/// Scales to |x| = 1; leaves a zero or non-finite vector unchanged and returns false.
pub(crate) fn normalise(x: &mut [f64]) -> bool {
    let largest = x.iter().fold(0.0f64, |largest, value| largest.max(value.abs()));
    if largest.is_nan() || largest.is_infinite() || largest == 0.0 {
        return false;
    }
    let norm = largest * x.iter().map(|value| (value / largest) * (value / largest)).sum::<f64>().sqrt();
    x.iter_mut().for_each(|value| *value /= norm);
    true
}
