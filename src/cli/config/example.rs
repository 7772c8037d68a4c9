//! `vigie config example`: every option as a file to begin with.

use std::fmt::Write as _;

use clap::{Arg, ArgAction, Command};

use super::file::options;

/// Columns that a comment is wrapped at.
const COLUMNS: usize = 110;

const HEAD: &str = "\
Options of `vigie serve` as a file: `vigie serve --config FILE`, or VIGIE_CONFIG=FILE. Each has the name that it has on the \
command line. A variable of the environment wins over this file, and the command line wins over both. Other subcommands take \
from it what they know, such as the store. `vigie config check --config FILE` says what is in force, and what is wrong. \
Where it holds a password, it is for nobody else to read (mode 0640).";

/// The file: what each option means, and its default, as comments.
pub fn example(vigie: &Command) -> String {
    let mut file = wrapped(HEAD);
    for arg in options(vigie).into_iter().filter(|arg| !arg.is_hide_set()) {
        let help = arg.get_long_help().or(arg.get_help()).map(ToString::to_string);
        file.push('\n');
        file.push_str(&wrapped(&format!("{}.", help.unwrap_or_default())));
        let name = arg.get_long().unwrap_or_default();
        // Writing to a string does not fail.
        let _ = writeln!(file, "#{name} = {}", value(arg));
    }
    file
}

/// The default of an option as TOML, or what stands for a value.
fn value(arg: &Arg) -> String {
    if !arg.get_action().takes_values() {
        return "false".to_owned();
    }
    let default =
        arg.get_default_values().first().map(|value| value.to_string_lossy().into_owned());
    let is_default = default.is_some();
    let named = || arg.get_value_names().and_then(|names| names.first()).map(ToString::to_string);
    let value = default.or_else(named).unwrap_or_default();
    match arg.get_action() {
        ArgAction::Append => format!("[{}]", quoted(&value)),
        _ if is_default && value.parse::<i64>().is_ok() => value,
        _ => quoted(&value),
    }
}

fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

fn wrapped(text: &str) -> String {
    let (mut lines, mut line) = (String::new(), "#".to_owned());
    for word in text.split_whitespace() {
        if line.len() + 1 + word.len() > COLUMNS {
            lines.push_str(&line);
            lines.push('\n');
            line = "#".to_owned();
        }
        line.push(' ');
        line.push_str(word);
    }
    lines + &line + "\n"
}
