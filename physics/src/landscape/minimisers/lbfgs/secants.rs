//! The secant pairs of one lane, by their scalar products, and the two-loop recursion over them.

/// Products of the M pairs of one lane, with z = P y and P the preconditioner, or z = y without one: `sy[i][j]` = s_i.y_j (i is
/// not the newer one), `zy[i][j]` = z_i.y_j, `sf[i]` = s_i.F, `zf[i]` = z_i.F.
#[derive(Clone, Debug)]
pub(super) struct Products<const M: usize> {
    pub sy: [[f64; M]; M],
    pub zy: [[f64; M]; M],
    pub sf: [f64; M],
    pub zf: [f64; M],
    pub valid: [bool; M],
}

impl<const M: usize> Default for Products<M> {
    fn default() -> Self {
        let (table, row) = ([[0.0; M]; M], [0.0; M]);
        Self { sy: table, zy: table, sf: row, zf: row, valid: [false; M] }
    }
}

/// d = force P F + sum_k (s_k s + z_k z).
#[derive(Clone, Copy, Debug)]
pub(super) struct Coefficients<const M: usize> {
    pub force: f64,
    pub s: [f64; M],
    pub z: [f64; M],
}

impl<const M: usize> Default for Coefficients<M> {
    fn default() -> Self {
        Self { force: 0.0, s: [0.0; M], z: [0.0; M] }
    }
}

/// The slot of the pair of a given age, 0 the newest.
pub(super) fn slot<const M: usize>(newest: usize, age: usize) -> usize {
    (newest + M - age) % M
}

/// The two-loop recursion in the space of coefficients, from the newest pair to the oldest and back; `first_step` is the factor
/// of P F without a pair.
pub(super) fn coefficients<const M: usize>(table: &Products<M>, newest: usize, first_step: f64) -> Coefficients<M> {
    let mut d = Coefficients { force: 1.0, ..Coefficients::default() };
    let mut alpha = [0.0; M];
    let pairs = (0..M).map(|age| slot::<M>(newest, age)).filter(|&k| table.valid[k]);
    let mut scale = first_step;
    for (position, i) in pairs.clone().enumerate() {
        if position == 0 {
            scale = table.sy[i][i] / table.zy[i][i];
        }
        let mut product = table.sf[i];
        for j in pairs.clone() {
            product += d.z[j] * table.sy[i][j];
        }
        alpha[i] = product / table.sy[i][i];
        d.z[i] -= alpha[i];
    }
    d.force *= scale;
    d.z = d.z.map(|z| z * scale);
    for i in pairs.clone().collect::<Vec<_>>().into_iter().rev() {
        let mut product = d.force * table.zf[i];
        for j in pairs.clone() {
            product += d.z[j] * table.zy[i][j] + d.s[j] * table.sy[j][i];
        }
        d.s[i] += alpha[i] - product / table.sy[i][i];
    }
    d
}
