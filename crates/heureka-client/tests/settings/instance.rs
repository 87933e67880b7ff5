//! What the instance says of itself.

use heureka_client::Settings;
use heureka_client_core::{Detected, InvalidSpec};
use heureka_model::{DataCenter, Document, InstanceStatus, UnixMillis};

const NOW: UnixMillis = UnixMillis(1);

#[track_caller]
fn document(properties: &[(&str, &str)]) -> Document {
    let settings = Settings::from_properties(properties.iter().copied()).unwrap();
    let mut detected = Detected::nothing(NOW);
    detected.host_name = Some("host".into());
    detected.ip_addr = Some("10.0.0.1".into());
    settings
        .instance_spec(Some("default-app"))
        .build(&detected)
        .unwrap()
}

#[test]
fn rs1_everything_that_is_set_is_in_the_document() {
    let document = document(&[
        ("eureka.instance.appname", "orders"),
        ("eureka.instance.instance-id", "i-1"),
        ("eureka.instance.hostname", "box"),
        ("eureka.instance.ip-address", "10.1.1.1"),
        ("eureka.instance.non-secure-port", "8080"),
        ("eureka.instance.secure-port", "8443"),
        ("eureka.instance.secure-port-enabled", "true"),
        ("eureka.instance.virtual-host-name", "a"),
        ("eureka.instance.secure-virtual-host-name", "b"),
        ("eureka.instance.app-group-name", "shop"),
        ("eureka.instance.a-s-g-name", "asg"),
        ("eureka.instance.home-page-url-path", "/home"),
        (
            "eureka.instance.status-page-url",
            "http://${eureka.hostname}/status",
        ),
        ("eureka.instance.health-check-url-path", "/health"),
        ("eureka.instance.lease-renewal-interval-in-seconds", "5"),
        ("eureka.instance.initial-status", "starting"),
        ("eureka.instance.metadata-map.zone", "eu-1a"),
        ("eureka.instance.data-center-info", "Netflix"),
    ]);
    assert_eq!(document.key().to_string(), "ORDERS/i-1");
    assert_eq!(
        (document.host_name(), document.ip_addr()),
        ("box", "10.1.1.1")
    );
    assert_eq!(
        (document.port.number, document.secure_port.number),
        (8080, 8443)
    );
    assert!(document.port.enabled && document.secure_port.enabled);
    assert_eq!(document.vip_address(), Some("a"));
    assert_eq!(document.secure_vip_address(), Some("b"));
    assert_eq!(document.texts().app_group_name, Some("SHOP"));
    assert_eq!(document.texts().asg_name, Some("asg"));
    let urls = document.texts();
    assert_eq!(urls.home_page_url, Some("http://box:8080/home"));
    assert_eq!(urls.status_page_url, Some("http://box/status"));
    assert_eq!(urls.health_check_url, Some("http://box:8080/health"));
    assert_eq!(
        urls.secure_health_check_url,
        Some("https://box:8443/health")
    );
    assert_eq!(document.lease.renewal_interval_secs(), 5);
    assert_eq!(document.lease.duration_secs(), 90);
    assert_eq!(document.status, InstanceStatus::Starting);
    assert_eq!(document.metadata.get("zone"), Some("eu-1a"));
    assert_eq!(document.data_center, DataCenter::Netflix);
}

#[test]
fn sp1_the_name_is_the_instances_or_springs_or_the_callers() {
    let name = |properties: &[(&str, &str)]| document(properties).app.as_str().to_owned();
    assert_eq!(name(&[]), "DEFAULT-APP");
    assert_eq!(name(&[("spring.application.name", "shop")]), "SHOP");
    let both = [
        ("eureka.name", "orders"),
        ("spring.application.name", "shop"),
    ];
    assert_eq!(name(&both), "ORDERS");
    let nameless = Settings::default().instance_spec(None);
    assert_eq!(
        nameless.build(&Detected::nothing(NOW)),
        Err(InvalidSpec::NoAppName)
    );
}

#[test]
fn sp1_an_application_of_spring_has_one_port() {
    let ports = |properties: &[(&str, &str)]| {
        let document = document(properties);
        [document.port, document.secure_port].map(|port| (port.number, port.enabled))
    };
    assert_eq!(
        ports(&[("server.port", "9000")]),
        [(9000, true), (443, false)]
    );
    let secure = [
        ("server.port", "9000"),
        ("eureka.instance.secure-port-enabled", "true"),
        ("eureka.instance.non-secure-port-enabled", "false"),
    ];
    assert_eq!(ports(&secure), [(9000, false), (9000, true)]);
    let other = [("server.port", "9000"), ("eureka.port", "8080")];
    assert_eq!(ports(&other), [(8080, true), (443, false)]);
}

#[test]
fn a_port_that_is_not_known_yet_is_left_to_the_listener() {
    let settings = Settings::from_properties([("server.port", "0"), ("eureka.port", "0")]).unwrap();
    assert!(!settings.instance_spec(Some("a")).has_port());
}

#[test]
fn sp2_the_id_of_cloud_foundry_counts_after_an_own_one() {
    let id = |properties: &[(&str, &str)]| document(properties).id.as_str().to_owned();
    assert_eq!(id(&[("server.port", "1")]), "host:default-app:1");
    assert_eq!(id(&[("vcap.application.instance_id", "cf")]), "cf");
    let both = [
        ("vcap.application.instance_id", "cf"),
        ("eureka.instanceId", "own"),
    ];
    assert_eq!(id(&both), "own");
}

#[test]
fn i3_traffic_makes_an_instance_of_netflix_up() {
    let status = |properties: &[(&str, &str)]| document(properties).status;
    let netflix = ("eureka.client.profile", "netflix");
    assert_eq!(status(&[netflix]), InstanceStatus::Starting);
    assert_eq!(
        status(&[netflix, ("eureka.traffic.enabled", "true")]),
        InstanceStatus::Up
    );
    assert_eq!(
        status(&[netflix, ("eureka.traffic.enabled", "false")]),
        InstanceStatus::Starting
    );
    assert_eq!(
        status(&[("eureka.traffic.enabled", "false")]),
        InstanceStatus::Up
    );
    let both = [
        ("eureka.traffic.enabled", "true"),
        ("eureka.instance.initial-status", "DOWN"),
    ];
    assert_eq!(status(&both), InstanceStatus::Down);
}

#[test]
fn i5_the_placeholder_has_the_namespace() {
    let document = document(&[
        ("eureka.instance.namespace", "shop"),
        ("eureka.homePageUrl", "http://${shop.hostname}/"),
    ]);
    assert_eq!(document.texts().home_page_url, Some("http://host/"));
}

#[test]
fn i6_variables_in_a_vip_are_properties() {
    let document = document(&[
        ("eureka.vipAddress", "${stack}-${eureka.name}"),
        ("eureka.name", "orders"),
        ("stack", "blue"),
    ]);
    assert_eq!(document.vip_address(), Some("blue-orders"));
}

#[test]
fn sp4_the_management_port_and_context_paths() {
    let spring = ("eureka.client.profile", "spring");
    let path = ("server.servlet.context-path", "/shop");
    let status = |properties: &[(&str, &str)]| {
        Box::<str>::from(document(properties).texts().status_page_url.unwrap())
    };
    assert_eq!(
        &*status(&[spring, path]),
        "http://host:8080/shop/actuator/info"
    );
    let managed = [spring, path, ("management.server.port", "9090")];
    assert_eq!(&*status(&managed), "http://host:9090/actuator/info");
    let based = [
        managed[0],
        managed[2],
        ("management.server.base-path", "/m"),
    ];
    assert_eq!(&*status(&based), "http://host:9090/m/actuator/info");
    let random = [spring, ("management.server.port", "0")];
    assert_eq!(&*status(&random), "http://host:8080/actuator/info");
}

#[test]
fn i17_the_order_of_addresses() {
    let settings = Settings::from_properties([
        ("eureka.defaultAddressResolutionOrder", "ipv6,localIpv4"),
        ("eureka.broadcastPublicIpv4", "true"),
    ]);
    let data_center = DataCenter::Amazon(
        [
            ("public-hostname", "p"),
            ("local-ipv4", "10.0.0.9"),
            ("public-ipv4", "54.0.0.1"),
        ]
        .into_iter()
        .collect(),
    );
    let spec = settings
        .unwrap()
        .instance_spec(Some("a"))
        .data_center(data_center);
    let document = spec.build(&Detected::nothing(NOW)).unwrap();
    assert_eq!(
        (document.host_name(), document.ip_addr()),
        ("10.0.0.9", "54.0.0.1")
    );
}
