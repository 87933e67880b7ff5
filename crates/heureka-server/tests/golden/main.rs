//! Replays what Java's servers were recorded to answer, to our server.
//!
//! Every answer is compared exactly, but for what is volatile (`masks.rs`) and for the order of what Java keeps in hash
//! maps (`json.rs`, `xml.rs`). What is meant to differ stands in `docs/differences.md`; nothing else passes, and a
//! difference that excuses nothing fails too. `UPDATE_REPLACED=1` writes what is answered where a row names single
//! exchanges into `tests/recordings/replaced.jsonl`, for a person to review.

#![cfg(test)]

mod compare;
mod differences;
mod json;
mod judge;
mod masks;
mod recording;
mod replaced;
mod replay;
mod scenarios;
mod self_tests;
mod server;
mod subject;
mod table;
mod xml;

use recording::{Scenario, Suite, recorded_scenarios};
use replaced::write_replaced;
use replay::{Replay, Tally};
use scenarios::ScenarioSettings;
use table::Differences;

/// Makes a test for each story and suite, and the list of the stories.
macro_rules! stories {
    ($($spring:ident $netflix:ident $name:literal)*) => {
        $(
            #[test]
            fn $spring() {
                check(Suite::Spring, $name);
            }

            #[test]
            fn $netflix() {
                check(Suite::Netflix, $name);
            }
        )*

        const STORIES: &[&str] = &[$($name),*];
    };
}

stories! {
    spring_01_empty_registry netflix_01_empty_registry "01-empty-registry"
    spring_02_register_json_minimal netflix_02_register_json_minimal "02-register-json-minimal"
    spring_03_register_json_full netflix_03_register_json_full "03-register-json-full"
    spring_04_register_xml netflix_04_register_xml "04-register-xml"
    spring_05_datacenter_amazon netflix_05_datacenter_amazon "05-datacenter-amazon"
    spring_06_datacenter_other netflix_06_datacenter_other "06-datacenter-other"
    spring_07_metadata netflix_07_metadata "07-metadata"
    spring_08_ports netflix_08_ports "08-ports"
    spring_09_scalar_values netflix_09_scalar_values "09-scalar-values"
    spring_10_many_apps netflix_10_many_apps "10-many-apps"
    spring_11_register_duplicate netflix_11_register_duplicate "11-register-duplicate"
    spring_12_register_missing_fields netflix_12_register_missing_fields "12-register-missing-fields"
    spring_13_name_mismatch netflix_13_name_mismatch "13-name-mismatch"
    spring_14_heartbeat netflix_14_heartbeat "14-heartbeat"
    spring_15_status_override netflix_15_status_override "15-status-override"
    spring_16_metadata_update netflix_16_metadata_update "16-metadata-update"
    spring_17_cancel netflix_17_cancel "17-cancel"
    spring_18_accept netflix_18_accept "18-accept"
    spring_19_compact netflix_19_compact "19-compact"
    spring_20_gzip netflix_20_gzip "20-gzip"
    spring_21_delta netflix_21_delta "21-delta"
    spring_22_delta_disabled netflix_22_delta_disabled "22-delta-disabled"
    spring_23_delta_retention netflix_23_delta_retention "23-delta-retention"
    spring_24_malformed netflix_24_malformed "24-malformed"
    spring_25_methods_and_paths netflix_25_methods_and_paths "25-methods-and-paths"
    spring_26_regions netflix_26_regions "26-regions"
    spring_27_batch netflix_27_batch "27-batch"
    spring_28_replication_header netflix_28_replication_header "28-replication-header"
    spring_29_server_info netflix_29_server_info "29-server-info"
    spring_30_eviction netflix_30_eviction "30-eviction"
    spring_31_read_only_cache netflix_31_read_only_cache "31-read-only-cache"
    spring_32_self_preservation netflix_32_self_preservation "32-self-preservation"
    spring_33_not_yet_open netflix_33_not_yet_open "33-not-yet-open"
    spring_34_vip_cache netflix_34_vip_cache "34-vip-cache"
    spring_35_hang netflix_35_hang "35-hang"
    spring_36_poison netflix_36_poison "36-poison"
    spring_37_shared_id netflix_37_shared_id "37-shared-id"
}

/// Tells our server a story and compares all of its answers.
fn check(suite: Suite, name: &str) {
    let replay = tell(suite, name);
    let mut tally = replay.judge(&Differences::load().unwrap());
    if let Err(failure) = replay.check_delta_versions() {
        tally.fail(failure);
    }
    assert!(tally.failures().is_empty(), "{tally}");
}

/// Tells our server a story.
fn tell(suite: Suite, name: &str) -> Replay {
    let mut subject = server::start(ScenarioSettings::of(name));
    Replay::run(Scenario::load(suite, name), &mut subject)
}

#[test]
fn every_difference_excuses_something() {
    let told = Suite::ALL
        .into_iter()
        .flat_map(|suite| STORIES.iter().map(move |name| tell(suite, name)));
    let replays: Vec<Replay> = told.collect();
    if std::env::var_os("UPDATE_REPLACED").is_some_and(|value| value == "1") {
        let differences = Differences::load_without_replaced().unwrap();
        let replaced = replays
            .iter()
            .flat_map(|replay| replay.replaced(&differences));
        write_replaced(&replaced.collect::<Vec<_>>());
    }
    let differences = Differences::load().unwrap();
    let mut tally = Tally::default();
    replays
        .iter()
        .for_each(|replay| tally.add(replay.judge(&differences)));
    let idle = tally.idle(&differences);
    println!("{tally}\n{}", idle.join("\n"));
    let failures = tally.failures().len();
    assert_eq!(
        (failures, idle.len()),
        (0, 0),
        "answers that differ, and idle excuses"
    );
}

#[test]
fn every_recorded_story_is_told() {
    for suite in Suite::ALL {
        assert_eq!(recorded_scenarios(suite), STORIES);
    }
}
