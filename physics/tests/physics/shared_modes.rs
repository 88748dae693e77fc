//! The lowest modes of one glass by a team; here of threads that exchange through channels.

use glasswell_physics::error::{Error, Result};
use glasswell_physics::forces::{HessianPart, LANES, PairBlocks, PairSum, places_of_members};
use glasswell_physics::landscape::{QuenchSettings, quench, rattlers};
use glasswell_physics::model::{Configuration, Preset};
use glasswell_physics::modes::{Completeness, LowestModes, lowest_modes, lowest_modes_of_team};
use glasswell_physics::random::{Purpose, stream};
use glasswell_physics::sampling::random_configuration;
use glasswell_physics::task::{Team, first_of};
use std::ops::Range;
use std::sync::mpsc::{Receiver, Sender, channel};

/// One of several threads; lines [from][to].
struct Thread {
    member: usize,
    to: Vec<Sender<Vec<f64>>>,
    from: Vec<Receiver<Vec<f64>>>,
}

impl Team for Thread {
    fn members(&self) -> usize {
        self.to.len()
    }

    fn member(&self) -> usize {
        self.member
    }

    fn share(&self, rows: &mut [f64], width: usize, shares: &[Range<usize>]) -> Result<()> {
        let place = |share: &Range<usize>| share.start * width..share.end * width;
        for line in &self.to {
            line.send(rows[place(&shares[self.member])].to_vec()).unwrap();
        }
        for (share, line) in shares.iter().zip(&self.from) {
            rows[place(share)].copy_from_slice(&line.recv().unwrap());
        }
        Ok(())
    }

    fn exchange(&self, member: usize, numbers: &[f64]) -> Result<Vec<f64>> {
        self.to[member].send(numbers.to_vec()).unwrap();
        Ok(self.from[member].recv().unwrap())
    }
}

fn team<R: Send>(members: usize, work: impl Fn(&dyn Team) -> R + Sync) -> Vec<R> {
    let mut lines: Vec<Vec<_>> = (0..members).map(|_| (0..members).map(|_| Some(channel())).collect()).collect();
    let mut ends: Vec<(Vec<_>, Vec<_>)> = (0..members).map(|_| (Vec::new(), Vec::new())).collect();
    for a in 0..members {
        for b in 0..members {
            let (to, from) = lines[a][b].take().unwrap();
            ends[a].0.push(to);
            ends[b].1.push(from);
        }
    }
    let work = &work;
    std::thread::scope(|scope| {
        let start = |(member, (to, from))| scope.spawn(move || work(&Thread { member, to, from }));
        let threads: Vec<_> = ends.into_iter().enumerate().map(start).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

fn glass(preset: Preset, particles: usize) -> Configuration {
    let mut glass = random_configuration(preset, particles, &mut stream(5, Purpose::Prepare, 0, 0));
    let settings = QuenchSettings { force_tolerance: 1e-11, ..QuenchSettings::default() };
    let mut sum = PairSum::<1>::new(preset.model(&glass), glass.cell);
    glass.positions = quench(&mut sum, &glass.positions, &settings).positions;
    glass
}

/// Products with a part are bitwise identical to those with the whole in the member's own rows; every row belongs to
/// one member.
#[test]
fn parts_of_a_hessian() {
    for (preset, particles, members) in [(Preset::Tlj, 700, 3), (Preset::Harmonic, 1000, 4), (Preset::Pss, 333, 5)] {
        let glass = glass(preset, particles);
        let model = preset.model(&glass);
        let loose = rattlers(&model, &glass.cell, &glass.positions);
        let hessian = PairBlocks::new(&model, &glass.cell, &glass.positions, &loose);
        let value = |k: usize| ((k * 7919) % 1009) as f64 / 1009.0 - 0.5;
        let vectors: Vec<[f64; LANES]> =
            (0..3 * particles).map(|i| std::array::from_fn(|l| value(8 * i + l))).collect();
        let mut whole = vec![[0.0; LANES]; 3 * particles];
        hessian.times(&vectors, &mut whole);
        let shares = places_of_members(particles, members);
        let products = team(members, |team| {
            let part = HessianPart::new(&hessian, &shares, team.member());
            let mut own = part.rows(&vectors);
            let (mut product, mut result) = (own.clone(), vec![[f64::NAN; LANES]; 3 * particles]);
            // the rows of another member are unknown: they must be received by exchange
            let mut beyond = vec![[f64::NAN; LANES]; 3 * particles];
            part.put(&own, &mut beyond);
            own = part.rows(&beyond);
            part.times(&mut own, &mut product, team).unwrap();
            part.put(&product, &mut result);
            result
        });
        for (member, share) in shares.iter().enumerate() {
            for row in 0..3 * particles {
                let is_own = share.contains(&(row / 3));
                let same = products[member][row].map(f64::to_bits) == whole[row].map(f64::to_bits);
                assert!(
                    if is_own { same } else { products[member][row][0].is_nan() },
                    "{preset:?}: row {row} of {member}"
                );
            }
        }
    }
}

#[test]
fn a_team_finds_the_modes_of_one_alone() {
    for (preset, particles) in [(Preset::Tlj, 700), (Preset::Harmonic, 1000)] {
        let glass = glass(preset, particles);
        let model = preset.model(&glass);
        let loose = rattlers(&model, &glass.cell, &glass.positions);
        let (cell, positions) = (&glass.cell, &glass.positions);
        let bits = |modes: &LowestModes| {
            let numbers = modes.eigenvalues.iter().chain(modes.vectors.iter().flatten()).chain(&modes.residuals);
            (modes.counted, numbers.map(|x| x.to_bits()).collect::<Vec<_>>())
        };
        let alone = bits(&lowest_modes(&model, cell, positions, &loose, 20, Completeness::Counted).unwrap());
        assert!(alone.0);
        for members in [2, 3] {
            let found = team(members, |team| {
                let wanted = (20, Completeness::Counted);
                bits(&lowest_modes_of_team(&model, cell, positions, &loose, wanted, team).unwrap())
            });
            assert!(found.iter().all(|modes| *modes == alone), "{preset:?}: {members} members");
        }
    }
}

/// The others fail as the first member fails.
#[test]
fn what_the_first_member_finds() {
    let found = team(3, |team| first_of(team, || Ok(2.5)).unwrap());
    assert_eq!(found, [2.5; 3]);
    let failed = team(3, |team| first_of(team, || Err(Error::Numerical("no".to_owned()))).unwrap_err());
    assert!(failed.iter().all(|error| matches!(error, Error::Numerical(_))));
    let failed = team(3, |team| first_of(team, || Err(Error::Usage("no".to_owned()))).unwrap_err());
    assert!(
        matches!(failed[0], Error::Usage(_)) && failed[1..].iter().all(|error| matches!(error, Error::Internal(_)))
    );
}
