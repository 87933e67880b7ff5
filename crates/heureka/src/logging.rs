//! The log: one line for each event, on stderr.

use std::{
    io::{self, Write},
    panic::{self, PanicHookInfo},
};

use anyhow::{Context, Result};
use tracing::{Subscriber, error};
use tracing_subscriber::{EnvFilter, fmt::MakeWriter};

use crate::config::{LogFormat, LogSettings};

/// Starts the log for the whole process.
pub(crate) fn start(settings: &LogSettings) -> Result<()> {
    tracing::subscriber::set_global_default(subscriber(settings, io::stderr)?)
        .context("the log was started twice")?;
    panic::set_hook(Box::new(log_panic));
    Ok(())
}

fn subscriber<M>(
    settings: &LogSettings,
    make_writer: M,
) -> Result<Box<dyn Subscriber + Send + Sync>>
where
    M: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let builder = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::builder().parse(&settings.filter)?)
        // Colours are control characters, and none get through.
        .with_ansi(false)
        .with_writer(OneLine(make_writer));
    Ok(match settings.format {
        LogFormat::Text => Box::new(builder.finish()),
        LogFormat::Json => Box::new(builder.json().finish()),
    })
}

/// A panic is logged like everything else, so that it is found where the rest is.
fn log_panic(info: &PanicHookInfo<'_>) {
    let message = info.payload_as_str().unwrap_or("no message");
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    error!(message, place, "panic");
}

/// Keeps each event on one line and its control characters away from terminals.
///
/// Fields come from strangers: names of applications, headers, addresses. The formatters of
/// tracing-subscriber escape some of what they may contain, depending on how a field was recorded
/// (with `%`, a line feed passes), and so a field could pretend to be a line of its own. Here the
/// whole line is looked at, once, whatever made it.
#[derive(Debug)]
struct OneLine<W>(W);

impl<'a, M: MakeWriter<'a>> MakeWriter<'a> for OneLine<M> {
    type Writer = OneLine<M::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        OneLine(self.0.make_writer())
    }

    fn make_writer_for(&'a self, meta: &tracing::Metadata<'_>) -> Self::Writer {
        OneLine(self.0.make_writer_for(meta))
    }
}

impl<W: Write> Write for OneLine<W> {
    /// Takes a whole event, as tracing-subscriber hands it over: its text and a line feed.
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = event.strip_suffix(b"\n").unwrap_or(event);
        let mut line = escaped(&String::from_utf8_lossy(text));
        line.push('\n');
        self.0.write_all(line.as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

fn escaped(text: &str) -> String {
    text.chars().fold(
        String::with_capacity(text.len() + 1),
        |mut line, character| {
            match character {
                '\n' => line.push_str("\\n"),
                '\r' => line.push_str("\\r"),
                '\t' => line.push_str("\\t"),
                // Inside the strings of JSON this is how they are written as well.
                special if special.is_control() || breaks_lines_or_order(special) => {
                    line.push_str(&format!("\\u{:04x}", u32::from(special)));
                }
                plain => line.push(plain),
            }
            line
        },
    )
}

/// Unicode's line separators, and what makes text run the other way.
fn breaks_lines_or_order(character: char) -> bool {
    matches!(character, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests;
