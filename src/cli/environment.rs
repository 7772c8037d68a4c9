//! Variables that are set and mean nothing: a misspelt one would be overlooked in silence.

use std::{collections::BTreeSet, ffi::OsString};

use super::NotUnderstood;

/// What the names of our variables begin with.
const PREFIX: &str = "VIGIE_";
/// Largest edit distance of a misspelling: `STROE` for `STORE` is 1, but `VIGIE_PORT`, which orchestrators of
/// containers set for a service of our name, is 3 away from `VIGIE_STORE`.
const DISTANCE_MAX: usize = 2;

/// Refuses a variable that misspells one which an option of `command` or of its subcommands reads. Others that
/// begin as ours do are somebody else's, such as `VIGIE_SERVICE_HOST` of Kubernetes.
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
    let ours = names
        .filter_map(|name| name.into_string().ok())
        .filter(|name| name.starts_with(PREFIX) && !known.contains(name));
    for unknown in ours {
        let distance = |name: &&String| strsim::damerau_levenshtein(name, &unknown);
        let nearest = known.iter().min_by_key(distance);
        if let Some(meant) = nearest.filter(|name| distance(name) <= DISTANCE_MAX) {
            return Err(NotUnderstood(format!(
                "the variable {unknown} means nothing to Vigie; did you mean {meant}?"
            )));
        }
    }
    Ok(())
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
    }

    #[test]
    fn variables_of_any_subcommand_and_of_others_are_fine() {
        let names =
            ["HOME", "VIGIE_LOG", "VIGIE_STORE", "VIGIE_COPY_FROM", "VIGIER", "vigie_store"];
        assert_eq!(told(&names), None);
        // What Kubernetes and Docker set for a service or a container called `vigie`.
        assert_eq!(told(&["VIGIE_SERVICE_HOST", "VIGIE_PORT", "VIGIE_PORT_8080_TCP"]), None);
    }
}
