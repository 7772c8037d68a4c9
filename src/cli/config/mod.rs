//! `vigie config`: which settings are in force, where each comes from, and what is wrong with them.
//!
//! What the command line does not say, the environment says; what neither says, a file may (`--config`). The options of
//! `vigie serve` are the only list of settings: files, examples and checks are made of it.

mod example;
mod file;

use std::{
    collections::BTreeSet,
    ffi::OsString,
    io::{self, Write as _},
};

use anyhow::bail;
use clap::{
    ArgMatches, Command, FromArgMatches as _, Subcommand,
    error::{ContextKind, ContextValue, ErrorKind},
    parser::ValueSource,
};
use serde::Serialize;

use super::{NotUnderstood, Vigie, serve::ServeArgs, tell_json};
use crate::store::StoreUrl;
use file::{SettingsFile, options};

/// The option that names a store.
const STORE: &str = "store";
/// What stands for a secret.
const HIDDEN: &str = "(not shown)";

/// The options of `vigie config`.
#[derive(Debug, clap::Args)]
pub struct ConfigArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Say which settings `vigie serve` would have, where each comes from, and all that it would refuse.
    Check(Box<CheckArgs>),
    /// Print every option as a file to begin with.
    Example,
}

#[derive(Debug, clap::Args)]
struct CheckArgs {
    #[command(flatten)]
    serve: ServeArgs,
    /// Say it as JSON.
    #[arg(long, env = "VIGIE_CONFIG_JSON")]
    json: bool,
}

/// A command line that was understood, with what a file added to it.
pub struct Understood {
    /// What is to be done.
    pub vigie: Vigie,
    matches: ArgMatches,
    file: SettingsFile,
    /// The options that came from the file.
    taken: BTreeSet<String>,
}

impl Understood {
    /// Reads a command line, and the file that it or the environment names. Ends the program, with 0 where help is asked
    /// for and 2 where clap does not understand what was said outside of the file.
    ///
    /// # Errors
    ///
    /// [`NotUnderstood`] with all that is wrong with the file.
    pub fn read(command: &Command, args: &[OsString]) -> Result<Self, NotUnderstood> {
        let file = SettingsFile::named_by(args, command)?;
        let (mut faults, mut rest) = (Vec::new(), file.clone());
        loop {
            let (line, taken) = rest.beside(args, command);
            let read = command.clone().try_get_matches_from(line);
            let fault = match read.and_then(|it| Ok((Vigie::from_arg_matches(&it)?, it))) {
                Ok((vigie, matches)) if faults.is_empty() => {
                    return Ok(Self { vigie, matches, file, taken });
                }
                Ok(_) => return Err(NotUnderstood(faults.join("; "))),
                Err(fault) => fault,
            };
            // What goes wrong without what was refused already may go wrong for want of it.
            let is_of_a_value =
                matches!(fault.kind(), ErrorKind::InvalidValue | ErrorKind::ValueValidation);
            match named(&fault).filter(|option| is_of_a_value && taken.contains(option)) {
                Some(option) => {
                    let place = file.place_of(&option).unwrap_or_default();
                    faults.push(format!("{place}: {}", reason(&fault)));
                    rest = rest.without(&option);
                }
                None if faults.is_empty() => fault.exit(),
                None => return Err(NotUnderstood(faults.join("; "))),
            }
        }
    }

    fn settings(&self, command: &Command) -> Vec<Setting> {
        let check = self.matches.subcommand_matches("config");
        let Some(check) = check.and_then(|it| it.subcommand_matches("check")) else {
            return Vec::new();
        };
        let settings = options(command).into_iter().filter_map(|arg| {
            let option = arg.get_long()?;
            let id = arg.get_id().as_str();
            let values = check.get_raw(id).into_iter().flatten();
            let values: Vec<_> = values.map(|value| value.to_string_lossy().into_owned()).collect();
            let source = match check.value_source(id) {
                _ if self.taken.contains(option) => self.file.place_of(option)?,
                Some(ValueSource::CommandLine) => "command line".to_owned(),
                Some(ValueSource::EnvVariable) => arg.get_env()?.to_string_lossy().into_owned(),
                _ => "default".to_owned(),
            };
            let value = (!values.is_empty()).then(|| told(option, &values, arg));
            Some(Setting { option: option.to_owned(), value, source })
        });
        settings.collect()
    }
}

/// What is shown of the values of an option: of a store all but its password, of another secret nothing, nor of an address that
/// has a password in it.
fn told(option: &str, values: &[String], arg: &clap::Arg) -> String {
    let has_password = |value: &String| value.contains("://") && value.contains('@');
    let store = || values[0].parse::<StoreUrl>().ok().map(|store| store.to_string());
    let hidden = || HIDDEN.to_owned();
    match option {
        STORE => store().unwrap_or_else(hidden),
        _ if arg.is_hide_env_values_set() || values.iter().any(has_password) => hidden(),
        _ => values.join(", "),
    }
}

/// The option that a fault is of.
fn named(fault: &clap::Error) -> Option<String> {
    let Some(ContextValue::String(shown)) = fault.get(ContextKind::InvalidArg) else { return None };
    let name = shown.strip_prefix("--")?;
    Some(name.split([' ', '=']).next().unwrap_or(name).to_owned())
}

/// What clap says of a fault, without the word before it and the usage after it.
fn reason(fault: &clap::Error) -> String {
    let said = fault.to_string();
    let said = said.strip_prefix("error: ").unwrap_or(&said);
    said.lines().next().unwrap_or_default().to_owned()
}

/// A setting in force.
#[derive(Debug, Serialize)]
struct Setting {
    option: String,
    /// None where nothing is said and there is no default.
    value: Option<String>,
    /// Who said so.
    source: String,
}

/// What `vigie config check` found.
#[derive(Debug, Serialize)]
struct Told {
    settings: Vec<Setting>,
    faults: Vec<String>,
}

/// Runs the subcommand; `understood` is the command line that asked for it.
///
/// # Errors
///
/// When anything is wrong with the settings, or standard output cannot be written.
pub fn run(args: &ConfigArgs, understood: &Understood, command: &Command) -> anyhow::Result<()> {
    let check = match &args.what {
        What::Example => return Ok(write!(io::stdout().lock(), "{}", example::example(command))?),
        What::Check(check) => check,
    };
    let faults = check.serve.faults().iter().map(|fault| format!("{fault:#}")).collect();
    let told = Told { settings: understood.settings(command), faults };
    match check.json {
        true => tell_json(&told)?,
        false => tell(&told)?,
    }
    match told.faults.len() {
        0 => Ok(()),
        1 => bail!("`vigie serve` would refuse 1 thing"),
        many => bail!("`vigie serve` would refuse {many} things"),
    }
}

fn tell(told: &Told) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for Setting { option, value, source } in &told.settings {
        writeln!(out, "{option:<24} {:<40} {source}", value.as_deref().unwrap_or("-"))?;
    }
    for fault in &told.faults {
        writeln!(out, "FAIL  {fault}")?;
    }
    Ok(())
}
