use std::{
    io::{self, Write},
    sync::Arc,
};

use parking_lot::Mutex;
use tracing::{info, info_span, subscriber::with_default};

use super::subscriber;
use crate::config::{LogFormat, LogSettings};

/// What an attacker may register as: a line feed and a forged line, escape sequences of 7 and of
/// 8 bits, a bell, a delete, a line separator, and text that runs backwards.
const HOSTILE: &str =
    "a\n2026-11-21T00:00:00Z ERROR root login\x1b[2J\r\u{9b}2J\x07\x7f\u{2028}\u{202e}z";

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn log_line(format: LogFormat, log: impl FnOnce()) -> String {
    let captured = Captured::default();
    let writer = captured.clone();
    let settings = LogSettings {
        format,
        filter: "info".to_owned(),
    };
    with_default(subscriber(&settings, move || writer.clone()).unwrap(), log);
    let bytes = captured.0.lock().clone();
    String::from_utf8(bytes).unwrap()
}

fn log_hostile_fields() {
    let span = info_span!("request", app = %HOSTILE, id = ?HOSTILE, agent = HOSTILE);
    let _entered = span.enter();
    info!(app = %HOSTILE, id = ?HOSTILE, agent = HOSTILE, "registered {HOSTILE}");
}

#[test]
fn a_field_cannot_break_the_line() {
    for format in [LogFormat::Text, LogFormat::Json] {
        let line = log_line(format, log_hostile_fields);
        let text = line.strip_suffix('\n').unwrap();
        let special = |character: char| {
            character.is_control() || matches!(character, '\u{2028}' | '\u{202e}')
        };
        assert!(!text.contains(special), "{format:?}: {line:?}");
        assert!(text.contains("root login"), "{format:?}: {line:?}");
    }
}

#[test]
fn a_json_line_is_json_and_keeps_the_field() {
    let line = log_line(LogFormat::Json, log_hostile_fields);
    let line: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(line["fields"]["agent"], HOSTILE);
    assert_eq!(line["level"], "INFO");
}

#[test]
fn ordinary_text_is_left_alone() {
    let line = log_line(
        LogFormat::Text,
        || info!(city = %"Zürich 東京", "up \"here\""),
    );
    assert!(line.ends_with("up \"here\" city=Zürich 東京\n"), "{line:?}");
}
