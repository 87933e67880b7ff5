//! How the service is asked.

use std::time::Duration;

use heureka_client::{ImdsConfig, Settings};

#[test]
fn i15_javas_habits() {
    let config = ImdsConfig::of_amazon().unwrap();
    assert_eq!(config.base.to_string(), "http://169.254.169.254/");
    assert_eq!(config.connect_timeout, Duration::from_secs(2));
    assert_eq!(config.read_timeout, Duration::from_secs(5));
    assert_eq!(config.attempts, 3);
    assert!(config.fails_fast && config.validates_instance_id);
}

#[test]
fn rs1_what_is_set_counts() {
    let settings = Settings::from_properties([
        ("eureka.mt.connect_timeout", "100"),
        ("eureka.mt.read_timeout", "200"),
        ("eureka.mt.num_retries", "7"),
        ("eureka.mt.fail_fast_on_first_load", "false"),
        ("eureka.validateInstanceId", "false"),
    ]);
    let mut config = ImdsConfig::of_amazon().unwrap();
    settings.unwrap().amazon.apply_to(&mut config);
    assert_eq!(config.connect_timeout, Duration::from_millis(100));
    assert_eq!(config.read_timeout, Duration::from_millis(200));
    assert_eq!(config.attempts, 7);
    assert!(!config.fails_fast && !config.validates_instance_id);
}
