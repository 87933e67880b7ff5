//! The keys of the tables 4.1 to 4.3: each is known in the form of Netflix and in that of Spring, and both mean the same.

use heureka_client::Settings;

/// Netflix's key, Spring's key, and a value of each; an empty key is none.
const SAME: &[(&str, &str, &str)] = &[
    // 4.1
    ("region", "client.region", "eu"),
    (
        "eu.availabilityZones",
        "client.availability-zones.eu",
        "eu-1a,eu-1b",
    ),
    (
        "serviceUrl.eu-1a",
        "client.service-url.eu-1a",
        "http://a:1/,http://b:2/",
    ),
    (
        "serviceUrl.default",
        "client.service-url.defaultZone",
        "http://a:1/",
    ),
    (
        "serviceUrl.defaultZone",
        "client.service-url",
        "http://a:1/",
    ),
    (
        "registration.enabled",
        "client.register-with-eureka",
        "false",
    ),
    ("shouldFetchRegistry", "client.fetch-registry", "false"),
    ("shouldEnforceFetchRegistryAtInit", "", "true"),
    (
        "shouldEnforceRegistrationAtInit",
        "client.should-enforce-registration-at-init",
        "true",
    ),
    (
        "shouldUnregisterOnShutdown",
        "client.should-unregister-on-shutdown",
        "false",
    ),
    (
        "shouldOnDemandUpdateStatusChange",
        "client.on-demand-update-status-change",
        "false",
    ),
    (
        "client.refresh.interval",
        "client.registry-fetch-interval-seconds",
        "10",
    ),
    (
        "appinfo.replicate.interval",
        "client.instance-info-replication-interval-seconds",
        "10",
    ),
    (
        "appinfo.initial.replicate.time",
        "client.initial-instance-info-replication-interval-seconds",
        "0",
    ),
    ("disableDelta", "client.disable-delta", "true"),
    (
        "fetchRemoteRegionsRegistry",
        "client.fetch-remote-regions-registry",
        "us-west-2, eu",
    ),
    (
        "shouldFilterOnlyUpInstances",
        "client.filter-only-up-instances",
        "false",
    ),
    (
        "registryRefreshSingleVipAddress",
        "client.registry-refresh-single-vip-address",
        "orders",
    ),
    ("preferSameZone", "client.prefer-same-zone-eureka", "false"),
    ("allowRedirects", "client.allow-redirects", "true"),
    (
        "shouldUseDns",
        "client.use-dns-for-fetching-service-urls",
        "true",
    ),
    (
        "eurekaServer.context",
        "client.eureka-server-u-r-l-context",
        "eureka",
    ),
    ("context", "client.eureka-server-u-r-l-context", "eureka"),
    ("eurekaServer.port", "client.eureka-server-port", "8761"),
    (
        "eurekaServer.domainName",
        "client.eureka-server-d-n-s-name",
        "example.org",
    ),
    ("domainName", "client.eurekaServerDNSName", "example.org"),
    ("eurekaServer.proxyHost", "client.proxy-host", "proxy"),
    ("eurekaServer.proxyPort", "client.proxy-port", "3128"),
    (
        "eurekaServer.proxyUserName",
        "client.proxy-user-name",
        "guest",
    ),
    (
        "eurekaServer.proxyPassword",
        "client.proxy-password",
        "guest",
    ),
    (
        "eurekaServer.readTimeout",
        "client.eureka-server-read-timeout-seconds",
        "3",
    ),
    (
        "eurekaServer.connectTimeout",
        "client.eureka-server-connect-timeout-seconds",
        "2",
    ),
    (
        "eurekaserver.connectionIdleTimeoutInSeconds",
        "client.eureka-connection-idle-timeout-seconds",
        "45",
    ),
    ("", "client.enabled", "false"),
    ("", "client.healthcheck.enabled", "true"),
    ("", "client.timeout.connect-timeout", "1500"),
    ("", "client.timeout.socket-timeout", "1500"),
    ("", "client.tls.enabled", "true"),
    ("", "client.tls.ca", "/etc/ca.pem"),
    ("", "client.tls.cert", "/etc/cert.pem"),
    ("", "client.tls.key", "/etc/key.pem"),
    ("", "client.profile", "netflix"),
    // 4.2
    (
        "transport.sessionedClientReconnectIntervalSeconds",
        "client.transport.sessionedClientReconnectIntervalSeconds",
        "600",
    ),
    (
        "transport.retryableClientQuarantineRefreshPercentage",
        "client.transport.retryable-client-quarantine-refresh-percentage",
        "0.5",
    ),
    // 4.3
    ("instanceId", "instance.instance-id", "i-1"),
    ("name", "instance.appname", "orders"),
    ("appGroup", "instance.app-group-name", "shop"),
    ("asgName", "instance.a-s-g-name", "asg"),
    ("port.enabled", "instance.non-secure-port-enabled", "false"),
    ("securePort", "instance.secure-port", "8443"),
    ("securePort.enabled", "instance.secure-port-enabled", "true"),
    ("vipAddress", "instance.virtual-host-name", "orders"),
    (
        "secureVipAddress",
        "instance.secure-virtual-host-name",
        "orders",
    ),
    ("statusPageUrlPath", "instance.status-page-url-path", "/s"),
    ("statusPageUrl", "instance.status-page-url", "http://h/s"),
    ("homePageUrlPath", "instance.home-page-url-path", "/h"),
    ("homePageUrl", "instance.home-page-url", "http://h/"),
    ("healthCheckUrlPath", "instance.health-check-url-path", "/c"),
    ("healthCheckUrl", "instance.health-check-url", "http://h/c"),
    (
        "secureHealthCheckUrl",
        "instance.secure-health-check-url",
        "https://h/c",
    ),
    (
        "lease.renewalInterval",
        "instance.lease-renewal-interval-in-seconds",
        "10",
    ),
    (
        "lease.duration",
        "instance.lease-expiration-duration-in-seconds",
        "30",
    ),
    ("traffic.enabled", "instance.instance-enabled-onit", "true"),
    ("metadata.zone", "instance.metadata-map.zone", "eu-1a"),
    (
        "defaultAddressResolutionOrder",
        "instance.default-address-resolution-order",
        "localIpv4,ipv6",
    ),
    ("broadcastPublicIpv4", "", "true"),
    ("instanceDeploymentEnvironment", "", "ec2"),
    ("", "instance.hostname", "box"),
    ("", "instance.ip-address", "10.0.0.1"),
    ("", "instance.prefer-ip-address", "true"),
    ("", "instance.non-secure-port", "8080"),
    ("", "instance.initial-status", "OUT_OF_SERVICE"),
    ("", "instance.namespace", "shop"),
    ("", "instance.data-center-info.name", "Amazon"),
    ("validateInstanceId", "", "false"),
    ("mt.read_timeout", "", "1000"),
    ("mt.connect_timeout", "", "1000"),
    ("mt.num_retries", "", "2"),
    ("mt.fail_fast_on_first_load", "", "false"),
];

/// What is set by a key, without what only tells where it came from.
#[track_caller]
pub(crate) fn set_by(key: &str, value: &str) -> Settings {
    let settings = Settings::from_properties([(format!("eureka.{key}"), value)]);
    let mut settings = settings.unwrap_or_else(|invalid| panic!("{invalid}"));
    settings.instance.variables.clear();
    settings
}

#[test]
fn rs1_every_key_is_known_in_both_forms_and_means_the_same() {
    for (netflix, spring, value) in SAME {
        let keys = [netflix, spring].into_iter().filter(|key| !key.is_empty());
        let set: Vec<Settings> = keys.map(|key| set_by(key, value)).collect();
        for settings in &set {
            assert_eq!(settings.notes(), [], "{netflix}, {spring}");
            assert_ne!(*settings, Settings::default(), "{netflix}, {spring}");
            assert_eq!(*settings, set[0], "{netflix}, {spring}");
        }
    }
}

#[test]
fn rs1_a_key_may_be_written_in_any_style() {
    let expected = set_by("client.registry-fetch-interval-seconds", "10");
    for key in [
        "client.registryFetchIntervalSeconds",
        "client.registry_fetch_interval_seconds",
        "client.REGISTRY-FETCH-INTERVAL-SECONDS",
        "CLIENT.registryfetchintervalseconds",
    ] {
        assert_eq!(set_by(key, "10"), expected, "{key}");
    }
}

#[test]
fn rs1_the_poll_interval_is_in_milliseconds_or_in_seconds() {
    let in_ms = set_by("serviceUrlPollIntervalMs", "60000");
    let in_seconds = set_by("client.eureka-service-url-poll-interval-seconds", "60");
    assert_eq!(in_ms, in_seconds);
    assert_eq!(set_by("serviceUrlPollIntervalMs", "1m"), in_ms);
}

#[test]
fn rs1_netflixs_port_is_the_instances_and_that_of_servers_without_their_own() {
    let settings = set_by("port", "8080");
    assert_eq!(
        (settings.instance.port, settings.dns.port),
        (Some(8080), Some(8080))
    );
    for order in [["port", "eurekaServer.port"], ["eurekaServer.port", "port"]] {
        let properties = order.map(|key| {
            let value = if key == "port" { "8080" } else { "8761" };
            (format!("eureka.{key}"), value)
        });
        let settings = Settings::from_properties(properties).unwrap();
        assert_eq!(
            (settings.instance.port, settings.dns.port),
            (Some(8080), Some(8761))
        );
    }
}

#[test]
fn rs1_what_the_user_names_stays_as_it_is_written() {
    let settings = Settings::from_properties([
        ("eureka.instance.metadata-map.Some.Key-1_x", "Value"),
        ("eureka.instance.metadataMap[in.brackets]", "v"),
        ("eureka.metadata.management.port", "9090"),
        ("eureka.client.service-url.EU-1a", "http://a/"),
    ])
    .unwrap();
    let keys: Vec<&str> = settings
        .instance
        .metadata
        .keys()
        .map(|key| &**key)
        .collect();
    assert_eq!(keys, ["Some.Key-1_x", "in.brackets", "management.port"]);
    assert!(settings.service_urls.contains_key("EU-1a"));
}

#[test]
fn unknown_keys_are_told_with_the_one_that_may_be_meant() {
    let rows = [
        (
            "client.register-with-eurekaa",
            "eureka.client.register-with-eurekaa is not known and has no effect; did you mean \
             eureka.client.register-with-eureka?",
        ),
        ("zzz", "eureka.zzz is not known and has no effect"),
        (
            "Instance.prefer-ip",
            "did you mean eureka.instance.prefer-ip-address?",
        ),
    ];
    for (key, text) in rows {
        let settings = set_by(key, "x");
        let notes: Vec<String> = settings.notes().iter().map(ToString::to_string).collect();
        assert_eq!(notes.len(), 1, "{notes:?}");
        assert!(notes[0].contains(text), "{} lacks {text}", notes[0]);
    }
}

#[test]
fn keys_of_others_are_none_of_ours() {
    let settings = Settings::from_properties([
        ("logging.level", "debug"),
        ("eurekaserver.name", "x"),
        ("eureka", "x"),
        ("", "x"),
    ])
    .unwrap();
    assert_eq!(settings.notes(), []);
}

#[test]
fn sp1_springs_own_keys_count_where_there_is_no_other() {
    let spring = [
        ("spring.application.name", "from-spring"),
        ("server.port", "9000"),
        ("vcap.application.instance_id", "cf-1"),
        ("spring.cloud.discovery.enabled", "false"),
    ];
    let settings = Settings::from_properties(spring).unwrap();
    assert_eq!(settings.instance.spring_app.as_deref(), Some("from-spring"));
    assert_eq!(settings.instance.server_port, Some(9000));
    assert_eq!(settings.instance.cloud_foundry_id.as_deref(), Some("cf-1"));
    assert!(!settings.is_enabled());
    assert_eq!(settings.notes(), []);
}
