//! How values are written.

use std::borrow::Cow;
use std::path::PathBuf;
use std::time::Duration;

use heureka_client_core::{AmazonKey, Profile};
use heureka_model::{DataCenter, InstanceStatus, Metadata, ServiceUrl};

use super::fields::Secret;

/// Longer times are mistakes, and adding them to a clock may overflow.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 3600);

const A_TIME: &str =
    "write a whole number, or one with its unit such as 500ms, 30s or 5m, of at most 8760h";
const MAX_ATTEMPTS: u32 = 100;

/// A kind of value: the word for it, and how it is read.
pub(super) struct Kind<T> {
    /// Completes the sentence "this is no …".
    pub(super) takes: &'static str,
    /// Whether a value may hold a password, so that no error shows it.
    pub(super) is_secret: bool,
    pub(super) read: fn(&str) -> Result<T, Unfit>,
}

/// What to write instead of a text that is no value of a kind.
#[derive(Debug)]
pub(super) struct Unfit(pub(super) Cow<'static, str>);

const fn shown<T>(takes: &'static str, read: fn(&str) -> Result<T, Unfit>) -> Kind<T> {
    Kind {
        takes,
        is_secret: false,
        read,
    }
}

const fn hidden<T>(takes: &'static str, read: fn(&str) -> Result<T, Unfit>) -> Kind<T> {
    Kind {
        takes,
        is_secret: true,
        read,
    }
}

pub(super) const TEXT: Kind<Box<str>> = shown("text", |text| Ok(text.into()));
pub(super) const FILE: Kind<PathBuf> = shown("file", |text| Ok(text.into()));
pub(super) const SECRET: Kind<Secret> = hidden("secret", |text| Ok(Secret::new(text)));

pub(super) const SWITCH: Kind<bool> = shown("switch", switch);
/// A switch by whose name something is off.
pub(super) const OFF_SWITCH: Kind<bool> = shown("switch", |text| Ok(!switch(text)?));

/// A time over zero, in seconds where it has no unit.
pub(super) const SECONDS: Kind<Duration> = shown("time over zero", |text| {
    positive(delay(text, Duration::from_secs)?)
});
/// The same in milliseconds.
pub(super) const MILLISECONDS: Kind<Duration> = shown("time over zero", |text| {
    positive(delay(text, Duration::from_millis)?)
});
/// A time that may be zero, in seconds.
pub(super) const DELAY_SECONDS: Kind<Duration> =
    shown("time", |text| delay(text, Duration::from_secs));

/// Whole seconds of a lease; Java's are 31 bits wide.
pub(super) const LEASE_SECONDS: Kind<u32> = shown("number of seconds", |text| {
    let number = whole(text).filter(|number| *number > 0);
    or_write(
        number.filter(|number| i32::try_from(*number).is_ok()),
        "write a whole number of at least 1, such as 30",
    )
});

pub(super) const ATTEMPTS: Kind<u32> = shown("number of attempts", |text| {
    let number = whole(text).filter(|number| (1..=MAX_ATTEMPTS).contains(number));
    or_write(number, "write a whole number from 1 to 100")
});

pub(super) const PORT: Kind<u16> = shown("port", |text| {
    let number = whole(text).and_then(|number| u16::try_from(number).ok());
    or_write(number, "write a whole number from 0 to 65535")
});

pub(super) const SHARE: Kind<f64> = shown("share", |text| {
    let share = text
        .parse()
        .ok()
        .filter(|share| (0.0..=1.0).contains(share));
    or_write(share, "write a number from 0 to 1, such as 0.66")
});

pub(super) const NAMES: Kind<Vec<Box<str>>> = shown("list of names", |text| {
    Ok(parts(text).map(Box::from).collect())
});

pub(super) const URLS: Kind<Vec<ServiceUrl>> = hidden("list of URLs", |text| {
    let urls = parts(text).map(ServiceUrl::parse);
    let urls: Result<Vec<_>, _> = urls.collect();
    let urls = urls.map_err(|invalid| Unfit(invalid.to_string().into()))?;
    let some = Some(urls).filter(|urls| !urls.is_empty());
    or_write(
        some,
        "write at least one URL, such as http://peer1:8761/eureka/",
    )
});

pub(super) const STATUS: Kind<InstanceStatus> = shown("status", |text| {
    let name = text.to_ascii_uppercase().replace('-', "_");
    let status = name.parse();
    status.map_err(|_| Unfit("write UP, DOWN, STARTING, OUT_OF_SERVICE or UNKNOWN".into()))
});

pub(super) const PROFILE: Kind<Profile> =
    shown("profile", |text| match text.to_ascii_lowercase().as_str() {
        "netflix" => Ok(Profile::Netflix),
        "spring" => Ok(Profile::Spring),
        "modern" => Ok(Profile::Modern),
        _ => Err(Unfit("write netflix, spring or modern".into())),
    });

pub(super) const DATA_CENTER: Kind<DataCenter> = shown("data center", |text| {
    match text.to_ascii_lowercase().as_str() {
        "myown" => Ok(DataCenter::MyOwn),
        "netflix" => Ok(DataCenter::Netflix),
        "amazon" => Ok(DataCenter::Amazon(Metadata::new())),
        _ => Err(Unfit("write MyOwn, Netflix or Amazon".into())),
    }
});

pub(super) const ADDRESS_ORDER: Kind<Vec<AmazonKey>> = shown("list of addresses", |text| {
    let keys = parts(text).map(AmazonKey::from_java_name);
    let keys: Option<Vec<_>> = keys.collect();
    or_write(
        keys,
        "write names such as publicHostname, localIpv4, publicIpv4 and ipv6, with commas between them",
    )
});

fn or_write<T>(value: Option<T>, instead: &'static str) -> Result<T, Unfit> {
    value.ok_or(Unfit(Cow::Borrowed(instead)))
}

/// The parts between commas. Java takes blanks around them for a part of them (L3), which nobody means.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    let parts = text.split(',').map(str::trim);
    parts.filter(|part| !part.is_empty())
}

fn switch(text: &str) -> Result<bool, Unfit> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "on" | "yes" | "1" => Ok(true),
        "false" | "off" | "no" | "0" => Ok(false),
        _ => Err(Unfit("write true or false".into())),
    }
}

/// A whole number; `parse` alone would take a plus sign.
fn whole(text: &str) -> Option<u32> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

/// A number with its unit, or without it in that of the key.
fn delay(text: &str, of_key: fn(u64) -> Duration) -> Result<Duration, Unfit> {
    let unit_at = text.find(|c: char| !c.is_ascii_digit());
    let (number, unit) = text.split_at(unit_at.unwrap_or(text.len()));
    let number = number.parse::<u64>().ok();
    let time = number.and_then(|number| match unit.trim() {
        "" => Some(of_key(number)),
        "ms" => Some(Duration::from_millis(number)),
        "s" => Some(Duration::from_secs(number)),
        "m" => number.checked_mul(60).map(Duration::from_secs),
        "h" => number.checked_mul(3600).map(Duration::from_secs),
        _ => None,
    });
    or_write(time.filter(|time| *time <= LONGEST), A_TIME)
}

fn positive(time: Duration) -> Result<Duration, Unfit> {
    or_write(Some(time).filter(|time| !time.is_zero()), A_TIME)
}
