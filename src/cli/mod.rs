//! The command line: one file a subcommand. Uses every module; the only one that knows `anyhow`.
//!
//! Exit codes: 0 done, 1 failed, 2 not understood, 3 the access log was changed. Every option can be set by an environment variable
//! that starts with `VIGIE_`; such a variable that no option reads is refused. What neither says, a file may (`--config`).

mod access_log_args;
mod account;
mod audit;
mod backup;
mod certificate;
mod config;
mod copy;
mod demo;
mod doctor;
mod environment;
mod export;
mod hold;
mod import;
mod import_signals;
mod import_tracts;
mod kinds;
mod kinds_args;
mod log;
mod mail_args;
mod mailbox;
mod moved;
mod new_file;
mod oidc_args;
mod portrait;
mod progress;
mod proj_data;
mod purge;
mod report;
mod restore;
mod rules;
mod secret_file;
mod sending;
mod serve;
mod signal_args;
mod simulate;
mod store_args;
mod token;

use std::{
    io::{self, Write as _},
    path::PathBuf,
    process::ExitCode,
};

use clap::{CommandFactory as _, Parser, Subcommand};
use serde::Serialize;

pub use log::LogFormat;
pub use serve::{Beside, ListenArgs, serve};
pub use store_args::{StoreArgs, StoreName};

use crate::closed_list::ClosedList;

/// The digital twin and operations server of a group of social landlords.
#[derive(Debug, Parser)]
#[command(name = "vigie", version, propagate_version = true)]
pub struct Vigie {
    /// How log lines are written: text for people, json for machines.
    #[arg(long, global = true, env = "VIGIE_LOG_FORMAT", value_enum, default_value = "text")]
    log_format: LogFormat,
    /// Which log lines are written, such as `info` or `vigie=debug`.
    #[arg(long, global = true, env = "VIGIE_LOG", default_value = "info,actix_server=warn")]
    log: String,
    /// A file of options, which hold where neither the command line nor the environment says otherwise. `vigie config example`
    /// prints one to begin with.
    #[arg(long, global = true, env = "VIGIE_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

/// What the program does.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Answer requests from a store until Ctrl-C.
    Serve(Box<serve::ServeArgs>),
    /// Make a demo estate once, then serve it with simulated calls and patrols.
    Demo(demo::DemoArgs),
    /// Read sites, buildings, tracts, surroundings or incidents from files into a store.
    Import(import::ImportArgs),
    /// Print the kinds of incident that are in force, as a file to begin with.
    Kinds(kinds_args::KindsArgs),
    /// Check rules of correlation, say what they would have raised on history, and which incidents go with which signals.
    Rules(rules::RulesArgs),
    /// Live evenings of calls again under different ways to choose a patrol, and compare them.
    Simulate(simulate::SimulateArgs),
    /// Print the morning report of a landlord, or the monthly note to partners; send reports, and say what was sent.
    Report(report::ReportArgs),
    /// Say to which mailboxes morning reports go.
    Mailbox(mailbox::MailboxArgs),
    /// Copy everything of one store into another, empty one, verified by counts and checksums.
    Copy(copy::CopyArgs),
    /// Write what maps draw into a file that other programs and web sites read.
    Export(export::ExportArgs),
    /// Back a store up into one file, while servers write to it.
    Backup(backup::BackupArgs),
    /// Restore a backup into an empty store, verified by counts and checksums.
    Restore(restore::RestoreArgs),
    /// Give people accounts, and take them away.
    Account(account::AccountArgs),
    /// Give programs tokens, and take them away.
    Token(token::TokenArgs),
    /// Find out whether the access log is as it was written.
    Audit(audit::AuditArgs),
    /// Remove what is over its term, and sign how much that was.
    Purge(purge::PurgeArgs),
    /// Keep incidents beyond their term, for the data protection officer.
    Hold(hold::HoldArgs),
    /// Say which settings are in force and where they come from, and all that is wrong with them.
    Config(config::ConfigArgs),
    /// Say whether the store, the clock and the program are well, and what to do if not.
    Doctor(doctor::DoctorArgs),
}

/// What was asked is not understood: the program ends with 2, as it does where clap says so.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct NotUnderstood(String);

/// Writes `told` to standard output as JSON.
fn tell_json(told: &impl Serialize) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, told)?;
    Ok(writeln!(out)?)
}

/// The value of that name, for clap.
fn of_list<T: ClosedList>(name: &str) -> Result<T, String> {
    let known = || T::ALL.iter().map(|one| one.as_str()).collect::<Vec<_>>().join(", ");
    T::of_name(name).ok_or_else(|| format!("must be one of {}", known()))
}

/// Reads the command line and does what it says.
#[must_use]
pub fn run() -> ExitCode {
    // First, for a reference system on the command line is looked up while it is parsed.
    let done = proj_data::ensure_usable().and_then(|()| {
        let command = Vigie::command();
        environment::check(&command, std::env::vars_os().map(|(name, _)| name))?;
        let args: Vec<_> = std::env::args_os().collect();
        let understood = config::Understood::read(&command, &args)?;
        log::start(understood.vigie.log_format, &understood.vigie.log)?;
        match &understood.vigie.command {
            Command::Config(args) => config::run(args, &understood, &command),
            _ => execute(understood.vigie.command),
        }
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("vigie: {error:#}");
            exit_code(&error)
        }
    }
}

fn exit_code(error: &anyhow::Error) -> ExitCode {
    if error.is::<NotUnderstood>() {
        ExitCode::from(2)
    } else if error.is::<audit::Tampered>() {
        ExitCode::from(3)
    } else {
        ExitCode::FAILURE
    }
}

fn execute(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Serve(args) => serve::run(*args),
        Command::Demo(args) => demo::run(args),
        Command::Import(args) => import::run(args),
        Command::Kinds(args) => kinds::run(&args),
        Command::Rules(args) => rules::run(&args),
        Command::Simulate(args) => simulate::run(&args),
        Command::Report(args) => report::run(&args),
        Command::Mailbox(args) => mailbox::run(args),
        Command::Copy(args) => copy::run(&args),
        Command::Export(args) => export::run(&args),
        Command::Backup(args) => backup::run(&args),
        Command::Restore(args) => restore::run(&args),
        Command::Account(args) => account::run(args),
        Command::Token(args) => token::run(args),
        Command::Audit(args) => audit::run(&args),
        Command::Purge(args) => purge::run(args),
        Command::Hold(args) => hold::run(args),
        Command::Doctor(args) => doctor::run(&args),
        Command::Config(_) => Ok(()), // was done where its command line was read
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Vigie::command().debug_assert();
    }

    #[test]
    fn every_option_can_be_set_by_the_environment() {
        let vigie = Vigie::command();
        let options =
            vigie.get_subcommands().chain([&vigie]).flat_map(clap::Command::get_arguments);
        for option in options.filter(|option| !option.is_positional()) {
            let env = option.get_env().map(|name| name.to_string_lossy().into_owned());
            let known = env.is_some_and(|name| name.starts_with("VIGIE_"));
            assert!(known, "--{:?} has no VIGIE_ variable", option.get_long());
        }
    }
}
