//! The smallest push along a mode that leaves the minimum: a logarithmic grid from below for both signs, then ever
//! narrower brackets.
//!
//! The outcome of a push depends only on its sign and amplitude. The answer is that of the whole grid pushed one by
//! one: the first amplitude that does not return, when all lower ones have returned.

use super::settings::ExciteSettings;
use serde::{Deserialize, Serialize};

/// One push: which of the two signs of the mode, and the amplitude [sigma].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Probe {
    /// 0: along e, 1: against it.
    pub side: usize,
    pub amplitude: f64,
    /// On the grid, or within the bracket.
    place: usize,
}

impl Probe {
    /// The factor of e.
    pub fn sign(&self) -> f64 {
        [1.0, -1.0][self.side % 2]
    }
}

/// The outcome of a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fate {
    /// Back in the minimum.
    Returned,
    /// In another minimum.
    Left,
    /// Not quenched: particles overlapped.
    Overlapping,
    /// The quench did not reach a minimum.
    Unsettled,
}

/// Returns at `low`, leaves at `high`; `low` is 0 when the first amplitude of the grid leaves.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bracket {
    pub low: f64,
    pub high: f64,
}

impl Bracket {
    fn is_narrow(&self, tolerance: f64) -> bool {
        self.low == 0.0 || self.high - self.low <= tolerance * self.high
    }
}

/// Whether A_c is certain: known within the tolerance, and the smaller of both signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Certainty {
    /// Certain: the other sign returned from every amplitude of the grid up to A_c, or leaves above it.
    Known,
    /// Particles overlapped along the other sign below A_c: it may leave at a smaller amplitude.
    OtherSignOverlapping,
    /// A quench along the other sign did not reach a minimum below A_c: it may leave at a smaller amplitude.
    OtherSignUnsettled,
    /// The first amplitude of the grid left, or quenches within the bracket did not settle: it is wider than the tolerance.
    Wide,
    /// There is no A_c.
    None,
}

/// One sign of a mode.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Side {
    /// By place on the grid, then by place within the bracket; nothing where no push was made or has ended yet.
    fates: Vec<Option<Fate>>,
    /// Number of pushes of the grid that were started.
    begun: usize,
    bracket: Option<Bracket>,
    /// What ended the grid.
    loss: Option<Fate>,
    /// The largest amplitude of the grid before that, 0 if there is none.
    returned: f64,
}

/// Pushes of a round within a bracket: a compromise between the number of pushes, which grows as POINTS / ln(POINTS +
/// 1), and the number of rounds.
const POINTS: usize = 3;
/// Largest number of rounds of narrowing: a round in which no quench settles narrows nothing.
const MOST_ROUNDS: u32 = 32;

impl Side {
    /// The first place that did not return, if all before it returned.
    fn first_loss(&self) -> Option<(usize, Fate)> {
        let place = self.fates.iter().position(|fate| *fate != Some(Fate::Returned))?;
        Some((place, self.fates[place]?))
    }

    /// The lowest place known not to return, regardless of those before it.
    fn lowest_loss(&self) -> usize {
        let lost = |fate: &Option<Fate>| fate.is_some_and(|fate| fate != Fate::Returned);
        self.fates.iter().position(lost).unwrap_or(self.fates.len())
    }

    /// The lowest place that leaves so far.
    fn lowest_left(&self) -> usize {
        self.fates.iter().position(|fate| *fate == Some(Fate::Left)).unwrap_or(self.fates.len())
    }
}

/// The search along one mode; serialisable.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PushSearch {
    grid: Vec<f64>,
    tolerance: f64,
    sides: [Side; 2],
    /// The grid is finished.
    narrowing: bool,
    rounds: u32,
}

impl PushSearch {
    pub fn new(settings: &ExciteSettings) -> Self {
        let grid = settings.amplitudes.grid();
        let side = || Side { fates: vec![None; grid.len()], ..Side::default() };
        Self { sides: [side(), side()], grid, tolerance: settings.tolerance, narrowing: false, rounds: 0 }
    }

    /// The next push of the grid: the lowest amplitude that can still matter and has not been started. Other pushes may
    /// be running.
    pub fn draw(&mut self) -> Option<Probe> {
        if self.narrowing {
            return None;
        }
        let bound = self.sides[0].lowest_left().min(self.sides[1].lowest_left());
        let due = |side: &Side| side.begun < side.lowest_loss().min(self.grid.len()) && side.begun <= bound;
        let side = (0..2).filter(|&s| due(&self.sides[s])).min_by_key(|&s| self.sides[s].begun)?;
        let place = self.sides[side].begun;
        self.sides[side].begun += 1;
        Some(Probe { side, amplitude: self.grid[place], place })
    }

    /// Whether the outcome of a push can still matter.
    pub fn matters(&self, probe: &Probe) -> bool {
        let other = self.sides[1 - probe.side].lowest_left();
        let own = self.sides[probe.side].lowest_loss();
        probe.place < own && (self.narrowing || probe.place <= other)
    }

    /// Records the outcome of a push; true when it leaves at the lowest amplitude of its sign so far.
    pub fn settle(&mut self, probe: &Probe, fate: Fate) -> bool {
        let side = &mut self.sides[probe.side];
        let lowest = fate == Fate::Left && probe.place < side.lowest_left();
        side.fates[probe.place] = Some(fate);
        lowest
    }

    /// The pushes of the next round within the brackets, lowest amplitude first; none when the search is over.
    ///
    /// Call it when no push is running.
    pub fn narrow(&mut self) -> Vec<Probe> {
        if self.narrowing {
            self.sides.iter_mut().for_each(Self::take_in);
        } else {
            self.leave_grid();
        }
        self.rounds += 1;
        let highest = self.bracket().map_or(0.0, |bracket| bracket.high);
        let open = |side: &Side| {
            let wide = |bracket: &Bracket| bracket.low < highest && !bracket.is_narrow(self.tolerance);
            self.rounds <= MOST_ROUNDS && side.bracket.as_ref().is_some_and(wide)
        };
        let open: Vec<usize> = (0..2).filter(|&s| open(&self.sides[s])).collect();
        let mut probes = Vec::new();
        for (s, side) in self.sides.iter_mut().enumerate() {
            side.fates.clear();
            let Some(Bracket { low, high }) = side.bracket.filter(|_| open.contains(&s)) else { continue };
            side.fates.resize(POINTS, None);
            let at = |k: usize| low * (high / low).powf((k + 1) as f64 / (POINTS + 1) as f64);
            probes.extend((0..POINTS).map(|place| Probe { side: s, amplitude: at(place), place }));
        }
        probes.sort_by_key(|probe| (probe.place, probe.side));
        probes
    }

    /// Brackets of the signs that leave first.
    fn leave_grid(&mut self) {
        self.narrowing = true;
        for side in &mut self.sides {
            let Some((place, fate)) = side.first_loss() else { continue };
            side.loss = Some(fate);
            side.returned = if place == 0 { 0.0 } else { self.grid[place - 1] };
            if fate == Fate::Left {
                side.bracket = Some(Bracket { low: side.returned, high: self.grid[place] });
            }
        }
    }

    /// Narrows a bracket by the pushes within it; those without an outcome are ignored.
    fn take_in(side: &mut Side) {
        let Some(Bracket { low, high }) = side.bracket.filter(|_| !side.fates.is_empty()) else { return };
        let at = |k: usize| low * (high / low).powf((k + 1) as f64 / (POINTS + 1) as f64);
        let left = side.lowest_left();
        let returned = side.fates[..left].iter().rposition(|fate| *fate == Some(Fate::Returned));
        side.bracket =
            Some(Bracket { low: returned.map_or(low, at), high: if left < POINTS { at(left) } else { high } });
    }

    /// The bracket in which the mode leaves first, so far.
    pub fn bracket(&self) -> Option<Bracket> {
        let side = self.first_side()?;
        self.sides[side].bracket
    }

    /// The sign that leaves first; that along e if both do at the same amplitude.
    pub fn first_side(&self) -> Option<usize> {
        let high = |s: usize| self.sides[s].bracket.map(|bracket| bracket.high);
        let both = (0..2).filter_map(|s| Some((s, high(s)?)));
        both.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(side, _)| side)
    }

    /// Whether the bracket is narrow and certainly belongs to the sign that leaves first.
    pub fn certainty(&self) -> Certainty {
        let found = self.first_side().and_then(|side| Some((side, self.sides[side].bracket?)));
        let Some((side, bracket)) = found else { return Certainty::None };
        let other = &self.sides[1 - side];
        match (other.bracket, other.loss) {
            _ if bracket.low == 0.0 || !bracket.is_narrow(self.tolerance) => Certainty::Wide,
            (Some(theirs), _) if theirs.low < bracket.high && !theirs.is_narrow(self.tolerance) => {
                Certainty::OtherSignUnsettled
            }
            (None, Some(Fate::Overlapping)) if other.returned < bracket.high => Certainty::OtherSignOverlapping,
            (None, Some(Fate::Unsettled)) if other.returned < bracket.high => Certainty::OtherSignUnsettled,
            _ => Certainty::Known,
        }
    }

    /// Approximate fraction of the grid that is done.
    pub fn fraction(&self) -> f64 {
        let begun = self.sides.iter().map(|side| side.begun).sum::<usize>() as f64;
        if self.narrowing { 1.0 } else { 0.5 * begun / self.grid.len() as f64 }
    }

    /// What ended the grid of each sign; nothing if all amplitudes that mattered returned.
    pub fn losses(&self) -> [Option<Fate>; 2] {
        [0, 1].map(|s| self.sides[s].loss)
    }
}
