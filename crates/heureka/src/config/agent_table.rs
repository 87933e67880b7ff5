//! The one list of the agent's settings.

use std::{net::IpAddr, path::PathBuf, time::Duration};

use heureka_model::ServiceUrl;

use super::{
    agent_settings::HealthTarget,
    setting::{Group, Setting, Table},
    settings::LogFormat,
    value::{
        APP, COUNT, DURATION, DURATION_OR_OFF, HEALTH as HEALTH_TARGET, LOG_FORMAT as FORMAT,
        LOG_LEVEL as LEVEL, METADATA as PAIRS, OPTIONAL_ADDRESS, OPTIONAL_FILE, OPTIONAL_HOST,
        OPTIONAL_LABEL, OPTIONAL_PORT, POSITIVE_DURATION, SERVERS, SWITCH, WHOLE_SECONDS,
    },
};

/// What `heureka agent` takes. It has no file: what it is told belongs to one command.
pub(crate) static AGENT: Table = Table {
    command: "agent",
    prefix: "HEUREKA_AGENT_",
    others: &[],
    file: None,
    groups: &[
        Group {
            title: "Registry",
            settings: &[&SERVER, &CA_FILE],
        },
        Group {
            title: "Instance",
            settings: &[
                &APP_NAME,
                &PORT,
                &SECURE_PORT,
                &HOST_NAME,
                &IP_ADDRESS,
                &PREFER_IP_ADDRESS,
                &INSTANCE_ID,
                &VIP,
                &ZONE,
                &METADATA,
            ],
        },
        Group {
            title: "Health",
            settings: &[
                &HEALTH,
                &HEALTH_INTERVAL,
                &HEALTH_TIMEOUT,
                &HEALTH_FAILURES,
                &HEALTH_SUCCESSES,
                &START_TIMEOUT,
            ],
        },
        Group {
            title: "Lease",
            settings: &[&RENEWAL_INTERVAL, &LEASE],
        },
        Group {
            title: "End",
            settings: &[&DRAIN, &STOP_TIMEOUT],
        },
        Group {
            title: "Log",
            settings: &[&AGENT_LOG_FORMAT, &AGENT_LOG_LEVEL],
        },
    ],
};

pub(crate) static SERVER: Setting<Vec<ServiceUrl>> = Setting::required(
    "server",
    SERVERS,
    "The URLs of Eureka servers of one registry; one is told, and where it fails the next; user:password@ in a URL is \
     what that server knows the agent by",
);

pub(crate) static CA_FILE: Setting<Option<PathBuf>> = Setting::new(
    "ca-file",
    "",
    OPTIONAL_FILE,
    "A PEM file with certificates that are trusted at https:// URLs besides the machine's own",
);

pub(crate) static APP_NAME: Setting<String> = Setting::required(
    "app",
    APP,
    "The name of the application under which the instance is registered",
);

pub(crate) static PORT: Setting<Option<u16>> = Setting::new(
    "port",
    "",
    OPTIONAL_PORT,
    "The port at which the command serves; without it secure-port has to be given",
);

pub(crate) static SECURE_PORT: Setting<Option<u16>> = Setting::new(
    "secure-port",
    "",
    OPTIONAL_PORT,
    "The port at which the command serves over TLS",
);

pub(crate) static HOST_NAME: Setting<Option<String>> = Setting::new(
    "host-name",
    "",
    OPTIONAL_HOST,
    "The name by which others reach the instance; without it, the name of the machine",
);

pub(crate) static IP_ADDRESS: Setting<Option<IpAddr>> = Setting::new(
    "ip-address",
    "",
    OPTIONAL_ADDRESS,
    "The address at which others reach the instance; without it, the one from which the machine reaches the server",
);

pub(crate) static PREFER_IP_ADDRESS: Setting<bool> = Setting::new(
    "prefer-ip-address",
    "off",
    SWITCH,
    "Whether the address is told in the place of the name too, for networks in which nobody can look the name up, such \
     as those of containers",
);

pub(crate) static INSTANCE_ID: Setting<Option<String>> = Setting::new(
    "instance-id",
    "",
    OPTIONAL_LABEL,
    "What the instance is called among those of the application; without it, HOST:APP:PORT",
);

pub(crate) static VIP: Setting<Option<String>> = Setting::new(
    "vip",
    "",
    OPTIONAL_LABEL,
    "The name by which clients look the application up; without it, the application's in lower case",
);

pub(crate) static ZONE: Setting<Option<String>> = Setting::new(
    "zone",
    "",
    OPTIONAL_LABEL,
    "The zone in which the instance runs, which is told in the metadata zone, where Spring's clients look",
);

pub(crate) static METADATA: Setting<Vec<(String, String)>> = Setting::new(
    "metadata",
    "",
    PAIRS,
    "What else is told of the instance; the flag can be given several times, and the variable has commas between \
     entries, or, where a value has commas itself, an entry on each line",
)
.repeatable();

pub(crate) static HEALTH: Setting<Option<HealthTarget>> = Setting::new(
    "health",
    "",
    HEALTH_TARGET,
    "How to see whether the command is well: a GET of a URL is answered 2xx or 3xx, a TCP port accepts a connection, or \
     a command for sh ends with 0; without it, tcp://127.0.0.1:PORT",
);

pub(crate) static HEALTH_INTERVAL: Setting<Duration> = Setting::new(
    "health-interval",
    "5s",
    POSITIVE_DURATION,
    "How often that is looked at; every second, if that is more often, until the command is well for the first time",
);

pub(crate) static HEALTH_TIMEOUT: Setting<Duration> = Setting::new(
    "health-timeout",
    "3s",
    POSITIVE_DURATION,
    "How long one look may take; one that takes longer has failed",
);

pub(crate) static HEALTH_FAILURES: Setting<usize> = Setting::new(
    "health-failures",
    "3",
    COUNT,
    "After how many failures in a row the instance is DOWN",
);

pub(crate) static HEALTH_SUCCESSES: Setting<usize> = Setting::new(
    "health-successes",
    "1",
    COUNT,
    "After how many successes in a row the instance is registered, and UP again after it was DOWN",
);

pub(crate) static START_TIMEOUT: Setting<Option<Duration>> = Setting::new(
    "start-timeout",
    "5m",
    DURATION_OR_OFF,
    "How long it may take until the instance can be registered; then the command is ended, and the agent ends with 69",
);

pub(crate) static RENEWAL_INTERVAL: Setting<i32> = Setting::new(
    "renewal-interval",
    "30s",
    WHOLE_SECONDS,
    "How often the lease is renewed",
);

pub(crate) static LEASE: Setting<i32> = Setting::new(
    "lease",
    "90s",
    WHOLE_SECONDS,
    "After how long without a renewal servers may drop the instance",
);

pub(crate) static DRAIN: Setting<Duration> = Setting::new(
    "drain",
    "0s",
    DURATION,
    "How long the command goes on between leaving the registry and getting the signal that ends it, so that callers have \
     heard of it; they look every 30 s unless they are told otherwise",
);

pub(crate) static STOP_TIMEOUT: Setting<Option<Duration>> = Setting::new(
    "stop-timeout",
    "30s",
    DURATION_OR_OFF,
    "How long the command may take to end after that signal; then it is killed",
);

pub(crate) static AGENT_LOG_FORMAT: Setting<LogFormat> = Setting::new(
    "log-format",
    "text",
    FORMAT,
    "How the agent's own lines are written, on stderr",
);

pub(crate) static AGENT_LOG_LEVEL: Setting<String> = Setting::new(
    "log-level",
    "info",
    LEVEL,
    "Which lines the agent writes: error, warn, info, debug, trace or off, for everything or by module",
);
