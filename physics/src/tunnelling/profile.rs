//! The energy profile of a double well and its continuation beyond the data.

use super::quadrature::{Cubic, Power, integrate};
use crate::error::{Error, Result};
use crate::paths::spline::CubicSpline;

/// Largest distance of an end of the data from xi = 0 or 1 at which it counts as that minimum.
const AT_MINIMUM: f64 = 1e-9;
/// Farthest position of a profile from its minima, in lengths of the path: wave functions end long before.
const FARTHEST: f64 = 100.0;
/// Largest height above the lowest V, in medians of all heights above it: no grid resolves both.
const HIGHEST: f64 = 1e6;
/// How far the spline may swing beyond the data, in ranges of the data.
const WIDEST_SWING: f64 = 1e3;

/// Energy along a minimum-energy path, as data.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Profile {
    /// Reduced arc length xi = s/d [points], increasing; the two minima are xi = 0 and xi = 1. Data may extend beyond
    /// them.
    pub xi: Vec<f64>,
    /// V [points] in epsilon, any zero.
    pub energy: Vec<f64>,
    /// d, the arc length between the minima [sigma].
    pub length: f64,
    /// d2V/dxi2 = d^2 d2V/ds2 at xi = 0 and xi = 1; None: the spline's.
    pub curvature: [Option<f64>; 2],
}

impl Profile {
    /// From arc lengths s (0 ... d) and the curvatures d2V/ds2 at both minima.
    pub fn from_arc_length(arc_length: &[f64], energy: &[f64], curvature: [Option<f64>; 2]) -> Self {
        let length = arc_length.last().copied().unwrap_or(f64::NAN);
        Self {
            xi: arc_length.iter().map(|s| s / length).collect(),
            energy: energy.to_vec(),
            length,
            curvature: curvature.map(|k| k.map(|k| k * length * length)),
        }
    }

    /// How far the minimum next to xi = 0, and the one next to xi = 1, is away: the step -V'/V'' of the spline through the
    /// data. None where V does not curve upwards, so that no minimum is near.
    ///
    /// # Errors
    /// `Error::Numerical` when the numbers do not define a profile.
    pub fn distances_to_minima(&self) -> Result<[Option<f64>; 2]> {
        let potential = Potential::new(self)?;
        let step = |xi: f64| {
            let [_, slope, curvature, _] = potential.spline.derivatives(xi);
            (curvature > 0.0).then_some(-slope / curvature)
        };
        Ok(match potential.mirrored {
            false => [step(0.0), step(1.0)],
            true => [step(1.0), step(0.0)].map(|distance| distance.map(|distance| -distance)),
        })
    }

    /// The same V(xi) on a path of another length d [sigma].
    pub fn with_length(self, length: f64) -> Self {
        Self { length, ..self }
    }

    /// The profile with each well reflected about its minimum, V(-xi) = V(xi) up to the highest point between the minima, and
    /// the position of this point. For data from xi = 0 to 1.
    pub fn reflected(&self) -> (Self, f64) {
        let highest = (0..self.xi.len()).max_by(|i, j| self.energy[*i].total_cmp(&self.energy[*j])).unwrap_or(0);
        let inner = |k: &usize| self.xi[*k] > AT_MINIMUM && self.xi[*k] < 1.0 - AT_MINIMUM;
        let left = (1..=highest).rev().filter(inner).map(|k| (-self.xi[k], self.energy[k]));
        let right = (highest..self.xi.len()).rev().filter(inner).map(|k| (2.0 - self.xi[k], self.energy[k]));
        let own = self.xi.iter().copied().zip(self.energy.iter().copied());
        let (xi, energy) = left.chain(own).chain(right).unzip();
        (Self { xi, energy, ..self.clone() }, self.xi.get(highest).copied().unwrap_or(f64::NAN))
    }

    /// The lowest V of the data.
    fn lowest(&self) -> f64 {
        self.energy.iter().copied().fold(f64::INFINITY, f64::min)
    }

    /// Refuses data of which no path has any like: the integrals and grids would not end in a lifetime.
    fn check_proportions(&self) -> Result<()> {
        let off = |xi: f64| (-xi).max(xi - 1.0);
        if let Some(xi) = self.xi.iter().find(|xi| off(**xi) > FARTHEST) {
            return Err(Error::Numerical(format!(
                "xi = {xi:?} is out of all proportion: the minima are at xi = 0 and 1, and a profile extends at most \
                 {FARTHEST} beyond them"
            )));
        }
        let lowest = self.lowest();
        let mut heights: Vec<f64> = self.energy.iter().map(|v| v - lowest).filter(|height| *height > 0.0).collect();
        heights.sort_by(f64::total_cmp);
        let Some(median) = heights.get(heights.len() / 2) else { return Ok(()) };
        let most = HIGHEST * median;
        match self.xi.iter().zip(&self.energy).find(|(_, v)| *v - lowest > most || (*v - lowest).is_infinite()) {
            Some((xi, v)) => Err(Error::Numerical(format!(
                "V = {v:e} at xi = {xi:?} is out of all proportion: half of the values are within {median:e} of the lowest"
            ))),
            None => Ok(()),
        }
    }

    fn check(&self) -> Result<()> {
        if !(self.length.is_finite() && self.length > 0.0) {
            return Err(Error::Numerical(format!(
                "the length of a path must be a positive number, got {}",
                self.length
            )));
        }
        let (first, last) = (self.xi.first().copied(), self.xi.last().copied());
        match (first, last) {
            (Some(first), Some(last)) if first <= AT_MINIMUM && last >= 1.0 - AT_MINIMUM => self.check_proportions(),
            _ => Err(Error::Numerical(format!(
                "a profile must extend from one minimum, xi = 0, to the other, xi = 1: it extends from {first:?} to \
                 {last:?}"
            ))),
        }
    }
}

/// V beyond one end of the data, as a function of the distance u >= 0 from that end: value + slope u + curvature u^2/2.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Continuation {
    pub end: f64,
    pub value: f64,
    pub slope: f64,
    pub curvature: f64,
    /// Outward V' of the spline just inside, minus `slope`: a kink at the end of the data.
    pub kink: f64,
}

impl Continuation {
    /// Beyond a minimum: the parabola of its curvature, without slope. Beyond an end further out: the spline's value,
    /// slope and curvature continue if they rise, otherwise there is a wall.
    fn new(spline: &CubicSpline, end: f64, outwards: f64, curvature: Option<f64>) -> Self {
        let [value, slope, second, _] = spline.derivatives(end);
        let slope = slope * outwards;
        match curvature {
            Some(curvature) => Self { end, value, slope: 0.0, curvature, kink: slope },
            None => Self { end, value, slope: slope.max(0.0), curvature: second.max(0.0), kink: 0.0 },
        }
    }

    fn value(&self, u: f64) -> f64 {
        self.value + u * (self.slope + 0.5 * u * self.curvature)
    }

    /// Whether V increases without bound.
    fn confines(&self) -> bool {
        self.slope >= 0.0 && self.curvature >= 0.0 && self.slope + self.curvature > 0.0
    }

    /// Where V = energy >= value.
    fn turning_distance(&self, energy: f64) -> f64 {
        let excess = (energy - self.value).max(0.0);
        if excess == 0.0 {
            0.0
        } else {
            2.0 * excess / (self.slope + self.slope.hypot((2.0 * self.curvature * excess).sqrt()))
        }
    }

    /// The distance at which int sqrt(V - energy) from the turning point reaches `wanted`.
    fn decay_distance(&self, energy: f64, wanted: f64) -> f64 {
        let turning = self.turning_distance(energy);
        let decay = |width: f64| {
            let f = |u: f64| 2.0 * u * (self.value(turning + u * u) - energy).max(0.0).sqrt();
            integrate(&f, 0.0, width.sqrt())
        };
        let mut high = 1e-6 + 0.01 * turning;
        while decay(high) < wanted && high < 1e12 {
            high *= 2.0;
        }
        // the domain may be slightly too wide, never too narrow
        let mut low = 0.5 * high;
        for _ in 0..8 {
            let middle = 0.5 * (low + high);
            if decay(middle) < wanted { low = middle } else { high = middle }
        }
        turning + high
    }
}

/// Refuses points so few or so uneven that the spline through them leaves the range of the data by far.
fn check_swing(spline: &CubicSpline, energy: &[f64]) -> Result<()> {
    let range = energy.iter().copied().fold(0.0, f64::max);
    let swings = spline.stationary_points().into_iter().find(|point| {
        let within = point.value.abs() <= WIDEST_SWING * range;
        !within
    });
    match swings {
        Some(point) if range > 0.0 => Err(Error::Numerical(format!(
            "the curve through the points swings out of all proportion at xi = {:?}, to {:e} from the lowest V, where all \
             points are within {range:e} of it: give more points there",
            point.position, point.value
        ))),
        _ => Ok(()),
    }
}

/// V(xi) everywhere: the spline within the data, a continuation beyond each end. Energies are measured from the lowest V of
/// the data: levels of 1e-6 would drown in the rounding of a large constant.
#[derive(Clone, Debug)]
pub(crate) struct Potential {
    /// V of the data is this much higher.
    pub offset: f64,
    pub spline: CubicSpline,
    /// Left and right.
    pub beyond: [Continuation; 2],
    /// d2V/dxi2 at xi = 0 and 1.
    pub curvature: [f64; 2],
    /// Whether the profile was turned round, so that xi = 0 is the lower minimum.
    pub mirrored: bool,
}

impl Potential {
    /// Mirrors the profile if necessary, so that the lower minimum (at equal energies, the first one) is at xi = 0.
    pub fn new(profile: &Profile) -> Result<Self> {
        profile.check()?;
        let offset = profile.lowest();
        let energy: Vec<f64> = profile.energy.iter().map(|v| v - offset).collect();
        let given = CubicSpline::new(&profile.xi, &energy)?;
        check_swing(&given, &energy)?;
        let mirrored = given.value(1.0) < given.value(0.0);
        let (spline, curvature) = if mirrored {
            let xi: Vec<f64> = profile.xi.iter().rev().map(|xi| 1.0 - xi).collect();
            let energy: Vec<f64> = energy.iter().rev().copied().collect();
            (CubicSpline::new(&xi, &energy)?, [profile.curvature[1], profile.curvature[0]])
        } else {
            (given, profile.curvature)
        };
        let curvature = [0.0, 1.0].map(|xi| curvature[xi as usize].unwrap_or_else(|| spline.second_derivative(xi)));
        let (first, last) = spline.range();
        let at = |end: f64, minimum: f64| ((end - minimum).abs() <= AT_MINIMUM).then_some(curvature[minimum as usize]);
        let left = Continuation::new(&spline, first, -1.0, at(first, 0.0));
        let right = Continuation::new(&spline, last, 1.0, at(last, 1.0));
        Ok(Self { offset, spline, beyond: [left, right], curvature, mirrored })
    }

    /// The same with walls at the ends of data that extend beyond the minima.
    pub fn between_walls(mut self) -> Self {
        for side in self.beyond.iter_mut().filter(|side| side.end < -AT_MINIMUM || side.end > 1.0 + AT_MINIMUM) {
            (side.slope, side.curvature, side.kink) = (0.0, 0.0, 0.0);
        }
        self
    }

    pub fn value(&self, xi: f64) -> f64 {
        let [left, right] = &self.beyond;
        if xi < left.end {
            left.value(left.end - xi)
        } else if xi > right.end {
            right.value(xi - right.end)
        } else {
            self.spline.value(xi)
        }
    }

    /// V at a node of a grid of step h. Where the slope jumps by J at the end of the data, the 5-point stencil with the
    /// bare value is in error by -J h psi^2/12; J h/12 more at that node leaves no error of second order.
    pub fn node_value(&self, xi: f64, h: f64) -> f64 {
        let at = |side: &Continuation| if (xi - side.end).abs() < 1e-6 * h { -side.kink * h / 12.0 } else { 0.0 };
        self.value(xi) + at(&self.beyond[0]) + at(&self.beyond[1])
    }

    /// False when the parabola beyond a minimum decreases (its curvature is not positive): there is no bound state.
    pub fn bound(&self) -> bool {
        let falls = |side: &Continuation| !(side.curvature >= 0.0 && side.slope >= 0.0 && side.value.is_finite());
        let at_minimum = |side: &Continuation| (side.end.abs() <= AT_MINIMUM) || (side.end - 1.0).abs() <= AT_MINIMUM;
        self.beyond.iter().all(|side| !falls(side) && (side.confines() || !at_minimum(side)))
    }

    /// Lowest V on the data (the continuations rise).
    pub fn lowest(&self) -> f64 {
        let (first, last) = self.spline.range();
        let inner = self.spline.stationary_points().into_iter().map(|point| point.value);
        inner.chain([self.spline.value(first), self.spline.value(last)]).fold(f64::INFINITY, f64::min)
    }

    /// Where the classically allowed region of `energy` ends on a side, seen from outside.
    pub fn outer_turning_point(&self, energy: f64, side: usize) -> f64 {
        let beyond = &self.beyond[side];
        let outwards = [-1.0, 1.0][side];
        if beyond.value <= energy {
            return if beyond.confines() {
                beyond.end + outwards * beyond.turning_distance(energy)
            } else {
                beyond.end
            };
        }
        self.first_crossing(energy, beyond.end, self.beyond[1 - side].end).unwrap_or(self.beyond[1 - side].end)
    }

    /// int sqrt(V - energy) over the forbidden region beyond the outer turning point, within the data.
    fn decay_within_data(&self, energy: f64, side: usize) -> f64 {
        let (turning, end) = (self.outer_turning_point(energy, side), self.beyond[side].end);
        let outside = [turning <= end, turning >= end][side];
        if outside { 0.0 } else { self.integral(energy, turning.min(end), turning.max(end), -1.0, Power::Root) }
    }

    /// How far a domain must reach on a side for `wanted` = int sqrt(V - energy); a wall ends it at the data.
    pub fn reach(&self, energy: f64, wanted: f64, side: usize) -> f64 {
        let beyond = &self.beyond[side];
        let missing = wanted - self.decay_within_data(energy, side);
        if missing <= 0.0 || !beyond.confines() {
            return beyond.end;
        }
        beyond.end + [-1.0, 1.0][side] * beyond.decay_distance(energy, missing)
    }

    /// int sqrt(V - energy) from the outer turning point to the end of the domain.
    pub fn decay(&self, energy: f64, domain_end: f64, side: usize) -> f64 {
        let beyond = &self.beyond[side];
        let (turning, end) = (beyond.turning_distance(energy), (domain_end - beyond.end).abs());
        let f = |u: f64| 2.0 * u * (beyond.value(turning + u * u) - energy).max(0.0).sqrt();
        let outer = if beyond.confines() { integrate(&f, 0.0, (end - turning).max(0.0).sqrt()) } else { 0.0 };
        self.decay_within_data(energy, side) + outer
    }

    /// int sqrt(energy - V) over all allowed regions, roughly: midpoints.
    pub fn rough_phase(&self, energy: f64) -> f64 {
        const SAMPLES: usize = 800;
        let (left, right) = (self.outer_turning_point(energy, 0), self.outer_turning_point(energy, 1));
        let step = (right - left).max(0.0) / SAMPLES as f64;
        let kinetic = |i: usize| (energy - self.value(left + step * (i as f64 + 0.5))).max(0.0).sqrt();
        (0..SAMPLES).map(kinetic).sum::<f64>() * step
    }

    /// The first position from `from` towards `to`, both within the data, where V - energy changes its sign.
    pub fn first_crossing(&self, energy: f64, from: f64, to: f64) -> Option<f64> {
        let crossings = |i: usize| {
            let (start, end, mut c) = self.spline.segment(i);
            c[0] -= energy;
            let (low, high) = (start.max(from.min(to)), end.min(from.max(to)));
            let roots = if low < high { Cubic(c).sign_changes(low - start, high - start) } else { Vec::new() };
            roots.into_iter().map(move |t| start + t)
        };
        let (first, last) = (self.spline.segment_of(from), self.spline.segment_of(to));
        if from <= to {
            (first..=last).find_map(|i| crossings(i).next())
        } else {
            (last..=first).rev().find_map(|i| crossings(i).next_back())
        }
    }

    /// int [sign (energy - V)]^(+-1/2) dxi between two positions within the data, over the part where the bracket is
    /// positive.
    pub fn integral(&self, energy: f64, from: f64, to: f64, sign: f64, power: Power) -> f64 {
        let mut total = 0.0;
        for i in self.spline.segment_of(from)..=self.spline.segment_of(to) {
            let (start, end, c) = self.spline.segment(i);
            let (low, high) = (start.max(from), end.min(to));
            if low < high {
                let cubic = Cubic([sign * (energy - c[0]), -sign * c[1], -sign * c[2], -sign * c[3]]);
                total += cubic.integral(low - start, high - start, power);
            }
        }
        total
    }

    /// int dxi / sqrt(energy - V) over the allowed region beyond the left end of the data.
    pub fn inverse_root_beyond_left(&self, energy: f64) -> f64 {
        let left = &self.beyond[0];
        let turning = left.turning_distance(energy);
        Cubic([energy - left.value, -left.slope, -0.5 * left.curvature, 0.0]).integral(0.0, turning, Power::InverseRoot)
    }
}
