//! Formulas in the running text: `k_B T_Q`, `omega^5`.

use maud::{Markup, html};

/// A text of this program with subscripts after "_" and superscripts after "^", each of letters and digits. Not for words of a
/// user's file, in which "_" is a letter.
pub fn typeset(text: &str) -> Markup {
    let mut pieces: Vec<(char, String)> = vec![(' ', String::new())];
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let opens = matches!(letter, '_' | '^') && letters.peek().is_some_and(|next| next.is_alphanumeric());
        if opens {
            let mut word = String::new();
            while let Some(next) = letters.next_if(|next| next.is_alphanumeric()) {
                word.push(next);
            }
            pieces.push((letter, word));
            pieces.push((' ', String::new()));
        } else if let Some((_, plain)) = pieces.last_mut() {
            plain.push(letter);
        }
    }
    html! {
        @for (kind, piece) in &pieces {
            @match kind {
                '_' => { sub { (piece) } },
                '^' => { sup { (piece) } },
                _ => { (piece) },
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::typeset;

    #[test]
    fn formulas_have_subscripts_and_superscripts() {
        let html = typeset("E < k_B T_Q; |ψ|^2, n_IS(t), a_ b").into_string();
        assert_eq!(html, "E &lt; k<sub>B</sub> T<sub>Q</sub>; |ψ|<sup>2</sup>, n<sub>IS</sub>(t), a_ b");
    }
}
