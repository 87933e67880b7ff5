//! Registries that say odd things of single instances: what can be used is, and the rest harms nobody.

use heureka_client::InstanceStatus;
use heureka_client::test_util::Behaviour;

use crate::support::{ids, sleep_secs, with_orders};

/// A listing of the application ORDERS with these instances.
fn orders(instances: &str) -> Behaviour {
    Behaviour::json(format!(
        r#"{{"applications":{{"versions__delta":"1","apps__hashcode":"UP_1_",
        "application":[{{"name":"ORDERS","instance":[{instances}]}}]}}}}"#
    ))
}

/// An instance that is well, but for what is said besides.
fn instance(id: &str, besides: &str) -> String {
    format!(
        r#"{{"instanceId":"{id}","hostName":"{id}.test","app":"ORDERS","ipAddr":"10.0.0.1",
        "status":"UP","port":{{"$":8080,"@enabled":"true"}}{besides}}}"#
    )
}

/// What is listed, which ids look-ups find then, and which port the first of them has.
fn odd_listings() -> Vec<(&'static str, String, &'static [&'static str], Option<u16>)> {
    let well = instance("well", "");
    let and_well = |odd: &str| format!("{odd},{well}");
    let with_port = |port: &str| {
        format!(r#"{{"instanceId":"a","hostName":"a","app":"ORDERS","status":"UP","port":{port}}}"#)
    };
    vec![
        ("duplicate ids", format!("{well},{well},{well}"), &["well"], Some(8080)),
        ("an unknown status", and_well(&instance("odd", r#","status":"SLEEPING""#)), &["well"], Some(8080)),
        ("a status that is no text", and_well(&instance("odd", r#","status":7"#)), &["well"], Some(8080)),
        ("a port that is too large", with_port(r#"{"$":70000,"@enabled":"true"}"#), &["a"], None),
        ("a negative port", with_port(r#"{"$":-1,"@enabled":"true"}"#), &["a"], None),
        ("a port of 0", with_port(r#"{"$":0,"@enabled":"true"}"#), &["a"], None),
        ("a port that is out of use", with_port(r#"{"$":80,"@enabled":"false"}"#), &["a"], None),
        ("a port that is a text", with_port(r#"{"$":"80","@enabled":true}"#), &["a"], Some(80)),
        ("a port beyond all numbers", with_port(r#"{"$":99999999999999999999,"@enabled":"true"}"#), &["a"], None),
        ("no port, which is Java's default", r#"{"instanceId":"a","hostName":"a","app":"ORDERS","status":"UP"}"#.into(), &["a"], Some(7001)),
        ("no id", r#"{"hostName":"h.test","app":"ORDERS","status":"UP","port":{"$":80,"@enabled":"true"}}"#.into(), &["h.test"], Some(80)),
        ("neither id nor host", and_well(r#"{"app":"ORDERS","status":"UP"}"#), &["well"], Some(8080)),
        ("fields nobody knows", instance("a", r#","colour":{"deep":[1,{"x":null}]}"#), &["a"], Some(8080)),
        ("nulls", instance("a", r#","metadata":null,"leaseInfo":null,"vipAddress":null,"dataCenterInfo":null"#), &["a"], Some(8080)),
        ("nobody with a name", r#"{}"#.into(), &[], None),
    ]
}

#[tokio::test(start_paused = true)]
async fn what_can_be_used_of_a_listing_is_used() {
    for (name, listed, expected, port) in odd_listings() {
        let eureka = with_orders();
        eureka.all_behave(orders(&listed));
        let client = eureka.client().start().await.unwrap();
        assert_eq!(ids(&client, "orders"), expected, "{name}");
        let first = client.instances("orders").first().cloned();
        assert_eq!(first.and_then(|one| one.port()), port, "{name}");
        // It goes on as if nothing had been.
        eureka.all_behave(Behaviour::Answer);
        sleep_secs(90).await;
        assert_eq!(ids(&client, "orders"), ["o-1"], "{name}");
        client.shutdown().await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn an_unknown_status_is_unknown() {
    let eureka = with_orders();
    eureka.all_behave(orders(&instance("odd", r#","status":"SLEEPING""#)));
    let client = eureka.client().start().await.unwrap();
    let odd = client.instance("orders", "odd").unwrap();
    assert_eq!(odd.status(), InstanceStatus::Unknown);
    client.shutdown().await.unwrap();
}
