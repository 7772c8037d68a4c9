//! [`SettingsFile`]: options of the command line from a file, as TOML.

use std::{
    collections::BTreeSet,
    ffi::{OsStr, OsString},
    fs,
    path::{Path, PathBuf},
};

use clap::{Arg, ArgAction, Command};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use crate::cli::NotUnderstood;

/// The option that names the file, and its variable.
const OPTION: &str = "--config";
const VARIABLE: &str = "VIGIE_CONFIG";
/// The subcommand whose options a file may say.
const SERVE: &str = "serve";
/// Largest edit distance of a misspelling.
const DISTANCE_MAX: usize = 2;

/// Options that a file says, each under the name that it has on the command line.
#[derive(Debug, Clone, Default)]
pub struct SettingsFile {
    path: PathBuf,
    said: Vec<Said>,
}

/// What a file says of one option.
#[derive(Debug, Clone)]
struct Said {
    option: String,
    line: usize,
    value: Value,
}

#[derive(Debug, Clone)]
enum Value {
    Switch(bool),
    Each(Vec<String>),
}

impl SettingsFile {
    /// The file that `args` or the environment names; an empty one where neither does.
    ///
    /// # Errors
    ///
    /// As of [`Self::read`].
    pub fn named_by(args: &[OsString], vigie: &Command) -> Result<Self, NotUnderstood> {
        let on_the_line = args.iter().enumerate().find_map(|(at, arg)| {
            let text = arg.to_str()?;
            match text.strip_prefix(OPTION)? {
                "" => args.get(at + 1).cloned(),
                rest => rest.strip_prefix('=').map(OsString::from),
            }
        });
        match on_the_line.or_else(|| std::env::var_os(VARIABLE)) {
            Some(path) => Self::read(Path::new(&path), vigie),
            None => Ok(Self::default()),
        }
    }

    /// Reads the options of `serve`, and those of every subcommand, that `path` says.
    ///
    /// # Errors
    ///
    /// All that is wrong with it, each with its line. Values are not repeated: one may be a password.
    fn read(path: &Path, vigie: &Command) -> Result<Self, NotUnderstood> {
        let named = format!("{OPTION} {}", path.display());
        let text =
            fs::read_to_string(path).map_err(|fault| NotUnderstood(format!("{named}: {fault}")))?;
        let known = options(vigie);
        let (mut said, mut faults) = (Vec::new(), Vec::new());
        match DeTable::parse(&text) {
            Ok(table) => {
                for (key, value) in table.get_ref() {
                    let (option, line) = (key.get_ref().as_ref(), line_of(&text, key.span().start));
                    match value_of(&known, option, value) {
                        Ok(value) => said.push(Said { option: option.to_owned(), line, value }),
                        Err(fault) => faults.push((line, fault)),
                    }
                }
            }
            // Without the piece of the file that it shows.
            Err(fault) => {
                let at = fault.span().map_or(0, |span| span.start);
                faults.push((line_of(&text, at), fault.message().to_owned()));
            }
        }
        said.sort_by_key(|one| one.line);
        faults.sort();
        if faults.is_empty() {
            return Ok(Self { path: path.to_owned(), said });
        }
        let faults: Vec<String> =
            faults.iter().map(|(line, fault)| format!("line {line}: {fault}")).collect();
        Err(NotUnderstood(format!("{named}: {}", faults.join("; "))))
    }

    /// The command line with what the file says where neither `args` nor the environment says it, and the options that
    /// were taken from the file.
    pub fn beside(&self, args: &[OsString], vigie: &Command) -> (Vec<OsString>, BTreeSet<String>) {
        let place = Place::find(args, vigie);
        let (mut added, mut taken) = (Vec::new(), BTreeSet::new());
        for Said { option, value, .. } in &self.said {
            let Some(arg) = place.option(option, vigie) else { continue };
            let is_set = arg.get_env().is_some_and(|name| std::env::var_os(name).is_some());
            if is_set || place.said.contains(option.as_str()) {
                continue;
            }
            taken.insert(option.clone());
            match value {
                Value::Switch(false) => {}
                Value::Switch(true) => added.push(format!("--{option}").into()),
                Value::Each(each) => {
                    added.extend(each.iter().map(|one| format!("--{option}={one}").into()));
                }
            }
        }
        let mut args = args.to_vec();
        args.splice(place.at..place.at, added);
        (args, taken)
    }

    /// The same without an option.
    pub fn without(mut self, option: &str) -> Self {
        self.said.retain(|one| one.option != option);
        self
    }

    /// Where it says that option: `FILE:LINE`.
    pub fn place_of(&self, option: &str) -> Option<String> {
        let found = self.said.iter().find(|one| one.option == option)?;
        Some(format!("{}:{}", self.path.display(), found.line))
    }
}

/// The options that a file may say.
pub fn options(vigie: &Command) -> Vec<&Arg> {
    let serve = vigie.find_subcommand(SERVE);
    let all = serve.into_iter().flat_map(Command::get_arguments).chain(vigie.get_arguments());
    // The file itself is named elsewhere; `help` and the like are no settings and have no variable.
    all.filter(|arg| arg.get_env().is_some_and(|name| name != VARIABLE)).collect()
}

fn value_of(known: &[&Arg], option: &str, value: &Spanned<DeValue<'_>>) -> Result<Value, String> {
    let found = known.iter().find(|arg| arg.get_long() == Some(option));
    let arg = found.ok_or_else(|| unknown(known, option))?;
    let takes_several = matches!(arg.get_action(), ArgAction::Append);
    match value.get_ref() {
        DeValue::Boolean(on) if !arg.get_action().takes_values() => Ok(Value::Switch(*on)),
        _ if !arg.get_action().takes_values() => Err(format!("{option} must be true or false")),
        DeValue::Array(all) if takes_several => {
            let each = all.iter().map(|one| one_of(one.get_ref()));
            let each = each.collect::<Option<_>>();
            each.map(Value::Each)
                .ok_or_else(|| format!("each of {option} must be a text or a whole number"))
        }
        DeValue::Array(_) => Err(format!("{option} takes one value")),
        one => one_of(one)
            .map(|one| Value::Each(vec![one]))
            .ok_or_else(|| format!("{option} must be a text or a whole number")),
    }
}

fn one_of(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) => {
            let digits = number.as_str().replace('_', "");
            i64::from_str_radix(&digits, number.radix()).ok().map(|number| number.to_string())
        }
        _ => None,
    }
}

fn unknown(known: &[&Arg], option: &str) -> String {
    let names = known.iter().filter_map(|arg| arg.get_long());
    let distance = |name: &&str| strsim::damerau_levenshtein(name, option);
    match names.min_by_key(distance).filter(|name| distance(name) <= DISTANCE_MAX) {
        Some(meant) => format!("{option} is no option of `vigie serve`; did you mean {meant}?"),
        None => {
            format!("{option} is no option of `vigie serve`; `vigie config example` shows them all")
        }
    }
}

fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

/// Where on a command line options of its subcommand may stand.
struct Place<'a> {
    command: &'a Command,
    at: usize,
    /// The options that stand there already.
    said: BTreeSet<&'a str>,
}

impl<'a> Place<'a> {
    fn find(args: &'a [OsString], vigie: &'a Command) -> Self {
        let text = |at: usize| args.get(at).and_then(|arg: &OsString| arg.to_str());
        let (mut command, mut at, mut next) = (vigie, args.len().min(1), 1);
        while let Some(word) = text(next) {
            next += 1;
            if let Some(option) = word.strip_prefix("--") {
                let takes =
                    |arg: &&Arg| arg.get_long() == Some(option) && arg.get_action().takes_values();
                let mut all = command.get_arguments().chain(vigie.get_arguments());
                next += usize::from(all.any(|arg| takes(&arg)));
            } else if let Some(subcommand) = command.find_subcommand(word) {
                (command, at) = (subcommand, next);
            } else if !word.starts_with('-') {
                break;
            }
        }
        let options = args.iter().map(OsString::as_os_str).take_while(|arg| *arg != "--");
        let names = options.filter_map(OsStr::to_str).filter_map(|arg| arg.strip_prefix("--"));
        let said = names.map(|arg| arg.split('=').next().unwrap_or(arg)).collect();
        Self { command, at, said }
    }

    /// That option, where the subcommand takes it and means the same by it as `serve`.
    fn option(&self, name: &str, vigie: &'a Command) -> Option<&'a Arg> {
        let meant = options(vigie).into_iter().find(|arg| arg.get_long() == Some(name))?;
        let mut all = self.command.get_arguments().chain(vigie.get_arguments());
        all.find(|arg| arg.get_long() == Some(name) && arg.get_env() == meant.get_env())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    fn file(text: &str) -> Result<SettingsFile, String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), text).unwrap();
        let read = SettingsFile::read(file.path(), &crate::cli::Vigie::command());
        read.map_err(|fault| fault.to_string().replace(&file.path().display().to_string(), "FILE"))
    }

    fn line(text: &str, args: &str) -> String {
        let args: Vec<OsString> = args.split(' ').map(OsString::from).collect();
        let (args, _) = file(text).unwrap().beside(&args, &crate::cli::Vigie::command());
        args.iter().map(|arg| arg.to_str().unwrap()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_a_file_says_stands_where_the_subcommand_takes_it_unless_it_is_said_already() {
        let text = "listen = '127.0.0.1:9'\nallow-remote = true\nrate-address = 1_0\nallow-origin = ['a', 'b']\nlog = 'debug'";
        assert_eq!(
            line(text, "vigie serve"),
            "vigie serve --listen=127.0.0.1:9 --allow-remote --rate-address=10 --allow-origin=a --allow-origin=b --log=debug"
        );
        assert_eq!(
            line(text, "vigie --log-format json --log=info serve --rate-address 7 --listen=x"),
            "vigie --log-format json --log=info serve --allow-remote --allow-origin=a --allow-origin=b --rate-address 7 --listen=x"
        );
        assert_eq!(
            line("store = 'sqlite:x'\nlog = 'debug'\nlisten = 'y'", "vigie import sites serve.csv"),
            "vigie import --store=sqlite:x --log=debug sites serve.csv"
        );
        assert_eq!(line("allow-remote = false", "vigie config check"), "vigie config check");
        assert_eq!(
            line("allow-remote = true", "vigie config check --json"),
            "vigie config check --allow-remote --json"
        );
    }

    #[test]
    fn all_that_is_wrong_with_a_file_is_told_by_its_line_and_no_value_is() {
        let text =
            "tls_cert = 'x'\nallow-remote = 'hunter2'\nstore = ['hunter2']\n[smtp]\nhost = 'x'\n";
        assert_eq!(
            file(text).unwrap_err(),
            "--config FILE: line 1: tls_cert is no option of `vigie serve`; did you mean tls-cert?; \
             line 2: allow-remote must be true or false; line 3: store takes one value; \
             line 4: smtp is no option of `vigie serve`; `vigie config example` shows them all"
        );
        let broken = file("listen = 'x'\nsmtp-password = 'hunter2\n").unwrap_err();
        assert!(
            broken.starts_with("--config FILE: line 2: ") && !broken.contains("hunter2"),
            "{broken}"
        );
        assert!(file("config = 'y'").is_err() && file("rate-address = 1.5").is_err());
        assert_eq!(file("").unwrap().said.len(), 0);
    }
}
