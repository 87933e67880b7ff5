//! Settings as a part of a document that serde reads.

use heureka_client::Settings;

const JSON: &str = r#"{
    "spring": { "application": { "name": "orders" } },
    "server": { "port": 8080 },
    "logging": { "level": { "root": "debug" } },
    "eureka": {
        "client": {
            "serviceUrl": { "defaultZone": "http://a:1/eureka,http://b:2/eureka" },
            "registry-fetch-interval-seconds": 5,
            "registerWithEureka": true,
            "fetch-remote-regions-registry": ["eu", "us"],
            "region": null
        },
        "instance": {
            "hostname": "box",
            "leaseRenewalIntervalInSeconds": 10,
            "metadata-map": { "zone": "eu-1a", "weight": 2.5, "canary": false, "a": { "b": "c" } }
        },
        "transport": { "retryableClientQuarantineRefreshPercentage": 0.5 }
    }
}"#;

const TOML: &str = r#"
spring.application.name = "orders"
server.port = 8080
logging.level.root = "debug"

[eureka.client]
service_url.defaultZone = ["http://a:1/eureka", "http://b:2/eureka"]
registryFetchIntervalSeconds = 5
register-with-eureka = "true"
fetch_remote_regions_registry = "eu, us"

[eureka.instance]
hostname = "box"
lease-renewal-interval-in-seconds = 10

[eureka.instance.metadata-map]
zone = "eu-1a"
weight = 2.5
canary = false
"a.b" = "c"

[eureka.transport]
retryable-client-quarantine-refresh-percentage = 0.5
"#;

#[test]
fn rs1_json_and_toml_say_the_same() {
    let json: Settings = serde_json::from_str(JSON).unwrap();
    let toml: Settings = toml::from_str(TOML).unwrap();
    assert_eq!(json, toml);
    assert_eq!(json.notes(), []);
    assert_eq!(json.service_urls_of("x").len(), 2);
    assert_eq!(
        json.fetch.remote_regions,
        Some(vec!["eu".into(), "us".into()])
    );
    assert_eq!(json.instance.metadata["weight"], "2.5".into());
    assert_eq!(json.instance.metadata["a.b"], "c".into());
    assert_eq!(json.instance.server_port, Some(8080));
    assert_eq!(json.region, None);
}

#[test]
fn rs1_settings_may_be_a_field_of_the_applications_own() {
    #[derive(serde::Deserialize)]
    struct Own {
        eureka: Settings,
    }
    let own: Own = toml::from_str("eureka.client.region = 'eu'").unwrap();
    assert_eq!(own.eureka.region.as_deref(), Some("eu"));
    let flat: Settings = serde_json::from_str(r#"{"eureka.client.region": "eu"}"#).unwrap();
    assert_eq!(flat, own.eureka);
    let only_spring: Settings = toml::from_str("spring.application.name = 'orders'").unwrap();
    assert_eq!(only_spring.notes(), []);
}

#[test]
fn what_is_no_map_of_settings_is_refused() {
    for text in ["[]", "1", "\"eureka\""] {
        let error = serde_json::from_str::<Settings>(text).unwrap_err();
        assert!(error.to_string().contains("must be a map"), "{error}");
    }
    assert_eq!(
        serde_json::from_str::<Settings>("null").unwrap(),
        Settings::default()
    );
}

#[test]
fn a_bad_value_names_its_key() {
    let text = "[eureka.client]\nregister-with-eureka = 'maybe'";
    let error = toml::from_str::<Settings>(text).unwrap_err().to_string();
    let expected =
        "eureka.client.register-with-eureka: \"maybe\" is no switch: write true or false";
    assert!(error.contains(expected), "{error}");
}
