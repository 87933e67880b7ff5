//! Numbers and times as people read them.

use std::time::Duration;

use heureka_model::UnixMillis;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Time since the start, as Java's servers write it: `[N day(s) ]HH:MM` (server.md 7.22).
pub(crate) fn uptime(mono: Duration) -> String {
    let minutes = mono.as_secs() / 60;
    let (days, hours, minutes) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
    match days {
        0 => format!("{hours:02}:{minutes:02}"),
        1 => format!("1 day {hours:02}:{minutes:02}"),
        days => format!("{days} days {hours:02}:{minutes:02}"),
    }
}

/// A time of day with its date, in UTC.
pub(crate) fn time(at: UnixMillis) -> String {
    Timestamp::from_millisecond(at.0).map_or_else(
        |_| format!("{at} ms"),
        |at| {
            at.to_zoned(TimeZone::UTC)
                .strftime("%Y-%m-%dT%H:%M:%S %z")
                .to_string()
        },
    )
}

/// A span of time in its two largest units.
pub(crate) fn span(span: Duration) -> String {
    let secs = span.as_secs();
    match (secs / 3600, secs / 60 % 60, secs % 60) {
        (0, 0, secs) => format!("{secs} s"),
        (0, minutes, secs) => format!("{minutes} min {secs} s"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

/// The address, if it is one that a browser may be sent to: anything but http and https could be a script.
pub(crate) fn link(url: Option<&str>) -> Option<&str> {
    url.filter(|url| {
        let is_web = url.starts_with("http://") || url.starts_with("https://");
        is_web
            && !url
                .chars()
                .any(|c| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uptime_is_written_as_java_does() {
        for (secs, text) in [
            (0, "00:00"),
            (3599, "00:59"),
            (86_399, "23:59"),
            (86_400 + 3_600, "1 day 01:00"),
            (3 * 86_400, "3 days 00:00"),
        ] {
            assert_eq!(uptime(Duration::from_secs(secs)), text);
        }
    }

    #[test]
    fn any_timestamp_can_be_shown() {
        assert_eq!(
            time(UnixMillis(1_888_888_888_888)),
            "2029-11-09T03:21:28 +0000"
        );
        assert_eq!(time(UnixMillis(i64::MAX)), "9223372036854775807 ms");
    }

    #[test]
    fn only_web_addresses_become_links() {
        for (url, is_link) in [
            ("http://host:8080/info", true),
            ("https://host/", true),
            ("javascript:alert(1)", false),
            ("data:text/html,x", false),
            ("http://x\" onmouseover=\"alert(1)", false),
        ] {
            assert_eq!(link(Some(url)).is_some(), is_link, "{url}");
        }
    }
}
