//! Particles near a point: a pass over the coordinates of all particles.

use super::kernel::{InstructionSet, Kernel};
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
    /// r^2 below which it is in the core of the sphere.
    pub squared_core: f32,
}

/// The particles of a sphere, in increasing order of their indices.
#[derive(Clone, Debug, Default)]
pub struct Inside {
    pub core: Vec<u32>,
    pub shell: Vec<u32>,
}

impl Sphere {
    /// r^2 of one particle, rounded as in the blocks of sixteen: whether a pair is near does not depend on which of its
    /// particles searches.
    #[inline(always)]
    fn squared_distance(&self, particle: [i32; 3]) -> f32 {
        let mut along = [0.0_f32; 3];
        for k in 0..3 {
            along[k] = particle[k].wrapping_sub(self.centre[k]) as f32 * self.scale[k];
        }
        along[2].mul_add(along[2], along[1].mul_add(along[1], along[0] * along[0]))
    }
}

/// Fills `inside` with the particles of `coordinates` [3][N] that are in the sphere.
pub fn particles_within(kernel: Kernel, coordinates: &[Vec<i32>; 3], sphere: &Sphere, inside: &mut Inside) {
    let particles = coordinates[0].len().min(coordinates[1].len()).min(coordinates[2].len());
    inside.core.clear();
    inside.shell.clear();
    match kernel.set() {
        #[cfg(target_arch = "x86_64")]
        InstructionSet::Avx512 => {
            // SAFETY: a kernel with AVX-512 exists only where the processor was seen to have these features.
            let done = unsafe { sixteens(coordinates, particles, sphere, inside) };
            // SAFETY: such a kernel promises AVX2 and FMA, too.
            unsafe { rest_fused(coordinates, done, particles, sphere, inside) }
        }
        #[cfg(target_arch = "x86_64")]
        // SAFETY: a kernel with AVX2 exists only where the processor was seen to have these features.
        InstructionSet::Avx2 => unsafe { rest_fused(coordinates, 0, particles, sphere, inside) },
        InstructionSet::Portable => rest(coordinates, 0, particles, sphere, inside),
    }
}

#[inline(always)]
fn rest(coordinates: &[Vec<i32>; 3], from: usize, to: usize, sphere: &Sphere, inside: &mut Inside) {
    for i in from..to {
        let r2 = sphere.squared_distance([coordinates[0][i], coordinates[1][i], coordinates[2][i]]);
        if r2 < sphere.squared_core {
            inside.core.push(i as u32);
        } else if r2 < sphere.squared_radius {
            inside.shell.push(i as u32);
        }
    }
}

/// `rest` with `mul_add` as one instruction.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn rest_fused(coordinates: &[Vec<i32>; 3], from: usize, to: usize, sphere: &Sphere, inside: &mut Inside) {
    rest(coordinates, from, to, sphere, inside);
}

/// All whole blocks of sixteen; how many particles they are.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vl,avx512dq,fma,popcnt")]
fn sixteens(coordinates: &[Vec<i32>; 3], particles: usize, sphere: &Sphere, inside: &mut Inside) -> usize {
    let [x, y, z] = coordinates;
    let (cx, cy, cz) =
        (_mm512_set1_epi32(sphere.centre[0]), _mm512_set1_epi32(sphere.centre[1]), _mm512_set1_epi32(sphere.centre[2]));
    let (sx, sy, sz) =
        (_mm512_set1_ps(sphere.scale[0]), _mm512_set1_ps(sphere.scale[1]), _mm512_set1_ps(sphere.scale[2]));
    let (radius, core) = (_mm512_set1_ps(sphere.squared_radius), _mm512_set1_ps(sphere.squared_core));
    let blocks = particles / 16;
    let count_up = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    let no_core = sphere.squared_core <= 0.0;
    let mut counts = [0; 2];
    inside.core.reserve(particles + 16);
    inside.shell.reserve(particles + 16);
    let out = [inside.core.as_mut_ptr(), inside.shell.as_mut_ptr()];
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
        let in_core = _mm512_cmp_ps_mask::<_CMP_LT_OQ>(r2, core);
        let in_shell = _mm512_cmp_ps_mask::<_CMP_LT_OQ>(r2, radius) & !in_core;
        let indices = _mm512_add_epi32(_mm512_set1_epi32(16 * block as i32), count_up);
        for (place, hits) in [in_core, in_shell].into_iter().enumerate() {
            if place == 0 && no_core {
                continue;
            }
            let packed = _mm512_maskz_compress_epi32(hits, indices);
            // SAFETY: there is room for all particles and sixteen more; the store needs no alignment.
            unsafe { _mm512_storeu_si512(out[place].add(counts[place]).cast(), packed) };
            counts[place] += hits.count_ones() as usize;
        }
    }
    // SAFETY: so many were written.
    unsafe {
        inside.core.set_len(counts[0]);
        inside.shell.set_len(counts[1]);
    }
    16 * blocks
}
