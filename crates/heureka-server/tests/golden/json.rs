//! JSON bodies in a form in which two of them can be compared: everything counts but the order of what Java keeps in
//! hash maps.

use std::fmt::{self, Write};

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// A value that keeps the order of keys, repeated keys, and the difference between `1` and `1.0`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Number(String),
    String(String),
    Array(Vec<Self>),
    Object(Vec<(String, Self)>),
}

/// The body as text in one order, or `None` where it is no JSON.
pub(crate) fn canonical(body: &str) -> Option<String> {
    let mut value = parse(body)?;
    sort(&mut value, "");
    Some(text_of(&value))
}

/// The body with a type in place of each value: what can be compared where values are the machine's.
pub(crate) fn shape(body: &str) -> Option<String> {
    let mut value = parse(body)?;
    blank(&mut value);
    Some(text_of(&value))
}

pub(crate) fn parse(body: &str) -> Option<Value> {
    serde_json::from_str(body).ok()
}

pub(crate) fn text_of(value: &Value) -> String {
    let mut text = String::new();
    write_value(&mut text, value).unwrap();
    text
}

/// Puts in order what has none: applications, instances, and the keys of metadata.
fn sort(value: &mut Value, key: &str) {
    match value {
        Value::Array(items) => {
            items.iter_mut().for_each(|item| sort(item, ""));
            match key {
                "application" => sort_by_name(items, &["name"]),
                "instance" => sort_by_name(items, &["instanceId", "hostName"]),
                _ => {}
            }
        }
        Value::Object(members) => {
            members
                .iter_mut()
                .for_each(|(key, member)| sort(member, key));
            if key == "metadata" {
                members.sort_by_cached_key(|(key, member)| (key.clone(), text_of(member)));
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Sorts by the first of `keys` that an item has, and by the whole item where two have the same name.
fn sort_by_name(items: &mut [Value], keys: &[&str]) {
    items.sort_by(|one, other| {
        let names = name_of(one, keys).cmp(&name_of(other, keys));
        names.then_with(|| text_of(one).cmp(&text_of(other)))
    });
}

/// The first of `keys` that an object has.
fn name_of(value: &Value, keys: &[&str]) -> String {
    let Value::Object(members) = value else {
        return String::new();
    };
    let mut found = keys
        .iter()
        .filter_map(|key| members.iter().find(|(own, _)| own == key));
    found
        .next()
        .map(|(_, name)| text_of(name))
        .unwrap_or_default()
}

fn blank(value: &mut Value) {
    match value {
        Value::Null => {}
        Value::Bool(flag) => *flag = true,
        Value::Number(text) => *text = "0".to_owned(),
        Value::String(text) => *text = "…".to_owned(),
        Value::Array(items) => {
            items.iter_mut().for_each(blank);
            items.dedup();
        }
        Value::Object(members) => members
            .iter_mut()
            .for_each(|(key, member)| match key.as_str() {
                // Its keys are data.
                "metadata" => *member = Value::Object(Vec::new()),
                _ => blank(member),
            }),
    }
}

fn write_value(text: &mut String, value: &Value) -> fmt::Result {
    match value {
        Value::Null => text.write_str("null"),
        Value::Bool(flag) => write!(text, "{flag}"),
        Value::Number(number) => text.write_str(number),
        Value::String(string) => write_string(text, string),
        Value::Array(items) => write_list(text, ['[', ']'], items, write_value),
        Value::Object(members) => write_list(text, ['{', '}'], members, |text, (key, member)| {
            write_string(text, key)?;
            text.push(':');
            write_value(text, member)
        }),
    }
}

fn write_list<T>(
    text: &mut String,
    [open, close]: [char; 2],
    items: &[T],
    write: impl Fn(&mut String, &T) -> fmt::Result,
) -> fmt::Result {
    text.push(open);
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        write(text, item)?;
    }
    text.push(close);
    Ok(())
}

fn write_string(text: &mut String, string: &str) -> fmt::Result {
    text.write_str(&serde_json::to_string(string).map_err(|_| fmt::Error)?)
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Whole)
    }
}

struct Whole;

impl<'de> Visitor<'de> for Whole {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Bool(flag))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Number(number.to_string()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Number(number.to_string()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        // Debug keeps the point of 1.0, by which it differs from 1.
        Ok(Value::Number(format!("{number:?}")))
    }

    fn visit_str<E>(self, string: &str) -> Result<Value, E> {
        Ok(Value::String(string.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(item) = items.next_element()? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Vec::new();
        while let Some(member) = members.next_entry()? {
            object.push(member);
        }
        Ok(Value::Object(object))
    }
}

#[test]
fn only_applications_instances_and_metadata_have_no_order() {
    let order = |body: &str| canonical(body).unwrap();
    for unordered in [
        [
            r#"{"application":[{"name":"A"},{"name":"B"}]}"#,
            r#"{"application":[{"name":"B"},{"name":"A"}]}"#,
        ],
        [
            r#"{"instance":[{"instanceId":"a"},{"hostName":"b"}]}"#,
            r#"{"instance":[{"hostName":"b"},{"instanceId":"a"}]}"#,
        ],
        [
            r#"{"x":{"metadata":{"a":"1","b":"2"}}}"#,
            r#"{"x":{"metadata":{"b":"2","a":"1"}}}"#,
        ],
    ] {
        assert_eq!(order(unordered[0]), order(unordered[1]));
    }
    assert_ne!(
        order(r#"{"instance":{"a":1,"b":2}}"#),
        order(r#"{"instance":{"b":2,"a":1}}"#)
    );
    assert_ne!(
        order(r#"{"responseList":[1,2]}"#),
        order(r#"{"responseList":[2,1]}"#)
    );
}

#[test]
fn numbers_strings_nulls_and_repeated_keys_are_told_apart() {
    let forms = [
        "1",
        "1.0",
        "\"1\"",
        "null",
        "true",
        "[]",
        "{}",
        r#"{"a":null}"#,
        r#"{"a":1,"a":1}"#,
        r#"{"a":1}"#,
    ];
    for (i, one) in forms.iter().enumerate() {
        for (j, other) in forms.iter().enumerate() {
            assert_eq!(
                canonical(one) == canonical(other),
                i == j,
                "{one} and {other}"
            );
        }
    }
}

#[test]
fn a_shape_has_the_keys_and_the_types() {
    let full = r#"{"a":"x","b":[1,2],"c":{"d":false},"metadata":{"any":"x"}}"#;
    assert_eq!(
        shape(full).unwrap(),
        r#"{"a":"…","b":[0],"c":{"d":true},"metadata":{}}"#
    );
}
