//! The double well of a band that is not split: saddle, length, profile, curvatures.

use super::{ConnectTask, PathSearch};
use crate::error::Result;
use crate::forces::sums;
use crate::landscape::Displacement;
use crate::paths::double_well::{DoubleWell, LengthMethod, PathProfile, PathStatus};
use crate::paths::ends::{displacement_without, images_without};
use crate::paths::interpolation::{Curve, chord_lengths};
use crate::paths::krylov::{HessianAt, softest_along};
use crate::paths::profile::PROFILE_POINTS;
use crate::paths::vectors::{difference, normalise};
use crate::paths::{BandSearch, SaddleSearch};

/// Products spent on the soft modes at each end.
pub(in crate::paths) const SOFT_MODE_PRODUCTS: usize = 80;

impl ConnectTask {
    /// Makes the double well of an unsplit band, with the refined saddle in place of its top.
    pub(super) fn finish(
        &mut self,
        band: &BandSearch,
        status: PathStatus,
        saddle: Option<(&SaddleSearch, usize, i64)>,
    ) -> Result<PathSearch> {
        let coordinates = self.state.a.positions.len();
        let highest = (0..band.count()).max_by(|&i, &j| band.energies[i].total_cmp(&band.energies[j])).unwrap_or(0);
        let top = saddle.map_or(highest, |(_, top, _)| top);
        let (mut images, mut energies) = (band.images.clone(), band.energies.clone());
        if let Some((search, top, _)) = saddle {
            images[top * coordinates..(top + 1) * coordinates].copy_from_slice(&search.positions);
            energies[top] = search.energy;
        }
        let measured = images_without(&images, &self.state.loose);
        let Ok((length, profile)) = spline_profile(&measured, &energies, top, coordinates) else {
            return Ok(self.done(PathStatus::Diverged, None, Vec::new(), Vec::new()));
        };
        let position = images[top * coordinates..(top + 1) * coordinates].to_vec();
        let activation = sums::energy_difference(self.sum.model(), self.sum.cell(), &self.state.a.positions, &position);
        let (tangent_a, tangent_b) = end_tangents(&images, coordinates);
        let curvature_a = self.soft_curvature(&images[..coordinates], &tangent_a);
        let curvature_b = self.soft_curvature(&images[images.len() - coordinates..], &tangent_b);
        if self.settings.store_images && band.count() != self.settings.images {
            // a top was inserted: the file has the requested number of images
            images = Curve::new(&images, coordinates)?.resampled(self.settings.images);
        }
        let well = DoubleWell {
            a: self.state.a.index,
            b: self.state.b.index,
            status,
            asymmetry: self.state.asymmetry,
            activation,
            barrier: activation - 0.5 * self.state.asymmetry,
            length,
            length_method: LengthMethod::Spline,
            band_length: self.band_length(band),
            separation: Displacement::of(&self.displacement()),
            rattlers: self.state.loose.iter().filter(|loose| **loose).count() as u64,
            exchange: self.state.exchange,
            saddle_energy: energies[top],
            saddle_residual: saddle.map_or(band.residual, |(search, ..)| search.residual),
            negative_modes: saddle.map_or(-1, |(_, _, negative)| negative),
            negative_modes_a: self.state.negative.map_or(-1, |[a, _]| a),
            negative_modes_b: self.state.negative.map_or(-1, |[_, b]| b),
            tries: self.state.tries,
            force_evaluations: self.state.evaluations,
            curvature_a,
            curvature_b,
            curvature_saddle: saddle.map_or(f64::NAN, |(search, ..)| search.curvature),
            profile,
            saddle_position: position,
            tangent_a,
            tangent_b,
            unstable_mode: saddle.map_or_else(|| vec![0.0; coordinates], |(search, ..)| search.mode.clone()),
            images: if self.settings.store_images { images } else { Vec::new() },
        };
        Ok(self.done(status, Some(well), Vec::new(), Vec::new()))
    }

    fn band_length(&self, band: &BandSearch) -> f64 {
        let measured = images_without(&band.images, &self.state.loose);
        chord_lengths(&measured, self.state.a.positions.len()).last().copied().unwrap_or(0.0)
    }

    /// b - a [3N] of the particles that count.
    fn displacement(&self) -> Vec<f64> {
        let (a, b) = (&self.state.a.positions, &self.state.b.positions);
        match self.state.loose.is_empty() {
            true => difference(b, a),
            false => displacement_without(self.sum.cell(), a, b, &self.state.loose),
        }
    }

    fn soft_curvature(&mut self, minimum: &[f64], tangent: &[f64]) -> f64 {
        let mut hessian = HessianAt::new(&mut self.sum, minimum);
        let curvature = softest_along(&mut hessian, tangent, SOFT_MODE_PRODUCTS);
        self.state.evaluations += hessian.products;
        curvature
    }
}

/// Length of the spline through the images and the energies along it, above the first.
fn spline_profile(images: &[f64], energies: &[f64], top: usize, coordinates: usize) -> Result<(f64, PathProfile)> {
    let arc = Curve::new(images, coordinates)?.arc_lengths();
    let above: Vec<f64> = energies.iter().map(|e| e - energies[0]).collect();
    let length = arc[arc.len() - 1];
    // the top of a path without barrier is at an end
    let top = arc[top].clamp(1e-3 * length, 0.999 * length);
    Ok((length, PathProfile::resample(&arc, &above, top, PROFILE_POINTS)?))
}

/// Unit vectors from each end to the image next to it.
fn end_tangents(images: &[f64], coordinates: usize) -> (Vec<f64>, Vec<f64>) {
    let last = images.len() - coordinates;
    let towards = |to: &[f64], from: &[f64]| {
        let mut tangent = difference(to, from);
        normalise(&mut tangent);
        tangent
    };
    (
        towards(&images[coordinates..2 * coordinates], &images[..coordinates]),
        towards(&images[last - coordinates..last], &images[last..]),
    )
}
