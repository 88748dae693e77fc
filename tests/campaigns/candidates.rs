//! Which pairs of minima are connected: by transitions in one direction, or by a list.

use crate::support::{Campaign, FILES, wait_until};
use glasswell::stage::Stage;
use std::collections::{BTreeMap, BTreeSet};

/// Lines of the deck `short`, whose reference has the landscape. All tests together take 25 seconds of a core.
const CONNECT: (&str, &str) = ("[connect]\n", "[connect]\ncandidates = \"one-way\"\n");
const LIST: (&str, &str) = ("[connect]\n", "[connect]\ncandidates = \"list\"\nfrom = \"pairs.csv\"\n");
const SCREENED: (&str, &str) = (
    "[connect]\n",
    "[connect]\ncandidates = \"screened\"\nscreened = { per_round = 4, rounds = 2, largest_distance = 2.4, audit = 0.5 }\npairs = { largest_distance = 2.4 }\n",
);
const UNTIL: [&str; 2] = ["--until", "connect"];

/// (glass, a, b) of the rows of a table, a < b.
fn pairs(campaign: &Campaign, stage: Stage, table: &str, ends: [&str; 2]) -> Vec<(u32, u32, u32)> {
    let reader = campaign.open(stage);
    let [glass, a, b] = ["glass", ends[0], ends[1]].map(|name| reader.read::<u32>(&format!("{table}/{name}")).unwrap());
    (0..glass.len()).map(|k| (glass[k], a[k].min(b[k]), a[k].max(b[k]))).collect()
}

fn candidates(campaign: &Campaign) -> Vec<(u32, u32, u32)> {
    pairs(campaign, Stage::Connect, "/candidates", ["a", "b"])
}

/// Rule and time of each double well.
fn first_seen(campaign: &Campaign) -> BTreeMap<(u32, u32, u32), (String, f64)> {
    let reader = campaign.open(Stage::Connect);
    let rules = reader.read_text("/double_wells/rule").unwrap();
    let times = reader.read::<f64>("/double_wells/first_seen").unwrap();
    pairs(campaign, Stage::Connect, "/double_wells", ["a", "b"]).into_iter().zip(rules.into_iter().zip(times)).collect()
}

fn write_list(campaign: &Campaign, pairs: &[(u32, u32, u32)]) {
    let rows: Vec<String> = pairs.iter().map(|(glass, a, b)| format!("{b},{glass},{a}")).collect();
    std::fs::write(campaign.folder.join("pairs.csv"), format!("b,glass,a\n{}\n", rows.join("\n"))).unwrap();
}

/// The landscape of the deck `short`, without paths, with another line of the deck.
fn landscape(change: (&str, &str)) -> Campaign {
    let campaign = Campaign::with_files(2);
    campaign.change(&[change]);
    campaign
}

/// Of one glass: there are several times as many pairs as under the papers' rule.
#[test]
fn one_way_connects_every_pair_with_a_transition() {
    let papers = Campaign::reference("short.toml", &[("glasses = 3", "glasses = 1")]);
    let fresh = || {
        let copy = papers.copy();
        FILES[2..].iter().for_each(|name| std::fs::remove_file(copy.file(name)).unwrap());
        copy.change(&[CONNECT]);
        copy
    };
    let campaign = fresh();
    campaign.done(&UNTIL);
    let seen: BTreeSet<_> = pairs(&campaign, Stage::Explore, "/transitions", ["from", "to"])
        .into_iter()
        .filter(|(_, a, b)| a != b)
        .collect();
    let (found, strict) = (candidates(&campaign), candidates(&papers));
    println!("{} pairs one way, {} both ways", found.len(), strict.len());
    assert_eq!(found, seen.into_iter().collect::<Vec<_>>());
    assert!(found.len() > strict.len() && strict.iter().all(|pair| found.contains(pair)));
    // what the papers' rule joins is seen at the time at which it does, whatever the deck asks for
    let (loose, seen) = (first_seen(&campaign), first_seen(&papers));
    let common: Vec<_> = seen.iter().filter(|(ends, _)| loose.contains_key(*ends)).collect();
    println!("{} double wells one way, {} both ways, {} common", loose.len(), seen.len(), common.len());
    assert!(!common.is_empty());
    for (ends, papers) in common {
        assert_eq!((papers.0.as_str(), &loose[ends]), ("both_ways", papers), "{ends:?}");
    }
    let two = fresh();
    two.start(2, &UNTIL).wait().assert_code(0);
    two.assert_same_with_deck(&campaign, &["paths.h5"], "one-way on two ranks");
}

/// Number of near pairs for each reason why their paths were sought.
fn chosen(campaign: &Campaign) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for why in campaign.open(Stage::Connect).read_text("/pairs/chosen").unwrap() {
        *counts.entry(why).or_default() += 1;
    }
    counts
}

/// Eight seconds: the search among near pairs on one rank, on three, and stopped and resumed on two.
#[test]
fn near_pairs_are_searched_in_rounds() {
    let campaign = landscape(SCREENED);
    campaign.done(&UNTIL);
    let reader = campaign.open(Stage::Connect);
    let rounds = reader.read_text("/screening/round").unwrap();
    let [open, taken, wells] =
        ["open", "chosen", "double_wells"].map(|name| reader.read::<i64>(&format!("/screening/{name}")).unwrap());
    let why = chosen(&campaign);
    println!("{rounds:?}: {taken:?} of {open:?} pairs, {wells:?} double wells; {why:?}");
    assert!(rounds.len() >= 2 && rounds[0] == "search" && rounds.last().unwrap() == "audit");
    assert_eq!(taken[0], 4);
    let audited = *taken.last().unwrap();
    // of k active systems among m pairs at random, and n pairs that are left: n k / m, with Wilson's limits
    let number = |name: &str| *reader.read::<f64>(&format!("/screening/{name}")).unwrap().last().unwrap();
    let found = *reader.read::<i64>("/screening/active").unwrap().last().unwrap() as f64;
    let (n, m) = ((*open.last().unwrap() - audited) as f64, audited as f64);
    let (k, middle) = (found.min(m), (found.min(m) + 0.5) / (m + 1.0));
    let half = (k * (m - k) / m + 0.25).sqrt() / (m + 1.0);
    for (name, due) in [("missed", k / m), ("missed_lower", middle - half), ("missed_upper", middle + half)] {
        assert!((number(name) - n * due).abs() < 1e-9, "{name}: {} and not {}", number(name), n * due);
    }
    assert!(n > 0.0 && number("missed_upper") > 0.0);
    let searched = taken.iter().sum::<i64>() - audited;
    assert_eq!(audited, (0.5 * searched as f64).ceil() as i64);
    assert_eq!((why["screened"] as i64, why["audit"] as i64), (searched, audited));
    // a search takes the most promising of the open pairs: first those of the smallest energy differences
    let (predicted, distance) = ("/pairs/predicted_splitting", "/pairs/distance");
    let [predicted, distance] = [predicted, distance].map(|name| reader.read::<f64>(name).unwrap());
    let exchange = reader.read::<bool>("/pairs/exchange").unwrap();
    let reasons = reader.read_text("/pairs/chosen").unwrap();
    let worst = (0..reasons.len()).filter(|&k| reasons[k] == "screened").map(|k| predicted[k]).fold(0.0, f64::max);
    let left = |k: &usize| reasons[*k] == "no" && distance[*k] <= 2.4 && !exchange[*k];
    let best_left = (0..reasons.len()).filter(left).map(|k| predicted[k]).fold(f64::INFINITY, f64::min);
    println!("predictions: at most {worst} of those chosen, at least {best_left} of those left");
    assert!(worst <= best_left && best_left.is_finite());
    // every double well that no transition joins has this rule, and no time
    let found = first_seen(&campaign);
    let screened: Vec<_> = found.values().filter(|(rule, _)| rule == "screened").collect();
    println!("{} double wells by the search, {} in all", screened.len(), found.len());
    assert!(!screened.is_empty() && screened.iter().all(|(_, time)| time.is_nan()));
    assert_eq!(
        wells.iter().sum::<i64>() as usize + first_seen(&Campaign::reference("short.toml", &[])).len(),
        found.len()
    );
    let others = landscape(SCREENED);
    others.start(3, &UNTIL).wait().assert_code(0);
    others.assert_same_with_deck(&campaign, &["paths.h5"], "a search on three ranks");
    let stopped = landscape(SCREENED);
    let mut run = stopped.start(1, &UNTIL);
    let members = run.members();
    let progress = || std::fs::read_to_string(stopped.file("progress.json")).unwrap_or_default();
    let searching = rounds_before_the_search(&campaign);
    wait_until("the search", || progress().contains(&format!("\"round\": {searching}")));
    run.signal("USR1", &members);
    run.wait().assert_message("stopped in the search", 4, &["stage connect"]);
    assert!(!stopped.file("paths.h5").exists());
    stopped.start(2, &UNTIL).wait().assert_code(0);
    stopped.assert_same_with_deck(&campaign, &["paths.h5"], "a search that was stopped");
}

/// The number of rounds with candidates of the papers' rule and parts of their paths: the next one is the first search.
fn rounds_before_the_search(campaign: &Campaign) -> u32 {
    let tasks = campaign.open(Stage::Connect).tasks().unwrap();
    let size = |round: u32| tasks.iter().filter(|task| task.key.round == round).count();
    let first = (0..).find(|round| size(*round) == 4).unwrap();
    assert!(first > 0, "the candidates are as many as the pairs of a search: their rounds look the same");
    first
}

/// Two seconds: with another unit the search is not repeated, and its tables are kept.
#[test]
fn another_unit_keeps_the_search() {
    let campaign = landscape(SCREENED);
    campaign.done(&UNTIL);
    let of = |campaign: &Campaign, table: &str| {
        let reader = campaign.open(Stage::Connect);
        let names: Vec<String> =
            reader.data_sets().unwrap().into_iter().filter(|path| path.starts_with(table)).collect();
        names.into_iter().map(|name| (format!("{:?}", reader.values(&name).unwrap()), name)).collect::<Vec<_>>()
    };
    let before = (of(&campaign, "/pairs/"), of(&campaign, "/screening/"));
    campaign.change(&[("reduced_mass = { light = 1.0 }", "reduced_mass = { light = 1.0, heavy = 2500.0 }")]);
    println!("{}", campaign.done(&[]));
    assert!(before == (of(&campaign, "/pairs/"), of(&campaign, "/screening/")) && !before.1.is_empty());
}

#[test]
fn a_list_connects_its_pairs_alone() {
    let reference = Campaign::reference("short.toml", &[]);
    let mut listed = candidates(&reference);
    let campaign = landscape(LIST);
    write_list(&campaign, &listed);
    campaign.done(&UNTIL);
    // the pairs of the rule, listed, give the double wells of the rule
    assert_eq!(candidates(&campaign), listed);
    let numbers = |campaign: &Campaign, name: &str| campaign.open(Stage::Connect).read::<f64>(name).unwrap();
    for name in ["/double_wells/asymmetry", "/double_wells/activation", "/double_wells/saddle_position"] {
        assert!(numbers(&campaign, name) == numbers(&reference, name), "{name}");
    }
    // the same pairs in another order are the same deck, others are not
    listed.reverse();
    write_list(&campaign, &listed);
    assert!(campaign.done(&UNTIL).contains("connect: complete, skipped"));
    // the rest of the test needs few of them
    let dropped = listed.split_off(3);
    write_list(&campaign, &listed);
    let refused = campaign.run(&UNTIL);
    refused.assert_code(2);
    assert!(
        refused.printed.contains("connect.listed: ") && refused.printed.contains("--redo connect"),
        "{}",
        refused.printed
    );
    campaign.done(&["--until", "connect", "--redo", "connect"]);
    listed.sort_unstable();
    assert!(!dropped.is_empty() && candidates(&campaign) == listed);
    listed.reverse();
    let two = landscape(LIST);
    write_list(&two, &listed);
    two.start(2, &UNTIL).wait().assert_code(0);
    two.assert_same_with_deck(&campaign, &["paths.h5"], "a list on two ranks");
}

/// Two seconds: nothing is connected.
#[test]
fn a_wrong_list_is_refused_before_any_path() {
    let campaign = landscape(LIST);
    let refused = |code: i32, message: &str| {
        let ended = campaign.run(&UNTIL);
        ended.assert_code(code);
        assert!(ended.printed.contains(message), "{message}: {}", ended.printed);
        assert!(!campaign.file("paths.h5").exists());
    };
    refused(2, "connect.from = \"pairs.csv\" is not accepted: no such file in ");
    write_list(&campaign, &[(0, 0, 1), (9, 0, 1)]);
    refused(3, "pairs.csv: line 3: there is no glass 9; the campaign has 3, numbered from 0");
    write_list(&campaign, &[(1, 0, 100_000)]);
    refused(3, "pairs.csv: line 2: glass 1 has no minimum 100000; it has ");
    write_list(&campaign, &[(0, 0, 1), (0, 1, 0)]);
    refused(3, "pairs.csv: line 3: the pair 1, 0 of glass 0 stands in line 2 too; leave one out");
    std::fs::write(campaign.folder.join("pairs.csv"), "0 1 2\n").unwrap();
    refused(3, "pairs.csv: has no column `glass`; expected the columns glass, a and b");
    campaign.change(&[("candidates = \"list\"\n", "")]);
    refused(2, "connect.from");
}
