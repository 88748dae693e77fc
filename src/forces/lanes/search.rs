//! Who is near a point: a pass over the coordinates of all particles.

use super::Kernel;
#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::*;

/// The particles near a point of a periodic box.
#[derive(Clone, Copy, Debug)]
pub struct Sphere {
    /// Fractions of the edges times 2^32: differences wrap to the minimum image.
    pub centre: [i32; 3],
    /// edge / 2^32
    pub scale: [f32; 3],
    /// r^2 below which a particle is inside.
    pub squared_radius: f32,
}

impl Sphere {
    /// r^2 of one particle, rounded as the blocks of sixteen round it: a pair is near or not whichever of its particles
    /// searches.
    #[inline(always)]
    pub fn squared_distance(&self, particle: [i32; 3]) -> f32 {
        let along = [0, 1, 2].map(|k| particle[k].wrapping_sub(self.centre[k]) as f32 * self.scale[k]);
        along[2].mul_add(along[2], along[1].mul_add(along[1], along[0] * along[0]))
    }
}

/// Appends to `found` the particles of `coordinates` [3][N] that are in the sphere, by rising index.
pub fn particles_within(kernel: Kernel, coordinates: &[Vec<i32>; 3], sphere: &Sphere, found: &mut Vec<u32>) {
    let particles = coordinates[0].len().min(coordinates[1].len()).min(coordinates[2].len());
    #[cfg(target_arch = "x86_64")]
    if kernel == Kernel::Avx512 && is_x86_feature_detected!("popcnt") {
        // SAFETY: `Kernel::available` lists AVX-512 only when the processor has it, and popcnt was just seen.
        let done = unsafe { sixteens(coordinates, particles, sphere, found) };
        return rest(coordinates, done, particles, sphere, found);
    }
    let _ = kernel;
    rest(coordinates, 0, particles, sphere, found);
}

fn rest(coordinates: &[Vec<i32>; 3], from: usize, to: usize, sphere: &Sphere, found: &mut Vec<u32>) {
    for i in from..to {
        if sphere.squared_distance([coordinates[0][i], coordinates[1][i], coordinates[2][i]]) < sphere.squared_radius {
            found.push(i as u32);
        }
    }
}

/// All whole blocks of sixteen; how many particles they are.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vl,avx512dq,fma,popcnt")]
fn sixteens(coordinates: &[Vec<i32>; 3], particles: usize, sphere: &Sphere, found: &mut Vec<u32>) -> usize {
    let [x, y, z] = coordinates;
    let (cx, cy, cz) =
        (_mm512_set1_epi32(sphere.centre[0]), _mm512_set1_epi32(sphere.centre[1]), _mm512_set1_epi32(sphere.centre[2]));
    let (sx, sy, sz) =
        (_mm512_set1_ps(sphere.scale[0]), _mm512_set1_ps(sphere.scale[1]), _mm512_set1_ps(sphere.scale[2]));
    let largest = _mm512_set1_ps(sphere.squared_radius);
    let blocks = particles / 16;
    let count_up = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    let mut count = found.len();
    found.reserve(particles + 16);
    let rows = x.as_chunks::<16>().0.iter().zip(y.as_chunks::<16>().0).zip(z.as_chunks::<16>().0).take(blocks);
    for (block, ((x, y), z)) in rows.enumerate() {
        // SAFETY: sixteen numbers are there; the loads need no alignment.
        let (x, y, z) = unsafe {
            (
                _mm512_loadu_si512(x.as_ptr().cast()),
                _mm512_loadu_si512(y.as_ptr().cast()),
                _mm512_loadu_si512(z.as_ptr().cast()),
            )
        };
        let dx = _mm512_mul_ps(_mm512_cvtepi32_ps(_mm512_sub_epi32(x, cx)), sx);
        let dy = _mm512_mul_ps(_mm512_cvtepi32_ps(_mm512_sub_epi32(y, cy)), sy);
        let dz = _mm512_mul_ps(_mm512_cvtepi32_ps(_mm512_sub_epi32(z, cz)), sz);
        let r2 = _mm512_fmadd_ps(dz, dz, _mm512_fmadd_ps(dy, dy, _mm512_mul_ps(dx, dx)));
        let hits = _mm512_cmp_ps_mask::<_CMP_LT_OQ>(r2, largest);
        let indices = _mm512_add_epi32(_mm512_set1_epi32(16 * block as i32), count_up);
        let packed = _mm512_maskz_compress_epi32(hits, indices);
        // SAFETY: `found` has room for all particles and sixteen more; the store needs no alignment.
        unsafe { _mm512_storeu_si512(found.as_mut_ptr().add(count).cast(), packed) };
        count += hits.count_ones() as usize;
    }
    // SAFETY: so many were written.
    unsafe { found.set_len(count) };
    16 * blocks
}
