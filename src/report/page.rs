//! The page.

use super::figure::{Figure, Panel};
use super::figures::FIGURES;
use super::overview;
use super::script;
use super::source::Source;
use super::summary::significant;
use super::typeset::typeset;
use super::wells::{Table, WellRow, table};
use crate::error::Result;
use maud::{DOCTYPE, Markup, PreEscaped, html};

/// Campaigns beyond which plots are taller, for their legends.
const MANY: usize = 6;

/// The page of some campaigns, HTML.
///
/// # Errors
/// `Storage` when a file is damaged.
pub fn page(sources: &[Source]) -> Result<String> {
    let names: Vec<&str> = sources.iter().map(|source| source.name.as_str()).collect();
    let title = match names[..] {
        [name] => name.to_owned(),
        _ => format!("{} campaigns", names.len()),
    };
    let wells = table(sources)?;
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { "glasswell: " (title) }
                style { (PreEscaped(include_str!("page.css"))) }
            }
            body {
                header {
                    h1 { (title) }
                    p { "Report of glasswell. Reduced units: energy ε, length σ, mass m, k" sub { "B" } " = 1." }
                    nav aria-label="Parts of the page" {
                        a href="#overview" { "Overview" }
                        a href="#wells" { "Double wells" }
                        @for figure in FIGURES { a href={ "#figure-" (figure.id) } { (figure.title) } }
                    }
                }
                main {
                    noscript { p.warning { "The figures need JavaScript; it is part of this page." } }
                    (overview::overview(sources)?)
                    h2 { "Figures" }
                    @for figure in FIGURES { (figure_part(figure, sources)?) }
                    (wells_part(&wells))
                }
                footer { (overview::footer(sources)) }
                (script::plotly())
                (script::data("wells-data", &wells.rows.iter().map(|row| &row.shown).collect::<Vec<_>>()))
                script { (PreEscaped(include_str!("page.js"))) }
            }
        }
    };
    Ok(page.into_string())
}

fn figure_part(figure: &Figure, sources: &[Source]) -> Result<Markup> {
    let panels = (figure.draw)(sources)?;
    Ok(html! {
        section.figure id={ "figure-" (figure.id) } {
            h3 { (figure.title) }
            p.caption { (typeset(figure.caption)) }
            @if panels.is_empty() {
                p.missing { (missing(figure, sources)) }
            }
            div.panels {
                @for (number, panel) in panels.iter().enumerate() {
                    (panel_part(figure, number, panel, sources.len() > MANY))
                }
            }
        }
    })
}

fn panel_part(figure: &Figure, number: usize, panel: &Panel, tall: bool) -> Markup {
    let id = format!("{}-{number}", figure.id);
    html! {
        figure {
            div.plot.tall[tall] id={ "plot-" (id) } data-drawing={ "drawing-" (id) } role="img"
                aria-label={ (figure.title) ": " (panel.title) ". " (panel.note) } {}
            (script::data(&format!("drawing-{id}"), &panel.drawing))
            figcaption id={ "words-" (id) } { strong { (panel.title) } @if !panel.note.is_empty() { ". " (panel.note) } }
        }
    }
}

/// Why a figure has nothing to show, and what would change that.
fn missing(figure: &Figure, sources: &[Source]) -> String {
    let lacks = |source: &Source| figure.needs.iter().find(|stage| source.reader(**stage).is_none()).copied();
    match sources.iter().map(lacks).collect::<Option<Vec<_>>>().and_then(|stages| stages.first().copied()) {
        Some(stage) => format!(
            "Not drawn: {} is missing. The stage {stage} makes it: give the deck a section [{stage}], then glasswell run DECK \
             --until {stage}.",
            stage.file_name()
        ),
        None => "Not drawn: the campaign has nothing to show here.".to_owned(),
    }
}

fn wells_part(table: &Table) -> Markup {
    let several = table.rows.iter().any(|row| row.campaign != table.rows[0].campaign);
    html! {
        section id="wells" {
            h2 { "Double wells" }
            @if table.rows.is_empty() {
                p.missing { "No double wells with levels: the stages connect and tunnel make them." }
            } @else {
                p {
                    "Tunnelling ones first, by rising E in " (table.rows[0].unit) ". A click on a heading sorts; a click on a row "
                    "shows the double well, with its wave functions and displacements. "
                    @if table.left_out > 0 { (table.left_out) " more are in paths.h5 and tunnelling.h5." }
                }
                p #export hidden {
                    "Export of the chosen double well: " code #export-command {} ". For programs that know only elements, such as ASE, add "
                    "names: " code { "--species Ni=A,P=B" } "."
                }
                div.scroll tabindex="0" role="region" aria-label="Table of double wells" {
                    table.sortable {
                        thead { tr {
                            @for (words, text) in headings(several) {
                                th scope="col" { button type="button" data-text[text] { (PreEscaped(words)) } }
                            }
                        } }
                        tbody {
                            @for (place, row) in table.rows.iter().enumerate() { (well_row(place, row, several)) }
                        }
                    }
                }
            }
        }
    }
}

/// The headings, and whether a column is text.
fn headings(several: bool) -> Vec<(&'static str, bool)> {
    let campaign = several.then_some(("campaign", true));
    let others = [
        ("row", false),
        ("kind", true),
        ("active", true),
        ("<i>E</i> [ε]", false),
        ("Δ<sub>0</sub> [ε]", false),
        ("<i>V</i><sub>b</sub> [ε]", false),
        ("<i>d</i> [σ]", false),
        ("particles", false),
        ("Δ<i>V</i> [ε]", false),
        ("glass", false),
        ("minimum a", false),
        ("b", false),
    ];
    campaign.into_iter().chain(others).collect()
}

fn well_row(place: usize, row: &WellRow, several: bool) -> Markup {
    let number = |value: f64| html! { td data-value=(value) { @if value.is_finite() { (typeset(&significant(value))) } @else { "–" } } };
    html! {
        tr data-well=(place) tabindex="0" {
            @if several { td { (row.campaign) } }
            td data-value=(row.row) { (row.row) }
            td { (row.kind) }
            td { @if row.active { "yes" } @else { "no" } }
            @for value in [row.splitting, row.element, row.barrier] { (number(value)) }
            td data-value=(row.length) { (format!("{:.3}", row.length)) }
            td data-value=(row.participation) { (format!("{:.2}", row.participation)) }
            (number(row.asymmetry))
            td data-value=(row.glass) { (row.glass) }
            @for minimum in row.minima { td data-value=(minimum) { (minimum) } }
        }
    }
}
