//! Variables of the environment.

use heureka_client::Settings;
use heureka_model::ServiceUrl;

fn settings(variables: &[(&str, &str)]) -> Settings {
    Settings::from_environment(variables.iter().copied()).unwrap()
}

#[test]
fn rs1_variables_are_springs_keys_in_capitals() {
    let url = ServiceUrl::parse("http://peer1:8761/eureka/").unwrap();
    for name in [
        "EUREKA_CLIENT_SERVICEURL_DEFAULTZONE",
        "EUREKA_CLIENT_SERVICE_URL_DEFAULTZONE",
        "EUREKA_CLIENT_SERVICE_URL_DEFAULT_ZONE",
        "eureka_client_serviceurl_defaultzone",
        "eureka.client.serviceUrl.defaultZone",
    ] {
        let settings = settings(&[(name, "http://peer1:8761/eureka/")]);
        assert_eq!(
            settings.service_urls_of("any").first(),
            Some(&url),
            "{name}"
        );
        assert_eq!(settings.notes(), [], "{name}");
    }
}

#[test]
fn rs1_what_the_user_names_is_in_lower_case() {
    let settings = settings(&[
        ("EUREKA_INSTANCE_METADATAMAP_ZONE", "eu-1a"),
        ("EUREKA_INSTANCE_METADATA_MAP_MANAGEMENT_PORT", "9090"),
        ("EUREKA_CLIENT_AVAILABILITYZONES_US_EAST_1", "us-east-1c"),
        ("EUREKA_CLIENT_SERVICEURL_US_EAST_1C", "http://c/"),
    ]);
    let metadata: Vec<_> = settings.instance.metadata.into_iter().collect();
    let expected = [("management.port", "9090"), ("zone", "eu-1a")];
    assert_eq!(
        metadata,
        expected.map(|(key, value)| (key.into(), value.into()))
    );
    assert_eq!(settings.zones["us-east-1"], ["us-east-1c".into()]);
    assert!(settings.service_urls.contains_key("us-east-1c"));
}

#[test]
fn rs1_other_variables_that_are_known() {
    let settings = settings(&[
        ("EUREKA_INSTANCE_HOSTNAME", "box"),
        ("EUREKA_INSTANCE_PREFER_IP_ADDRESS", "true"),
        ("EUREKA_INSTANCE_PREFERIPADDRESS", "true"),
        ("SPRING_APPLICATION_NAME", "orders"),
        ("SERVER_PORT", "8080"),
        ("NETFLIX_APP_GROUP", "shop"),
    ]);
    let instance = settings.instance;
    assert_eq!(instance.host_name.as_deref(), Some("box"));
    assert_eq!(instance.prefer_ip_address, Some(true));
    assert_eq!(instance.spring_app.as_deref(), Some("orders"));
    assert_eq!(instance.server_port, Some(8080));
    assert_eq!(instance.netflix_app_group.as_deref(), Some("shop"));
}

#[test]
fn variables_that_kubernetes_makes_are_passed_over() {
    let settings = settings(&[
        ("EUREKA_SERVICE_HOST", "10.96.0.17"),
        ("EUREKA_SERVICE_PORT", "8761"),
        ("EUREKA_SERVICE_PORT_HTTP", "8761"),
        ("EUREKA_PORT", "tcp://10.96.0.17:8761"),
        ("EUREKA_PORT_8761_TCP", "tcp://10.96.0.17:8761"),
        ("EUREKA_PORT_8761_TCP_PROTO", "tcp"),
        ("EUREKA_SERVER_SERVICE_HOST", "10.96.0.18"),
        ("EUREKA_CLIENT_PORT", "tcp://10.96.0.19:80"),
        ("PATH", "/bin"),
        ("EUREKA_INSTANCE_APPNAME", ""),
    ]);
    assert_eq!(settings, Settings::default());
}

#[test]
fn keys_with_port_are_not_taken_for_those_of_kubernetes() {
    let settings = settings(&[
        ("EUREKA_CLIENT_PROXY_PORT", "3128"),
        ("EUREKA_INSTANCE_NON_SECURE_PORT", "8080"),
        ("EUREKA_INSTANCE_NON_SECURE_PORT_ENABLED", "false"),
    ]);
    assert_eq!(settings.proxy.port, Some(3128));
    assert_eq!(settings.instance.port, Some(8080));
    assert_eq!(settings.instance.port_enabled, Some(false));
}

#[test]
fn netflixs_short_keys_are_no_variables() {
    let settings = settings(&[
        ("EUREKA_NAME", "x"),
        ("EUREKA_REGISTRATION_ENABLED", "false"),
    ]);
    assert_eq!(settings.instance.app, None);
    assert_eq!(settings.registration.register, None);
    let notes: Vec<&str> = settings.notes().iter().map(|note| &*note.key).collect();
    assert_eq!(notes, ["EUREKA_NAME", "EUREKA_REGISTRATION_ENABLED"]);
}

#[cfg(unix)]
#[test]
fn what_is_no_utf8_is_an_error_only_where_it_is_ours() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;

    let broken = OsStr::from_bytes(b"\xff1");
    let others = Settings::from_environment([(broken, broken), (OsStr::new("OTHER"), broken)]);
    assert_eq!(others, Ok(Settings::default()));
    let ours = Settings::from_environment([(OsStr::new("EUREKA_CLIENT_ENABLED"), broken)]);
    let text = ours.unwrap_err().to_string();
    assert!(text.starts_with("EUREKA_CLIENT_ENABLED: "), "{text}");
}
