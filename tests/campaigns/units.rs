//! Other units than in an earlier run: what is solved, and what is kept.

use crate::support::{Campaign, FILES};
use glasswell::stage::Stage;
use glasswell::tunnelling::{Profile, TunnelSettings, solve};

/// The units of the deck `pss`, with a mass for which all paths matter, and one for which about a third of them do in addition to
/// those of argon.
const ALL: &str = "units = [\"argon\"]\nreduced_mass = { light = 1.0 }";
const ONE: &str = "units = [\"argon\"]";
const SOME: &str = "units = [\"argon\"]\nreduced_mass = { some = 3700.0 }";

/// The number before these words.
fn number_before(printed: &str, words: &str) -> usize {
    let before = printed.split_once(words).unwrap_or_else(|| panic!("no {words:?} in {printed}")).0;
    before.rsplit(' ').next().unwrap().parse().unwrap()
}

#[test]
fn a_new_unit_solves_the_paths_that_matter_for_it_only() {
    let campaign = Campaign::reference("pss.toml", &[(ALL, ONE)]).copy();
    let tasks = |campaign: &Campaign| campaign.open(Stage::Connect).tasks().unwrap().len();
    let before = tasks(&campaign);
    campaign.change(&[(ONE, SOME)]);
    let printed = campaign.done(&[]);
    let refined = number_before(&printed, " paths are refined for them");
    println!("{refined} of {before} paths");
    assert!(refined > 0 && refined < before / 2, "{printed}");
    assert_eq!(tasks(&campaign), before + refined);
    let fresh = Campaign::reference("pss.toml", &[(ALL, SOME)]);
    campaign.assert_same_as(&fresh, &FILES[..2], "before the paths");
    campaign.assert_same_with_deck(&fresh, &FILES[2..], "with a new unit");
}

#[test]
fn a_unit_can_be_dropped_and_come_back() {
    let whole = Campaign::reference("pss.toml", &[]);
    let campaign = whole.copy();
    let before = campaign.bytes();
    let units = |campaign: &Campaign| {
        let mut groups = campaign.open(Stage::Tunnel).groups().unwrap();
        groups.retain(|name| name != "timing");
        groups
    };
    let one = ("units = [\"argon\"]\n", "units = []\n");
    campaign.change(&[one]);
    let printed = campaign.done(&[]);
    assert!(printed.contains("the levels of light are kept"), "{printed}");
    assert_eq!(units(&campaign), ["light"]);
    assert!(campaign.bytes()[..3] == before[..3], "a file that does not list units was written again");
    assert_eq!(campaign.done(&[]).matches("skipped").count(), 4);
    campaign.change(&[(one.1, one.0)]);
    let printed = campaign.done(&[]);
    assert!(printed.contains("the levels of light are kept") && !printed.contains("of argon are kept"), "{printed}");
    campaign.assert_same_with_deck(&whole, &FILES, "a unit that came back");
}

/// Two seconds once the reference is there. E depends on M = m~ d^2 and V(xi) only: with the distance of the minima as d, it is
/// that of the path's own length with m~ (d / length)^2.
#[test]
fn the_length_of_the_deck_is_that_of_the_levels() {
    let campaign = Campaign::reference("pss.toml", &[]).copy();
    let read = |campaign: &Campaign, stage: Stage, name: &str| campaign.open(stage).read::<f64>(name).unwrap();
    let before = read(&campaign, Stage::Tunnel, "/light/splitting");
    for (length, column) in [("distance", "distance"), ("band", "band_length")] {
        campaign.set(&Campaign::reference("pss.toml", &[]).text_of_deck());
        campaign.change(&[("[tunnel]\n", &format!("[tunnel]\nlength = \"{length}\"\n"))]);
        let refused = campaign.run(&[]);
        refused.assert_code(2);
        assert!(refused.printed.contains("tunnel.length"), "{}", refused.printed);
        campaign.done(&["--redo", "tunnel"]);
        let of_wells = |name: &str| read(&campaign, Stage::Connect, &format!("/double_wells/{name}"));
        let (arc, energy) = (of_wells("profile/arc_length"), of_wells("profile/energy"));
        let (lengths, chosen) = (of_wells("length"), of_wells(column));
        let (curvature_a, curvature_b) = (of_wells("curvature_a"), of_wells("curvature_b"));
        let found = read(&campaign, Stage::Tunnel, "/light/splitting");
        let points = arc.len() / lengths.len();
        let mut changed = 0;
        for well in 0..lengths.len() {
            let range = well * points..(well + 1) * points;
            let curvature =
                [curvature_a[well], curvature_b[well]].map(|k| Some(k).filter(|k| k.is_finite() && *k > 0.0));
            let profile = Profile::from_arc_length(&arc[range.clone()], &energy[range], curvature);
            let mass = (chosen[well] / lengths[well]).powi(2);
            let due = solve(&profile, None, mass, &TunnelSettings::default()).unwrap().splitting;
            assert!((found[well] / due - 1.0).abs() < 1e-7, "{length}, well {well}: {} and not {due}", found[well]);
            changed += usize::from((found[well] / before[well] - 1.0).abs() > 1e-3);
        }
        let names = campaign.open(Stage::Tunnel).read_text("/light/n0/length").unwrap();
        println!("{length}: {changed} of {} splittings differ by more than 0.001", lengths.len());
        assert!(changed > 0 && !names.is_empty() && names.iter().all(|name| name == length));
    }
}
