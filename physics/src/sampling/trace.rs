//! A record of a run whose length stays bounded.

use serde::{Deserialize, Serialize};

/// Points at which every second one is dropped.
const MOST_POINTS: usize = 1024;

/// (time, value) at equal time intervals, which double whenever the record is full.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trace {
    stride: u64,
    offered: u64,
    pub time: Vec<f64>,
    pub value: Vec<f64>,
}

impl Default for Trace {
    fn default() -> Self {
        Self { stride: 1, offered: 0, time: Vec::new(), value: Vec::new() }
    }
}

impl Trace {
    /// Offers the next point; it is kept if it is due.
    pub fn offer(&mut self, time: f64, value: f64) {
        if self.offered.is_multiple_of(self.stride) {
            if self.time.len() == MOST_POINTS {
                halve(&mut self.time);
                halve(&mut self.value);
                self.stride *= 2;
            }
            // a full record is halved at an even multiple of the old stride, so that the point is due for the new
            // stride
            self.time.push(time);
            self.value.push(value);
        }
        self.offered += 1;
    }
}

fn halve(points: &mut Vec<f64>) {
    let mut index = 0;
    points.retain(|_| {
        index += 1;
        index % 2 == 1
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_stay_equidistant_and_few() {
        let mut trace = Trace::default();
        for n in 0..100_000 {
            trace.offer(n as f64, -(n as f64));
        }
        assert!(trace.time.len() > MOST_POINTS / 2 - 2 && trace.time.len() <= MOST_POINTS, "{}", trace.time.len());
        let stride = trace.time[1];
        assert!(trace.time.iter().enumerate().all(|(n, &t)| t == n as f64 * stride));
        assert!(trace.time.last().is_some_and(|&t| t > 100_000.0 - 1.0 - stride));
        assert!(trace.time.iter().zip(&trace.value).all(|(t, v)| *v == -t));
    }
}
