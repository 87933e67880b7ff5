//! Which ports are in use.

use heureka_client_core::{InvalidSpec, Profile};
use heureka_model::Port;

use crate::builders::{built, machine, orders};

fn on(number: i32) -> Port {
    Port {
        number,
        enabled: true,
    }
}

fn off(number: i32) -> Port {
    Port {
        number,
        enabled: false,
    }
}

#[test]
fn i1_the_ports_of_each_profile() {
    let [netflix, spring, modern] =
        [Profile::Netflix, Profile::Spring, Profile::Modern].map(orders);
    let rows = [
        (netflix.clone(), on(80), off(443)),
        (
            netflix.clone().port(7001).secure_port(7002),
            on(7001),
            off(7002),
        ),
        (netflix.clone().secure_port_enabled(true), on(80), on(443)),
        (netflix.port_enabled(false), off(80), off(443)),
        (spring.clone(), on(8080), off(443)),
        (
            spring.clone().port(9000).secure_port_enabled(true),
            on(9000),
            on(9000),
        ),
        (
            spring.secure_port(8443).secure_port_enabled(true),
            on(8080),
            on(8443),
        ),
        (modern.clone().port(8080), on(8080), off(443)),
        (modern.clone().secure_port(8443), off(8443), on(8443)),
        (
            modern.clone().port(8080).secure_port(8443),
            on(8080),
            on(8443),
        ),
        (
            modern.clone().port(8080).port_enabled(false),
            off(8080),
            off(443),
        ),
        (modern, off(0), off(443)),
    ];
    for (spec, plain, secure) in rows {
        let document = built(&spec);
        assert_eq!(
            (document.port, document.secure_port),
            (plain, secure),
            "{spec:?}"
        );
    }
}

#[test]
fn a_port_in_use_has_a_number() {
    let modern = orders(Profile::Modern);
    let zero = |field| InvalidSpec::PortZero { field };
    let rows = [
        (modern.clone().port(0), zero("port")),
        (modern.clone().secure_port(0), zero("secure port")),
        (orders(Profile::Netflix).port(0), zero("port")),
        (
            modern.clone().port_enabled(true),
            InvalidSpec::NoPort { field: "port" },
        ),
        (
            modern.port(1).secure_port_enabled(true),
            InvalidSpec::NoPort {
                field: "secure port",
            },
        ),
    ];
    for (spec, error) in rows {
        assert_eq!(spec.build(&machine()), Err(error));
    }
}

#[test]
fn a_spec_knows_whether_a_port_was_given() {
    let modern = orders(Profile::Modern);
    assert!(!modern.has_port());
    assert!(modern.clone().port(1).has_port());
    assert!(modern.secure_port(1).has_port());
}
