//! Settings as a part of a document that serde reads: YAML, TOML, JSON.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::fields::Settings;
use super::key::{is_same, without_start};
use super::read::{Given, PREFIX, read};

/// What else stands at the top of a file of Spring's.
const SPRING: &str = "spring";

/// Takes a whole file, with `eureka` at its top as Spring has it, or just what is below `eureka`. Formats that do not say
/// what is a map and what a text cannot be read.
impl<'de> Deserialize<'de> for Settings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let entries = match Tree::deserialize(deserializer)? {
            Tree::Map(entries) => entries,
            Tree::Nothing => Vec::new(),
            Tree::Text(_) | Tree::List(_) => {
                return Err(D::Error::custom("eureka must be a map of settings"));
            }
        };
        let is_whole_file = entries.iter().any(|(key, _)| is_top(key));
        let mut given = Vec::new();
        for (key, value) in entries {
            let key = if is_whole_file {
                key
            } else {
                format!("{PREFIX}.{key}")
            };
            value.flatten(key, &mut given);
        }
        read(&given).map_err(D::Error::custom)
    }
}

/// Whether a key shows that this is a whole file. `server` does not: below `eureka` it has the settings of servers.
fn is_top(key: &str) -> bool {
    [PREFIX, SPRING]
        .into_iter()
        .any(|top| is_same(key, top) || without_start(key, top).is_some())
}

/// Any document, in the order in which it is written.
#[derive(Debug)]
enum Tree {
    Nothing,
    Text(String),
    List(Vec<Self>),
    Map(Vec<(String, Self)>),
}

impl Tree {
    /// One line for each text; a list becomes a text with commas.
    fn flatten(self, key: String, given: &mut Vec<Given>) {
        match self {
            Self::Nothing => {}
            Self::Text(value) => given.push(Given {
                shown: key.as_str().into(),
                key,
                value,
                is_variable: false,
            }),
            Self::List(items) => {
                let texts: Vec<String> = items.into_iter().filter_map(Self::into_text).collect();
                Self::Text(texts.join(",")).flatten(key, given);
            }
            Self::Map(entries) => {
                for (name, value) in entries {
                    value.flatten(format!("{key}.{name}"), given);
                }
            }
        }
    }

    fn into_text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text),
            Self::Nothing | Self::List(_) | Self::Map(_) => None,
        }
    }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("settings")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Tree, E> {
        Ok(Tree::Text(value.to_string()))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Tree, E> {
        Ok(Tree::Text(value.to_string()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Tree, E> {
        Ok(Tree::Text(value.to_string()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Tree, E> {
        Ok(Tree::Text(value.to_string()))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Tree, E> {
        Ok(Tree::Text(value.to_owned()))
    }

    fn visit_none<E: Error>(self) -> Result<Tree, E> {
        Ok(Tree::Nothing)
    }

    fn visit_unit<E: Error>(self) -> Result<Tree, E> {
        Ok(Tree::Nothing)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Tree, D::Error> {
        Tree::deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Tree, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Tree::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Tree, A::Error> {
        let mut map = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            map.push(entry);
        }
        Ok(Tree::Map(map))
    }
}
