//! The configuration of `heureka agent` as the rest of the program sees it.

use std::{
    fmt::{self, Display},
    net::IpAddr,
    path::PathBuf,
    time::Duration,
};

use heureka_model::{LeaseSettings, ServiceUrl};
use http::uri::PathAndQuery;

use super::{
    Settings, agent_table as table,
    layers::{Problem, Values},
    setting::Table,
    settings::LogSettings,
};

/// Everything that `heureka agent` can be told, checked, but for the command.
#[derive(Debug)]
pub(crate) struct AgentSettings {
    pub(crate) servers: Vec<ServiceUrl>,
    pub(crate) ca: Option<PathBuf>,
    pub(crate) instance: InstanceSettings,
    pub(crate) lease: LeaseSettings,
    pub(crate) health: HealthSettings,
    pub(crate) stop: StopSettings,
    pub(crate) log: LogSettings,
}

/// What servers are told of the instance.
#[derive(Debug)]
pub(crate) struct InstanceSettings {
    pub(crate) app: String,
    pub(crate) port: Option<u16>,
    pub(crate) secure_port: Option<u16>,
    pub(crate) host_name: Option<String>,
    pub(crate) ip_address: Option<IpAddr>,
    pub(crate) prefers_ip_address: bool,
    pub(crate) id: Option<String>,
    pub(crate) vip: Option<String>,
    pub(crate) zone: Option<String>,
    pub(crate) metadata: Vec<(String, String)>,
}

/// How to see whether the command is well, and when to believe it.
#[derive(Debug)]
pub(crate) struct HealthSettings {
    /// Where it was not said, the port.
    pub(crate) target: Option<HealthTarget>,
    pub(crate) interval: Duration,
    pub(crate) timeout: Duration,
    pub(crate) failures: u32,
    pub(crate) successes: u32,
    pub(crate) start_timeout: Option<Duration>,
}

/// What is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum HealthTarget {
    /// A page.
    Http(HttpTarget),
    /// A port.
    Tcp(TcpTarget),
    /// What this command for `sh` ends with.
    Exec(String),
}

/// A page, and where it is. Its query and credentials are not shown, for they may be secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HttpTarget {
    /// Scheme, host, port and credentials.
    pub(crate) server: ServiceUrl,
    pub(crate) page: PathAndQuery,
}

/// A port of a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TcpTarget {
    /// A name, an IPv4 address, or an IPv6 address without brackets.
    pub(crate) host: String,
    pub(crate) port: u16,
}

/// How the command ends.
#[derive(Debug)]
pub(crate) struct StopSettings {
    pub(crate) drain: Duration,
    /// Without it, the command is never killed.
    pub(crate) timeout: Option<Duration>,
}

/// Without what may be secret: credentials, the query of a page, and commands.
impl Display for HealthTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Http(HttpTarget { server, page }) => {
                let scheme = server.scheme().as_str();
                write!(f, "{scheme}://{}{}", server.authority(), page.path())
            }
            Self::Tcp(TcpTarget { host, port }) if host.contains(':') => {
                write!(f, "tcp://[{host}]:{port}")
            }
            Self::Tcp(TcpTarget { host, port }) => write!(f, "tcp://{host}:{port}"),
            Self::Exec(_) => f.write_str("exec"),
        }
    }
}

impl Settings for AgentSettings {
    const TABLE: &'static Table = &table::AGENT;

    fn take_from(values: &mut Values) -> Result<Self, Problem> {
        let renewal_interval_secs = table::RENEWAL_INTERVAL.take(values)?;
        let lease_secs = table::LEASE.take(values)?;
        Ok(Self {
            servers: table::SERVER.take(values)?,
            ca: table::CA_FILE.take(values)?,
            instance: InstanceSettings::take_from(values)?,
            lease: LeaseSettings::new(renewal_interval_secs, lease_secs),
            health: HealthSettings::take_from(values)?,
            stop: StopSettings::take_from(values)?,
            log: LogSettings {
                format: table::AGENT_LOG_FORMAT.take(values)?,
                filter: table::AGENT_LOG_LEVEL.take(values)?,
            },
        })
    }

    fn problems(&self) -> Vec<Problem> {
        let has_port = self.instance.port.or(self.instance.secure_port).is_some();
        let key = table::PORT.entry.key;
        let no_port = (!has_port).then(|| Problem::Missing {
            key,
            variable: table::AGENT.variable(key),
        });
        let too_short = self.lease.duration() <= self.lease.renewal_interval();
        let too_short = too_short.then_some(Problem::LeaseTooShort);
        no_port.into_iter().chain(too_short).collect()
    }
}

impl AgentSettings {
    /// What is looked at: what was said, or else the port, on the machine itself.
    pub(crate) fn health_target(&self) -> HealthTarget {
        let port = self.instance.port.or(self.instance.secure_port);
        let of_port = || {
            HealthTarget::Tcp(TcpTarget {
                host: "127.0.0.1".to_owned(),
                port: port.unwrap_or_default(),
            })
        };
        self.health.target.clone().unwrap_or_else(of_port)
    }
}

impl InstanceSettings {
    fn take_from(values: &mut Values) -> Result<Self, Problem> {
        Ok(Self {
            app: table::APP_NAME.take(values)?,
            port: table::PORT.take(values)?,
            secure_port: table::SECURE_PORT.take(values)?,
            host_name: table::HOST_NAME.take(values)?,
            ip_address: table::IP_ADDRESS.take(values)?,
            prefers_ip_address: table::PREFER_IP_ADDRESS.take(values)?,
            id: table::INSTANCE_ID.take(values)?,
            vip: table::VIP.take(values)?,
            zone: table::ZONE.take(values)?,
            metadata: table::METADATA.take(values)?,
        })
    }
}

impl HealthSettings {
    fn take_from(values: &mut Values) -> Result<Self, Problem> {
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Ok(Self {
            target: table::HEALTH.take(values)?,
            interval: table::HEALTH_INTERVAL.take(values)?,
            timeout: table::HEALTH_TIMEOUT.take(values)?,
            failures: count(table::HEALTH_FAILURES.take(values)?),
            successes: count(table::HEALTH_SUCCESSES.take(values)?),
            start_timeout: table::START_TIMEOUT.take(values)?,
        })
    }
}

impl StopSettings {
    fn take_from(values: &mut Values) -> Result<Self, Problem> {
        Ok(Self {
            drain: table::DRAIN.take(values)?,
            timeout: table::STOP_TIMEOUT.take(values)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{
        AGENT,
        layers::{Given, Layer, Source},
    };

    fn values(given: &[(&'static str, &str)]) -> Values {
        let given = given.iter().map(|(key, text)| {
            let text = (*text).to_owned();
            let source = Source::Flag;
            (*key, Given { text, source })
        });
        Values::resolve(&AGENT, [given.collect(), Layer::new(), Layer::new()])
    }

    fn settings(given: &[(&'static str, &str)]) -> AgentSettings {
        let needed = [("server", "http://localhost/"), ("app", "shop")];
        AgentSettings::take_from(&mut values(&[&needed, given].concat())).unwrap()
    }

    #[test]
    fn each_setting_of_the_table_is_taken() {
        let mut values = values(&[("server", "http://localhost/"), ("app", "shop")]);
        AgentSettings::take_from(&mut values).unwrap();
        assert!(
            values.is_empty(),
            "in the table, and nobody takes it: {values:?}"
        );
    }

    #[test]
    fn what_is_looked_at_is_the_port_unless_it_is_said() {
        for (given, target) in [
            (&[("port", "80")][..], "tcp://127.0.0.1:80"),
            (&[("secure-port", "443")], "tcp://127.0.0.1:443"),
            (
                &[("port", "80"), ("secure-port", "443")],
                "tcp://127.0.0.1:80",
            ),
            (
                &[("port", "80"), ("health", "tcp://[::1]:81")],
                "tcp://[::1]:81",
            ),
        ] {
            assert_eq!(settings(given).health_target().to_string(), target);
        }
    }

    #[test]
    fn problems_between_settings_are_told() {
        for (given, parts) in [
            (&[("port", "80")][..], &[][..]),
            (&[("secure-port", "443")], &[]),
            (&[], &["port is missing"]),
            (
                &[("lease", "30s")],
                &["port is missing", "lease has to be longer"],
            ),
        ] {
            let problems = settings(given).problems();
            assert_eq!(problems.len(), parts.len(), "{problems:?}");
            for (problem, part) in problems.iter().zip(parts) {
                assert!(problem.to_string().starts_with(part), "{problem}");
            }
        }
    }
}
