//! Other units than in an earlier run: what is solved, and what is kept.

use crate::support::{Campaign, FILES};
use glasswell::stage::Stage;

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
