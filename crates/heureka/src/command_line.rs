//! What the arguments ask for.

use std::ffi::OsString;

use clap::{
    Arg, ArgMatches,
    error::{ContextKind, ContextValue, ErrorKind},
};

use crate::{
    config::{AnySetting, Flags, SERVE_SETTINGS, nearest, shown},
    exit::Failure,
};

/// A command and its arguments.
#[derive(Debug)]
pub(crate) enum Command {
    /// Print `text`, which was asked for.
    Help { text: String },
    /// Run the server.
    Serve(Flags),
}

/// Reads the arguments, the first of which is the program's name.
pub(crate) fn parse(arguments: impl Iterator<Item = OsString>) -> Result<Command, Failure> {
    let matches = match command().try_get_matches_from(arguments) {
        Ok(matches) => matches,
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
            ) =>
        {
            return Ok(Command::Help {
                text: error.to_string().trim_end().to_owned(),
            });
        }
        Err(error) => return Err(Failure::Usage(vec![complaint(&error)])),
    };
    match matches.subcommand() {
        Some(("serve", matches)) => Ok(Command::Serve(flags(matches))),
        _ => Err(Failure::Usage(vec![
            "no command: `heureka --help` lists them".to_owned(),
        ])),
    }
}

fn command() -> clap::Command {
    clap::Command::new("heureka")
        .about("A service registry that speaks Netflix Eureka's protocol")
        .version(env!("CARGO_PKG_VERSION"))
        .subcommand(serve_command())
}

fn serve_command() -> clap::Command {
    let command = clap::Command::new("serve")
        .about("Runs the server")
        .after_help(
            "Each flag can be given as a variable or as a key of the configuration file as well: \
             --node-name n1, HEUREKA_NODE_NAME=n1, or node-name = \"n1\". Flags count before \
             variables, and these before the file.",
        )
        .next_line_help(true);
    SERVE_SETTINGS.iter().fold(command, |command, group| {
        let arguments = group.settings.iter().map(|setting| argument(*setting));
        command.next_help_heading(group.title).args(arguments)
    })
}

fn argument(setting: &'static dyn AnySetting) -> Arg {
    let entry = setting.entry();
    Arg::new(entry.key)
        .long(entry.key)
        .value_name(setting.takes())
        .help(format!(
            "{}\n[default: {}] [env: {}]",
            entry.help,
            entry.default.description(),
            entry.variable(),
        ))
}

fn flags(matches: &ArgMatches) -> Flags {
    SERVE_SETTINGS
        .iter()
        .flat_map(|group| group.settings)
        .map(|setting| setting.entry().key)
        .filter_map(|key| Some((key, matches.get_one::<String>(key)?.clone())))
        .collect()
}

/// clap's explanation in one line.
fn complaint(error: &clap::Error) -> String {
    if let (ErrorKind::UnknownArgument, Some(ContextValue::String(argument))) =
        (error.kind(), error.get(ContextKind::InvalidArg))
    {
        return unknown_argument(argument);
    }
    let text = error.to_string();
    let lines = text
        .lines()
        .map(str::trim)
        .take_while(|line| !line.is_empty());
    let line = lines.collect::<Vec<_>>().join(" ");
    let line = match line.strip_prefix("error: ").unwrap_or(&line) {
        // What clap quotes may be a URL that stands in the wrong place.
        line if line.contains('@') => {
            "an argument is not understood, and not shown, for it may hold a password"
        }
        line => line,
    };
    format!("{line}; `heureka serve --help` explains all flags")
}

fn unknown_argument(argument: &str) -> String {
    let meant = argument
        .strip_prefix("--")
        .and_then(nearest)
        .map(|key| format!("did you mean --{key}? "))
        .unwrap_or_default();
    let argument = shown(argument);
    format!("unknown argument {argument}: {meant}`heureka serve --help` lists all flags")
}
