//! Values that cannot be taken, and what is said of them.

use heureka_client::Settings;

/// A key, a value that it does not take, and what is said of it.
const MISTAKES: &[(&str, &str, &str)] = &[
    (
        "eureka.client.enabled",
        "ja",
        "\"ja\" is no switch: write true or false",
    ),
    (
        "eureka.client.refresh.interval",
        "soon",
        "\"soon\" is no time over zero: write a whole",
    ),
    (
        "eureka.client.refresh.interval",
        "0",
        "is no time over zero",
    ),
    (
        "eureka.client.refresh.interval",
        "-1",
        "is no time over zero",
    ),
    (
        "eureka.client.refresh.interval",
        "10 parsecs",
        "is no time over zero",
    ),
    (
        "eureka.client.refresh.interval",
        "99999999h",
        "at most 8760h",
    ),
    (
        "eureka.client.refresh.interval",
        "99999999999999999999",
        "at most 8760h",
    ),
    ("eureka.appinfo.initial.replicate.time", "x", "is no time: "),
    (
        "eureka.port",
        "65536",
        "is no port: write a whole number from 0 to 65535",
    ),
    ("eureka.port", "+80", "is no port"),
    (
        "eureka.lease.duration",
        "0",
        "is no number of seconds: write a whole number of at least 1",
    ),
    (
        "eureka.lease.duration",
        "2147483648",
        "is no number of seconds",
    ),
    (
        "eureka.transport.retryableClientQuarantineRefreshPercentage",
        "66",
        "is no share: write a number from 0 to 1",
    ),
    (
        "eureka.instance.initial-status",
        "RUNNING",
        "is no status: write UP, DOWN, STARTING",
    ),
    (
        "eureka.client.profile",
        "java",
        "is no profile: write netflix, spring or modern",
    ),
    (
        "eureka.instance.data-center-info",
        "Azure",
        "is no data center: write MyOwn",
    ),
    (
        "eureka.defaultAddressResolutionOrder",
        "public",
        "write names such as publicHostname",
    ),
    ("eureka.mt.num_retries", "0", "is no number of attempts"),
    (
        "eureka.serviceUrl.default",
        "peer1:8761",
        "write a URL that begins with http://",
    ),
    ("eureka.serviceUrl.default", " , ", "write at least one URL"),
];

#[track_caller]
fn refused(key: &str, value: &str) -> String {
    let settings = Settings::from_properties([(key, value)]);
    settings.unwrap_err().to_string()
}

#[test]
fn a_bad_value_is_told_with_its_key_and_what_to_write() {
    for (key, value, text) in MISTAKES {
        let error = refused(key, value);
        assert!(error.starts_with(&format!("{key}: ")), "{error}");
        assert!(error.contains(text), "{error} lacks {text}");
    }
}

#[test]
fn no_error_shows_a_password() {
    let error = refused("eureka.serviceUrl.default", "http://user:geheim@host:x/");
    assert!(!error.contains("geheim"), "{error}");
    assert!(error.contains("not shown"), "{error}");
    let settings = Settings::from_properties([
        ("eureka.client.proxy-password", "geheim"),
        ("eureka.serviceUrl.default", "http://user:geheim@host/"),
    ]);
    let shown = format!("{:?}", settings.unwrap());
    assert!(!shown.contains("geheim"), "{shown}");
}

#[test]
fn all_mistakes_are_told_at_once() {
    let properties = [("eureka.port", "x"), ("eureka.client.enabled", "y")];
    let errors = Settings::from_properties(properties).unwrap_err();
    let keys: Vec<&str> = errors.iter().map(|invalid| &*invalid.key).collect();
    assert!(
        keys.contains(&"eureka.port") && keys.contains(&"eureka.client.enabled"),
        "{keys:?}"
    );
    let settings: Vec<&str> = errors.iter().map(|invalid| invalid.setting).collect();
    assert!(settings.contains(&"instance.port"), "{settings:?}");
    assert!(errors.to_string().contains("; "));
}

#[test]
fn an_empty_value_is_none() {
    let properties = [
        ("eureka.port", ""),
        ("eureka.registryRefreshSingleVipAddress", " "),
    ];
    let settings = Settings::from_properties(properties).unwrap();
    assert_eq!(settings.fetch.single_vip, None);
    assert_eq!(settings.instance.port, None);
}

#[test]
fn times_may_have_units_and_switches_other_words() {
    let interval = |value| {
        let settings = Settings::from_properties([("eureka.client.refresh.interval", value)]);
        settings.unwrap().fetch.interval.unwrap().as_millis()
    };
    let times = ["7", "7s", "7 s", "500ms", "2m", "1h"].map(interval);
    assert_eq!(times, [7_000, 7_000, 7_000, 500, 120_000, 3_600_000]);
    for (value, on) in [("TRUE", true), ("on", true), ("0", false), ("No", false)] {
        let settings = Settings::from_properties([("eureka.client.enabled", value)]).unwrap();
        assert_eq!(settings.enabled, Some(on));
    }
    let status = Settings::from_properties([("eureka.instance.initial-status", "out-of-service")]);
    assert!(status.unwrap().instance.initial_status.is_some());
}
