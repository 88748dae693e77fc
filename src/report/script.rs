//! Scripts and data within the page.

use maud::{Markup, PreEscaped, html};
use serde::Serialize;

const END: &str = "</script>";

/// Plotly as the crate `plotly` brings it, in a script element; its MathJax, which no figure needs, is left out.
pub fn plotly() -> PreEscaped<String> {
    let all = plotly::Plot::offline_js_sources();
    let end = all.find(END).map_or(all.len(), |at| at + END.len());
    PreEscaped(all[..end].to_owned())
}

/// Data for the script of the page. Without "<" it cannot end its element, whatever a user's file contains.
pub fn data(id: &str, value: &impl Serialize) -> Markup {
    let text = serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned());
    html! { script type="application/json" id=(id) { (PreEscaped(text.replace('<', "\\u003c"))) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_script_is_taken() {
        let script = plotly().0;
        assert_eq!(script.matches(END).count(), 1);
        assert!(script.contains("plotly.js v") && !script.contains("mjx-container") && script.len() < 6_000_000);
    }

    #[test]
    fn data_cannot_end_its_element() {
        let text = data("x", &"</script><b>").into_string();
        assert_eq!(text, r#"<script type="application/json" id="x">"\u003c/script>\u003cb>"</script>"#);
    }
}
