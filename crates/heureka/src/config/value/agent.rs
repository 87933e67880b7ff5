//! How the agent's settings are written.

use std::{net::IpAddr, time::Duration};

use heureka_model::ServiceUrl;
use http::uri::PathAndQuery;

use super::{Kind, LABEL, Unfit, duration, labelled, listen_address};
use crate::config::agent_settings::{HealthTarget, HttpTarget, TcpTarget};

const NO_SERVERS: Unfit = Unfit {
    expected: "list of servers",
    example: "service URLs with commas between them, such as http://eureka:8761/eureka/",
};
const NO_HEALTH: Unfit = Unfit {
    expected: "health check",
    example: "a URL such as http://127.0.0.1:8000/health, or tcp://127.0.0.1:8000, or exec: and a command",
};

pub(crate) const SERVERS: Kind<Vec<ServiceUrl>> = Kind {
    takes: "URL[,URL…]",
    read: |text| {
        let urls = text.split(',').map(str::trim).filter(|url| !url.is_empty());
        let urls: Option<Vec<_>> = urls.map(|url| ServiceUrl::parse(url).ok()).collect();
        urls.filter(|urls| !urls.is_empty()).ok_or(NO_SERVERS)
    },
};

pub(crate) const APP: Kind<String> = Kind {
    takes: "NAME",
    read: |text| {
        let no_name = Unfit {
            expected: "name of an application",
            example: "1 to 128 printable characters, such as orders",
        };
        let name = text.trim();
        labelled(name, |character| !character.is_control()).ok_or(no_name)
    },
};

pub(crate) const OPTIONAL_LABEL: Kind<Option<String>> = Kind {
    takes: LABEL.takes,
    read: |text| optional(text, LABEL.read),
};

pub(crate) const OPTIONAL_PORT: Kind<Option<u16>> = Kind {
    takes: "PORT",
    read: |text| {
        let no_port = Unfit {
            expected: "port",
            example: "a number from 1 to 65535",
        };
        // `parse` alone would take a plus sign.
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        optional(text, |text| {
            let port = text.parse().ok().filter(|port| *port != 0);
            port.filter(|_| digits).ok_or(no_port)
        })
    },
};

pub(crate) const OPTIONAL_HOST: Kind<Option<String>> = Kind {
    takes: "HOST",
    read: |text| {
        let fits = |character: char| {
            character.is_ascii_alphanumeric() || matches!(character, '.' | '_' | ':' | '-')
        };
        let no_host = Unfit {
            expected: "name of a host",
            example: "a name or an address, such as orders1.example.com",
        };
        optional(text, |text| labelled(text, fits).ok_or(no_host))
    },
};

pub(crate) const OPTIONAL_ADDRESS: Kind<Option<IpAddr>> = Kind {
    takes: "ADDRESS",
    read: |text| {
        let no_address = Unfit {
            expected: "address",
            example: "an IP address, such as 10.0.0.7",
        };
        optional(text, |text| text.parse().map_err(|_| no_address))
    },
};

pub(crate) const METADATA: Kind<Vec<(String, String)>> = Kind {
    takes: "KEY=VALUE",
    read: |text| {
        let separator = if text.contains('\n') { '\n' } else { ',' };
        let entries = text.split(separator).map(str::trim);
        let entries = entries.filter(|entry| !entry.is_empty());
        entries.map(metadata_entry).collect()
    },
};

pub(crate) const HEALTH: Kind<Option<HealthTarget>> = Kind {
    takes: "URL|tcp://HOST:PORT|exec:COMMAND",
    read: |text| optional(text, |text| health_target(text).ok_or(NO_HEALTH)),
};

pub(crate) const DURATION_OR_OFF: Kind<Option<Duration>> = Kind {
    takes: "DURATION|off",
    read: |text| match text {
        "off" => Ok(None),
        other => duration(other).map(Some).map_err(|_| Unfit {
            expected: "duration of at most 8760h or off",
            example: "a whole number and its unit, such as 500ms, 30s, 15m or 1h, or off",
        }),
    },
};

/// What Eureka counts in seconds.
pub(crate) const WHOLE_SECONDS: Kind<i32> = Kind {
    takes: "DURATION",
    read: |text| {
        let no_seconds = Unfit {
            expected: "duration in whole seconds, of at least one",
            example: "a whole number and its unit, such as 30s, 15m or 1h",
        };
        let duration = duration(text).map_err(|_| no_seconds)?;
        let seconds = i32::try_from(duration.as_secs()).ok();
        let is_whole = duration.subsec_nanos() == 0 && !duration.is_zero();
        seconds.filter(|_| is_whole).ok_or(no_seconds)
    },
};

fn optional<T>(
    text: &str,
    read: impl FnOnce(&str) -> Result<T, Unfit>,
) -> Result<Option<T>, Unfit> {
    if text.is_empty() {
        return Ok(None);
    }
    read(text).map(Some)
}

fn metadata_entry(entry: &str) -> Result<(String, String), Unfit> {
    let no_metadata = Unfit {
        expected: "metadata",
        example: "KEY=VALUE, such as version=2",
    };
    let (key, value) = entry.split_once('=').ok_or(no_metadata)?;
    let key = Some(key.trim()).filter(|key| !key.is_empty());
    Ok((key.ok_or(no_metadata)?.to_owned(), value.trim().to_owned()))
}

fn health_target(text: &str) -> Option<HealthTarget> {
    if let Some(command) = text.strip_prefix("exec:") {
        let command = Some(command.trim()).filter(|command| !command.is_empty())?;
        return Some(HealthTarget::Exec(command.to_owned()));
    }
    if let Some(address) = text.strip_prefix("tcp://") {
        let address = listen_address(address).ok()?;
        let (host, port) = (address.host, address.port);
        return (port != 0).then_some(HealthTarget::Tcp(TcpTarget { host, port }));
    }
    http_target(text).map(HealthTarget::Http)
}

/// The page stays as it is written: a slash at its end, or none, may make a difference, and so may a query.
fn http_target(text: &str) -> Option<HttpTarget> {
    let authority_at = text.find("://")? + "://".len();
    let authority = text.get(authority_at..)?;
    let page_at = authority.find(['/', '?']).unwrap_or(authority.len());
    let (server, page) = text.split_at_checked(authority_at + page_at)?;
    if page.contains('#') || page.contains('@') {
        return None;
    }
    let page = if page.starts_with('/') {
        page.to_owned()
    } else {
        format!("/{page}")
    };
    Some(HttpTarget {
        server: ServiceUrl::parse(server).ok()?,
        page: PathAndQuery::try_from(page).ok()?,
    })
}
