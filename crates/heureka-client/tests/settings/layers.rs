//! Settings over settings.

use heureka_client::Settings;

fn settings(properties: &[(&str, &str)]) -> Settings {
    Settings::from_properties(properties.iter().copied()).unwrap()
}

#[test]
fn rs1_what_lies_above_counts_value_by_value() {
    let below = settings(&[
        ("eureka.name", "below"),
        ("eureka.region", "eu"),
        ("eureka.metadata.a", "below"),
        ("eureka.metadata.b", "below"),
        ("eureka.serviceUrl.default", "http://below/"),
        ("eureka.unknown1", "x"),
    ]);
    let above = settings(&[
        ("eureka.name", "above"),
        ("eureka.metadata.b", "above"),
        ("eureka.registration.enabled", "false"),
        ("eureka.client.service-url.defaultZone", "http://above/"),
        ("eureka.unknown2", "x"),
    ]);
    let merged = below.merge(above);
    assert_eq!(merged.instance.app.as_deref(), Some("above"));
    assert_eq!(merged.region(), "eu");
    assert_eq!(merged.registration.register, Some(false));
    assert_eq!(merged.instance.metadata["a"], "below".into());
    assert_eq!(merged.instance.metadata["b"], "above".into());
    assert_eq!(merged.service_urls_of("any")[0].host(), "above");
    assert_eq!(merged.notes().len(), 2);
}

#[test]
fn of_two_values_in_one_layer_the_later_counts() {
    let settings = settings(&[
        ("eureka.name", "first"),
        ("eureka.instance.appname", "second"),
    ]);
    assert_eq!(settings.instance.app.as_deref(), Some("second"));
}

#[test]
fn t22_a_zone_without_servers_has_those_for_all_zones() {
    let settings = settings(&[
        ("eureka.serviceUrl.default", "http://all/"),
        ("eureka.serviceUrl.eu-1a", "http://own/"),
        ("eureka.eu.availabilityZones", "eu-1a, eu-1b"),
    ]);
    assert_eq!(settings.service_urls_of("eu-1a")[0].host(), "own");
    assert_eq!(settings.service_urls_of("eu-1b")[0].host(), "all");
    assert_eq!(settings.zones_of("eu"), ["eu-1a".into(), "eu-1b".into()]);
    assert!(settings.zones_of("us").is_empty());
    assert!(Settings::default().service_urls_of("x").is_empty());
}
