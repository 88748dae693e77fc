//! Energies and forces of a batch of L configurations of one glass.

use super::deformation::{Deformations, Frame, Gradient};
use super::lanes::{
    self, Atom, ByKind, ByPair, Deformed, Energies, ForcesAlone, Kernel, Listed, Nearest, Record, WithEnergies,
};
use super::order::space_filling_order;
use super::subject::Subject;
use super::table::{FILLING, PairTable};
use super::{LANES, NeighbourList};
use crate::model::{Model, PeriodicBox, with_law};

/// Number of particles from which a space-filling order is faster.
const LARGE: usize = 3000;

/// Evaluates L configurations of one glass at a time (L = 1 or `LANES`) and keeps the neighbour list they share.
///
/// Energy and forces of a lane are bitwise identical whatever the other lanes hold, whenever the list was built, and
/// for L = 1 and L = `LANES`.
pub struct PairSum<const L: usize> {
    model: Model,
    cell: PeriodicBox,
    kernel: Kernel,
    skin: f64,
    /// The caller's index of each particle; empty when they are the same.
    order: Vec<u32>,
    table: PairTable,
    list: NeighbourList,
    rebuilds: u64,
    deformations: Option<Deformations>,
    single: Single,
    batch: Batch,
}

/// One configuration in the form of the kernels: current positions, positions when the list was built, forces, a
/// vector; [N + 8].
#[derive(Default)]
struct Single {
    positions: Vec<Record>,
    reference: Vec<Record>,
    forces: Vec<Record>,
    vectors: Vec<Record>,
}

/// The same for a batch [N].
#[derive(Default)]
struct Batch {
    positions: Vec<Atom>,
    reference: Vec<Atom>,
    forces: Vec<Atom>,
    vectors: Vec<Atom>,
}

/// Runs the body with the concrete law and the concrete form of the table.
macro_rules! with_pairs {
    ($law:expr, $table:expr, $list:expr, |$bound:ident, $parameters:ident| $body:expr) => {
        match $table {
            PairTable::ByKind { kinds, rows } => {
                let $parameters = ByKind { kinds, rows };
                with_law!($law, $bound => $body)
            }
            PairTable::ByPair($bound) => {
                let $parameters = ByPair { inverse_sigma_squared: $list.inverse_sigma_squared() };
                $body
            }
        }
    };
}

impl<const L: usize> PairSum<L> {
    /// Default skin [sigma]: short enough that few listed pairs are beyond the cutoff, long enough that a glass at rest
    /// seldom needs a new list.
    pub const SKIN: f64 = 0.2;

    pub fn new(model: Model, cell: PeriodicBox) -> Self {
        Self::with_kernel(model, cell, Kernel::best())
    }

    /// With a given kernel, for comparisons.
    pub fn with_kernel(model: Model, cell: PeriodicBox, kernel: Kernel) -> Self {
        const { assert!(L == 1 || L == LANES, "a batch has one configuration or LANES") };
        let mut sum = Self {
            table: PairTable::new(&model, &[]),
            model,
            cell,
            kernel,
            skin: Self::SKIN,
            order: Vec::new(),
            list: NeighbourList::default(),
            rebuilds: 0,
            deformations: None,
            single: Single::default(),
            batch: Batch::default(),
        };
        sum.prepare();
        sum
    }

    /// Orders the particles along a space-filling curve, so that neighbours in space are close in memory. This order
    /// determines the order in which terms are added: pass positions [3N] that are fixed for a glass, not its current
    /// ones.
    pub fn ordered_by(mut self, positions: &[f64]) -> Self {
        self.order = space_filling_order(&self.cell, positions);
        self.prepare();
        self
    }

    /// `ordered_by` for glasses of at least `LARGE` particles; smaller ones fit into the caches in any order.
    pub fn ordered_if_large(self, positions: &[f64]) -> Self {
        if self.particles() < LARGE { self } else { self.ordered_by(positions) }
    }

    /// The same sums, in the same order, for one configuration at a time.
    pub fn of_one(&self) -> PairSum<1> {
        let mut sum = PairSum::<1>::with_kernel(self.model.clone(), self.cell, self.kernel);
        sum.order.clone_from(&self.order);
        sum.prepare();
        sum
    }

    /// Deforms lane l by `gradients[l]` (F near 1, see `deformation::fits`) from now on: energies and forces are those
    /// of d' = F d. Lanes without their own gradient use the last one; an empty list ends the deformation.
    pub fn deform(&mut self, gradients: &[Gradient], frame: Frame) {
        self.deformations = (!gradients.is_empty()).then(|| Deformations::new(&self.model, gradients, frame));
        self.list.forget();
    }

    /// The same, for a newly created sum.
    pub fn deformed_by(mut self, gradients: &[Gradient], frame: Frame) -> Self {
        self.deform(gradients, frame);
        self
    }

    /// Updates everything that depends on the model and the order.
    fn prepare(&mut self) {
        let n = self.model.mixture.particles();
        self.table = PairTable::new(&self.model, &self.order);
        self.list.forget();
        if L == 1 {
            for records in [&mut self.single.positions, &mut self.single.forces] {
                records.resize(n + 8, Record::default());
            }
            // padding of the rows: beyond the cutoff wherever it is
            self.single.positions[n..].fill(Record([0.0, 0.0, 0.0, lanes::word_of_kind(FILLING)]));
            for (a, record) in self.single.positions[..n].iter_mut().enumerate() {
                record.0[3] = lanes::word_of_kind(self.table.kind(a));
            }
        } else {
            self.batch.positions.resize(n, Atom::default());
            self.batch.forces.resize(n, Atom::default());
        }
    }

    /// Bytes in use, including the list.
    pub fn bytes(&self) -> usize {
        let Single { positions, reference, forces, vectors } = &self.single;
        let records = positions.len() + reference.len() + forces.len() + vectors.len();
        let Batch { positions, reference, forces, vectors } = &self.batch;
        let atoms = positions.len() + reference.len() + forces.len() + vectors.len();
        records * size_of::<Record>() + atoms * size_of::<Atom>() + self.list.bytes()
    }

    pub fn model(&self) -> &Model {
        &self.model
    }

    pub fn cell(&self) -> &PeriodicBox {
        &self.cell
    }

    /// Number of particles N.
    pub fn particles(&self) -> usize {
        self.model.mixture.particles()
    }

    /// How often the list was built, for measurements of cost.
    pub fn rebuilds(&self) -> u64 {
        self.rebuilds
    }

    /// Number of pairs in the present list.
    pub fn listed_pairs(&self) -> usize {
        self.list.pairs()
    }

    /// Changes the identities of the particles (after swaps); the list is rebuilt at the next call.
    pub fn set_model(&mut self, model: Model) {
        self.model = model;
        self.prepare();
        self.list.expect_exchanges();
    }

    /// Takes the positions and rebuilds the list if it may miss a pair: when any particle of any configuration has
    /// moved by more than half the skin. (A NaN coordinate does not count as moved; the caller notices it in the
    /// energy.)
    fn refresh(&mut self, positions: &[f64]) {
        let made = self.list.particles() == self.particles();
        let (kernel, order) = (self.kernel, &self.order[..]);
        let (single, batch) = (&mut self.single, &mut self.batch);
        if !made || !self.list.ages() {
            single.reference.clear();
            batch.reference.clear();
        }
        let moved = if L == 1 {
            lanes::take_records(kernel, order, positions, &single.reference, &mut single.positions)
        } else {
            lanes::take_atoms(kernel, order, positions.as_chunks().0, &batch.reference, &mut batch.positions)
        };
        if made && moved <= 0.25 * self.skin * self.skin {
            return;
        }
        let further = self.deformations.as_ref().map_or(0.0, |deformations| deformations.further);
        let subject =
            Subject { model: &self.model, cell: &self.cell, table: &self.table, order, skin: self.skin + further };
        if L == 1 {
            let records = &single.positions;
            self.list.rebuild(kernel, &subject, |a| [records[a].0[0], records[a].0[1], records[a].0[2]]);
            single.reference.clone_from(records);
        } else {
            self.list.rebuild_batch(kernel, &subject, &batch.positions);
            batch.reference.clone_from(&batch.positions);
        }
        self.rebuilds += 1;
    }

    /// Total potential energy of each configuration [L]; `forces` [3N][L] is overwritten with F = -dU/dx.
    pub fn forces(&mut self, positions: &[[f64; L]], forces: &mut [[f64; L]]) -> [f64; L] {
        self.sum_pairs(WithEnergies, positions, forces)
    }

    /// The forces of `forces`, without the energies, which saves a tenth of the time of a batch.
    pub fn forces_alone(&mut self, positions: &[[f64; L]], forces: &mut [[f64; L]]) {
        self.sum_pairs(ForcesAlone, positions, forces);
    }

    fn sum_pairs<E: Energies>(&mut self, which: E, positions: &[[f64; L]], forces: &mut [[f64; L]]) -> [f64; L] {
        self.take(positions);
        let mut energies = [0.0; L];
        let out = forces.as_flattened_mut();
        let (kernel, list, law) = (self.kernel, &self.list, &self.model.law);
        let (gradient, nearest) = (self.deformations.as_ref().map(|d| &*d.gradient), Nearest(&self.cell));
        if L == 1 {
            let Single { positions, forces, .. } = &mut self.single;
            energies[0] = with_pairs!(law, &self.table, list, |law, table| match gradient {
                None => lanes::single_forces(kernel, law, table, nearest, list, positions, forces),
                Some(gradient) => {
                    let images = Deformed { images: nearest, gradient };
                    lanes::single_forces(kernel, law, table, images, list, positions, forces)
                }
            });
            lanes::give_records(kernel, &self.order, forces, out);
        } else {
            let Batch { positions, forces, .. } = &mut self.batch;
            let batch = with_pairs!(law, &self.table, list, |law, table| match (gradient, list.shifts()) {
                (None, Some(shifts)) => {
                    lanes::batch_forces(kernel, which, law, table, Listed(shifts), list, positions, forces)
                }
                (None, None) => lanes::batch_forces(kernel, which, law, table, nearest, list, positions, forces),
                // rare: one form, with the bits of the others, is enough
                (Some(gradient), _) => {
                    let images = Deformed { images: nearest, gradient };
                    lanes::batch_forces(kernel, WithEnergies, law, table, images, list, positions, forces)
                }
            });
            energies.copy_from_slice(&batch[..L]);
            lanes::give_atoms(kernel, &self.order, forces, out.as_chunks_mut().0);
        }
        self.give(forces);
        energies
    }

    /// Hessian at `positions` times `vectors`, lane by lane [3N][L]: products = H(x) z.
    pub fn hessian_times(&mut self, positions: &[[f64; L]], vectors: &[[f64; L]], products: &mut [[f64; L]]) {
        self.take(positions);
        let deformed = self.deformations.as_ref().map(|deformations| deformations.vectors(vectors));
        let given = deformed.as_deref().unwrap_or(vectors).as_flattened();
        let (kernel, list, order, law) = (self.kernel, &self.list, &self.order[..], &self.model.law);
        let (gradient, nearest) = (self.deformations.as_ref().map(|d| &*d.gradient), Nearest(&self.cell));
        let out = products.as_flattened_mut();
        if L == 1 {
            let Single { positions, forces, vectors, .. } = &mut self.single;
            vectors.resize(positions.len(), Record::default());
            lanes::take_records(kernel, order, given, &[], vectors);
            with_pairs!(law, &self.table, list, |law, table| match gradient {
                None => lanes::single_hessian_times(kernel, law, table, nearest, list, positions, vectors, forces),
                Some(gradient) => {
                    let images = Deformed { images: nearest, gradient };
                    lanes::single_hessian_times(kernel, law, table, images, list, positions, vectors, forces);
                }
            });
            lanes::give_records(kernel, order, forces, out);
        } else {
            let Batch { positions, forces, vectors, .. } = &mut self.batch;
            vectors.resize(positions.len(), Atom::default());
            lanes::take_atoms(kernel, order, given.as_chunks().0, &[], vectors);
            with_pairs!(law, &self.table, list, |law, table| match (gradient, list.shifts()) {
                (None, Some(shifts)) => {
                    lanes::batch_hessian_times(kernel, law, table, Listed(shifts), list, positions, vectors, forces);
                }
                (None, None) => {
                    lanes::batch_hessian_times(kernel, law, table, nearest, list, positions, vectors, forces);
                }
                (Some(gradient), _) => {
                    let images = Deformed { images: nearest, gradient };
                    lanes::batch_hessian_times(kernel, law, table, images, list, positions, vectors, forces);
                }
            });
            lanes::give_atoms(kernel, order, forces, out.as_chunks_mut().0);
        }
        self.give(products);
    }

    /// `refresh` with the coordinates of the reference.
    fn take(&mut self, positions: &[[f64; L]]) {
        let taken = self.deformations.as_mut().and_then(|deformations| deformations.in_reference(positions));
        self.refresh(taken.as_deref().unwrap_or(positions.as_flattened()));
        if let Some(deformations) = &mut self.deformations {
            deformations.keep(taken);
        }
    }

    /// Converts the results for deformed pairs to the coordinates of the caller.
    fn give(&self, forces: &mut [[f64; L]]) {
        if let Some(deformations) = &self.deformations {
            deformations.forces(forces);
        }
    }
}
