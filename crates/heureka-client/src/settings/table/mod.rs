//! The one list of what can be set, and by which keys (client.md 4.1–4.3).

mod client;
mod ignored;
mod instance;

use super::fields::Settings;
use super::kind::Unfit;

/// One setting.
#[derive(Debug)]
pub(super) struct Row {
    /// Its place in [`Settings`].
    pub(super) name: &'static str,
    /// Netflix's keys behind `eureka.`; the first counts before the others. `<>` is free.
    pub(super) netflix: &'static [&'static str],
    /// Spring's keys behind `eureka.`, and those of this client.
    pub(super) spring: &'static [&'static str],
    /// Keys that do not begin with `eureka.`.
    pub(super) beside: &'static [&'static str],
    /// A word for what it takes.
    pub(super) takes: &'static str,
    /// Whether its value may hold a password.
    pub(super) is_secret: bool,
    pub(super) meaning: Meaning,
}

/// What a setting does.
#[derive(Clone, Copy, Debug)]
pub(super) enum Meaning {
    /// It sets something to its value.
    Sets(fn(&mut Settings, &str) -> Result<(), Unfit>),
    /// It sets what its free part names.
    SetsOf {
        set: fn(&mut Settings, &str, &str) -> Result<(), Unfit>,
        /// What an underscore in the free part stands for in the environment.
        join: &'static str,
    },
    /// Nothing, for this reason.
    Ignored(&'static str),
}

/// All settings.
pub(super) fn rows() -> impl Iterator<Item = &'static Row> {
    let tables = [client::ROWS, instance::ROWS, ignored::ROWS];
    tables.into_iter().flatten()
}

/// A setting: its place, its kind, and its keys with Netflix, with Spring, and beside both.
macro_rules! row {
    ($($field:ident).+: $kind:ident, $netflix:expr, $spring:expr) => {
        row!($($field).+: $kind, $netflix, $spring, [])
    };
    ($($field:ident).+: $kind:ident, $netflix:expr, $spring:expr, $beside:expr) => {
        $crate::settings::table::Row {
            name: stringify!($($field).+),
            netflix: &$netflix,
            spring: &$spring,
            beside: &$beside,
            takes: $kind.takes,
            is_secret: $kind.is_secret,
            meaning: $crate::settings::table::Meaning::Sets(|settings, value| {
                settings.$($field).+ = Some(($kind.read)(value)?);
                Ok(())
            }),
        }
    };
}

/// A setting with a free part: likewise, and what makes the free part of a variable.
macro_rules! map {
    ($($field:ident).+: $kind:ident, $key:expr, $join:literal, $netflix:expr, $spring:expr) => {
        $crate::settings::table::Row {
            name: stringify!($($field).+),
            netflix: &$netflix,
            spring: &$spring,
            beside: &[],
            takes: $kind.takes,
            is_secret: $kind.is_secret,
            meaning: $crate::settings::table::Meaning::SetsOf {
                set: |settings, free, value| {
                    settings.$($field).+.insert($key(free), ($kind.read)(value)?);
                    Ok(())
                },
                join: $join,
            },
        }
    };
}

use {map, row};

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::rows;

    /// Keys that mean two things on purpose: Netflix's port is the instance's, and that of servers without their own.
    const TWICE: [&str; 1] = ["port"];

    #[test]
    fn no_key_means_two_things() {
        let mut seen = BTreeMap::new();
        for row in rows() {
            let own = row.netflix.iter().chain(row.spring);
            let own = own.map(|key| format!("eureka.{key}"));
            for key in own.chain(row.beside.iter().map(|key| (*key).to_owned())) {
                let relaxed = key.replace(['.', '-', '_'], "").to_lowercase();
                *seen.entry((relaxed, row.name)).or_insert(0) += 1;
            }
        }
        let mut names = BTreeMap::<&str, Vec<&str>>::new();
        for (key, name) in seen.keys() {
            names.entry(key).or_default().push(name);
        }
        for (key, names) in names {
            let allowed = if TWICE
                .map(|key| format!("eureka{key}"))
                .iter()
                .any(|twice| twice == key)
            {
                2
            } else {
                1
            };
            assert_eq!(names.len(), allowed, "{key}: {names:?}");
        }
    }

    #[test]
    fn every_row_has_a_key_and_says_what_it_takes() {
        for row in rows() {
            let keys = row.netflix.len() + row.spring.len() + row.beside.len();
            assert!(keys > 0 && !row.takes.is_empty(), "{row:?}");
        }
    }
}
