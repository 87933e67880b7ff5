//! What the arguments ask for.

use std::ffi::OsString;

use clap::{
    Arg, ArgAction, ArgMatches,
    builder::OsStringValueParser,
    error::{ContextKind, ContextValue, ErrorKind},
};

use crate::{
    config::{AGENT, AnySetting, Flags, SERVE, Table, shown},
    exit::Failure,
};

/// The id of what stands behind `--`. No setting is called like this.
const COMMAND: &str = "COMMAND";

/// A command and its arguments.
#[derive(Debug)]
pub(crate) enum Command {
    /// Print `text`, which was asked for.
    Help { text: String },
    /// Run the server.
    Serve(Flags),
    /// Run a program, and register it.
    Agent(Flags, Program),
}

/// What the agent runs.
#[derive(Debug)]
pub(crate) struct Program {
    /// Its path, or its name, to be looked for in `PATH`.
    pub(crate) name: OsString,
    pub(crate) arguments: Vec<OsString>,
}

/// Reads the arguments, the first of which is the program's name.
pub(crate) fn parse(arguments: impl Iterator<Item = OsString>) -> Result<Command, Failure> {
    let arguments: Vec<OsString> = arguments.collect();
    let is_agent = arguments.get(1).is_some_and(|first| first == AGENT.command);
    let meant = if is_agent { &AGENT } else { &SERVE };
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
        Err(error) => return Err(Failure::Usage(vec![complaint(meant, &error)])),
    };
    match matches.subcommand() {
        Some(("serve", matches)) => Ok(Command::Serve(flags(&SERVE, matches))),
        Some(("agent", matches)) => {
            let program = program(matches)?;
            Ok(Command::Agent(flags(&AGENT, matches), program))
        }
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
        .subcommand(agent_command())
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
    with_settings(command, &SERVE)
}

fn agent_command() -> clap::Command {
    let command = clap::Command::new("agent")
        .about("Runs a program that knows nothing of Eureka, and registers it while it is well")
        .override_usage("heureka agent --server URL --app NAME --port PORT [OPTIONS] -- COMMAND…")
        .after_help(
            "The program is registered once its health check passes, or without --health once its \
             port accepts connections. It leaves the registry when it ends, and before a signal \
             ends it; the agent ends with its exit code. Each flag can be given as a variable as \
             well: --app orders, or HEUREKA_AGENT_APP=orders. Flags count before variables.",
        )
        .next_line_help(true)
        .arg(
            Arg::new(COMMAND)
                .value_parser(OsStringValueParser::new())
                .num_args(1..)
                .last(true)
                .help("The program to run and its arguments"),
        );
    with_settings(command, &AGENT)
}

fn with_settings(command: clap::Command, table: &'static Table) -> clap::Command {
    table.groups.iter().fold(command, |command, group| {
        let settings = group.settings.iter();
        let arguments = settings.map(|setting| argument(table, *setting));
        command.next_help_heading(group.title).args(arguments)
    })
}

fn argument(table: &Table, setting: &'static dyn AnySetting) -> Arg {
    let entry = setting.entry();
    Arg::new(entry.key)
        .long(entry.key)
        .value_name(setting.takes())
        .action(if entry.is_repeatable {
            ArgAction::Append
        } else {
            ArgAction::Set
        })
        .help(format!(
            "{}\n[default: {}] [env: {}]",
            entry.help,
            entry.default.description(),
            table.variable(entry.key),
        ))
}

fn flags(table: &Table, matches: &ArgMatches) -> Flags {
    let given = |setting: &'static dyn AnySetting| {
        let entry = setting.entry();
        let mut texts = matches.get_many::<String>(entry.key)?;
        let text = if entry.is_repeatable {
            texts.map(|text| format!("{text}\n")).collect()
        } else {
            texts.next()?.clone()
        };
        Some((entry.key, text))
    };
    table.settings().filter_map(given).collect()
}

fn program(matches: &ArgMatches) -> Result<Program, Failure> {
    let mut words = matches.get_many::<OsString>(COMMAND).into_iter().flatten();
    let Some(name) = words.next() else {
        let line = "no command to run: write it at the end behind --, such as -- python3 app.py";
        return Err(Failure::Usage(vec![line.to_owned()]));
    };
    Ok(Program {
        name: name.clone(),
        arguments: words.cloned().collect(),
    })
}

/// clap's explanation in one line.
fn complaint(table: &Table, error: &clap::Error) -> String {
    if let (ErrorKind::UnknownArgument, Some(ContextValue::String(argument))) =
        (error.kind(), error.get(ContextKind::InvalidArg))
    {
        return unknown_argument(table, argument);
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
    let command = table.command;
    format!("{line}; `heureka {command} --help` explains all flags")
}

fn unknown_argument(table: &Table, argument: &str) -> String {
    let meant = argument
        .strip_prefix("--")
        .and_then(|key| table.nearest(key))
        .map(|key| format!("did you mean --{key}? "))
        .unwrap_or_default();
    let runs_a_program = table.command == AGENT.command && !argument.starts_with('-');
    let meant = if runs_a_program {
        "the command to run stands behind --; "
    } else {
        &meant
    };
    let (argument, command) = (shown(argument), table.command);
    format!("unknown argument {argument}: {meant}`heureka {command} --help` lists all flags")
}
