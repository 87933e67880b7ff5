//! L8, K1, K14 to K16, Q2, Q5 with regions.

use heureka_model::InstanceStatus;

use super::builders::{Client, Listed, delta, down, keys, listing, names, regions, up};
use crate::registry::UnknownZones;
use crate::{FetchConfig, Profile, RegionsConfig};

const EAST: &str = "us-east-1a";
const WEST: &str = "us-west-2b";

fn place_of(config: RegionsConfig, listed: Listed) -> Option<String> {
    let client = Client::with(Profile::Modern, |fetch| fetch.regions = Some(config));
    let client = client.fetched(&[listed]);
    let registry = client.registry();
    let has_it = |name: &&str| !registry.region(name).unwrap().is_empty();
    registry.known_regions().find(has_it).map(str::to_owned)
}

#[test]
fn k15_only_amazons_machines_say_where_they_run() {
    let listed = || up("A", "1");
    for (listed, place) in [
        (listed(), "us-east-1"),
        (listed().amazon(&[]), "us-east-1"),
        (listed().zone(EAST), "us-east-1"),
        (listed().zone(WEST), "us-west-2"),
        (listed().zone("nowhere"), "us-east-1"),
        (listed().zone(""), "us-east-1"),
    ] {
        let config = regions("us-east-1", &[("us-west-2", &[])]);
        assert_eq!(
            place_of(config, listed.clone()).as_deref(),
            Some(place),
            "{listed:?}"
        );
    }
}

#[test]
fn k16_zones_are_those_given_or_those_known_or_the_region_and_a_letter() {
    for (zones, zone, place) in [
        (&["special"][..], "special", "us-west-2"),
        (&["special"], "us-west-2z", "us-west-2"),
        (&["special"], "specials", "us-east-1"),
        (&[], "us-west-2c", "us-west-2"),
        (&["defaultZone"], "us-west-2c", "us-west-2"),
        (&[], "us-west-2", "us-east-1"),
        (&[], "us-west-2é", "us-west-2"),
        (&["defaultZone", "x"], "defaultZone", "us-west-2"),
    ] {
        let config = regions("us-east-1", &[("us-west-2", zones)]);
        let found = place_of(config, up("A", "1").zone(zone));
        assert_eq!(found.as_deref(), Some(place), "{zone} with {zones:?}");
    }
}

#[test]
fn k16_the_known_zones_are_javas() {
    for (region, letters) in [
        ("us-east-1", "acde"),
        ("us-west-1", "ac"),
        ("us-west-2", "abc"),
        ("eu-west-1", "abc"),
    ] {
        for letter in letters.chars() {
            let zone = format!("{region}{letter}");
            let config = regions("home", &[(region, &[])]);
            assert_eq!(
                place_of(config, up("A", "1").zone(&zone)).as_deref(),
                Some(region)
            );
        }
    }
}

#[test]
fn k15_a_zone_of_the_own_region_is_at_home_even_if_it_is_listed_as_remote() {
    let config = regions("us-west-2", &[("us-west-2", &[])]);
    assert_eq!(
        place_of(config, up("A", "1").zone(WEST)).as_deref(),
        Some("us-west-2")
    );
}

#[test]
fn l8_a_region_without_known_zones_is_an_error_that_says_what_to_write() {
    let unknown = || Some(regions("us-east-1", &[("eu-central-1", &["defaultZone"])]));
    let mut config = FetchConfig::of(Profile::Modern);
    config.regions = unknown();
    let error = crate::registry::holdings::Holdings::new(&config, Profile::Modern, 1).unwrap_err();
    assert_eq!(
        error,
        UnknownZones {
            region: "eu-central-1".into()
        }
    );
    assert!(
        error
            .to_string()
            .contains("eu-central-1a and eu-central-1b")
    );

    let mut client = Client::of_two_regions(Profile::Modern).fetched(&[up("A", "1")]);
    assert!(client.0.set_regions(unknown()).is_err());
    assert!(!client.0.needs_full(), "the regions before stay");
    client.apply(&[up("A", "2").zone(WEST)]);
    assert_eq!(client.registry().region("us-west-2").unwrap().len(), 1);
}

#[test]
fn k1_other_regions_need_a_full_listing() {
    let listed = [up("A", "1"), up("A", "2").zone(WEST)];
    let mut client = Client::new().fetched(&listed);
    assert_eq!(
        client.registry().len(),
        2,
        "without regions everybody is at home"
    );
    let two = || Some(regions("us-east-1", &[("us-west-2", &[])]));
    assert_eq!(client.0.set_regions(two()), Ok(true));
    assert!(client.0.needs_full());
    assert_eq!(client.registry().len(), 2, "what is known stays");
    client.0.replace(listing(&listed));
    assert_eq!(client.registry().len(), 1);
    assert_eq!(client.0.set_regions(two()), Ok(false));
    assert!(!client.0.needs_full());
    assert_eq!(client.0.set_regions(None), Ok(true));
    client.0.replace(listing(&listed));
    assert_eq!(client.registry().len(), 2);
    assert_eq!(client.registry().known_regions().count(), 0);
}

#[test]
fn q2_regions_are_known_by_name() {
    let mut client = Client::of_two_regions(Profile::Modern);
    assert_eq!(
        client.registry().known_regions().collect::<Vec<_>>(),
        ["us-east-1"]
    );
    client.0.replace(listing(&[
        up("A", "1"),
        up("A", "2").zone(WEST),
        up("B", "3").zone(WEST),
    ]));
    let registry = client.registry();
    assert_eq!(
        registry.known_regions().collect::<Vec<_>>(),
        ["us-east-1", "us-west-2"]
    );
    let west = registry.region("us-west-2").unwrap();
    assert_eq!(
        (west.len(), registry.len(), registry.own_region().len()),
        (2, 1, 1)
    );
    assert_eq!(keys(west.instances("b").iter()), ["B/3"]);
    assert_eq!(registry.region("us-east-1").unwrap().len(), 1);
    assert!(registry.region("us-west-1").is_none());
    client.apply(&[
        up("A", "2").zone(WEST).deleted(),
        up("B", "3").zone(WEST).deleted(),
    ]);
    assert!(
        client.registry().region("us-west-2").is_none(),
        "nobody is known there"
    );
}

#[test]
fn q5_vips_are_found_in_the_region_that_is_asked_for() {
    let listed = [up("A", "1"), up("A", "2").zone(WEST).secure_vip("s")];
    let client = Client::of_two_regions(Profile::Modern).fetched(&listed);
    let registry = client.registry();
    for (region, vip, found) in [
        ("us-east-1", "a", &["A/1"][..]),
        ("us-west-2", "a", &["A/2"]),
        ("us-west-2", "b", &[]),
        ("us-west-1", "a", &[]),
    ] {
        assert_eq!(
            keys(registry.vip_in(region, vip).iter()),
            found,
            "{vip} in {region}"
        );
    }
    assert_eq!(keys(registry.vip("A").iter()), ["A/1"]);
    assert_eq!(
        keys(registry.secure_vip_in("us-west-2", "S").iter()),
        ["A/2"]
    );
    assert!(registry.secure_vip_in("us-east-1", "S").is_empty());
}

#[test]
fn k14_remote_instances_leave_their_application_behind() {
    for profile in [Profile::Netflix, Profile::Modern] {
        let listed = [up("A", "1").zone(WEST), up("B", "2")];
        let mut client = Client::of_two_regions(profile).fetched(&listed);
        client.apply(&[up("A", "2").zone(WEST)]);
        assert_eq!(names(client.registry()), ["A", "B"]);
        assert!(client.registry().application("A").unwrap().all().is_empty());
        assert!(client.registry().get("A", "1").is_none());
        assert!(client.registry().vip("A").is_empty());
    }
}

#[test]
fn k14_in_java_remote_instances_that_are_not_up_stay_at_home() {
    let listed = [down("A", "1").zone(WEST), up("A", "2").zone(WEST)];
    for profile in [Profile::Netflix, Profile::Spring] {
        let client = Client::of_two_regions(profile).fetched(&listed);
        assert!(client.registry().get("A", "1").is_some());
        assert_eq!(client.registry().region("us-west-2").unwrap().len(), 1);
        assert_eq!(
            client.registry().hash(),
            "DOWN_1_UP_1_",
            "K8: they are counted"
        );
    }
    let everybody = Client::with(Profile::Netflix, |config| {
        config.only_up = false;
        config.regions = Some(regions("us-east-1", &[("us-west-2", &[])]));
    });
    let everybody = everybody.fetched(&listed);
    assert!(
        everybody.registry().is_empty(),
        "without the filter all are moved"
    );
}

#[test]
fn deviation_12_remote_instances_that_are_not_up_are_not_at_home() {
    let listed = [down("A", "1").zone(WEST), up("A", "2")];
    let client = Client::of_two_regions(Profile::Modern).fetched(&listed);
    assert!(client.registry().get("A", "1").is_none());
    let west = client.registry().region("us-west-2").unwrap();
    assert_eq!(west.get("A", "1").unwrap().status(), InstanceStatus::Down);
    assert!(west.vip("A").is_empty());
    assert_eq!(client.registry().hash(), "DOWN_1_UP_1_");
}

#[test]
fn k9_a_delta_reaches_the_region_in_which_an_instance_runs() {
    let mut client = Client::of_two_regions(Profile::Modern).fetched(&[up("A", "1")]);
    let told = [up("A", "2").zone(WEST), down("B", "3").zone(WEST)];
    let applied = client.0.apply(delta(2, "DOWN_1_UP_2_", &told));
    assert!(applied.hash_matches(), "K8: all regions are counted");
    assert_eq!(applied.changes, 2);
    assert_eq!(names(client.registry()), ["A"]);
    assert_eq!(client.registry().len(), 1);
    assert_eq!(
        keys(client.registry().vip_in("us-west-2", "A").iter()),
        ["A/2"]
    );
    client.apply(&[up("A", "1").zone(WEST).deleted()]);
    assert_eq!(
        client.registry().len(),
        1,
        "it is another region's that goes"
    );
}

#[test]
fn an_instance_that_moves_to_another_region_is_only_there() {
    let mut client = Client::of_two_regions(Profile::Modern).fetched(&[up("A", "1"), up("A", "2")]);
    for (zone, told, at_home) in [(WEST, "UP_2_", 1), (EAST, "UP_2_", 2), (WEST, "UP_2_", 1)] {
        assert!(
            client
                .0
                .apply(delta(2, told, &[up("A", "1").zone(zone)]))
                .hash_matches()
        );
        assert_eq!(client.registry().len(), at_home);
    }
    let back_and_away = [up("A", "1").zone(EAST), up("A", "1").zone(WEST)];
    assert!(
        client
            .0
            .apply(delta(2, "UP_2_", &back_and_away))
            .hash_matches()
    );
    assert!(
        client
            .0
            .replace(listing(&[up("A", "1").zone(WEST), up("A", "1").zone(EAST)]))
            .changes
            > 0
    );
    assert_eq!(
        (client.registry().len(), client.registry().hash()),
        (1, "UP_1_"),
        "the last counts"
    );
}
