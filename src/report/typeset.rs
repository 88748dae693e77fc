//! Formulas and numbers in the running text: `k_B T_Q`, `omega^5`, `2.6e-4`.

use maud::{Markup, html};

/// A text of this program with subscripts after "_" and superscripts after "^", each of letters and digits, and with powers of
/// ten for "e" after a digit. Not for words of a user's file, in which "_" is a letter.
pub fn typeset(text: &str) -> Markup {
    let mut pieces: Vec<(char, String)> = vec![(' ', String::new())];
    let mut letters = text.chars().peekable();
    let mut last = ' ';
    while let Some(letter) = letters.next() {
        let power = letter == 'e'
            && last.is_ascii_digit()
            && letters.peek().is_some_and(|next| *next == '-' || next.is_ascii_digit());
        last = letter;
        let opens = matches!(letter, '_' | '^') && letters.peek().is_some_and(|next| next.is_alphanumeric());
        if power {
            let mut word = String::new();
            while let Some(next) = letters.next_if(|next| *next == '-' || next.is_ascii_digit()) {
                word.push(if next == '-' { '−' } else { next });
            }
            pieces.push(('e', word));
            pieces.push((' ', String::new()));
        } else if opens {
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
                'e' => { "×10" sup { (piece) } },
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
        let html = typeset("2.6e-4 (1e46), even 7 epsilon").into_string();
        assert_eq!(html, "2.6×10<sup>−4</sup> (1×10<sup>46</sup>), even 7 epsilon");
    }
}
