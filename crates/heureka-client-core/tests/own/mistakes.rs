//! Specs of which nothing can be made, and what is said of them.

use heureka_client_core::{Detected, InstanceSpec, InvalidSpec};

use crate::builders::{NOW, machine, modern};

#[test]
fn i1_an_instance_has_an_application() {
    for app in ["", "  "] {
        let error = InstanceSpec::new(app).build(&machine()).unwrap_err();
        assert_eq!(error, InvalidSpec::NoAppName);
        assert!(
            error.to_string().contains("eureka.instance.appname"),
            "{error}"
        );
    }
}

#[test]
fn i2_an_instance_has_an_address() {
    let error = modern().build(&Detected::nothing(NOW)).unwrap_err();
    assert_eq!(error, InvalidSpec::NoAddress);
    assert!(error.to_string().contains("host_name(…)"), "{error}");
    assert!(
        modern()
            .ip_addr("10.0.0.1")
            .build(&Detected::nothing(NOW))
            .is_ok()
    );
}

#[test]
fn what_servers_refuse_is_refused_before() {
    let long = "x".repeat(5000);
    let rows = [
        (InstanceSpec::new("or\nders"), "app has a control character"),
        (
            modern().instance_id("a\u{7}b"),
            "instanceId has a control character",
        ),
        (
            modern().instance_id("a").host_name("h\r\nx"),
            "hostName has a control character",
        ),
        (
            modern().metadata("k\n", "v"),
            "metadata has a control character",
        ),
        (
            modern().vip(&long),
            "vipAddress is too large: make it at most 4096 bytes",
        ),
        (
            modern().instance_id(&long),
            "instanceId is too large: make it at most 512 bytes",
        ),
        (modern().metadata(&long, "v"), "at most 256 bytes in a key"),
        (
            modern().metadata("k", &"x".repeat(70_000)),
            "metadata is too large",
        ),
    ];
    for (spec, text) in rows {
        let error = spec.build(&machine()).unwrap_err().to_string();
        assert!(error.contains(text), "{error} lacks {text}");
    }
}
