//! Variables that are set and mean nothing: a misspelt one would be overlooked in silence.

use std::{collections::BTreeSet, ffi::OsString};

use super::NotUnderstood;

/// What the names of our variables begin with.
const PREFIX: &str = "VIGIE_";
/// Largest edit distance at which a name is offered instead.
const DISTANCE_MAX: usize = 4;

/// Refuses a variable called `VIGIE_…` that no option of `command` or its subcommands reads.
///
/// # Errors
///
/// [`NotUnderstood`] with the first such name and the nearest known one; never with its value, which may
/// hold a password.
pub(super) fn check(
    command: &clap::Command,
    names: impl Iterator<Item = OsString>,
) -> Result<(), NotUnderstood> {
    let mut known = BTreeSet::new();
    gather(command, &mut known);
    let mut names = names.filter_map(|name| name.into_string().ok());
    let unknown = names.find(|name| name.starts_with(PREFIX) && !known.contains(name));
    let Some(unknown) = unknown else { return Ok(()) };
    let distance = |name: &String| strsim::damerau_levenshtein(name, &unknown);
    let nearest = known.iter().min_by_key(|name| distance(name));
    let advice = match nearest.filter(|name| distance(name) <= DISTANCE_MAX) {
        Some(name) => format!("did you mean {name}?"),
        None => "`vigie COMMAND --help` names them all".to_owned(),
    };
    Err(NotUnderstood(format!("the variable {unknown} means nothing to Vigie; {advice}")))
}

fn gather(command: &clap::Command, known: &mut BTreeSet<String>) {
    let names = command.get_arguments().filter_map(clap::Arg::get_env);
    known.extend(names.map(|name| name.to_string_lossy().into_owned()));
    command.get_subcommands().for_each(|subcommand| gather(subcommand, known));
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    fn told(names: &[&str]) -> Option<String> {
        let names = names.iter().map(OsString::from);
        check(&crate::cli::Vigie::command(), names).err().map(|fault| fault.to_string())
    }

    #[test]
    fn a_misspelt_variable_is_refused_with_the_nearest_name() {
        let expected = "the variable VIGIE_STROE means nothing to Vigie; did you mean VIGIE_STORE?";
        assert_eq!(told(&["PATH", "VIGIE_LISTEN", "VIGIE_STROE"]).as_deref(), Some(expected));
        let expected = "the variable VIGIE_COLOUR_OF_THE_MOON means nothing to Vigie; \
                        `vigie COMMAND --help` names them all";
        assert_eq!(told(&["VIGIE_COLOUR_OF_THE_MOON"]).as_deref(), Some(expected));
    }

    #[test]
    fn variables_of_any_subcommand_and_of_others_are_fine() {
        let names =
            ["HOME", "VIGIE_LOG", "VIGIE_STORE", "VIGIE_COPY_FROM", "VIGIER", "vigie_store"];
        assert_eq!(told(&names), None);
    }
}
