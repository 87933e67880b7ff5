//! What happened, line by line.

use std::fmt::{Arguments, Write as _};
use std::time::Duration;

/// The lines of a run; without being asked for them it writes none, since most runs are not read.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    lines: Option<String>,
}

impl Trace {
    pub(crate) fn new(is_on: bool) -> Self {
        Self {
            lines: is_on.then(String::new),
        }
    }

    pub(crate) fn line(&mut self, at: Duration, what: Arguments<'_>) {
        if let Some(lines) = &mut self.lines {
            // Writing to a text does not fail.
            _ = writeln!(lines, "{:>12.6} {what}", at.as_secs_f64());
        }
    }

    pub(crate) fn into_text(self) -> String {
        self.lines.unwrap_or_default()
    }
}
