//! What the reader takes is what serde_json takes, to the last character.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::{Kind, Reader, Scalar};
use crate::ReadError;

/// Pieces of which documents and near misses are made.
const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "\"",
    "\\",
    "\\\"",
    "\\u00e9",
    "\\uD83D\\uDE00",
    "\\uD800",
    "\\u12g4",
    "\\x",
    "null",
    "nul",
    "true",
    "false",
    "-",
    "0",
    "01",
    "12",
    "1.50",
    ".5",
    "1.",
    "e5",
    "E+3",
    "1e400",
    "-0",
    " ",
    "\n",
    "\r\t",
    "\u{1}",
    "\u{7f}",
    "\u{a0}",
    "é",
    "🦀",
    "plain",
    "longer than eight bytes",
    "\"key\":",
    "\"text\"",
    "\"with \\n in it\"",
    "[1,2]",
    "{\"a\":null}",
];

fn soup() -> impl Strategy<Value = String> {
    vec(select(PIECES), 0..14).prop_map(|pieces| pieces.concat())
}

/// A document of any shape.
fn document() -> impl Strategy<Value = String> {
    let scalar = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|set| set.to_string()),
        any::<f64>().prop_map(|number| serde_json::to_string(&number).unwrap()),
        any::<String>().prop_map(|text| serde_json::to_string(&text).unwrap()),
    ];
    scalar.prop_recursive(4, 24, 5, |inner| {
        let key = any::<String>().prop_map(|key| serde_json::to_string(&key).unwrap());
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(|elements| format!("[ {}]", elements.join("\n,"))),
            vec((key, inner), 0..5).prop_map(|fields| {
                let fields: Vec<_> = fields
                    .iter()
                    .map(|(key, value)| format!("{key} :\t{value}"))
                    .collect();
                format!("{{{}}}", fields.join(","))
            }),
        ]
    })
}

/// A document, or what is left of one of which a piece was put in another's place.
fn anything() -> impl Strategy<Value = String> {
    let damaged = (document(), any::<prop::sample::Index>(), select(PIECES));
    let damaged = damaged.prop_map(|(document, at, piece)| {
        let mut chars: Vec<_> = document.chars().map(String::from).collect();
        let at = at.index(chars.len());
        chars[at] = piece.to_owned();
        chars.concat()
    });
    prop_oneof![soup(), document(), damaged]
}

fn taken_by_serde(text: &str) -> Option<&str> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let raw = <&RawValue>::deserialize(&mut deserializer);
    raw.ok().map(RawValue::get)
}

fn text_by_serde(text: &str) -> Option<String> {
    String::deserialize(&mut serde_json::Deserializer::from_str(text)).ok()
}

fn text_of(document: &str) -> Option<String> {
    match Reader::new(document).scalar() {
        Ok(Scalar::Text(text)) => Some(text.into_owned()),
        Ok(Scalar::Null | Scalar::Bool(_) | Scalar::Number(_)) | Err(_) => None,
    }
}

/// Everything in a document, as it comes when it is walked through.
fn walked(reader: &mut Reader<'_>) -> Result<Value, ReadError> {
    Ok(match reader.kind()? {
        Kind::Object => {
            let mut fields = Map::new();
            reader.object(|reader, key| {
                fields.insert(key.to_owned(), walked(reader)?);
                Ok(())
            })?;
            Value::Object(fields)
        }
        Kind::List => {
            let mut elements = Vec::new();
            reader.list(|reader| {
                elements.push(walked(reader)?);
                Ok(())
            })?;
            Value::Array(elements)
        }
        Kind::Null | Kind::Scalar => match reader.scalar()? {
            Scalar::Null => Value::Null,
            Scalar::Bool(set) => Value::Bool(set),
            Scalar::Number(text) => text
                .parse()
                .map(Value::Number)
                .map_err(|error| reader.unreadable(error))?,
            Scalar::Text(text) => Value::String(text.into_owned()),
        },
    })
}

proptest! {
    #[test]
    fn what_is_skipped_is_what_serde_skips(text in anything()) {
        // In brackets, because what follows a document is ignored here.
        let text = format!("[{text}]");
        prop_assert_eq!(Reader::new(&text).raw().ok(), taken_by_serde(&text));
    }

    #[test]
    fn texts_are_what_serde_reads(text in soup()) {
        let quoted = format!("\"{text}");
        prop_assert_eq!(text_of(&quoted), text_by_serde(&quoted));
    }

    #[test]
    fn every_text_is_read_as_it_was_written(text in any::<String>()) {
        let written = serde_json::to_string(&text).unwrap();
        prop_assert_eq!(text_of(&written), Some(text));
    }

    #[test]
    fn a_walk_finds_what_serde_finds(text in document()) {
        let expected: Value = serde_json::from_str(&text).unwrap();
        let mut reader = Reader::new(&text);
        prop_assert_eq!(walked(&mut reader).unwrap(), expected);
        prop_assert_eq!(reader.at, text.len());
    }
}

#[test]
fn numbers_are_kept_as_they_are_written() {
    for number in ["1.50", "-0", "1e400", "18446744073709551616", "0.10E+5"] {
        let text = format!("{number} ");
        let read = Reader::new(&text).scalar();
        assert!(
            matches!(&read, Ok(Scalar::Number(text)) if *text == number),
            "{read:?}"
        );
    }
}

#[test]
fn reasons_say_what_was_expected_and_where() {
    for (text, expected) in [
        ("", "the document ends too early at byte 0"),
        (
            "[1 2]",
            "expected a comma or the end of an object or a list at byte 3",
        ),
        (
            "[01]",
            "expected a comma or the end of an object or a list at byte 2",
        ),
        ("{\"a\" 1}", "expected a colon at byte 5"),
        ("{a:1}", "expected a text at byte 1"),
        ("[1,]", "expected a value at byte 3"),
        ("-x", "expected a digit at byte 1"),
        ("nil", "expected null at byte 0"),
        ("\"a\nb\"", "a control character in a text at byte 2"),
        ("\"a\\xb\"", "an unknown escape at byte 3"),
        ("\"abc", "the document ends within a text at byte 4"),
    ] {
        let reason = Reader::new(text).skip().unwrap_err().to_string();
        assert_eq!(reason, format!("unreadable: {expected}"), "{text}");
    }
}
