//! Machines of Amazon.

use heureka_client_core::{
    AmazonKey, MetadataSurvey, NoInstanceId, Runtime, own_address, public_address,
    refreshed_metadata, runtime_of, validated_metadata,
};
use heureka_model::{DataCenter, Metadata};

use crate::builders::{amazon, at, metadata};

const MAC: &str = "0e:49:61:0f:c3:11";
const OTHER_MAC: &str = "0e:49:61:0f:c3:12";

/// Asks everything of a service that answers by `answer`, and says what was asked and what was found.
fn survey(fails_fast: bool, answer: impl Fn(&str) -> Option<String>) -> (Vec<String>, Metadata) {
    let mut survey = MetadataSurvey::new(fails_fast);
    let mut asked = Vec::new();
    while let Some(path) = survey.next_path().map(str::to_owned) {
        assert!(asked.len() < 100, "it ends");
        survey.take(answer(&path).as_deref());
        asked.push(path);
    }
    survey.take(Some("too late"));
    (asked, survey.into_metadata())
}

#[test]
fn i15_everything_is_asked_in_javas_order() {
    let (asked, found) = survey(true, |path| {
        let last = path.rsplit('/').find(|part| !part.is_empty())?;
        Some(match last {
            "macs" => format!("{MAC}/\n{OTHER_MAC}/"),
            "mac" => MAC.to_owned(),
            "document" => r#"{"accountId" : "123456789012"}"#.to_owned(),
            name => format!("<{name}>"),
        })
    });
    let expected = [
        ("meta-data/instance-id", "<instance-id>"),
        ("meta-data/ami-id", "<ami-id>"),
        ("meta-data/instance-type", "<instance-type>"),
        ("meta-data/local-ipv4", "<local-ipv4>"),
        ("meta-data/local-hostname", "<local-hostname>"),
        (
            "meta-data/placement/availability-zone",
            "<availability-zone>",
        ),
        ("meta-data/public-hostname", "<public-hostname>"),
        ("meta-data/public-ipv4", "<public-ipv4>"),
        (
            "meta-data/network/interfaces/macs/",
            &format!("{MAC}\n{OTHER_MAC}"),
        ),
        (
            &format!("meta-data/network/interfaces/macs/{MAC}/public-ipv4s"),
            "<public-ipv4s>",
        ),
        ("meta-data/ipv6", "<ipv6>"),
        ("meta-data/spot/termination-time", "<termination-time>"),
        ("meta-data/spot/instance-action", "<instance-action>"),
        ("meta-data/mac", MAC),
        (
            &format!("meta-data/network/interfaces/macs/{MAC}/vpc-id"),
            "<vpc-id>",
        ),
        ("dynamic/instance-identity/document", "123456789012"),
    ];
    assert_eq!(asked, expected.map(|(path, _)| path));
    let keys = AmazonKey::ALL.map(AmazonKey::as_str);
    let values = expected.map(|(_, value)| value);
    assert_eq!(found, keys.into_iter().zip(values).collect());
}

#[test]
fn i15_without_an_id_a_survey_that_fails_fast_is_over() {
    let (asked, found) = survey(true, |_| None);
    assert_eq!(asked, ["meta-data/instance-id"]);
    assert!(found.is_empty());
    let (asked, found) = survey(false, |_| None);
    assert_eq!(
        asked.len(),
        14,
        "nothing is asked of interfaces that are not known"
    );
    assert!(found.is_empty());
}

#[test]
fn i15_the_first_interface_with_a_public_address_counts() {
    let (asked, found) = survey(false, |path| match path {
        "meta-data/network/interfaces/macs/" => Some(format!("{MAC}/\n{OTHER_MAC}/")),
        _ if path.ends_with(&format!("{OTHER_MAC}/public-ipv4s")) => {
            Some("54.0.0.1\n54.0.0.2".to_owned())
        }
        _ => None,
    });
    assert_eq!(found.get("public-ipv4s"), Some("54.0.0.1"));
    let of_interfaces = asked.iter().filter(|path| path.ends_with("public-ipv4s"));
    assert_eq!(of_interfaces.count(), 2);
}

#[test]
fn what_is_no_hardware_address_is_not_asked() {
    for mac in [
        "../../../secret",
        "0e:49",
        "0e:49:61:0f:c3:1g",
        "",
        &"a".repeat(17_000),
    ] {
        let (asked, found) = survey(false, |path| path.contains("mac").then(|| mac.to_owned()));
        assert!(!asked.iter().any(|path| path.contains("vpc-id")), "{mac}");
        assert!(found.is_empty(), "{mac}");
    }
    let many = format!("{MAC}/\n").repeat(50);
    let (asked, _) = survey(false, |path| path.ends_with("macs/").then(|| many.clone()));
    let of_interfaces = asked.iter().filter(|path| path.ends_with("public-ipv4s"));
    assert_eq!(of_interfaces.count(), 16);
}

#[test]
fn what_is_no_value_is_absent() {
    let long = "x".repeat(5000);
    for text in ["", "  \n", "a\u{0}b", &long] {
        let (_, found) = survey(false, |_| Some(text.to_owned()));
        assert!(found.is_empty(), "{text:?}: {found:?}");
    }
    let (_, found) = survey(false, |_| Some("  i-1 \r\nsecond line".to_owned()));
    assert_eq!(found.get("instance-id"), Some("i-1"));
}

#[test]
fn i15_the_account_stands_in_the_identity_document() {
    let rows = [
        (r#"{"region":"eu","accountId":"12ab"}"#, Some("12ab")),
        ("{\n  \"accountId\" :\n  \"1\"}", Some("1")),
        (r#"{"accountId":null}"#, None),
        (r#"{"accountId":"no-account"}"#, None),
        (r#"{"accountId":""}"#, None),
        (r#"{"accountId":"1"#, None),
        (r#"{"accountId""#, None),
        ("<html>", None),
    ];
    for (document, account) in rows {
        let (_, found) = survey(false, |path| {
            path.starts_with("dynamic/").then(|| document.to_owned())
        });
        assert_eq!(found.get("accountId"), account, "{document}");
    }
}

#[test]
fn i16_without_an_id_the_start_fails_or_the_machine_is_taken() {
    let machine = at("host", "10.0.0.1");
    let validated = |entries, validates| validated_metadata(metadata(entries), validates, &machine);
    assert_eq!(validated(&[], true), Err(NoInstanceId));
    assert_eq!(validated(&[("instance-id", " ")], true), Err(NoInstanceId));
    let by_address = [("instance-id", "10.0.0.1"), ("public-hostname", "host")];
    assert_eq!(validated(&[], false), Ok(metadata(&by_address)));
    let known = [("instance-id", "i-1"), ("public-hostname", "public")];
    assert_eq!(validated(&known, true), Ok(metadata(&known)));
}

#[test]
fn i16_within_a_private_network_the_address_is_the_name() {
    let found = metadata(&[("instance-id", "i-1"), ("local-ipv4", "172.16.0.1")]);
    let validated = validated_metadata(found, true, &at("host", "10.0.0.1")).unwrap();
    assert_eq!(validated.get("public-hostname"), Some("172.16.0.1"));
}

#[test]
fn i16_a_refresh_counts_if_it_is_whole_and_different() {
    let known = metadata(&[("instance-id", "i-1"), ("local-ipv4", "172.16.0.1")]);
    let rows: [(&[(&str, &str)], bool); 5] = [
        (
            &[("instance-id", "i-1"), ("local-ipv4", "172.16.0.2")],
            true,
        ),
        (
            &[("instance-id", "i-1"), ("local-ipv4", "172.16.0.1")],
            false,
        ),
        (&[("instance-id", "i-1")], false),
        (&[("instance-id", " "), ("local-ipv4", "172.16.0.2")], false),
        (&[], false),
    ];
    for (found, counts) in rows {
        let refreshed = refreshed_metadata(&known, metadata(found));
        assert_eq!(refreshed, counts.then(|| metadata(found)));
    }
}

#[test]
fn i17_the_name_is_the_first_of_the_order_that_is_there() {
    let everywhere = amazon(&[
        ("public-hostname", "public"),
        ("local-ipv4", "172.16.0.1"),
        ("ipv6", "2001::1"),
    ]);
    let inside = amazon(&[("public-hostname", " "), ("local-ipv4", "172.16.0.1")]);
    let rows: [(_, Option<&[AmazonKey]>, _); 6] = [
        (&everywhere, None, Some("public")),
        (&inside, None, Some("172.16.0.1")),
        (
            &everywhere,
            Some(&[AmazonKey::Ipv6, AmazonKey::LocalIpv4]),
            Some("2001::1"),
        ),
        (&everywhere, Some(&[AmazonKey::PublicIpv4]), Some("public")),
        (&inside, Some(&[AmazonKey::PublicIpv4]), None),
        (&DataCenter::MyOwn, None, None),
    ];
    for (data_center, order, name) in rows {
        assert_eq!(public_address(data_center, order), name);
    }
}

#[test]
fn i17_the_address_is_the_local_one_unless_the_public_one_is_wanted() {
    let both = amazon(&[("local-ipv4", "172.16.0.1"), ("public-ipv4", "54.0.0.1")]);
    let elastic = amazon(&[("local-ipv4", "172.16.0.1"), ("public-ipv4s", "54.0.0.2")]);
    let rows = [
        (&both, false, Some("172.16.0.1")),
        (&both, true, Some("54.0.0.1")),
        (&elastic, true, Some("54.0.0.2")),
        (&DataCenter::MyOwn, true, None),
    ];
    for (data_center, broadcasts, address) in rows {
        assert_eq!(own_address(data_center, broadcasts), address);
    }
}

#[test]
fn i17_keys_are_known_by_their_java_names() {
    for key in AmazonKey::ALL {
        assert_eq!(AmazonKey::from_java_name(key.java_name()), Some(key));
    }
    assert_eq!(AmazonKey::from_java_name("public-hostname"), None);
}

#[test]
fn i18_the_environment_says_where_the_process_runs() {
    let rows = [
        (None, Runtime::Probe),
        (Some(" "), Runtime::Probe),
        (Some("ec2"), Runtime::Amazon),
        (Some("EC2"), Runtime::Amazon),
        (Some("datacenter"), Runtime::Elsewhere),
    ];
    for (environment, runtime) in rows {
        assert_eq!(runtime_of(environment), runtime);
    }
}
