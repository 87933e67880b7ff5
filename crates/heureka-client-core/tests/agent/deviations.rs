//! Where this client does better on purpose, and no rule's own file has it (`client.md` 7.3).

use heureka_client_core::{Event, Profile};
use heureka_model::InstanceStatus::{Down, Up};

use crate::servers::Reply;
use crate::stage::Stage;
use crate::values::{fetching, listed, registering};

#[test]
fn deviation_6_with_a_long_interval_flips_are_still_limited() {
    for (profile, sent) in [(Profile::Spring, 6), (Profile::Modern, 2)] {
        let mut config = registering(profile);
        let registration = config.registration.as_mut().expect("it registers");
        registration.replication_interval = std::time::Duration::from_secs(600);
        let mut stage = Stage::new(config);
        stage.run_to(5).forget();
        for round in 0..6 {
            stage.set_status(if round % 2 == 0 { Down } else { Up });
        }
        assert_eq!(stage.told().len(), sent, "{profile:?}");
    }
}

#[test]
fn deviation_8_with_two_servers_the_one_that_is_down_is_asked_seldom() {
    let mut stage = Stage::with_servers(fetching(Profile::Modern), &["a", "b"]);
    stage.servers.others = vec![listed("ORDERS", "o-1", Up)];
    stage.run_to(1);
    let first = stage.last_call().server.host().to_owned();
    let other = if first == "a" { "b" } else { "a" };
    stage.servers.always(&first, Reply::refused());
    stage.forget().run_to(600);
    let to = |host: &str| {
        stage
            .calls
            .iter()
            .filter(|(_, call)| call.server.host() == host)
            .count()
    };
    assert!(to(&first) <= 2, "{} of {}", to(&first), stage.calls.len());
    assert!(to(other) >= 19);
}

#[test]
fn deviation_14_an_empty_list_of_servers_is_no_list() {
    let mut stage = Stage::new(fetching(Profile::Modern));
    stage.run_to(1);
    stage.resolved = Ok(Vec::new());
    stage.run_to(700);
    assert!(
        stage
            .times_of(|event| matches!(event, Event::FetchFailed { .. }))
            .is_empty()
    );
}
