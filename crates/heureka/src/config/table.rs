//! The one list of the server's settings.

use std::{path::PathBuf, time::Duration};

use heureka_core::PeerSource;

use super::{
    setting::{Group, Setting, Table},
    settings::{AllowedApp, LeaseCompat, LeaseGrace, ListenAddress, LogFormat, RegionUrl},
    value::{
        ALLOWED_APPS, COUNT, COUNT_OR_OFF, DURATION, Kind, LABEL, LEASE_COMPAT as LEASE_RULE,
        LEASE_GRACE as GRACE, LISTEN as ADDRESS, LOG_FORMAT as FORMAT, LOG_LEVEL as LEVEL, NAME,
        NAMES, OPTIONAL_FILE, PEERS as PEER_SOURCES, POSITIVE_DURATION, RATIO, REGION_URLS, SIZE,
        SWITCH,
    },
};

/// What `heureka serve` takes.
pub(crate) static SERVE: Table = Table {
    command: "serve",
    prefix: "HEUREKA_",
    others: &["HEUREKA_AGENT_"],
    file: Some(&CONFIG.entry),
    groups: GROUPS,
};

static GROUPS: &[Group] = &[
    Group {
        title: "Process",
        settings: &[&LISTEN, &CONFIG, &LOG_FORMAT, &LOG_LEVEL],
    },
    Group {
        title: "Names",
        settings: &[&NODE_NAME, &ENVIRONMENT, &DATACENTER],
    },
    Group {
        title: "Leases",
        settings: &[&EVICTION_INTERVAL, &LEASE_GRACE, &LEASE_COMPAT],
    },
    Group {
        title: "Self-preservation",
        settings: &[
            &SELF_PRESERVATION,
            &RENEWAL_PERCENT_THRESHOLD,
            &SELF_PRESERVATION_RELEASE_AFTER,
        ],
    },
    Group {
        title: "Delta",
        settings: &[&DELTA, &DELTA_RETENTION, &DELTA_MAX_CHANGES],
    },
    Group {
        title: "Rate limiter",
        settings: &[
            &RATE_LIMITER,
            &RATE_LIMITER_BURST,
            &RATE_LIMITER_FETCHES_PER_SECOND,
            &RATE_LIMITER_FULL_FETCHES_PER_SECOND,
            &RATE_LIMITER_PRIVILEGED_CLIENTS,
            &RATE_LIMITER_THROTTLE_STANDARD_CLIENTS,
        ],
    },
    Group {
        title: "Cluster",
        settings: &[
            &PEERS,
            &REGISTER_SELF,
            &START_HOLD,
            &HOLD_LIMIT,
            &PEER_REFRESH_INTERVAL,
            &PEER_COMPARE_INTERVAL,
            &PEER_GZIP,
            &PEER_CA,
        ],
    },
    Group {
        title: "Remote regions",
        settings: &[
            &REMOTE_REGIONS,
            &REMOTE_REGION_ALLOW,
            &REMOTE_REGION_FALLBACK,
            &REMOTE_REGION_FETCH_INTERVAL,
            &REMOTE_REGION_FETCH_TIMEOUT,
            &REMOTE_REGION_DELTA,
            &REMOTE_REGION_MAX_INSTANCES,
            &REMOTE_REGION_MAX_BODY,
        ],
    },
    Group {
        title: "Limits",
        settings: &[
            &MAX_INSTANCES,
            &MAX_CONNECTIONS,
            &MAX_BODY,
            &MAX_BATCH_BODY,
            &MAX_HEADER,
            &MAX_TARGET,
            &HEADER_DEADLINE,
            &BODY_DEADLINE,
            &IDLE_TIMEOUT,
            &WRITE_STALL,
            &ANSWER_DEADLINE,
            &DRAIN_DEADLINE,
        ],
    },
];

pub(crate) static LISTEN: Setting<ListenAddress> = Setting::new(
    "listen",
    "127.0.0.1:8761",
    ADDRESS,
    "The address to listen on; 0.0.0.0 listens on all networks, and port 0 takes a free port",
);

pub(crate) static CONFIG: Setting<Option<PathBuf>> =
    Setting::new("config", "", OPTIONAL_FILE, "A TOML file with settings");

pub(crate) static LOG_FORMAT: Setting<LogFormat> = Setting::new(
    "log-format",
    "text",
    FORMAT,
    "How the lines of the log are written, on stderr",
);

pub(crate) static LOG_LEVEL: Setting<String> = Setting::new(
    "log-level",
    "info",
    LEVEL,
    "What is logged: error, warn, info, debug, trace or off, for everything or by module, such as \
     info,heureka_net=debug",
);

pub(crate) static NODE_NAME: Setting<String> = Setting::local(
    "node-name",
    ("the name of the host", host_name),
    NAME,
    "The name of this node, different for each node of a cluster",
);

pub(crate) static ENVIRONMENT: Setting<String> = Setting::new(
    "environment",
    "test",
    LABEL,
    "The environment that the status page names",
);

pub(crate) static DATACENTER: Setting<String> = Setting::new(
    "datacenter",
    "default",
    LABEL,
    "The data centre that the status page names",
);

pub(crate) static EVICTION_INTERVAL: Setting<Duration> = Setting::new(
    "eviction-interval",
    "1s",
    POSITIVE_DURATION,
    "How often expired leases are looked for",
);

pub(crate) static LEASE_GRACE: Setting<LeaseGrace> = Setting::new(
    "lease-grace",
    "auto",
    GRACE,
    "How long an expired lease is left alone; auto is twice the renewal interval of the instance, \
     and 0s is strict",
);

pub(crate) static LEASE_COMPAT: Setting<LeaseCompat> = Setting::new(
    "lease-compat",
    "heureka",
    LEASE_RULE,
    "How long a renewed lease lasts: its duration (heureka), or twice its duration (netflix)",
);

pub(crate) static SELF_PRESERVATION: Setting<bool> = Setting::new(
    "self-preservation",
    "on",
    SWITCH,
    "Whether nothing is evicted while too many renewals are missing",
);

pub(crate) static RENEWAL_PERCENT_THRESHOLD: Setting<u32> = Setting::new(
    "renewal-percent-threshold",
    "0.85",
    RATIO,
    "The share of expected renewals below which self-preservation begins",
);

pub(crate) static SELF_PRESERVATION_RELEASE_AFTER: Setting<Duration> = Setting::new(
    "self-preservation-release-after",
    "15m",
    DURATION,
    "How long self-preservation keeps an instance that nobody renews, while at least half of the \
     others are seen",
);

pub(crate) static DELTA: Setting<bool> = Setting::new(
    "delta",
    "on",
    SWITCH,
    "Whether clients may ask for changes only; off answers 403, at which Java clients fetch everything, but \
     Python and Node clients only report an error and keep what they have",
);

pub(crate) static DELTA_RETENTION: Setting<Duration> = Setting::new(
    "delta-retention",
    "3m",
    POSITIVE_DURATION,
    "How long a change is told to clients that ask for changes",
);

pub(crate) static DELTA_MAX_CHANGES: Setting<usize> = Setting::new(
    "delta-max-changes",
    "100000",
    COUNT,
    "How many changes are kept; after more of them, requests for changes are answered 403 until those kept tell everything again",
);

pub(crate) static RATE_LIMITER: Setting<bool> = Setting::new(
    "rate-limiter",
    "off",
    SWITCH,
    "Whether fetches over the limits are answered 503",
);

pub(crate) static RATE_LIMITER_BURST: Setting<usize> = Setting::new(
    "rate-limiter-burst",
    "10",
    COUNT,
    "How many fetches may come at once before the limits count",
);

pub(crate) static RATE_LIMITER_FETCHES_PER_SECOND: Setting<usize> = Setting::new(
    "rate-limiter-fetches-per-second",
    "500",
    COUNT,
    "How many fetches of any kind are answered each second",
);

pub(crate) static RATE_LIMITER_FULL_FETCHES_PER_SECOND: Setting<usize> = Setting::new(
    "rate-limiter-full-fetches-per-second",
    "100",
    COUNT,
    "How many fetches of everything are answered each second",
);

pub(crate) static RATE_LIMITER_PRIVILEGED_CLIENTS: Setting<Vec<String>> = Setting::new(
    "rate-limiter-privileged-clients",
    "",
    NAMES,
    "The names of clients (DiscoveryIdentity-Name) that are never limited",
);

pub(crate) static RATE_LIMITER_THROTTLE_STANDARD_CLIENTS: Setting<bool> = Setting::new(
    "rate-limiter-throttle-standard-clients",
    "off",
    SWITCH,
    "Whether the standard clients (DefaultClient, DefaultServer) are limited as well",
);

pub(crate) static PEERS: Setting<Vec<PeerSource>> = Setting::new(
    "peers",
    "",
    PEER_SOURCES,
    "The service URLs of all nodes of the cluster, its own may be among them; dns+http://, srv+http:// and \
     txt+http:// look a name up, and user:password@ in a URL is what peers know each other by",
);

pub(crate) static REGISTER_SELF: Setting<bool> = Setting::new(
    "register-self",
    "on",
    SWITCH,
    "Whether a node that has peers registers itself as an instance of the application EUREKA, by which Java \
     peers show it as available",
);

pub(crate) static START_HOLD: Setting<Duration> = Setting::new(
    "start-hold",
    "35s",
    DURATION,
    "How long a node that starts keeps its listings closed at most, while it looks for a peer whose registry \
     it can take over; they open at once where peers names only the node itself, and only after this time where \
     the names in it stand for nobody yet",
);

pub(crate) static HOLD_LIMIT: Setting<Duration> = Setting::new(
    "hold-limit",
    "10m",
    DURATION,
    "How long an instance is kept past its lease at most, because the node at which it renews cannot be reached",
);

pub(crate) static PEER_REFRESH_INTERVAL: Setting<Duration> = Setting::new(
    "peer-refresh-interval",
    "30s",
    POSITIVE_DURATION,
    "How often the names of peers are looked up; SIGHUP does it at once",
);

pub(crate) static PEER_COMPARE_INTERVAL: Setting<Duration> = Setting::new(
    "peer-compare-interval",
    "5s",
    POSITIVE_DURATION,
    "How often this node and each peer compare what they hold, and mend what differs",
);

pub(crate) static PEER_GZIP: Setting<bool> = Setting::new(
    "peer-gzip",
    "off",
    SWITCH,
    "Whether batches for Java peers are packed",
);

pub(crate) static PEER_CA: Setting<Option<PathBuf>> = Setting::new(
    "peer-ca",
    "",
    OPTIONAL_FILE,
    "A PEM file with certificates that are trusted at https:// URLs of peers and of remote regions besides the \
     machine's own",
);

pub(crate) static REMOTE_REGIONS: Setting<Vec<RegionUrl>> = Setting::new(
    "remote-regions",
    "",
    REGION_URLS,
    "Regions whose instances are shown to clients here, each with the service URL of one of its \
     servers, in which https:// and user:password@ are used as in the URL of a peer; the first region counts where \
     two have the same instance",
);

pub(crate) static REMOTE_REGION_ALLOW: Setting<Vec<AllowedApp>> = Setting::new(
    "remote-region-allow",
    "",
    ALLOWED_APPS,
    "Which applications listings take from a region, or (*) from every region that has no list of its own; \
     a region without a list gives all it has, and one with an empty entry (eu=) nothing",
);

pub(crate) static REMOTE_REGION_FALLBACK: Setting<bool> = Setting::new(
    "remote-region-fallback",
    "on",
    SWITCH,
    "Whether clients that name no region are shown the instances of all regions",
);

pub(crate) static REMOTE_REGION_FETCH_INTERVAL: Setting<Duration> = Setting::new(
    "remote-region-fetch-interval",
    "30s",
    POSITIVE_DURATION,
    "How often each region is fetched from; one that fails is asked up to five times less often",
);

pub(crate) static REMOTE_REGION_FETCH_TIMEOUT: Setting<Duration> = Setting::new(
    "remote-region-fetch-timeout",
    "10s",
    POSITIVE_DURATION,
    "How long a region may take for one answer",
);

pub(crate) static REMOTE_REGION_DELTA: Setting<bool> = Setting::new(
    "remote-region-delta",
    "on",
    SWITCH,
    "Whether regions are asked for changes only, once everything is known",
);

pub(crate) static REMOTE_REGION_MAX_INSTANCES: Setting<usize> = Setting::new(
    "remote-region-max-instances",
    "100000",
    COUNT,
    "How many instances one region may have; a listing with more is refused, and what is known stays",
);

pub(crate) static REMOTE_REGION_MAX_BODY: Setting<usize> = Setting::new(
    "remote-region-max-body",
    "64MiB",
    SIZE,
    "How large a listing of a region may be, unpacked as well; a larger one is refused, and what is \
     known stays",
);

pub(crate) static MAX_INSTANCES: Setting<Option<usize>> = Setting::new(
    "max-instances",
    "off",
    COUNT_OR_OFF,
    "How many instances may be registered; more are refused",
);

pub(crate) static MAX_CONNECTIONS: Setting<usize> = Setting::new(
    "max-connections",
    "8192",
    COUNT,
    "How many connections are served at the same time; more are answered 503 (at most the limit of \
     open files less 256)",
);

pub(crate) static MAX_BODY: Setting<usize> = Setting::new(
    "max-body",
    "1MiB",
    SIZE,
    "How large a request may be; larger ones are answered 413",
);

pub(crate) static MAX_BATCH_BODY: Setting<usize> = Setting::new(
    "max-batch-body",
    "8MiB",
    SIZE,
    "How large a batch of replications may be; larger ones are answered 413",
);

pub(crate) static MAX_HEADER: Setting<usize> = Setting::new(
    "max-header",
    "32KiB",
    SIZE,
    "How large the head of a request may be; larger ones are answered 431",
);

pub(crate) static MAX_TARGET: Setting<usize> = Setting::new(
    "max-target",
    "8KiB",
    SIZE,
    "How long the path and the query of a request may be; longer ones are answered 414",
);

pub(crate) static HEADER_DEADLINE: Setting<Duration> = Setting::new(
    "header-deadline",
    "10s",
    POSITIVE_DURATION,
    "How long a client may take for the head of a request",
);

pub(crate) static BODY_DEADLINE: Setting<Duration> = Setting::new(
    "body-deadline",
    "10s",
    POSITIVE_DURATION,
    "How long a client may take for the body of a request",
);

pub(crate) static IDLE_TIMEOUT: Setting<Duration> = Setting::new(
    "idle-timeout",
    "75s",
    POSITIVE_DURATION,
    "How long a connection may rest between two requests",
);

pub(crate) static WRITE_STALL: Setting<Duration> = Setting::new(
    "write-stall",
    "15s",
    POSITIVE_DURATION,
    "How long a client may take to read the next 16 KiB of an answer",
);

pub(crate) static ANSWER_DEADLINE: Setting<Duration> = Setting::new(
    "answer-deadline",
    "2m",
    POSITIVE_DURATION,
    "How long a client may take to read an answer that is too large to be sent at once",
);

pub(crate) static DRAIN_DEADLINE: Setting<Duration> = Setting::new(
    "drain-deadline",
    "9s",
    DURATION,
    "How long requests in flight are waited for when the server is stopped",
);

/// The name of the host, or ours if the host's cannot be a node's.
fn host_name() -> String {
    let name = gethostname::gethostname().into_string().unwrap_or_default();
    let Kind { read, .. } = NAME;
    read(&name).unwrap_or_else(|_| "heureka".to_owned())
}
