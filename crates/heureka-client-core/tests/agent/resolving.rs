//! Where servers are found: rules T16 to T20.

use heureka_client_core::{
    AgentConfig, Answer, ClusterConfig, Event, HostOf, Profile, ServersInRegistry, SourcesConfig,
};
use heureka_model::{InstanceInfo, InstanceStatus::Up, Scheme};

use crate::servers::Reply;
use crate::stage::Stage;
use crate::values::{config, listed, listing};

fn sources(strategy: Option<&str>, bootstrap_for_query: bool) -> SourcesConfig {
    let mut sources = SourcesConfig::default();
    sources.strategy = strategy.map(Box::from);
    sources.write_vip = Some("write".into());
    sources.read_vip = Some("read".into());
    sources.bootstrap_for_query = bootstrap_for_query;
    sources
}

fn cluster(sources: SourcesConfig) -> AgentConfig {
    let servers = ServersInRegistry::new(Scheme::Http, "eureka/v2", HostOf::Name);
    let mut config = config(Profile::Modern);
    config.cluster = Some(ClusterConfig::new(sources, servers.expect("a path")));
    config
}

/// A server of the application `vip`, found under that vip.
fn server(vip: &str) -> InstanceInfo {
    listed(vip, &format!("{vip}-server"), Up)
}

fn asked(stage: &Stage) -> Vec<String> {
    let calls = stage.calls.iter();
    calls
        .map(|(_, call)| {
            format!(
                "{} {}",
                call.server.host(),
                crate::servers::name_of(&call.operation)
            )
        })
        .collect()
}

#[test]
fn t18_the_configured_server_is_asked_for_those_that_take_registrations_and_answer_queries() {
    let mut stage = Stage::new(cluster(sources(Some("composite"), true)));
    for _ in 0..2 {
        let servers = listing(&[server("WRITE")]);
        stage
            .servers
            .next("GET vip", Reply::Answer(Answer::listing(servers)));
    }
    stage.run_to(1);
    let asked = asked(&stage);
    assert_eq!(asked[..2], ["a GET vip", "a GET vip"]);
    assert!(
        asked.contains(&"write-server.example POST".to_owned()),
        "{asked:?}"
    );
    assert!(
        asked.contains(&"write-server.example GET apps/".to_owned()),
        "{asked:?}"
    );
}

#[test]
fn t19_queries_may_have_servers_of_their_own() {
    let mut stage = Stage::new(cluster(sources(None, false)));
    stage.servers.next(
        "GET vip",
        Reply::Answer(Answer::listing(listing(&[server("READ")]))),
    );
    stage.run_to(1);
    let asked = asked(&stage);
    assert!(asked.contains(&"a POST".to_owned()), "{asked:?}");
    assert!(
        asked.contains(&"read-server.example GET apps/".to_owned()),
        "{asked:?}"
    );
}

#[test]
fn t18_later_the_own_copy_of_the_registry_is_asked_first() {
    let mut stage = Stage::new(cluster(sources(Some("composite"), true)));
    stage.servers.others = vec![server("WRITE")];
    let servers = listing(&[server("WRITE")]);
    stage
        .servers
        .always("GET vip", Reply::Answer(Answer::listing(servers)));
    stage.run_to(200).forget().run_to(400);
    assert!(!stage.calls.is_empty() && asked(&stage).iter().all(|asked| !asked.contains("vip")));
}

#[test]
fn t20_where_nobody_can_be_asked_the_look_is_repeated_soon() {
    let mut stage = Stage::new(cluster(sources(Some("composite"), true)));
    stage.servers.always("a", Reply::refused());
    stage.run_to(2);
    let failed = |event: &Event| matches!(event, Event::ResolveFailed(_));
    assert!(stage.times_of(failed).len() >= 2);
    stage.servers.recover("a");
    let servers = listing(&[server("WRITE")]);
    stage
        .servers
        .always("GET vip", Reply::Answer(Answer::listing(servers)));
    stage.run_to(10);
    assert!(
        stage.servers.own.is_some(),
        "registered once there are servers: {:?}",
        asked(&stage)
    );
}
