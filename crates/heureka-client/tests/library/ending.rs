//! How a client ends.

use heureka_client::test_util::{Behaviour, FakeEureka};
use heureka_client::{CancellationToken, Doing, Error, Event, InstanceStatus};
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::support::{ids, secs, shop, sleep_secs, with_orders};

#[tokio::test(start_paused = true)]
async fn r5_a_shutdown_takes_the_instance_out() {
    let eureka = FakeEureka::new();
    let running = eureka.client().register(shop("s-1")).start().await.unwrap();
    let client = running.client().clone();
    running.shutdown().await.unwrap();
    assert!(eureka.instance("shop", "s-1").is_none());
    assert!(client.is_shut_down());
    assert!(!client.is_ready());
}

#[tokio::test(start_paused = true)]
async fn r6_who_does_not_unregister_stays_listed() {
    let eureka = FakeEureka::new();
    let client = eureka
        .client()
        .register(shop("s-1"))
        .unregister_at_end(false);
    client.start().await.unwrap().shutdown().await.unwrap();
    assert!(eureka.instance("shop", "s-1").is_some());
}

#[tokio::test(start_paused = true)]
async fn rs3_a_handle_that_outlives_the_client_sees_the_last_snapshot() {
    let eureka = with_orders();
    let running = eureka.client().register(shop("s-1")).start().await.unwrap();
    let client = running.client().clone();
    running.shutdown().await.unwrap();
    assert_eq!(ids(&client, "orders"), ["o-1"]);
    let refused = client.set_status(InstanceStatus::Down).unwrap_err();
    assert!(matches!(refused, Error::ShutDown), "{refused}");
    assert!(matches!(client.refresh(), Err(Error::ShutDown)));
}

#[tokio::test(start_paused = true)]
async fn rs3_a_shutdown_ends_in_time_whatever_servers_do() {
    for (name, behaviour, is_told) in [
        ("well", Behaviour::Answer, true),
        ("hanging", Behaviour::Hang, false),
        ("refusing", Behaviour::Refuse, false),
        ("broken", Behaviour::Status(500), false),
        ("slow", Behaviour::Slow(secs(60)), false),
    ] {
        let eureka = FakeEureka::with_servers(3);
        let client = eureka
            .client()
            .register(shop("s-1"))
            .farewell_timeout(secs(4));
        let client = client.start().await.unwrap();
        eureka.all_behave(behaviour);
        // Something is under way when the end comes.
        sleep_secs(30).await;
        let began = Instant::now();
        let farewell = client.shutdown().await;
        assert!(began.elapsed() <= secs(5), "{name}: {:?}", began.elapsed());
        match farewell {
            Ok(()) => assert!(is_told, "{name}"),
            Err(error) => assert!(!is_told && is_of_farewell(&error), "{name}: {error}"),
        }
    }
}

fn is_of_farewell(error: &Error) -> bool {
    let farewell = Doing::Deregistration;
    match error {
        Error::AllServersFailed { doing, .. }
        | Error::TimedOut { doing, .. }
        | Error::Http { doing, .. } => *doing == farewell,
        Error::Config(_) | Error::NoServers | Error::NotFound { .. } | Error::ShutDown | _ => false,
    }
}

#[tokio::test(start_paused = true)]
async fn rs3_dropping_the_guard_leaves_in_the_background() {
    let eureka = FakeEureka::new();
    let running = eureka.client().register(shop("s-1")).start().await.unwrap();
    let (client, mut events) = (running.client().clone(), running.events());
    drop(running);
    loop {
        if events.recv().await.unwrap() == Event::Stopped {
            break;
        }
    }
    assert!(eureka.instance("shop", "s-1").is_none());
    assert!(client.is_shut_down());
}

#[tokio::test(start_paused = true)]
async fn rs3_run_until_leaves_when_the_signal_comes() {
    let eureka = FakeEureka::new();
    let running = eureka.client().register(shop("s-1")).start().await.unwrap();
    let signal = async {
        sleep_secs(100).await;
        assert!(eureka.instance("shop", "s-1").is_some());
        "SIGTERM"
    };
    assert_eq!(running.run_until(signal).await.unwrap(), Some("SIGTERM"));
    assert!(eureka.instance("shop", "s-1").is_none());
}

#[tokio::test(start_paused = true)]
async fn rs3_a_token_ends_the_client_and_run_until_with_it() {
    let eureka = FakeEureka::new();
    let token = CancellationToken::new();
    let client = eureka
        .client()
        .register(shop("s-1"))
        .cancel_on(token.clone());
    let running = client.start().await.unwrap();
    let for_ever = running.run_until(std::future::pending::<()>());
    let (output, ()) = tokio::join!(for_ever, async {
        sleep_secs(50).await;
        token.cancel();
    });
    assert_eq!(output.unwrap(), None);
    assert!(eureka.instance("shop", "s-1").is_none());
}

/// The caller's token may be that of many clients.
#[tokio::test(start_paused = true)]
async fn rs3_a_client_that_ends_cancels_nobody_elses_token() {
    let eureka = FakeEureka::new();
    let token = CancellationToken::new();
    let client = eureka
        .client()
        .cancel_on(token.clone())
        .start()
        .await
        .unwrap();
    client.shutdown().await.unwrap();
    assert!(!token.is_cancelled());
}

#[tokio::test(start_paused = true)]
async fn l9_l13_what_was_insisted_on_and_cannot_be_had_fails_the_start() {
    for (name, behaviour) in [
        ("hanging", Behaviour::Hang),
        ("refusing", Behaviour::Refuse),
        ("401", Behaviour::Status(401)),
    ] {
        let eureka = FakeEureka::with_servers(2);
        eureka.all_behave(behaviour);
        let fetching = eureka.client().insist_on_fetch(true).start().await;
        assert!(fetching.is_err(), "{name}");
        let registering = eureka
            .client()
            .register(shop("s-1"))
            .insist_on_registration(true);
        assert!(registering.start().await.is_err(), "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn rs3_a_start_without_servers_goes_on_and_recovers() {
    let eureka = with_orders();
    eureka.all_behave(Behaviour::Refuse);
    let client = eureka.client().register(shop("s-1")).start().await.unwrap();
    assert!(!client.is_ready());
    assert!(client.instances("orders").is_empty());
    sleep_secs(300).await;
    assert!(!client.is_ready());
    eureka.all_behave(Behaviour::Answer);
    sleep_secs(35).await;
    assert!(client.is_ready());
    assert_eq!(ids(&client, "orders"), ["o-1"]);
    assert!(eureka.instance("shop", "s-1").is_some());
    client.shutdown().await.unwrap();
}

/// Any task may start a client, whatever thread the task is on next.
#[tokio::test(start_paused = true)]
async fn rs3_a_client_can_be_started_by_a_task_that_moves_between_threads() {
    let eureka = with_orders();
    let builder = eureka.client().on_event(|_| {}).configure(|_| {});
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        let client = builder.start().await.unwrap();
        assert_eq!(ids(&client, "orders"), ["o-1"]);
        client.run_until(std::future::ready(())).await.unwrap();
    });
    tasks.join_next().await.unwrap().unwrap();
}
