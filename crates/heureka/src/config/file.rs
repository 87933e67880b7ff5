//! The configuration file.

use std::{fs, path::Path, sync::Arc};

use toml::Value;

use super::{
    layers::{Given, Layer, Problem, Source},
    setting::Table,
};

/// Reads a TOML file whose keys are those of the table, or tells all that is wrong with it.
pub(crate) fn read(table: &Table, path: &Path) -> Result<Layer, Vec<Problem>> {
    let unreadable = |reason| {
        vec![Problem::UnreadableFile {
            path: path.to_owned(),
            reason,
        }]
    };
    let text = fs::read_to_string(path).map_err(|error| unreadable(error.to_string()))?;
    let keys = text
        .parse::<toml::Table>()
        .map_err(|error| unreadable(place_and_reason(&text, &error)))?;
    let source = Source::File(Arc::from(path));
    let (mut layer, mut problems) = (Layer::new(), Vec::new());
    for (key, value) in keys {
        match value_of(table, path, &key, &value) {
            Ok((key, text)) => {
                layer.insert(
                    key,
                    Given {
                        text,
                        source: source.clone(),
                    },
                );
            }
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() {
        Ok(layer)
    } else {
        Err(problems)
    }
}

fn value_of(
    table: &Table,
    path: &Path,
    key: &str,
    value: &Value,
) -> Result<(&'static str, String), Problem> {
    // The file does not say which file it is.
    let names_file = |key| table.file.is_some_and(|entry| entry.key == key);
    let known = table
        .entries()
        .find(|entry| entry.key == key && !names_file(key));
    let Some(entry) = known else {
        let nearest = table.nearest(key).filter(|nearest| !names_file(nearest));
        return Err(Problem::UnknownKey {
            path: path.to_owned(),
            key: key.to_owned(),
            nearest,
        });
    };
    let text = text_of(value).ok_or_else(|| Problem::NotAValue {
        path: path.to_owned(),
        key: entry.key,
        found: value.type_str(),
    })?;
    Ok((entry.key, text))
}

/// The value as it would be written on the command line.
fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Float(number) => Some(number.to_string()),
        Value::Boolean(true) => Some("on".to_owned()),
        Value::Boolean(false) => Some("off".to_owned()),
        Value::Array(items) => {
            let texts: Option<Vec<&str>> = items.iter().map(Value::as_str).collect();
            Some(texts?.join(","))
        }
        Value::Datetime(_) | Value::Table(_) => None,
    }
}

fn place_and_reason(text: &str, error: &toml::de::Error) -> String {
    let reason = error.message().replace('\n', ", ");
    let before = error.span().and_then(|span| text.get(..span.start));
    match before {
        Some(before) => format!("line {}: {reason}", before.matches('\n').count() + 1),
        None => reason,
    }
}
