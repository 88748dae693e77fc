//! The top and the foot of the page: numbers, warnings, and how to find the campaign again.

use super::published::{Published, published};
use super::source::Source;
use super::summary::{Summary, UnitSummary, method, significant};
use super::typeset::typeset;
use super::warnings::warnings;
use crate::error::Result;
use crate::version;
use maud::{Markup, html};

/// What a number is said to be when the file does not have it.
const NOT_HERE: &str = "not in this file";

/// A campaign and what is said of it.
struct Part<'s> {
    source: &'s Source,
    summary: Summary,
    warnings: Vec<String>,
    /// Values of a paper, and where they are from.
    published: Option<(&'static str, Vec<Published>)>,
}

impl<'s> Part<'s> {
    fn of(source: &'s Source) -> Result<Self> {
        let summary = Summary::of(source)?;
        Ok(Self { warnings: warnings(source)?, published: published(source, &summary)?, summary, source })
    }
}

/// # Errors
/// `Storage` when a file is damaged.
pub fn overview(sources: &[Source]) -> Result<Markup> {
    let mut parts = Vec::new();
    for source in sources {
        parts.push(Part::of(source)?);
    }
    let glasses = parts.iter().map(|part| part.summary.glasses).min().unwrap_or(0);
    let several = parts.len() > 1;
    Ok(html! {
        section id="overview" {
            h2 { "Overview" }
            @if several { (comparison(&parts)) }
            @for part in &parts {
                @if several {
                    details {
                        summary { (part.source.name) @if !part.warnings.is_empty() { " " span.alert { (part.warnings.len()) " warning" @if part.warnings.len() > 1 { "s" } } } }
                        (campaign(part))
                    }
                } @else { (campaign(part)) }
            }
            @if parts.iter().any(|part| !part.summary.units.is_empty()) {
                p.small {
                    (typeset("n0 = n(E)/E at E = k_B T_Q. ")) (method(glasses)) " One local two-level system that was found in several "
                    "surroundings counts several times. E is that of one dimension, without zero-point energies of other modes."
                }
            }
        }
    })
}

/// A number, large; words that stand for none, small.
fn large(value: &str) -> Markup {
    html! { @if value == NOT_HERE { span.small { (value) } } @else { strong { (value) } } }
}

fn known(number: Option<usize>) -> String {
    number.map_or("–".to_owned(), |number| number.to_string())
}

fn campaign(part: &Part<'_>) -> Markup {
    let Part { source, summary, warnings, .. } = part;
    let equilibrated = summary.equilibrated.map(|count| format!("{count} equilibrated"));
    let exchanges =
        (summary.exchanges > 0).then(|| format!("and {} exchanges of identical particles", summary.exchanges));
    let local = local_systems(summary);
    let temperature = final_temperature(source).map(|t| format!(", T_f = {t}")).unwrap_or_default();
    let tiles = [
        ("glasses", known(summary.equilibrated.map(|_| summary.glasses)), equilibrated),
        ("minima", known(summary.minima), None),
        ("double wells", known(summary.double_wells), exchanges),
        ("distinct local systems", local, None),
    ];
    html! {
        p {
            (model(source)) @if summary.particles > 0 { ", N = " (summary.particles) } (typeset(&temperature)) ", in " code { (source.directory.display()) }
            @if let Some(rule) = rule(source) { "; pairs of minima are connected after " (rule) }
            "."
        }
        @if !warnings.is_empty() {
            div.warning role="note" {
                strong { "Before you use these numbers" }
                ul { @for warning in warnings { li { (warning) } } }
            }
        }
        dl.tiles {
            @for (name, value, note) in tiles {
                div { dt { (name) } dd { (large(&value)) @if let Some(note) = note { " " span.small { (note) } } } }
            }
        }
        @for unit in &summary.units { (unit_part(unit)) }
        @if let Some((paper, rows)) = &part.published { (published_part(paper, rows)) }
        @if summary.units.is_empty() {
            p.missing { "No levels: tunnelling.h5 is missing; the stage tunnel makes it (glasswell run DECK --until tunnel)." }
        }
    }
}

fn model(source: &Source) -> String {
    match (source.deck_text("model", "preset"), source.deck_text("model", "law")) {
        (_, Some(law)) => format!("Pair law {law} with tables of the deck"),
        (Some(preset), None) => format!("Model {preset}"),
        (None, None) => "Model of the deck".to_owned(),
    }
}

fn local_systems(summary: &Summary) -> String {
    match (summary.double_wells, summary.local_systems) {
        (_, Some(count)) => count.to_string(),
        (Some(_), None) => NOT_HERE.to_owned(),
        (None, None) => "–".to_owned(),
    }
}

/// T_f, the temperature at which the glasses were prepared, or from which they were quenched.
fn final_temperature(source: &Source) -> Option<String> {
    let temperature = source.deck_number("prepare", "temperature")?;
    Some(if temperature.is_infinite() { "∞".to_owned() } else { temperature.to_string() })
}

/// How the pairs of minima were chosen: the rule that belongs to n0.
fn rule(source: &Source) -> Option<String> {
    let visits = source.deck_number("connect", "minimum_visits")?;
    let each = match source.deck_text("connect", "visits")? {
        "sum" => "in both directions together",
        _ => "in each direction",
    };
    let given = source.deck_text("connect", "candidates").map(|rule| format!("{rule}: ")).unwrap_or_default();
    let plural = if visits == 1.0 { "" } else { "s" };
    Some(format!("{given}at least {visits} transition{plural} {each}"))
}

fn unit_part(summary: &UnitSummary) -> Markup {
    let unit = &summary.unit;
    let kelvin = unit.material.map(|material| material.kelvin(unit.quantum_temperature));
    let [all, tunnelling] = &summary.n0;
    html! {
        section.unit {
            h3 { (unit.name) }
            p.small {
                "reduced mass " (significant(unit.reduced_mass)) (typeset(&format!(", k_B T_Q = {} ε", significant(unit.quantum_temperature))))
                @if let Some(kelvin) = kelvin { (typeset(", T_Q = ")) (significant(kelvin)) " K" }
            }
            dl.tiles {
                div { dt { "tunnelling" } dd { strong { (summary.tunnelling) } } }
                div {
                    dt { (typeset("active, E < k_B T_Q")) }
                    dd { strong { (summary.active) } " " span.small { "of kind tunnelling: " (summary.active_tunnelling) } }
                }
            }
            div.scroll tabindex="0" role="region" aria-label={ "n0 in " (unit.name) } {
                table.numbers {
                    thead { tr { th scope="col" { "counted" } th scope="col" { "n0" } th scope="col" { (typeset("n(E)/E at k_B T_Q/3")) } } }
                    tbody {
                        @for (words, estimate) in [("tunnelling", tunnelling), ("all kinds", all)] {
                            tr {
                                th scope="row" { (words) }
                                td { (typeset(&estimate.words())) @if let Some(si) = estimate.si_words() { br; span.small { (typeset(&si)) } } }
                                td { (typeset(&estimate.third_words())) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn published_part(paper: &str, rows: &[Published]) -> Markup {
    html! {
        section.unit {
            h3 { "Beside published values" }
            p.small { "Paper: " (paper) "." }
            div.scroll tabindex="0" role="region" aria-label="Published values" {
                table.numbers {
                    thead { tr { th scope="col" { "quantity" } th scope="col" { "here" } th scope="col" { "paper" } } }
                    tbody {
                        @for row in rows {
                            tr { th scope="row" { (row.quantity) } td { (row.here) } td { (row.paper) } }
                        }
                    }
                }
            }
        }
    }
}

/// One row for each campaign and unit.
fn comparison(parts: &[Part<'_>]) -> Markup {
    let headings =
        ["campaign", "T_f", "N", "glasses", "equilibrated", "minima", "double wells", "local systems", "warnings"];
    let in_unit = ["unit", "tunnelling", "active", "n0, tunnelling", "n0, all kinds"];
    html! {
        div.scroll tabindex="0" role="region" aria-label="Comparison of the campaigns" {
            table.numbers {
                thead { tr { @for words in headings.iter().chain(&in_unit) { th scope="col" { (typeset(words)) } } } }
                tbody {
                    @for Part { source, summary, warnings, .. } in parts {
                        @let rows = summary.units.len().max(1);
                        @for place in 0..rows {
                            tr {
                                @if place == 0 {
                                    th scope="row" rowspan=(rows) { (source.name) }
                                    @for cell in campaign_cells(source, summary, warnings.len()) { td rowspan=(rows) { (cell) } }
                                }
                                @if let Some(unit) = summary.units.get(place) {
                                    td { (unit.unit.name) }
                                    @for cell in unit_cells(unit) { td { (typeset(&cell)) } }
                                } @else {
                                    @for _ in &in_unit { td { "–" } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn campaign_cells(source: &Source, summary: &Summary, warnings: usize) -> [String; 8] {
    [
        final_temperature(source).unwrap_or("–".to_owned()),
        summary.particles.to_string(),
        summary.glasses.to_string(),
        known(summary.equilibrated),
        known(summary.minima),
        known(summary.double_wells),
        local_systems(summary),
        warnings.to_string(),
    ]
}

fn unit_cells(unit: &UnitSummary) -> [String; 4] {
    let [all, tunnelling] = &unit.n0;
    [unit.tunnelling.to_string(), unit.active.to_string(), tunnelling.short_words(), all.short_words()]
}

/// Deck, seed, version, commit, and how to cite.
pub fn footer(sources: &[Source]) -> Markup {
    html! {
        h2 { "Where this comes from" }
        @for source in sources {
            @if let Some(header) = source.header() {
                p {
                    strong { (source.name) } ": seed " (header.seed) ", written by glasswell " (header.version) ", layout "
                    (header.layout) ", hash of the deck " code { (header.deck_hash) } "."
                }
                details { summary { "Deck of " (source.name) } pre { code { (header.deck) } } }
            }
        }
        p { "This page: glasswell " (version::with_commit()) "." }
        p {
            "To cite: glasswell, with the version and commit above (CITATION.cff has the entry), and the papers of the model that "
            "was used: docs/models.md names them."
        }
    }
}
