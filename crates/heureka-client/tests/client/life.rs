//! A client's life against servers, with the agent's decisions behind it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use heureka_client::{
    CancellationToken, Doing, Error, Event, HealthConfig, InstanceKey, InstanceStatus, Profile,
};
use tokio::time::{Instant, sleep, timeout};

use crate::cluster::{Cluster, client_of, instance, listing};
use crate::memory::{Memory, answer};

const SECOND: Duration = Duration::from_secs(1);

fn key() -> InstanceKey {
    InstanceKey::new("orders", "host:orders:1")
}

#[tokio::test(start_paused = true)]
async fn rs3_a_client_registers_fetches_and_leaves_in_order() {
    let cluster = Cluster::default();
    cluster.list(instance("stock", "host:stock:1"));
    let transport = cluster.transport();
    let client = client_of(&transport)
        .register(instance("orders", "host:orders:1"))
        .start()
        .await
        .unwrap();
    assert!(client.is_ready());
    assert_eq!(cluster.status_of(&key()), Some(InstanceStatus::Up));
    assert_eq!(client.instances("Stock").len(), 1);
    client.shutdown().await.unwrap();
    assert_eq!(cluster.status_of(&key()), None);
    let mut told = transport.told();
    assert_eq!(
        told.pop().unwrap(),
        "DELETE /eureka/apps/ORDERS/host:orders:1"
    );
    told.sort();
    assert_eq!(told, ["GET /eureka/apps/", "POST /eureka/apps/ORDERS"]);
}

#[tokio::test(start_paused = true)]
async fn rs3_the_handle_outlives_the_client_and_says_that_it_has_ended() {
    let cluster = Cluster::default();
    cluster.list(instance("stock", "host:stock:1"));
    let running = client_of(&cluster.transport()).start().await.unwrap();
    let client = running.client().clone();
    let mut registries = client.watch();
    let mut events = client.events();
    running.shutdown().await.unwrap();
    assert_eq!(client.instances("stock").len(), 1);
    assert!(client.is_shut_down() && !client.is_ready());
    let refused = client.set_status(InstanceStatus::Down);
    assert!(matches!(refused, Err(Error::ShutDown)));
    let waited = client.wait_for("stock", 2, SECOND).await;
    assert!(matches!(waited, Err(Error::ShutDown)));
    assert!(registries.changed().await.is_err());
    assert_eq!(events.recv().await, Ok(Event::Stopped));
    assert!(events.recv().await.is_err());
    assert!(client.events().recv().await.is_err());
}

#[tokio::test(start_paused = true)]
async fn rs3_a_client_that_is_dropped_leaves_in_the_background() {
    let cluster = Cluster::default();
    let client = client_of(&cluster.transport())
        .register(instance("orders", "host:orders:1"))
        .start()
        .await
        .unwrap();
    let mut events = client.events();
    drop(client);
    let stopped = async { while events.recv().await != Ok(Event::Stopped) {} };
    timeout(10 * SECOND, stopped).await.unwrap();
    assert_eq!(cluster.status_of(&key()), None);
}

#[tokio::test(start_paused = true)]
async fn rs3_a_token_or_a_signal_ends_the_client() {
    let cluster = Cluster::default();
    let token = CancellationToken::new();
    let registering = |token: &CancellationToken| {
        client_of(&cluster.transport())
            .register(instance("orders", "host:orders:1"))
            .cancel_on(token.clone())
    };
    let client = registering(&token).start().await.unwrap();
    let signal = client.run_until(async { sleep(5 * SECOND).await });
    assert_eq!(signal.await.unwrap(), Some(()));
    assert_eq!(cluster.status_of(&key()), None);
    assert!(!token.is_cancelled(), "the caller's token is the caller's");

    let client = registering(&token).start().await.unwrap();
    assert!(cluster.status_of(&key()).is_some());
    let ended = client.run_until(std::future::pending::<()>());
    let cancel = async { token.cancel() };
    let (ended, ()) = tokio::join!(ended, cancel);
    assert_eq!(ended.unwrap(), None);
    assert_eq!(cluster.status_of(&key()), None);
    let late = registering(&token).start().await;
    assert!(matches!(late, Err(Error::ShutDown)));
}

#[tokio::test(start_paused = true)]
async fn l9_and_l13_what_is_insisted_on_decides_the_start() {
    let cluster = Cluster::default();
    cluster.take_down("a");
    let started = client_of(&cluster.transport()).start().await.unwrap();
    assert!(!started.is_ready());
    started.shutdown().await.unwrap();
    let insisting = client_of(&cluster.transport()).insist_on_fetch(true);
    let refused = insisting.start().await.unwrap_err();
    assert!(
        matches!(&refused, Error::AllServersFailed { doing: Doing::Fetch, attempts } if !attempts.is_empty()),
        "{refused}"
    );
    assert!(refused.to_string().contains("http://a:8761/eureka/"));
    let insisting = client_of(&cluster.transport())
        .register(instance("orders", "host:orders:1"))
        .insist_on_registration(true);
    let refused = insisting.start().await.unwrap_err();
    assert!(matches!(
        refused,
        Error::AllServersFailed {
            doing: Doing::Registration,
            ..
        }
    ));
}

#[tokio::test(start_paused = true)]
async fn rs14_what_the_builder_was_told_is_judged_at_the_start() {
    let cluster = Cluster::default();
    let none = heureka_client::EurekaClient::builder().transport(cluster.transport());
    assert!(matches!(none.start().await, Err(Error::NoServers)));
    let wrong = client_of(&cluster.transport()).server("localhost:8761/s3cret");
    let told = wrong.start().await.unwrap_err().to_string();
    assert!(told.starts_with("server 2: write a URL"), "{told}");
    assert!(!told.contains("s3cret"), "{told}");
}

#[tokio::test(start_paused = true)]
async fn r2_a_server_that_lost_the_instance_gets_it_again() {
    let cluster = Cluster::default();
    let client = client_of(&cluster.transport())
        .register(instance("orders", "host:orders:1"))
        .start()
        .await
        .unwrap();
    cluster.unlist(&key());
    let mut events = client.events();
    let began = Instant::now();
    let again = async {
        loop {
            if let Event::Registered { again, .. } = events.recv().await.unwrap() {
                return again;
            }
        }
    };
    assert!(again.await);
    assert!(began.elapsed() <= 31 * SECOND, "{:?}", began.elapsed());
    assert!(cluster.status_of(&key()).is_some());
    assert_eq!(client.stats().counts.registrations_again, 1);
    client.shutdown().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn h1_a_status_that_is_set_is_sent_at_once_with_metadata() {
    let cluster = Cluster::default();
    let transport = cluster.transport();
    let client = client_of(&transport)
        .register(instance("orders", "host:orders:1"))
        .start()
        .await
        .unwrap();
    client.set_metadata(&[("weight", "3")]).unwrap();
    client.set_status(InstanceStatus::OutOfService).unwrap();
    sleep(SECOND).await;
    assert_eq!(
        cluster.status_of(&key()),
        Some(InstanceStatus::OutOfService)
    );
    let document = client.document().unwrap();
    assert_eq!(document.metadata.get("weight"), Some("3"));
    let last = transport.seen().pop().unwrap();
    assert!(String::from_utf8_lossy(&last.body).contains("weight"));
    client.shutdown().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn rs11_a_health_check_changes_the_status_even_where_it_panics_or_hangs() {
    let cluster = Cluster::default();
    let rounds = Arc::new(AtomicUsize::new(0));
    let round = Arc::clone(&rounds);
    let check = move || {
        let round = round.fetch_add(1, Ordering::SeqCst);
        async move {
            match round {
                0 => true,
                1 => panic!("the check has a mistake"),
                2 => true,
                _ => std::future::pending().await,
            }
        }
    };
    let mut config = HealthConfig::default();
    config.interval = Some(10 * SECOND);
    let client = client_of(&cluster.transport())
        .register(instance("orders", "host:orders:1"))
        .health_with(check, config)
        .start()
        .await
        .unwrap();
    let mut events = client.events();
    let mut changes = Vec::new();
    while changes.len() < 3 {
        if let Event::StatusChanged { current, .. } = events.recv().await.unwrap() {
            changes.push(current);
        }
    }
    use InstanceStatus::{Down, Up};
    assert_eq!(changes, [Down, Up, Down]);
    client.shutdown().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn h7_a_health_check_may_come_later() {
    let cluster = Cluster::default();
    let client = client_of(&cluster.transport())
        .register(instance("orders", "host:orders:1"))
        .start()
        .await
        .unwrap();
    let check = || async { Err::<(), _>("no database") };
    client.set_health(check, HealthConfig::default()).unwrap();
    sleep(SECOND).await;
    assert_eq!(cluster.status_of(&key()), Some(InstanceStatus::Down));
    client.shutdown().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn rs4_events_come_in_order_and_listeners_hear_them_from_the_start() {
    let cluster = Cluster::default();
    let heard = Arc::new(parking_lot::Mutex::new(Vec::new()));
    let hears = Arc::clone(&heard);
    let client = client_of(&cluster.transport())
        .register(instance("orders", "host:orders:1"))
        .on_event(|_| panic!("a listener with a mistake"))
        .on_event(move |event| hears.lock().push(event.clone()))
        .start()
        .await
        .unwrap();
    client.shutdown().await.unwrap();
    let heard = heard.lock();
    let position = |wanted: &dyn Fn(&Event) -> bool| heard.iter().position(wanted).unwrap();
    let registered = position(&|event| matches!(event, Event::Registered { .. }));
    let fetched = position(&|event| matches!(event, Event::Fetched { .. }));
    let started = position(&|event| matches!(event, Event::Started));
    let deregistered = position(&|event| matches!(event, Event::Deregistered));
    assert!(registered.max(fetched) < started && started < deregistered);
    assert_eq!(heard.last(), Some(&Event::Stopped));
}

#[tokio::test(start_paused = true)]
async fn rs4_a_consumer_that_is_slow_delays_nobody() {
    let cluster = Cluster::default();
    let client = client_of(&cluster.transport())
        .fetch_interval(SECOND)
        .start()
        .await
        .unwrap();
    let mut slow = client.events();
    sleep(Duration::from_secs(600)).await;
    assert!(client.stats().counts.fetches_full > 500);
    let lagged = slow.recv().await;
    assert!(matches!(
        lagged,
        Err(tokio::sync::broadcast::error::RecvError::Lagged(_))
    ));
    client.shutdown().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn t11_another_server_answers_where_one_fails() {
    let cluster = Cluster::default();
    cluster.list(instance("stock", "host:stock:1"));
    cluster.take_down("a");
    let client = client_of(&cluster.transport())
        .server("http://b:8761/eureka/")
        .insist_on_fetch(true)
        .start()
        .await
        .unwrap();
    assert_eq!(client.instances("stock").len(), 1);
    let server = client.stats().query.server.unwrap();
    assert_eq!(server.host(), "b");
    client.shutdown().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn rs12_stats_say_what_was_done_when_and_where() {
    let cluster = Cluster::default();
    let client = client_of(&cluster.transport())
        .register(instance("orders", "host:orders:1"))
        .start()
        .await
        .unwrap();
    sleep(Duration::from_secs(65)).await;
    let stats = client.stats();
    assert!(stats.is_registered);
    assert_eq!((stats.applications, stats.instances), (1, 1));
    assert_eq!(stats.remote_status, InstanceStatus::Up);
    assert_eq!(stats.counts.registrations, 1);
    assert_eq!(stats.counts.heartbeats, 2);
    assert!(stats.counts.fetches_full >= 3);
    assert!(stats.last_heartbeat.unwrap().ago <= 9 * SECOND);
    assert!(stats.last_fetch.unwrap().ago <= 30 * SECOND);
    assert_eq!(stats.registration.server.unwrap().host(), "a");
    assert_eq!(stats.uptime.as_secs(), 65);
    client.shutdown().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn rs3_a_farewell_that_nobody_takes_is_told_and_ends_in_time() {
    let cluster = Cluster::default();
    let client = client_of(&cluster.transport())
        .register(instance("orders", "host:orders:1"))
        .farewell_timeout(3 * SECOND)
        .start()
        .await
        .unwrap();
    cluster.answer_instead("DELETE", 500);
    let began = Instant::now();
    let failed = client.shutdown().await.unwrap_err();
    assert!(failed.to_string().contains("deregistration"), "{failed}");
    assert!(began.elapsed() <= 4 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn rs17_clients_of_one_process_do_not_know_of_each_other() {
    let (first, second) = (Cluster::default(), Cluster::default());
    first.list(instance("stock", "host:stock:1"));
    let one = client_of(&first.transport()).start().await.unwrap();
    let other = client_of(&second.transport()).start().await.unwrap();
    assert_eq!(one.instances("stock").len(), 1);
    assert_eq!(other.instances("stock").len(), 0);
    one.shutdown().await.unwrap();
    assert!(other.is_ready());
    other.shutdown().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn rs16_the_profile_counts_wherever_it_stands_among_the_calls() {
    let cluster = Cluster::default();
    let transport = cluster.transport();
    let client = client_of(&transport)
        .register(instance("orders", "host:orders:1"))
        .profile(Profile::Netflix)
        .start()
        .await
        .unwrap();
    assert_eq!(transport.told(), ["GET /eureka/apps/"]);
    sleep(Duration::from_secs(41)).await;
    assert!(cluster.status_of(&key()).is_some());
    client.shutdown().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn t20_a_resolver_that_panics_or_fails_is_asked_again() {
    let cluster = Cluster::default();
    cluster.list(instance("stock", "host:stock:1"));
    let rounds = AtomicUsize::new(0);
    let resolver = move || {
        let round = rounds.fetch_add(1, Ordering::SeqCst);
        async move {
            match round {
                0 => panic!("the resolver has a mistake"),
                1 => Err("no DNS".into()),
                _ => Ok(vec![heureka_client::Endpoint {
                    url: heureka_client::ServiceUrl::parse("http://b/eureka/").unwrap(),
                    zone: None,
                }]),
            }
        }
    };
    let client = client_of(&cluster.transport())
        .resolver(resolver)
        .start()
        .await
        .unwrap();
    let stock = client.wait_for("stock", 1, 600 * SECOND).await.unwrap();
    assert_eq!(stock.len(), 1);
    assert_eq!(client.stats().counts.resolves_failed, 2);
    client.shutdown().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn rs8_a_hook_that_panics_is_a_request_that_failed() {
    let cluster = Cluster::default();
    let panics = Arc::new(AtomicBool::new(true));
    let panicking = Arc::clone(&panics);
    let client = client_of(&cluster.transport())
        .request_hook(move |_| assert!(!panicking.load(Ordering::SeqCst), "a mistake"))
        .start()
        .await
        .unwrap();
    assert!(client.stats().counts.attempts_failed > 0);
    panics.store(false, Ordering::SeqCst);
    cluster.list(instance("stock", "host:stock:1"));
    client.wait_for("stock", 1, 60 * SECOND).await.unwrap();
    client.shutdown().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn t4_a_redirect_is_asked_for_and_followed_where_somebody_allows_it() {
    for (allows, header, expected) in [(true, Some("true"), 1), (false, None, 0)] {
        let cluster = Cluster::default();
        cluster.list(instance("stock", "1"));
        let behind = cluster.transport();
        let front = Memory::answering(move |seen| {
            if seen.server.host() == "b" {
                return behind.answer(seen);
            }
            let location = [("location", "http://b:8761/eureka/apps/")];
            Ok(answer(302, &location, ""))
        });
        let client = client_of(&front).allow_redirects(allows);
        let client = client.start().await.unwrap();
        assert_eq!(client.instances("stock").len(), expected);
        let first = front.seen().remove(0);
        assert_eq!(first.header("x-discovery-allowredirect"), header);
        client.shutdown().await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn t4_what_is_known_already_is_not_sent_again() {
    let body = listing(String::new(), []);
    let transport = Memory::answering(move |seen| {
        Ok(match seen.header("if-none-match") {
            Some("\"v1\"") => answer(304, &[("etag", "\"v1\"")], ""),
            _ => answer(200, &[("etag", "\"v1\"")], body.clone()),
        })
    });
    let client = client_of(&transport).start().await.unwrap();
    sleep(Duration::from_secs(65)).await;
    let counts = client.stats().counts;
    assert_eq!(counts.fetches_full, 1);
    assert!(counts.fetches_unchanged >= 2);
    client.shutdown().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn rs2_a_large_listing_is_read_on_a_thread_of_its_own() {
    let cluster = Cluster::default();
    for id in 0..600 {
        cluster.list(instance("stock", &id.to_string()));
    }
    let client = client_of(&cluster.transport()).start().await.unwrap();
    assert_eq!(client.instances("stock").len(), 600);
    client.shutdown().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn rs2_the_same_seed_gives_the_same_life() {
    let mut lives = Vec::new();
    for _ in 0..2 {
        let cluster = Cluster::default();
        let transport = cluster.transport();
        let client = client_of(&transport)
            .servers(["http://b/eureka/", "http://c/eureka/"])
            .register(instance("orders", "host:orders:1"))
            .start()
            .await
            .unwrap();
        for host in ["a", "b", "c"] {
            cluster.take_down(host);
            sleep(Duration::from_secs(100)).await;
            cluster.bring_up(host);
        }
        client.shutdown().await.unwrap();
        let seen = transport.seen().into_iter();
        lives.push(
            seen.map(|seen| format!("{} {}", seen.server, seen.told()))
                .collect::<Vec<_>>(),
        );
    }
    assert!(lives[0].len() > 20);
    assert_eq!(lives[0], lives[1]);
}
