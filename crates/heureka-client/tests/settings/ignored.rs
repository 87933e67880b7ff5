//! What Java's clients know and what has no meaning here.

use heureka_client::NoteReason;

use crate::keys::set_by;

/// Keys that Java's clients know and that do nothing here.
const IGNORED: &[&str] = &[
    "client.heartbeat.threadPoolSize",
    "client.heartbeat-executor-thread-pool-size",
    "client.heartbeat.exponentialBackOffBound",
    "client.heartbeat-executor-exponential-back-off-bound",
    "client.cacheRefresh.threadPoolSize",
    "client.cache-refresh-executor-thread-pool-size",
    "client.cacheRefresh.exponentialBackOffBound",
    "client.cache-refresh-executor-exponential-back-off-bound",
    "printDeltaFullDiff",
    "client.log-delta-diff",
    "backupregistry",
    "client.backup-registry-impl",
    "eurekaServer.gzipContent",
    "client.g-zip-content",
    "eurekaServer.maxTotalConnections",
    "client.eureka-server-total-connections",
    "eurekaServer.maxConnectionsPerHost",
    "client.eureka-server-total-connections-per-host",
    "encoderName",
    "client.encoder-name",
    "decoderName",
    "client.decoder-name",
    "clientDataAccept",
    "client.client-data-accept",
    "dollarReplacement",
    "client.dollar-replacement",
    "escapeCharReplacement",
    "client.escape-char-replacement",
    "experimental.clientTransportFailFastOnInit",
    "client.experimental.x",
    "client.order",
    "client.refresh.enable",
    "client.webclient.enabled",
    "client.jersey.enabled",
    "client.timeout.connect-request-timeout",
    "client.tls.key-store",
    "client.tls.key-store-type",
    "client.tls.key-store-password",
    "client.tls.key-password",
    "client.tls.trust-store",
    "client.tls.trust-store-type",
    "client.tls.trust-store-password",
    "transport.applicationsResolverDataStalenessThresholdSeconds",
    "transport.applicationsResolverUseIp",
    "transport.asyncResolverRefreshIntervalMs",
    "transport.asyncResolverWarmupTimeoutMs",
    "client.transport.asyncResolverWarmUpTimeoutMs",
    "transport.asyncExecutorThreadPoolSize",
    "transport.writeClusterVip",
    "transport.readClusterVip",
    "transport.bootstrapResolverStrategy",
    "transport.useBootstrapResolverForQuery",
    "client.transport.bootstrapResolverForQuery",
    "client.transport.bootstrapResolverRefreshIntervalSeconds",
    "instance.async-client-initialization",
    "logAmazonMetadataErrors",
    "client.config.namespace",
    "instance.config.namespace",
    "server.enable-self-preservation",
    "dashboard.path",
];

#[test]
fn rs1_what_has_no_meaning_here_is_told_with_its_reason() {
    for key in IGNORED {
        let settings = set_by(key, "some value");
        let [note] = settings.notes() else {
            panic!("{key}: {:?}", settings.notes());
        };
        assert_eq!(*note.key, format!("eureka.{key}"));
        assert!(
            matches!(note.reason, NoteReason::Ignored(reason) if !reason.is_empty()),
            "{key}"
        );
    }
}
