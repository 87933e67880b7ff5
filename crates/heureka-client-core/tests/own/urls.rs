//! The URLs of an instance's pages.

use heureka_client_core::{InstanceSpec, Profile};
use heureka_model::Document;

use crate::builders::{built, modern, orders};

/// Home, status, health and secure health.
fn urls(document: &Document) -> [Option<&str>; 4] {
    let texts = document.texts();
    [
        texts.home_page_url,
        texts.status_page_url,
        texts.health_check_url,
        texts.secure_health_check_url,
    ]
}

#[track_caller]
fn assert_urls(spec: &InstanceSpec, expected: [Option<&str>; 4]) {
    assert_eq!(urls(&built(spec)), expected);
}

#[test]
fn i5_the_pages_of_netflix_and_spring() {
    assert_urls(
        &orders(Profile::Netflix),
        [
            Some("http://host:80/"),
            Some("http://host:80/Status"),
            Some("http://host:80/healthcheck"),
            None,
        ],
    );
    assert_urls(
        &orders(Profile::Spring).port(9000),
        [
            Some("http://host:9000/"),
            Some("http://host:9000/actuator/info"),
            Some("http://host:9000/actuator/health"),
            None,
        ],
    );
}

#[test]
fn i5_home_and_status_are_http_at_the_plain_port_even_if_it_is_disabled() {
    let spec = orders(Profile::Netflix)
        .port_enabled(false)
        .secure_port_enabled(true);
    assert_urls(
        &spec,
        [
            Some("http://host:80/"),
            Some("http://host:80/Status"),
            None,
            Some("https://host:443/healthcheck"),
        ],
    );
}

fn with_paths(spec: InstanceSpec) -> InstanceSpec {
    spec.home_page_path("/")
        .status_page_path("/info")
        .health_check_path("health")
}

#[test]
fn modern_pages_are_where_a_path_is_given_and_somebody_listens() {
    assert_urls(&modern(), [None; 4]);
    let plain = [
        Some("http://host:8080/"),
        Some("http://host:8080/info"),
        Some("http://host:8080/health"),
        None,
    ];
    assert_urls(&with_paths(modern()), plain);
    let secure = [
        Some("https://host:8443/"),
        Some("https://host:8443/info"),
        None,
        Some("https://host:8443/health"),
    ];
    assert_urls(
        &with_paths(orders(Profile::Modern).secure_port(8443)),
        secure,
    );
    assert_urls(&with_paths(orders(Profile::Modern)), [None; 4]);
}

#[test]
fn i5_a_whole_url_counts_and_has_the_host_in_it() {
    let spec = |namespace: Option<&str>, url: &str| {
        let spec = modern()
            .home_page_url(url)
            .status_page_url(url)
            .health_check_url(url)
            .secure_health_check_url(url);
        namespace.map_or_else(
            || spec.clone(),
            |namespace| spec.clone().namespace(namespace),
        )
    };
    let rows = [
        (None, "http://${eureka.hostname}:1/a", "http://host:1/a"),
        (
            None,
            "http://cdn/${eureka.hostname}/${eureka.hostname}",
            "http://cdn/host/host",
        ),
        (
            None,
            "http://${other.hostname}/",
            "http://${other.hostname}/",
        ),
        (Some("eureka"), "http://${eureka.hostname}/", "http://host/"),
        (Some("shop."), "http://${shop.hostname}/", "http://host/"),
    ];
    for (namespace, url, expected) in rows {
        assert_urls(&spec(namespace, url), [Some(expected); 4]);
    }
}

#[test]
fn sp4_status_and_health_are_below_the_context_and_at_the_management_port() {
    let spec = || orders(Profile::Spring).port(8080).context_path("/shop/");
    let rows = [
        (spec(), "http://host:8080/shop/actuator/info"),
        (
            spec().management_context_path("manage"),
            "http://host:8080/shop/manage/actuator/info",
        ),
        (
            spec().management_port(9090),
            "http://host:9090/actuator/info",
        ),
        (
            spec()
                .management_port(9090)
                .management_context_path("/manage"),
            "http://host:9090/manage/actuator/info",
        ),
        (spec().context_path("/"), "http://host:8080/actuator/info"),
    ];
    for (spec, status) in rows {
        let document = built(&spec);
        let [home, status_page, health, _] = urls(&document);
        assert_eq!(home, Some("http://host:8080/"));
        assert_eq!(status_page, Some(status));
        assert_eq!(health, Some(&*status.replace("info", "health")));
    }
}

#[test]
fn sp4_only_an_instance_with_a_secure_port_has_a_secure_health_check() {
    let spec = orders(Profile::Spring).port(8443).management_port(9443);
    assert_eq!(built(&spec).texts().secure_health_check_url, None);
    let document = built(&spec.secure_port_enabled(true));
    assert_eq!(
        document.texts().secure_health_check_url,
        Some("https://host:9443/actuator/health")
    );
}

#[test]
fn sp4_the_management_port_is_told() {
    let told = |spec: InstanceSpec| {
        let metadata = built(&spec).metadata;
        metadata.get("management.port").map(str::to_owned)
    };
    let rows = [
        (orders(Profile::Spring).port(8080), Some("8080")),
        (
            orders(Profile::Spring).port(8080).management_port(9090),
            Some("9090"),
        ),
        (modern(), None),
        (modern().management_port(9090), Some("9090")),
        (
            modern()
                .management_port(9090)
                .metadata("management.port", "7"),
            Some("7"),
        ),
        (orders(Profile::Netflix), None),
    ];
    for (spec, port) in rows {
        assert_eq!(told(spec).as_deref(), port);
    }
}

#[test]
fn addresses_of_ipv6_have_brackets_in_urls() {
    let spec = modern()
        .host_name("::1")
        .home_page_path("/")
        .status_page_url("http://${eureka.hostname}/");
    assert_urls(
        &spec,
        [
            Some("http://[::1]:8080/"),
            Some("http://[::1]/"),
            None,
            None,
        ],
    );
}
