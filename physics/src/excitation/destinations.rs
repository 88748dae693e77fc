//! Transitions of a glass that lead to the same minimum.

use crate::landscape::same_displacement;

/// A displacement field [3N] in single precision.
#[derive(Clone, Debug)]
pub struct Moved {
    field: Vec<f32>,
    length: f64,
}

/// The distinct destinations of a glass, numbered in the order of their first appearance.
#[derive(Clone, Debug, Default)]
pub struct Destinations {
    known: Vec<Moved>,
}

impl Destinations {
    /// The number of the destination of a transition; a new one if it differs from all before: |dr_1 - dr_2| < 1e-2
    /// min(|dr_1|, |dr_2|) is the same.
    pub fn number(&mut self, field: &[f32]) -> usize {
        let wide = |field: &[f32]| -> Vec<f64> { field.iter().map(|d| f64::from(*d)).collect() };
        let own = wide(field);
        let length = own.iter().map(|d| d * d).sum::<f64>().sqrt();
        let alike = |known: &Moved| {
            // fields whose lengths differ by more are not the same
            (known.length - length).abs() < 0.011 * known.length.min(length).max(0.01)
                && same_displacement(&wide(&known.field), &own)
        };
        if let Some(number) = self.known.iter().position(alike) {
            return number;
        }
        self.known.push(Moved { field: field.to_vec(), length });
        self.known.len() - 1
    }

    /// Number of distinct destinations.
    pub fn count(&self) -> usize {
        self.known.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn destinations_are_distinguished_by_direction_and_length() {
        let mut all = Destinations::default();
        let field = |scale: f32, turn: f32| vec![scale, scale * turn, 0.0, -scale, 0.0, 0.0];
        assert_eq!(all.number(&field(0.3, 0.0)), 0);
        assert_eq!(all.number(&field(0.302, 0.0)), 0);
        assert_eq!(all.number(&field(0.31, 0.0)), 1);
        assert_eq!(all.number(&field(0.3, 0.1)), 2);
        assert_eq!(all.number(&field(-0.3, 0.0)), 3);
        assert_eq!(all.number(&field(3e-3, 0.0)), 4);
        assert_eq!(all.number(&field(3.1e-3, 0.0)), 5);
        assert_eq!(all.number(&field(0.3, 0.0)), 0);
        assert_eq!(all.count(), 6);
    }
}
