//! The names under which an instance is found.

use heureka_client_core::{InvalidSpec, Profile};

use crate::builders::{built, machine, modern, orders};

#[test]
fn i6_vips_of_each_profile() {
    let netflix = || orders(Profile::Netflix);
    let spring = || orders(Profile::Spring);
    let rows = [
        (netflix(), Some("host:80"), None),
        (netflix().vip("a,b").secure_vip("c"), Some("a,b"), None),
        (
            netflix().secure_port_enabled(true),
            Some("host:80"),
            Some("host:443"),
        ),
        (netflix().port_enabled(false).vip("a"), None, None),
        (spring(), Some("Orders"), Some("Orders")),
        (spring().vip("a").secure_vip("c"), Some("a"), Some("c")),
        (modern(), Some("orders"), None),
        (modern().secure_port(8443), Some("orders"), Some("orders")),
        (modern().vip("A").secure_vip("C"), Some("A"), Some("C")),
        (modern().port_enabled(false), Some("orders"), None),
    ];
    for (spec, vip, secure_vip) in rows {
        let document = built(&spec);
        assert_eq!(document.vip_address(), vip, "{spec:?}");
        assert_eq!(document.secure_vip_address(), secure_vip, "{spec:?}");
    }
}

#[test]
fn i6_variables_stand_for_their_values_until_none_is_left() {
    let spec = modern()
        .variable("stack", "blue")
        .variable("name", "orders-${stack}")
        .variable("half", "${");
    let rows = [
        ("${name}", "orders-blue"),
        ("${name},${stack}", "orders-blue,blue"),
        ("a${unknown}b", "ab"),
        ("${}x", "x"),
        ("open ${stack", "open ${stack"),
        ("${half}stack}", "blue"),
        ("$stack }", "$stack }"),
    ];
    for (given, vip) in rows {
        let document = built(&spec.clone().vip(given).secure_vip(given));
        assert_eq!(document.vip_address(), Some(vip));
        assert_eq!(document.secure_vip_address(), Some(vip));
    }
}

#[test]
fn i6_variables_that_stand_for_each_other_without_end_are_refused() {
    let turning = modern().variable("a", "${b}").variable("b", "${a}");
    let growing = modern().variable("a", &format!("{}${{a}}", "x".repeat(1000)));
    for spec in [turning, growing] {
        let error = spec.clone().vip("${a}").build(&machine()).unwrap_err();
        assert_eq!(error, InvalidSpec::EndlessVariables { field: "vip" });
        let error = spec.secure_vip("${a}").build(&machine()).unwrap_err();
        assert_eq!(
            error,
            InvalidSpec::EndlessVariables {
                field: "secure vip"
            }
        );
    }
}
