//! Where servers are looked for (T16, T18, T19).

use heureka_client_core::LineName::{Query, Registration};
use heureka_client_core::{Source, SourcesConfig};

/// What is set, and the first letters of the places for registrations and for queries.
type Row = (&'static str, bool, bool, &'static str, &'static str);

fn config(strategy: &str, fetches: bool, bootstrap_for_query: bool) -> SourcesConfig {
    let mut config = SourcesConfig::default();
    config.strategy = Some(strategy.into());
    config.fetches = fetches;
    config.bootstrap_for_query = bootstrap_for_query;
    config.write_vip = Some("write".into());
    config.read_vip = Some("read".into());
    config
}

fn shown(sources: &[Source]) -> String {
    let show = |source: &Source| match source {
        Source::Configured => "configured".to_owned(),
        Source::Registry(vip) => format!("registry:{vip}"),
        Source::Remote(vip) => format!("remote:{vip}"),
        _ => "another".to_owned(),
    };
    sources.iter().map(show).collect::<Vec<_>>().join(" ")
}

#[test]
fn t16_t18_t19_the_strategy_says_where_servers_are_looked_for() {
    let write = "registry:write remote:write";
    let read = "registry:read remote:read";
    let rows: [Row; 6] = [
        ("", true, true, "configured", "configured"),
        ("Composite", true, true, "configured", "configured"),
        ("composite", true, true, write, write),
        ("composite", false, true, "configured", "configured"),
        ("composite", true, false, write, read),
        ("", true, false, "configured", read),
    ];
    for (strategy, fetches, bootstrap_for_query, registration, query) in rows {
        let config = config(strategy, fetches, bootstrap_for_query);
        assert_eq!(shown(&config.sources(Registration)), registration);
        assert_eq!(shown(&config.sources(Query)), query, "{strategy} {fetches}");
    }
}

#[test]
fn t18_without_a_vip_the_configured_servers_count() {
    let mut config = config("composite", true, false);
    (config.write_vip, config.read_vip) = (None, None);
    assert_eq!(config.sources(Registration), [Source::Configured]);
    assert_eq!(config.sources(Query), [Source::Configured]);
}

#[test]
fn t16_by_default_the_configured_servers_count() {
    let config = SourcesConfig::default();
    assert_eq!(config.sources(Registration), [Source::Configured]);
    assert_eq!(config.sources(Query), [Source::Configured]);
}
