//! What files call the species of a model.

use super::frame::Symbol;
use crate::model::{MOST_SPECIES, Potential};
use std::collections::BTreeMap;

/// Symbols of a file and the species of the model that they stand for: Ni -> A, P -> B.
pub type Symbols = BTreeMap<String, String>;

/// LAMMPS types.
const TYPES: [&str; MOST_SPECIES] = ["1", "2", "3"];

/// Reads "Ni=A,P=B".
///
/// # Errors
/// What is wrong, and what is expected.
pub fn parse_symbols(text: &str) -> std::result::Result<Symbols, String> {
    const WANTED: &str = "expected symbol=species, separated by commas: Ni=A,P=B";
    let mut symbols = Symbols::new();
    for pair in text.split(',') {
        let (symbol, species) = pair.split_once('=').ok_or_else(|| format!("`{pair}` has no `=`; {WANTED}"))?;
        let (symbol, species) = (symbol.trim(), species.trim());
        if symbol.is_empty() || species.is_empty() {
            return Err(format!("`{pair}` is incomplete; {WANTED}"));
        }
        if symbols.insert(symbol.to_string(), species.to_string()).is_some() {
            return Err(format!("`{symbol}` stands twice; {WANTED}"));
        }
    }
    Ok(symbols)
}

/// The first symbol that stands for a species that the model does not have, with the names of those that it has.
pub fn unknown_species<'s>(symbols: &'s Symbols, potential: &Potential) -> Option<(&'s str, String)> {
    let known = |name: &String| potential.names().any(|known| known == name);
    let (symbol, _) = symbols.iter().find(|(_, species)| !known(species))?;
    Some((symbol, names(potential)))
}

/// What a written file calls each species of a model: the symbol that stands for it, else its own name.
///
/// # Errors
/// What is wrong: a symbol that stands for no species, two symbols for one species, one name for two species, a symbol that no
/// file can hold.
pub fn symbols_of_species(symbols: &Symbols, potential: &Potential) -> std::result::Result<Vec<String>, String> {
    if let Some((symbol, known)) = unknown_species(symbols, potential) {
        let species = &symbols[symbol];
        return Err(format!("{symbol}={species}: {} has the species {known}", potential.name()));
    }
    let mut found: Vec<String> = Vec::new();
    for species in potential.names() {
        let mut standing = symbols.iter().filter(|(_, of)| *of == species).map(|(symbol, _)| symbol);
        let name = standing.next().map_or(species, String::as_str);
        if let Some(other) = standing.next() {
            return Err(format!("{name} and {other} both stand for {species}: a file has one name for each species"));
        }
        if !name.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_') {
            return Err(format!("`{name}` cannot be written as a name: give letters, digits, - and _"));
        }
        if found.iter().any(|known| known == name) {
            return Err(format!("`{name}` would stand for two species; give a symbol for each"));
        }
        found.push(name.to_string());
    }
    Ok(found)
}

/// For which model a file is read, and what its symbols stand for.
#[derive(Clone, Copy, Debug)]
pub struct Reading<'a> {
    pub potential: &'a Potential,
    pub symbols: &'a Symbols,
}

impl Reading<'_> {
    /// Index of a species by what the file calls it: by `symbols`, else by its name in the model or as 1, 2, 3; models
    /// of one species take any name.
    pub(super) fn species_of(&self, symbol: &Symbol) -> std::result::Result<u8, String> {
        let potential = self.potential;
        let count = potential.species();
        let name = match symbol {
            Symbol::Index(index) => {
                let known = u8::try_from(*index).ok().filter(|index| usize::from(*index) < count);
                let number = u64::from(*index) + 1;
                return known.ok_or_else(|| {
                    let name = potential.name();
                    format!("species number {number}, counted from 1, but the model {name} has {count}")
                });
            }
            Symbol::Name(name) => self.symbols.get(name).unwrap_or(name),
        };
        if count == 1 {
            return Ok(0);
        }
        let types = &TYPES[..count];
        // a name that is a number means what the deck says, not a type
        let found =
            potential.names().position(|known| known == name).or_else(|| types.iter().position(|kind| kind == name));
        found.map(|index| index as u8).ok_or_else(|| {
            let meaning = potential.names().next().unwrap_or_default();
            format!(
                "species `{name}` is not in the model {}; expected {} (or {}), or its meaning by --species {name}={meaning} \
                 or `species = {{ {name} = \"{meaning}\" }}` below [prepare]",
                potential.name(),
                names(potential),
                types.join(", "),
            )
        })
    }
}

fn names(potential: &Potential) -> String {
    potential.names().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Preset;

    #[test]
    fn symbols_stand_for_species() {
        let symbols = parse_symbols("Ni=A, P =B").unwrap();
        let tlj = Preset::Tlj.into();
        let reading = Reading { potential: &tlj, symbols: &symbols };
        let of = |name: &str| reading.species_of(&Symbol::Name(name.to_string()));
        assert_eq!((of("Ni"), of("P"), of("C"), of("2")), (Ok(0), Ok(1), Ok(2), Ok(1)));
        let refused = of("Ti").unwrap_err();
        assert!(refused.ends_with("--species Ti=A or `species = { Ti = \"A\" }` below [prepare]"), "{refused}");
        assert!(reading.species_of(&Symbol::Index(256)).unwrap_err().contains("species number 257"));
        assert_eq!(unknown_species(&symbols, &tlj), None);
        assert_eq!(unknown_species(&parse_symbols("Ni=A,P=D").unwrap(), &tlj), Some(("P", "A, B, C".to_string())));
        for text in ["Ni", "Ni=", "=A", "Ni=A,,P=B", "Ni=A,Ni=B", ""] {
            assert!(parse_symbols(text).is_err(), "{text}");
        }
    }

    #[test]
    fn written_files_have_one_name_for_each_species() {
        let names = |text: &str| symbols_of_species(&parse_symbols(text).unwrap(), &Preset::Tlj.into());
        assert_eq!(names("P=B,Ni=A").unwrap(), ["Ni", "P", "C"]);
        assert_eq!(symbols_of_species(&Symbols::new(), &Preset::Pss.into()).unwrap(), ["A"]);
        for (text, fault) in [
            ("Ni=A,Fe=A", "both stand for A"),
            ("Ni=D", "has the species A, B, C"),
            ("C=A", "`C` would stand for two species"),
            ("N i=A", "`N i` cannot be written"),
        ] {
            let found = names(text).unwrap_err();
            assert!(found.contains(fault), "{text}: {found}");
        }
    }
}
