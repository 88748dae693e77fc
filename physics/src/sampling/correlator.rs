//! Correlations of a run with its own past, at logarithmically spaced lags and from several time origins.

use serde::{Deserialize, Serialize};

/// Number of origins of a long lag that are followed at a time, a quarter of the lag apart.
const ORIGINS: u64 = 4;
/// With `Octaves`, origins are not closer to each other than the lag or this many ticks.
const NEAREST_ORIGINS: u64 = 8;

/// Which lags are measured, and how far apart their origins are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LagSchedule {
    /// Lags of 1, 2, 4, ... ticks; successive origins up to 8 ticks, a quarter of the lag apart from 32 on: 2.25
    /// evaluations per tick.
    Octaves,
    /// Lags of 1, 2, 3, 4, 6, 8, 12, ... ticks; origins a quarter of the lag apart, but at least `nearest` ticks: about
    /// (2 log2(nearest) + 9) / nearest evaluations per tick.
    HalfOctaves { nearest: u64 },
}

impl LagSchedule {
    /// Ticks of the lag number `level`.
    pub fn lag(self, level: usize) -> u64 {
        match (self, level) {
            (LagSchedule::Octaves, _) => 1 << level,
            (LagSchedule::HalfOctaves { .. }, 0) => 1,
            (LagSchedule::HalfOctaves { .. }, _) => (2 + (level as u64 - 1) % 2) << ((level - 1) / 2),
        }
    }

    /// Ticks between two origins.
    fn spacing(self, level: usize) -> u64 {
        let lag = self.lag(level);
        match self {
            LagSchedule::Octaves => lag.min(NEAREST_ORIGINS).max(lag / ORIGINS),
            LagSchedule::HalfOctaves { nearest } => nearest.max(lag / ORIGINS),
        }
    }

    /// The first tick after 0 at which there is something to do for a lag.
    fn first(self, level: usize) -> u64 {
        self.spacing(level).min(self.lag(level))
    }
}

/// Positions and species at a time origin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// [3N], unwrapped
    pub positions: Vec<f64>,
    /// [N], or empty where species are not needed
    pub species: Vec<u8>,
}

/// Sums of quantities that compare a configuration with an earlier one, by lag. Serialisable; the memory grows as the
/// logarithm of the run's length.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Correlator {
    schedule: LagSchedule,
    ticks: u64,
    origin: Snapshot,
    lags: Vec<Lag>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Lag {
    /// The latest origins in a ring: that of tick t at index t / spacing modulo their number.
    snapshots: Vec<Snapshot>,
    sums: Vec<f64>,
    count: u64,
}

/// The mean of one lag over its origins.
#[derive(Clone, Debug, PartialEq)]
pub struct Correlation<'a> {
    /// [ticks]
    pub lag: u64,
    pub count: u64,
    sums: &'a [f64],
}

impl Correlation<'_> {
    /// Mean of the quantity number `place`.
    pub fn mean(&self, place: usize) -> f64 {
        self.sums[place] / self.count as f64
    }

    /// Number of measured quantities.
    pub fn width(&self) -> usize {
        self.sums.len()
    }
}

impl Correlator {
    /// Time starts at this snapshot.
    pub fn new(origin: Snapshot, schedule: LagSchedule) -> Self {
        Self { schedule, ticks: 0, origin, lags: Vec::new() }
    }

    /// Ticks since the start.
    pub fn ticks(&self) -> u64 {
        self.ticks
    }

    /// Ticks between two origins of the shortest lag.
    pub fn nearest_origins(&self) -> u64 {
        self.schedule.spacing(0)
    }

    /// The next tick at which [`Correlator::record`] has something to do; it must be called then.
    pub fn next_event(&self) -> u64 {
        let mut next = u64::MAX;
        for level in 0.. {
            if self.schedule.first(level) > next {
                break;
            }
            let (lag, spacing) = (self.schedule.lag(level), self.schedule.spacing(level));
            let snapshot = (self.ticks / spacing + 1) * spacing;
            let measured = if self.ticks < lag { lag } else { lag + ((self.ticks - lag) / spacing + 1) * spacing };
            next = next.min(snapshot).min(measured);
        }
        next
    }

    /// At tick number `tick` the particles are at `positions` [3N] (unwrapped) and have the species `species` ([N] or
    /// empty). `measure(past)` gives the quantities that compare them with an earlier snapshot, always the same number.
    pub fn record<V: AsRef<[f64]>>(
        &mut self,
        tick: u64,
        positions: &[f64],
        species: &[u8],
        mut measure: impl FnMut(&Snapshot) -> V,
    ) {
        self.ticks = tick;
        for level in 0.. {
            if self.schedule.first(level) > tick {
                break;
            }
            let (ticks, spacing) = (self.schedule.lag(level), self.schedule.spacing(level));
            if self.lags.len() == level {
                self.lags.push(Lag { snapshots: vec![self.origin.clone()], sums: Vec::new(), count: 0 });
            }
            let (lag, origins) = (&mut self.lags[level], ticks.div_ceil(spacing));
            if tick >= ticks && (tick - ticks).is_multiple_of(spacing) {
                let past = ((tick - ticks) / spacing % origins) as usize;
                lag.add(measure(&lag.snapshots[past]).as_ref());
            }
            if tick.is_multiple_of(spacing) {
                lag.keep((tick / spacing % origins) as usize, positions, species);
            }
        }
    }

    /// The lags that fit into the run, increasing.
    pub fn correlations(&self) -> impl Iterator<Item = Correlation<'_>> {
        let measured = self.lags.iter().enumerate().take_while(|(_, lag)| lag.count > 0);
        measured.map(|(level, lag)| Correlation { lag: self.schedule.lag(level), count: lag.count, sums: &lag.sums })
    }
}

impl Lag {
    fn add(&mut self, values: &[f64]) {
        self.sums.resize(values.len(), 0.0);
        for (sum, value) in self.sums.iter_mut().zip(values) {
            *sum += value;
        }
        self.count += 1;
    }

    fn keep(&mut self, place: usize, positions: &[f64], species: &[u8]) {
        match self.snapshots.get_mut(place) {
            Some(oldest) => {
                oldest.positions.copy_from_slice(positions);
                oldest.species.copy_from_slice(species);
            }
            None => self.snapshots.push(Snapshot { positions: positions.to_vec(), species: species.to_vec() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every lag is measured against the snapshot of exactly that many ticks earlier, from the origins of the schedule.
    #[test]
    fn lags_are_what_they_say() {
        for schedule in
            [LagSchedule::Octaves, LagSchedule::HalfOctaves { nearest: 20 }, LagSchedule::HalfOctaves { nearest: 2 }]
        {
            let at = |tick: u64| vec![tick as f64];
            let mut correlator = Correlator::new(Snapshot { positions: at(0), species: vec![0] }, schedule);
            let mut calls = 0;
            while correlator.ticks() < 3000 {
                let tick = correlator.next_event();
                correlator.record(tick, &at(tick), &[(tick % 250) as u8], |past| {
                    calls += 1;
                    assert_eq!(past.species[0] as f64, past.positions[0] % 250.0);
                    [tick as f64 - past.positions[0]]
                });
            }
            let lags: Vec<u64> = correlator.correlations().map(|correlation| correlation.lag).collect();
            assert!(lags.windows(2).all(|pair| pair[0] < pair[1]) && *lags.last().unwrap() > 1500, "{lags:?}");
            for (level, correlation) in correlator.correlations().enumerate() {
                assert_eq!(correlation.mean(0), correlation.lag as f64, "{schedule:?}");
                let due = (correlator.ticks() - correlation.lag) / schedule.spacing(level) + 1;
                assert_eq!(correlation.count, due, "{schedule:?} lag {}", correlation.lag);
            }
            println!("{schedule:?}: {:.2} evaluations a tick", calls as f64 / correlator.ticks() as f64);
        }
        let half: Vec<u64> = (0..9).map(|level| LagSchedule::HalfOctaves { nearest: 1 }.lag(level)).collect();
        assert_eq!(half, [1, 2, 3, 4, 6, 8, 12, 16, 24]);
    }
}
