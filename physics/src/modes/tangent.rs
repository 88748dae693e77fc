//! The start of a minimum-energy path and the modes of its minimum: how the first segment turns into a mode as the path is
//! discretised more finely (Khomenko et al., Phys. Rev. Materials 5, 055602 (2021), Figs. 4 and 5,
//! doi:10.1103/PhysRevMaterials.5.055602).

use super::overlap::best_overlaps;
use crate::error::{Error, Result};
use crate::paths::PathPoints;
use serde::Serialize;

/// Numbers of images of the study, from the usual band to the finest.
pub const TANGENT_IMAGES: [usize; 6] = [40, 80, 160, 240, 400, 600];

/// The displacements of a double well that are compared with modes of minimum a.
#[derive(Clone, Debug, PartialEq)]
pub struct WellFields {
    /// r_12 [3N] for each number of images: from a to the second of the images, which lie at equal arc lengths.
    pub first_segments: Vec<Vec<f64>>,
    /// r_AS = saddle - a [3N].
    pub to_saddle: Vec<f64>,
    /// r_AB = b - a [3N].
    pub to_b: Vec<f64>,
}

impl WellFields {
    /// Of a path, for numbers of images with both ends (at least 2).
    ///
    /// # Errors
    /// `Error::Usage` when there is no path or a number of images is below 2.
    pub fn new(path: &PathPoints, images: &[usize]) -> Result<Self> {
        if path.count() < 2 {
            return Err(Error::Usage(format!("fields of a path of status {:?}: there is none", path.status)));
        }
        if let Some(few) = images.iter().find(|images| **images < 2) {
            return Err(Error::Usage(format!("a path of {few} images has no first segment: at least 2 are needed")));
        }
        let from_a =
            |positions: &[f64]| -> Vec<f64> { positions.iter().zip(path.position(0)).map(|(x, a)| x - a).collect() };
        let first = |images: &usize| from_a(&path.at(path.length() / (images - 1) as f64));
        Ok(Self {
            first_segments: images.iter().map(first).collect(),
            to_saddle: from_a(path.position(path.saddle)),
            to_b: from_a(path.position(path.count() - 1)),
        })
    }
}

/// The largest overlaps of one field with any mode, and with which.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct BestOverlap {
    /// max c
    pub scalar: f64,
    /// Mode of the largest c, counted from 0 in the modes given.
    pub scalar_mode: usize,
    /// max a
    pub magnitude: f64,
    pub magnitude_mode: usize,
}

impl BestOverlap {
    /// Of a field [3N] with modes [K][3N]; NaN when there are no modes.
    pub fn new<V: AsRef<[f64]>>(field: &[f64], modes: &[V]) -> Self {
        let ((scalar_mode, scalar), (magnitude_mode, magnitude)) = best_overlaps(field, modes);
        Self { scalar, scalar_mode, magnitude, magnitude_mode }
    }
}

/// How much of a mode of minimum a is in the displacements of a double well.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TangentStudy {
    /// Numbers of images [n].
    pub images: Vec<usize>,
    /// Of r_12 [n].
    pub first_segments: Vec<BestOverlap>,
    pub to_saddle: BestOverlap,
    pub to_b: BestOverlap,
}

/// Overlaps of r_12, r_AS and r_AB with the modes [K][3N] of minimum a, which should be all, for the maximum over modes.
///
/// # Errors
/// As [`WellFields::new`].
pub fn tangent_study<V: AsRef<[f64]>>(path: &PathPoints, images: &[usize], modes: &[V]) -> Result<TangentStudy> {
    let fields = WellFields::new(path, images)?;
    Ok(TangentStudy {
        images: images.to_vec(),
        first_segments: fields.first_segments.iter().map(|field| BestOverlap::new(field, modes)).collect(),
        to_saddle: BestOverlap::new(&fields.to_saddle, modes),
        to_b: BestOverlap::new(&fields.to_b, modes),
    })
}
