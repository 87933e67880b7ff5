//! The end: rules R4 to R6.

use heureka_client_core::{Event, Profile};
use heureka_model::InstanceStatus::{Down, Up};

use crate::servers::Reply;
use crate::stage::Stage;
use crate::values::{config, fetching, registering, secs};

fn stopped(event: &Event) -> bool {
    *event == Event::Stopped
}

#[test]
fn r4_the_farewell_is_said_even_where_nobody_took_the_registration() {
    let mut stage = Stage::new(registering(Profile::Modern));
    stage.servers.always("POST", Reply::status(500));
    stage.run_to(5);
    stage.forget().tell(|agent, now| agent.shutdown(now));
    assert_eq!(stage.told(), ["5 DELETE"]);
}

#[test]
fn r4_whatever_comes_of_the_farewell_it_is_the_end() {
    for (reply, deregistered) in [
        (Reply::status(200), true),
        (Reply::status(404), true),
        (Reply::status(500), false),
        (Reply::refused(), false),
        (Reply::Silence, false),
    ] {
        let mut stage = Stage::new(registering(Profile::Modern));
        stage.run_to(5).forget();
        stage.servers.always("DELETE", reply.clone());
        stage.tell(|agent, now| agent.shutdown(now));
        stage.run_to(60);
        assert_eq!(
            stage.times_of(|event| *event == Event::Deregistered).len(),
            usize::from(deregistered),
            "{reply:?}"
        );
        let failed = |event: &Event| matches!(event, Event::DeregistrationFailed(_));
        assert_eq!(
            stage.times_of(failed).len(),
            usize::from(!deregistered),
            "{reply:?}"
        );
        assert_eq!(stage.times_of(stopped).len(), 1);
        assert!(matches!(stage.events.last(), Some((_, Event::Stopped))));
        assert_eq!(stage.agent.poll_timeout(), None);
    }
}

#[test]
fn r5_the_instance_is_down_before_it_leaves_and_nothing_more_is_sent() {
    let mut stage = Stage::new(config(Profile::Modern));
    stage.run_to(45).forget();
    stage.tell(|agent, now| agent.shutdown(now));
    assert_eq!(
        stage.agent.document().map(|document| document.status),
        Some(Down)
    );
    assert_eq!(
        stage.events.first().map(|(_, event)| event.clone()),
        Some(Event::StatusChanged {
            previous: Up,
            current: Down
        })
    );
    assert_eq!(stage.sent(), ["45 DELETE"]);
}

#[test]
fn r5_a_registration_on_its_way_is_waited_for_so_that_it_does_not_undo_the_farewell() {
    let mut stage = Stage::new(registering(Profile::Modern));
    stage.latency = secs(2);
    stage.run_to(1);
    stage.tell(|agent, now| agent.shutdown(now));
    stage.run_to(60);
    assert_eq!(stage.told(), ["0 POST", "2 DELETE"]);
    assert!(stage.servers.own.is_none());
    assert_eq!(stage.times_of(stopped), ["4"]);
}

#[test]
fn r5_the_farewell_does_not_wait_for_ever() {
    let mut stage = Stage::new(registering(Profile::Modern));
    stage.servers.always("a", Reply::Silence);
    stage.run_to(1);
    stage.tell(|agent, now| agent.shutdown(now));
    stage.run_to(60);
    assert_eq!(stage.times_of(stopped), ["6"]);
}

#[test]
fn r5_a_fetch_on_its_way_does_nothing_any_more() {
    let mut stage = Stage::new(fetching(Profile::Modern));
    stage.servers.others = vec![crate::values::listed("ORDERS", "o-1", Up)];
    stage.latency = secs(2);
    stage.run_to(1);
    stage.tell(|agent, now| agent.shutdown(now));
    stage.run_to(60);
    assert!(stage.agent.registry().is_empty());
    assert_eq!(stage.times_of(stopped), ["1"]);
}

#[test]
fn r6_who_is_not_to_unregister_sends_nothing_and_stays_as_it_is() {
    let mut config = registering(Profile::Modern);
    config
        .registration
        .as_mut()
        .expect("it registers")
        .unregister_at_end = false;
    let mut stage = Stage::new(config);
    stage.run_to(5).forget();
    stage.tell(|agent, now| agent.shutdown(now));
    stage.run_to(200);
    assert!(stage.calls.is_empty());
    assert_eq!(
        stage.agent.document().map(|document| document.status),
        Some(Up)
    );
    assert_eq!(stage.times_of(stopped), ["5"]);
}

#[test]
fn a_heartbeat_that_is_refused_during_the_farewell_does_not_register() {
    let mut stage = Stage::new(registering(Profile::Modern));
    stage.run_to(29);
    stage.servers.own = None;
    stage.latency = secs(2);
    stage.run_to(31);
    stage.forget().tell(|agent, now| agent.shutdown(now));
    stage.run_to(60);
    assert_eq!(stage.told(), ["32 DELETE"]);
}
