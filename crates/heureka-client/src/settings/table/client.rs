//! What can be set of the client (4.1, 4.2).

use super::{Meaning, Row, map, row};
use crate::settings::DEFAULT_ZONE;
use crate::settings::key::is_same;
use crate::settings::kind::{
    ATTEMPTS, DELAY_SECONDS, FILE, MILLISECONDS, NAMES, OFF_SWITCH, PORT, PROFILE, SECONDS, SECRET,
    SHARE, SWITCH, TEXT, URLS,
};

pub(super) static ROWS: &[Row] = &[
    row!(enabled: SWITCH, [], ["client.enabled"]),
    row!(discovery_enabled: SWITCH, [], [], ["spring.cloud.discovery.enabled"]),
    row!(profile: PROFILE, [], ["client.profile"]),
    row!(region: TEXT, ["region"], ["client.region"]),
    map!(zones: NAMES, Box::from, "-", ["<>.availabilityZones"], ["client.availability-zones.<>"]),
    map!(service_urls: URLS, zone_of, "-", ["serviceUrl.<>"], ["client.service-url.<>"]),
    // Steeltoe has one list for all zones (ST1).
    Row {
        name: "service_urls",
        netflix: &[],
        spring: &["client.service-url"],
        beside: &[],
        takes: URLS.takes,
        is_secret: URLS.is_secret,
        meaning: Meaning::Sets(|settings, value| {
            let urls = (URLS.read)(value)?;
            settings.service_urls.insert(DEFAULT_ZONE.into(), urls);
            Ok(())
        }),
    },
    row!(prefer_same_zone: SWITCH, ["preferSameZone"], ["client.prefer-same-zone-eureka"]),
    row!(registration.register: SWITCH, ["registration.enabled"], ["client.register-with-eureka"]),
    row!(
        registration.insist: SWITCH,
        ["shouldEnforceRegistrationAtInit"],
        ["client.should-enforce-registration-at-init"]
    ),
    row!(
        registration.unregister_at_end: SWITCH,
        ["shouldUnregisterOnShutdown"],
        ["client.should-unregister-on-shutdown"]
    ),
    row!(
        registration.on_demand: SWITCH,
        ["shouldOnDemandUpdateStatusChange"],
        ["client.on-demand-update-status-change"]
    ),
    row!(
        registration.replication_interval: SECONDS,
        ["appinfo.replicate.interval"],
        ["client.instance-info-replication-interval-seconds"]
    ),
    row!(
        registration.initial_replication_delay: DELAY_SECONDS,
        ["appinfo.initial.replicate.time"],
        ["client.initial-instance-info-replication-interval-seconds"]
    ),
    row!(registration.health_check: SWITCH, [], ["client.healthcheck.enabled"]),
    row!(fetch.fetch: SWITCH, ["shouldFetchRegistry"], ["client.fetch-registry"]),
    row!(
        fetch.insist: SWITCH,
        ["shouldEnforceFetchRegistryAtInit"],
        ["client.should-enforce-fetch-registry-at-init"]
    ),
    row!(
        fetch.interval: SECONDS,
        ["client.refresh.interval"],
        ["client.registry-fetch-interval-seconds"]
    ),
    row!(fetch.delta: OFF_SWITCH, ["disableDelta"], ["client.disable-delta"]),
    row!(
        fetch.only_up: SWITCH,
        ["shouldFilterOnlyUpInstances"],
        ["client.filter-only-up-instances"]
    ),
    row!(
        fetch.single_vip: TEXT,
        ["registryRefreshSingleVipAddress"],
        ["client.registry-refresh-single-vip-address"]
    ),
    row!(
        fetch.remote_regions: NAMES,
        ["fetchRemoteRegionsRegistry"],
        ["client.fetch-remote-regions-registry"]
    ),
    // One key is in milliseconds, the other in seconds.
    row!(transport.resolve_interval: MILLISECONDS, ["serviceUrlPollIntervalMs"], []),
    row!(
        transport.resolve_interval: SECONDS,
        [],
        ["client.eureka-service-url-poll-interval-seconds"]
    ),
    row!(
        transport.connect_timeout: SECONDS,
        ["eurekaServer.connectTimeout"],
        ["client.eureka-server-connect-timeout-seconds"]
    ),
    row!(
        transport.read_timeout: SECONDS,
        ["eurekaServer.readTimeout"],
        ["client.eureka-server-read-timeout-seconds"]
    ),
    row!(
        transport.connect_timeout: MILLISECONDS,
        [],
        ["client.timeout.connect-timeout", "client.restclient.timeout.connect-timeout"]
    ),
    row!(
        transport.read_timeout: MILLISECONDS,
        [],
        ["client.timeout.socket-timeout", "client.restclient.timeout.socket-timeout"]
    ),
    row!(
        transport.idle_timeout: SECONDS,
        ["eurekaserver.connectionIdleTimeoutInSeconds"],
        ["client.eureka-connection-idle-timeout-seconds"]
    ),
    row!(transport.allows_redirect: SWITCH, ["allowRedirects"], ["client.allow-redirects"]),
    row!(
        transport.session: SECONDS,
        ["transport.sessionedClientReconnectIntervalSeconds"],
        ["client.transport.sessioned-client-reconnect-interval-seconds"]
    ),
    row!(
        transport.quarantine_share: SHARE,
        ["transport.retryableClientQuarantineRefreshPercentage"],
        ["client.transport.retryable-client-quarantine-refresh-percentage"]
    ),
    row!(proxy.host: TEXT, ["eurekaServer.proxyHost"], ["client.proxy-host"]),
    row!(proxy.port: PORT, ["eurekaServer.proxyPort"], ["client.proxy-port"]),
    row!(proxy.user: TEXT, ["eurekaServer.proxyUserName"], ["client.proxy-user-name"]),
    row!(proxy.password: SECRET, ["eurekaServer.proxyPassword"], ["client.proxy-password"]),
    row!(tls.enabled: SWITCH, [], ["client.tls.enabled"]),
    row!(tls.ca: FILE, [], ["client.tls.ca"]),
    row!(tls.cert: FILE, [], ["client.tls.cert"]),
    row!(tls.key: FILE, [], ["client.tls.key"]),
    row!(
        dns.enabled: SWITCH,
        ["shouldUseDns"],
        ["client.use-dns-for-fetching-service-urls"]
    ),
    row!(
        dns.domain: TEXT,
        ["eurekaServer.domainName", "domainName"],
        ["client.eureka-server-d-n-s-name"]
    ),
    // Java takes the instance's port where the servers have none of their own.
    row!(dns.port: PORT, ["eurekaServer.port", "port"], ["client.eureka-server-port"]),
    row!(
        dns.context: TEXT,
        ["eurekaServer.context", "context"],
        ["client.eureka-server-u-r-l-context"]
    ),
    row!(
        amazon.deployment_environment: TEXT,
        ["instanceDeploymentEnvironment"],
        ["instance.deployment-environment"]
    ),
    row!(
        amazon.validate_instance_id: SWITCH,
        ["validateInstanceId"],
        ["instance.validate-instance-id"]
    ),
    row!(amazon.read_timeout: MILLISECONDS, ["mt.read_timeout"], []),
    row!(amazon.connect_timeout: MILLISECONDS, ["mt.connect_timeout"], []),
    row!(amazon.attempts: ATTEMPTS, ["mt.num_retries"], []),
    row!(amazon.fail_fast: SWITCH, ["mt.fail_fast_on_first_load"], []),
];

/// Netflix's servers for all zones are those of `default`, Spring's those of `defaultZone` (T22).
fn zone_of(free: &str) -> Box<str> {
    if is_same(free, "default") || is_same(free, DEFAULT_ZONE) {
        DEFAULT_ZONE.into()
    } else {
        free.into()
    }
}
