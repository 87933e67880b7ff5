//! What Java's clients know and what has no meaning here.

use super::{Meaning, Row};

const NO_POOLS: &str = "there are no thread pools to size";
const NO_BOUND: &str = "a heartbeat or fetch that fails is tried again within its interval, and with Java's habits at most \
                        ten intervals later";
const NO_CODECS: &str = "instances are written and read as Eureka's JSON in its usual form";
const NO_CONNECTION_POOL: &str =
    "there is one request at a time for each purpose, so connections need no cap";
const NO_COMPOSITE: &str = "servers are found by configuration and DNS, not through the registry";
const NO_KEY_STORES: &str =
    "Java's key stores are not read: give eureka.client.tls.ca, .cert and .key as files in PEM";
const NO_SPRING: &str = "it is about Spring's own machinery";
const NO_ARCHAIUS: &str = "it is about where Java's clients find their files";

pub(super) static ROWS: &[Row] = &[
    ignored(
        &["client.heartbeat.threadPoolSize"],
        &["client.heartbeat-executor-thread-pool-size"],
        NO_POOLS,
    ),
    ignored(
        &["client.cacheRefresh.threadPoolSize"],
        &["client.cache-refresh-executor-thread-pool-size"],
        NO_POOLS,
    ),
    ignored(
        &["transport.asyncExecutorThreadPoolSize"],
        &["client.transport.async-executor-thread-pool-size"],
        NO_POOLS,
    ),
    ignored(
        &["client.heartbeat.exponentialBackOffBound"],
        &["client.heartbeat-executor-exponential-back-off-bound"],
        NO_BOUND,
    ),
    ignored(
        &["client.cacheRefresh.exponentialBackOffBound"],
        &["client.cache-refresh-executor-exponential-back-off-bound"],
        NO_BOUND,
    ),
    ignored(
        &["printDeltaFullDiff"],
        &["client.log-delta-diff"],
        "a difference after a delta is told as an event, without another fetch of everything",
    ),
    ignored(
        &["backupregistry"],
        &["client.backup-registry-impl"],
        "no class of Java can be loaded: give the registry in code",
    ),
    ignored(
        &["eurekaServer.gzipContent"],
        &["client.g-zip-content"],
        "answers are always asked for packed, as by Java's clients (T7)",
    ),
    ignored(
        &["eurekaServer.maxTotalConnections"],
        &["client.eureka-server-total-connections"],
        NO_CONNECTION_POOL,
    ),
    ignored(
        &["eurekaServer.maxConnectionsPerHost"],
        &["client.eureka-server-total-connections-per-host"],
        NO_CONNECTION_POOL,
    ),
    ignored(
        &[],
        &[
            "client.timeout.connect-request-timeout",
            "client.restclient.timeout.connect-request-timeout",
        ],
        NO_CONNECTION_POOL,
    ),
    ignored(&["encoderName"], &["client.encoder-name"], NO_CODECS),
    ignored(&["decoderName"], &["client.decoder-name"], NO_CODECS),
    ignored(
        &["clientDataAccept"],
        &["client.client-data-accept"],
        NO_CODECS,
    ),
    ignored(
        &["dollarReplacement"],
        &["client.dollar-replacement"],
        NO_CODECS,
    ),
    ignored(
        &["escapeCharReplacement"],
        &["client.escape-char-replacement"],
        NO_CODECS,
    ),
    ignored(
        &["experimental.<>"],
        &["client.experimental.<>"],
        "Java's experiments are not taken part in",
    ),
    ignored(
        &["transport.applicationsResolverDataStalenessThresholdSeconds"],
        &["client.transport.applications-resolver-data-staleness-threshold-seconds"],
        NO_COMPOSITE,
    ),
    ignored(
        &["transport.applicationsResolverUseIp"],
        &["client.transport.applications-resolver-use-ip"],
        NO_COMPOSITE,
    ),
    ignored(
        &["transport.asyncResolverRefreshIntervalMs"],
        &["client.transport.async-resolver-refresh-interval-ms"],
        NO_COMPOSITE,
    ),
    ignored(
        &["transport.asyncResolverWarmupTimeoutMs"],
        &["client.transport.async-resolver-warm-up-timeout-ms"],
        NO_COMPOSITE,
    ),
    ignored(
        &["transport.writeClusterVip"],
        &["client.transport.write-cluster-vip"],
        NO_COMPOSITE,
    ),
    ignored(
        &["transport.readClusterVip"],
        &["client.transport.read-cluster-vip"],
        NO_COMPOSITE,
    ),
    ignored(
        &["transport.bootstrapResolverStrategy"],
        &["client.transport.bootstrap-resolver-strategy"],
        NO_COMPOSITE,
    ),
    ignored(
        &["transport.useBootstrapResolverForQuery"],
        &[
            "client.transport.bootstrap-resolver-for-query",
            "client.transport.use-bootstrap-resolver-for-query",
        ],
        NO_COMPOSITE,
    ),
    ignored(
        &[],
        &["client.transport.bootstrap-resolver-refresh-interval-seconds"],
        NO_COMPOSITE,
    ),
    ignored(&[], &["client.tls.key-store"], NO_KEY_STORES),
    ignored(&[], &["client.tls.key-store-type"], NO_KEY_STORES),
    ignored(&[], &["client.tls.key-store-password"], NO_KEY_STORES),
    ignored(&[], &["client.tls.key-password"], NO_KEY_STORES),
    ignored(&[], &["client.tls.trust-store"], NO_KEY_STORES),
    ignored(&[], &["client.tls.trust-store-type"], NO_KEY_STORES),
    ignored(&[], &["client.tls.trust-store-password"], NO_KEY_STORES),
    ignored(&[], &["client.order"], NO_SPRING),
    ignored(&[], &["client.refresh.enable"], NO_SPRING),
    ignored(&[], &["client.webclient.enabled"], NO_SPRING),
    ignored(&[], &["client.restclient.enabled"], NO_SPRING),
    ignored(&[], &["client.jersey.enabled"], NO_SPRING),
    ignored(&[], &["instance.async-client-initialization"], NO_SPRING),
    ignored(
        &["logAmazonMetadataErrors"],
        &["instance.log-amazon-metadata-errors"],
        "what the metadata service fails to tell is logged at the level of details",
    ),
    ignored(&["client.config.namespace"], &[], NO_ARCHAIUS),
    ignored(&["instance.config.namespace"], &[], NO_ARCHAIUS),
    ignored(&["client.props"], &[], NO_ARCHAIUS),
    ignored(&["environment"], &[], NO_ARCHAIUS),
    ignored(&["datacenter"], &[], NO_ARCHAIUS),
    ignored(&["server.<>"], &["server.<>"], "it is a setting of servers"),
    ignored(
        &["dashboard.<>"],
        &["dashboard.<>"],
        "it is a setting of servers",
    ),
];

const fn ignored(
    netflix: &'static [&'static str],
    spring: &'static [&'static str],
    reason: &'static str,
) -> Row {
    Row {
        name: "",
        netflix,
        spring,
        beside: &[],
        takes: "anything",
        is_secret: true,
        meaning: Meaning::Ignored(reason),
    }
}
