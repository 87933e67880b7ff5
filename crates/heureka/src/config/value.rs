//! How values are written.

use std::{fmt::Debug, net::Ipv6Addr, path::PathBuf, time::Duration};

use thiserror::Error;
use tracing_subscriber::{EnvFilter, filter::LevelFilter};

use super::settings::{LeaseCompat, LeaseGrace, ListenAddress, LogFormat};

mod agent;
mod peers;
mod regions;

pub(crate) use agent::{
    APP, DURATION_OR_OFF, HEALTH, METADATA, OPTIONAL_ADDRESS, OPTIONAL_HOST, OPTIONAL_LABEL,
    OPTIONAL_PORT, SERVERS, WHOLE_SECONDS,
};
pub(crate) use peers::PEERS;
pub(crate) use regions::{ALLOWED_APPS, REGION_URLS};

/// A kind of value: the word for it in help texts, and how it is read.
#[derive(Debug)]
pub(crate) struct Kind<T> {
    pub(crate) takes: &'static str,
    pub(crate) read: fn(&str) -> Result<T, Unfit>,
}

/// Why a text is no value of a kind; completes the sentence "this is no …".
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("{expected}: write {example}")]
pub(crate) struct Unfit {
    expected: &'static str,
    example: &'static str,
}

/// Longer times are mistakes, and adding them to a clock may overflow.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 3600);

const PARTS: u32 = 1_000_000;
const RATIO_DECIMALS: usize = 6;
const LABEL_CHARACTERS: usize = 128;

const NO_DURATION: Unfit = Unfit {
    expected: "duration of at most 8760h",
    example: "a whole number and its unit, such as 500ms, 30s, 15m or 1h",
};
const NO_SIZE: Unfit = Unfit {
    expected: "size",
    example: "a whole number and its unit, such as 512B, 64KiB, 1MiB or 1GiB",
};
const NO_COUNT: Unfit = Unfit {
    expected: "count",
    example: "a whole number of at least 1",
};

pub(crate) const DURATION: Kind<Duration> = Kind {
    takes: "DURATION",
    read: duration,
};

pub(crate) const POSITIVE_DURATION: Kind<Duration> = Kind {
    takes: "DURATION",
    read: |text| {
        let zero = Unfit {
            expected: "duration over zero",
            ..NO_DURATION
        };
        Some(duration(text)?)
            .filter(|duration| !duration.is_zero())
            .ok_or(zero)
    },
};

pub(crate) const SIZE: Kind<usize> = Kind {
    takes: "SIZE",
    read: size_bytes,
};

pub(crate) const COUNT: Kind<usize> = Kind {
    takes: "COUNT",
    read: count,
};

pub(crate) const COUNT_OR_OFF: Kind<Option<usize>> = Kind {
    takes: "COUNT|off",
    read: |text| match text {
        "off" => Ok(None),
        count_text => count(count_text).map(Some).map_err(|_| Unfit {
            expected: "count or off",
            example: "a whole number of at least 1, or off",
        }),
    },
};

pub(crate) const SWITCH: Kind<bool> = Kind {
    takes: "on|off",
    read: |text| {
        choose(
            text,
            &[("on", true), ("off", false)],
            Unfit {
                expected: "switch",
                example: "on or off",
            },
        )
    },
};

/// Parts per million.
pub(crate) const RATIO: Kind<u32> = Kind {
    takes: "RATIO",
    read: ratio_ppm,
};

pub(crate) const LISTEN: Kind<ListenAddress> = Kind {
    takes: "HOST:PORT",
    read: listen_address,
};

pub(crate) const OPTIONAL_FILE: Kind<Option<PathBuf>> = Kind {
    takes: "FILE",
    read: |text| {
        Ok(Some(text)
            .filter(|text| !text.is_empty())
            .map(PathBuf::from))
    },
};

pub(crate) const NAME: Kind<String> = Kind {
    takes: "NAME",
    read: |text| {
        let fits = |character: char| {
            character.is_ascii_alphanumeric() || matches!(character, '.' | '_' | ':' | '-')
        };
        let no_name = Unfit {
            expected: "name",
            example: "1 to 128 letters, digits, dots, colons, hyphens and underscores",
        };
        labelled(text, fits).ok_or(no_name)
    },
};

pub(crate) const LABEL: Kind<String> = Kind {
    takes: "LABEL",
    read: |text| {
        let no_label = Unfit {
            expected: "label",
            example: "1 to 128 printable characters",
        };
        labelled(text, |character| !character.is_control()).ok_or(no_label)
    },
};

pub(crate) const NAMES: Kind<Vec<String>> = Kind {
    takes: "NAME[,NAME…]",
    read: |text| {
        let names = text
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty());
        Ok(names.map(str::to_owned).collect())
    },
};

pub(crate) const LEASE_GRACE: Kind<LeaseGrace> = Kind {
    takes: "DURATION|auto",
    read: |text| match text {
        "auto" => Ok(LeaseGrace::TwiceRenewalInterval),
        fixed => duration(fixed).map(LeaseGrace::Fixed).map_err(|_| Unfit {
            expected: "lease grace",
            example: "auto, or a whole number and its unit, such as 0s or 60s",
        }),
    },
};

pub(crate) const LEASE_COMPAT: Kind<LeaseCompat> = Kind {
    takes: "heureka|netflix",
    read: |text| {
        choose(
            text,
            &[
                ("heureka", LeaseCompat::Heureka),
                ("netflix", LeaseCompat::Netflix),
            ],
            Unfit {
                expected: "lease rule",
                example: "heureka or netflix",
            },
        )
    },
};

pub(crate) const LOG_FORMAT: Kind<LogFormat> = Kind {
    takes: "text|json",
    read: |text| {
        choose(
            text,
            &[("text", LogFormat::Text), ("json", LogFormat::Json)],
            Unfit {
                expected: "log format",
                example: "text or json",
            },
        )
    },
};

pub(crate) const LOG_LEVEL: Kind<String> = Kind {
    takes: "LEVEL",
    read: log_level,
};

fn duration(text: &str) -> Result<Duration, Unfit> {
    let (number, unit) = number_and_unit(text).ok_or(NO_DURATION)?;
    let unit_ms = match unit {
        "ms" => 1,
        "s" => 1000,
        "m" => 60 * 1000,
        "h" => 3600 * 1000,
        _ => return Err(NO_DURATION),
    };
    let duration = number
        .checked_mul(unit_ms)
        .map(Duration::from_millis)
        .ok_or(NO_DURATION)?;
    if duration > LONGEST {
        Err(NO_DURATION)
    } else {
        Ok(duration)
    }
}

fn size_bytes(text: &str) -> Result<usize, Unfit> {
    let (number, unit) = number_and_unit(text).ok_or(NO_SIZE)?;
    let unit_bytes = match unit {
        "B" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return Err(NO_SIZE),
    };
    let bytes = number
        .checked_mul(unit_bytes)
        .filter(|bytes| *bytes > 0)
        .ok_or(NO_SIZE)?;
    usize::try_from(bytes).map_err(|_| NO_SIZE)
}

/// Splits `30s` into 30 and `s`.
fn number_and_unit(text: &str) -> Option<(u64, &str)> {
    let unit_at = text.find(|character: char| !character.is_ascii_digit())?;
    let (number, unit) = text.split_at_checked(unit_at)?;
    Some((number.parse().ok()?, unit))
}

fn count(text: &str) -> Result<usize, Unfit> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let count = text.parse().ok().filter(|count| *count > 0);
    count.filter(|_| digits).ok_or(NO_COUNT)
}

fn ratio_ppm(text: &str) -> Result<u32, Unfit> {
    let no_ratio = Unfit {
        expected: "ratio",
        example: "a number from 0 to 1 with at most six decimals, such as 0.85",
    };
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(decimals) || decimals.len() > RATIO_DECIMALS {
        return Err(no_ratio);
    }
    let millionths = format!("{decimals:0<RATIO_DECIMALS$}").parse::<u32>();
    let ppm = whole
        .parse::<u32>()
        .ok()
        .zip(millionths.ok())
        .and_then(|(whole, millionths)| whole.checked_mul(PARTS)?.checked_add(millionths));
    ppm.filter(|ppm| *ppm <= PARTS).ok_or(no_ratio)
}

fn listen_address(text: &str) -> Result<ListenAddress, Unfit> {
    let no_address = Unfit {
        expected: "address",
        example: "HOST:PORT, such as 127.0.0.1:8761, 0.0.0.0:8761 or [::1]:8761",
    };
    let (host, port) = text.rsplit_once(':').ok_or(no_address)?;
    let port = Some(port).filter(|port| port.bytes().all(|byte| byte.is_ascii_digit()));
    let port = port.and_then(|port| port.parse().ok()).ok_or(no_address)?;
    let bracketed = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    let host = match bracketed {
        Some(host) => Some(host).filter(|host| host.parse::<Ipv6Addr>().is_ok()),
        None => Some(host).filter(|host| is_host_name(host)),
    };
    Ok(ListenAddress {
        host: host.ok_or(no_address)?.to_owned(),
        port,
    })
}

/// Whether `host` is an IPv4 address or may be a name.
fn is_host_name(host: &str) -> bool {
    !host.is_empty()
        && host
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
}

fn log_level(text: &str) -> Result<String, Unfit> {
    let no_level = Unfit {
        expected: "log level",
        example: "error, warn, info, debug, trace or off, or by module like info,heureka_net=debug",
    };
    // A bare word that is no level would be taken for the name of a module, and silence the rest.
    let bare_words = text
        .split(',')
        .map(str::trim)
        .filter(|part| !part.contains(['=', '[']));
    for word in bare_words {
        let level = Some(word).filter(|word| !word.is_empty()).ok_or(no_level)?;
        level.parse::<LevelFilter>().map_err(|_| no_level)?;
    }
    EnvFilter::builder().parse(text).map_err(|_| no_level)?;
    Ok(text.to_owned())
}

fn labelled(text: &str, fits: impl Fn(char) -> bool) -> Option<String> {
    let length = 1..=LABEL_CHARACTERS;
    let fits = length.contains(&text.chars().count()) && text.chars().all(fits);
    fits.then(|| text.to_owned())
}

fn choose<T: Copy>(text: &str, choices: &[(&str, T)], unfit: Unfit) -> Result<T, Unfit> {
    choices
        .iter()
        .find(|(name, _)| *name == text)
        .map(|(_, choice)| *choice)
        .ok_or(unfit)
}

#[cfg(test)]
mod tests;
