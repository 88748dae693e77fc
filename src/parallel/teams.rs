//! Ranks that work on one task together: subsets of the communicator, and exchange of numbers between their members.

use super::Ranks;
use crate::error::{Error, Result};

impl Ranks {
    /// Collective: the ranks with the same `team`, in the order of their ranks here. Errors and idle times of a subset
    /// are separate from those of the whole.
    pub fn split(&self, team: usize) -> Ranks {
        let mut part = Ranks::with_form(self.timed(|| self.form.split(team)));
        part.limit = self.limit;
        part
    }

    /// Collective: every rank's numbers, by rank, as raw bytes between machines of the same kind.
    ///
    /// # Errors
    /// `Internal` when the number of bytes is not a multiple of a number's size.
    pub fn gather_numbers(&self, own: &[f64]) -> Result<Vec<Vec<f64>>> {
        let gathered = self.timed(|| self.form.gather(bytemuck::cast_slice(own), self.limit));
        gathered.iter().map(|bytes| as_numbers(bytes)).collect()
    }

    /// Sends numbers to a rank that will call [`Ranks::receive_numbers`]; may wait until it does.
    pub fn send_numbers(&self, destination: usize, numbers: &[f64]) {
        self.timed(|| self.form.send_bytes(destination, bytemuck::cast_slice(numbers)));
    }

    /// Waits for the numbers that a rank sends.
    ///
    /// # Errors
    /// `Internal` when the number of bytes is not a multiple of a number's size.
    pub fn receive_numbers(&self, source: usize) -> Result<Vec<f64>> {
        as_numbers(&self.timed(|| self.form.receive_bytes(source)))
    }
}

fn as_numbers(bytes: &[u8]) -> Result<Vec<f64>> {
    if !bytes.len().is_multiple_of(size_of::<f64>()) {
        return Err(Error::Internal(format!("{} bytes of numbers arrived", bytes.len())));
    }
    Ok(bytemuck::allocation::pod_collect_to_vec(bytes))
}
