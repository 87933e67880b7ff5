//! Java's properties.

use super::fields::{Secret, Settings};
use super::note::InvalidSettings;
use super::read::{Given, read as read_all};

pub(super) fn read<K: AsRef<str>, V: AsRef<str>>(
    properties: impl IntoIterator<Item = (K, V)>,
) -> Result<Settings, InvalidSettings> {
    let given: Vec<Given> = properties
        .into_iter()
        .map(|(key, value)| given(key.as_ref(), value.as_ref()))
        .collect();
    let mut settings = read_all(&given)?;
    let variables = given.iter().map(|given| {
        let value = Secret::new(given.value.trim());
        (given.shown.clone(), value)
    });
    settings.instance.variables = variables.collect();
    Ok(settings)
}

fn given(key: &str, value: &str) -> Given {
    Given {
        shown: key.into(),
        key: key.to_owned(),
        value: value.to_owned(),
        is_variable: false,
    }
}

/// The keys and values of a file: `key=value` or `key: value` in each line, which goes on behind a backslash at its end. A
/// line that begins with `#` or `!` is a comment.
pub(super) fn pairs(text: &str) -> Vec<(String, String)> {
    let lines = logical_lines(text);
    let lines = lines.iter().map(|line| line.trim());
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with(['#', '!']));
    lines.map(pair).collect()
}

fn pair(line: &str) -> (String, String) {
    let (key, value) = line.split_once(['=', ':']).unwrap_or((line, ""));
    (key.trim().to_owned(), value.trim().to_owned())
}

fn logical_lines(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut begun = String::new();
    for line in text.lines() {
        match line.strip_suffix('\\') {
            Some(part) => begun.push_str(part.trim_start()),
            None => {
                begun.push_str(line.trim_start());
                lines.push(std::mem::take(&mut begun));
            }
        }
    }
    lines.push(begun);
    lines
}
