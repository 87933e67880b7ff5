//! What servers should not do: the client keeps its last good view, says what happened, and recovers by itself.

use heureka_client_core::{Answer, CallFailure, Event, Profile, Unserved};
use heureka_model::{ActionType, InstanceStatus};
use proptest::prelude::*;

use crate::servers::Reply;
use crate::stage::Stage;
use crate::values::{changed, config, fetching, listed, listing, with_hash};

use InstanceStatus::{Down, Up};

fn failures() -> Vec<Reply> {
    let statuses = [400, 401, 403, 404, 429, 500, 503, 302];
    let failures = [
        CallFailure::Unreadable("HTML".into()),
        CallFailure::TooLarge { limit_bytes: 1 },
        CallFailure::Broken("half a body".into()),
        CallFailure::TimedOut,
        CallFailure::Unreachable("refused".into()),
        CallFailure::Refused("TLS".into()),
    ];
    let statuses = statuses.into_iter().map(Reply::status);
    let failures = failures.into_iter().map(Reply::Failure);
    statuses.chain(failures).chain([Reply::Silence]).collect()
}

#[test]
fn whatever_servers_do_the_last_good_view_stays_and_comes_back_to_life() {
    for reply in failures() {
        let mut stage = Stage::with_servers(config(Profile::Modern), &["a", "b"]);
        stage.servers.others = vec![listed("ORDERS", "o-1", Up)];
        stage.run_to(45).forget();
        stage.servers.always("a", reply.clone());
        stage.servers.always("b", reply.clone());
        stage.run_to(300);
        let registry = stage.agent.registry();
        assert!(registry.application("orders").is_some(), "{reply:?}");
        let told = |event: &Event| matches!(event, Event::FetchFailed { .. });
        assert!(!stage.times_of(told).is_empty(), "{reply:?}");
        stage.servers.recover("a");
        stage.servers.recover("b");
        stage.servers.others.push(listed("USERS", "u-1", Up));
        stage.forget().run_to(370);
        assert!(
            stage.agent.registry().application("users").is_some(),
            "{reply:?}"
        );
        let told = |event: &Event| *event == Event::Renewed;
        assert!(!stage.times_of(told).is_empty(), "{reply:?}");
    }
}

#[test]
fn a_server_that_answers_strangely_is_passed_over_for_one_that_is_well() {
    for reply in failures() {
        let mut stage = Stage::with_servers(config(Profile::Modern), &["a", "b"]);
        stage.servers.always("a", reply.clone());
        stage.servers.others = vec![listed("ORDERS", "o-1", Up)];
        stage.run_to(20);
        assert!(
            stage.servers.own.is_some(),
            "{reply:?}: {:?}",
            stage.sent_to()
        );
        assert!(
            stage.agent.registry().application("orders").is_some(),
            "{reply:?}"
        );
    }
}

/// A success without a listing is none for a fetch, and the server that gives it is not asked for ever.
#[test]
fn a_server_that_succeeds_in_listing_nothing_is_passed_over_for_another() {
    for (status, odd) in [(200, "a"), (204, "a"), (202, "b"), (204, "b")] {
        let mut stage = Stage::with_servers(fetching(Profile::Modern), &["a", "b"]);
        stage.servers.always(odd, Reply::status(status));
        stage.servers.others = vec![listed("ORDERS", "o-1", Up)];
        stage.run_to(300);
        let registry = stage.agent.registry();
        assert!(registry.application("orders").is_some(), "{status} {odd}");
    }
}

#[test]
fn a_server_that_was_started_anew_and_lists_nobody_is_not_believed_at_once() {
    let mut stage = Stage::new(fetching(Profile::Modern));
    stage.servers.others = vec![listed("ORDERS", "o-1", Up)];
    stage.run_to(29);
    stage.servers.others.clear();
    stage.run_to(100);
    assert!(stage.agent.registry().application("orders").is_some());
    let doubted = |event: &Event| {
        matches!(
            event,
            Event::FetchFailed {
                reason: Unserved::Doubtful { known: 1 },
                ..
            }
        )
    };
    assert!(!stage.times_of(doubted).is_empty());
    stage.run_to(160);
    assert!(stage.agent.registry().is_empty(), "in the end it is true");
}

#[test]
fn the_last_instance_that_leaves_in_order_is_gone_at_once() {
    let mut stage = Stage::new(fetching(Profile::Modern));
    stage.servers.others = vec![listed("ORDERS", "o-1", Up)];
    stage.run_to(29);
    stage.servers.others.clear();
    stage.servers.changes = vec![changed(ActionType::Deleted, "ORDERS", "o-1", Up)];
    stage.run_to(30);
    assert!(stage.agent.registry().is_empty());
}

#[test]
fn duplicate_ids_and_changes_without_a_kind_do_no_harm() {
    let mut stage = Stage::new(config(Profile::Modern));
    let twice = [listed("ORDERS", "o-1", Down), listed("ORDERS", "o-1", Up)];
    stage
        .servers
        .next("GET apps/", Reply::Answer(Answer::listing(listing(&twice))));
    stage.run_to(1);
    let registry = stage.agent.registry();
    assert_eq!(
        registry
            .application("orders")
            .map(|orders| orders.all().len()),
        Some(1)
    );
    let delta = with_hash(
        &[
            listed("USERS", "u-1", Up),
            changed(ActionType::Deleted, "NOBODY", "n-1", Up),
        ],
        2,
        "UP_1_",
    );
    stage
        .servers
        .next("GET delta", Reply::Answer(Answer::listing(delta)));
    stage.run_to(31);
    assert!(stage.agent.registry().application("users").is_none());
}

#[derive(Clone, Debug)]
enum Deed {
    Wait(u64),
    Breaks(usize),
    Recovers,
    Status(bool),
    Forgets,
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        (1_u64..40).prop_map(Deed::Wait),
        (0_usize..15).prop_map(Deed::Breaks),
        Just(Deed::Recovers),
        any::<bool>().prop_map(Deed::Status),
        Just(Deed::Forgets),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever happens, once servers are well again the instance is registered as it is, within two intervals.
    #[test]
    fn it_always_comes_right_again(deeds in proptest::collection::vec(deed(), 1..20)) {
        let mut stage = Stage::with_servers(config(Profile::Modern), &["a", "b", "c"]);
        let failures = failures();
        for deed in deeds {
            let now = stage.now().mono.as_secs();
            match deed {
                Deed::Wait(secs) => { stage.run_to(now + secs); }
                Deed::Breaks(which) => {
                    let host = ["a", "b", "c"][which % 3];
                    stage.servers.always(host, failures[which % failures.len()].clone());
                }
                Deed::Recovers => ["a", "b", "c"].iter().for_each(|host| stage.servers.recover(host)),
                Deed::Status(up) => { stage.set_status(if up { Up } else { Down }); }
                Deed::Forgets => stage.servers.own = None,
            }
        }
        ["a", "b", "c"].iter().for_each(|host| stage.servers.recover(host));
        let now = stage.now().mono.as_secs();
        stage.run_to(now + 66);
        let own = stage.servers.own.clone().expect("registered");
        prop_assert_eq!(Some(own.document.status), stage.agent.document().map(|document| document.status));
        prop_assert!(stage.agent.report(stage.now().mono).since_heartbeat <= Some(std::time::Duration::from_secs(35)));
    }
}
