//! What an instance is to say of itself, as the application gives it.

use std::collections::BTreeMap;

use heureka_model::{DataCenter, InstanceStatus, LeaseSettings, Metadata};

use super::amazon::AmazonKey;
use super::ports::PortSpec;
use super::urls::Pages;
use crate::Profile;

/// Where `${eureka.hostname}` has its first half from, unless another is given (I5).
const NAMESPACE: &str = "eureka.";

/// What an instance is to say of itself (RS1, I21): only the application's name has to be given.
///
/// [`InstanceSpec::build`] makes a document of it. What is not given comes from where the process runs or from the
/// [`Profile`]: with [`Profile::Modern`] the id is `host:app:port` (SP2), the vip is the application's name in lower case,
/// the secure vip is the same where there is a secure port, the status is UP, a port is in use where it is given, and there
/// are URLs only where a path is given, because nobody should be sent to a page that nobody serves.
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a spec does nothing until it is built"]
pub struct InstanceSpec {
    pub(super) profile: Profile,
    pub(super) app: Box<str>,
    pub(super) instance_id: Option<Box<str>>,
    pub(super) host_name: Option<Box<str>>,
    pub(super) ip_addr: Option<Box<str>>,
    pub(super) prefers_ip_address: bool,
    pub(super) port: PortSpec,
    pub(super) secure_port: PortSpec,
    pub(super) vip: Option<Box<str>>,
    pub(super) secure_vip: Option<Box<str>>,
    pub(super) pages: Pages,
    pub(super) namespace: Box<str>,
    /// What `${…}` in a vip stands for (I6).
    pub(super) variables: BTreeMap<Box<str>, Box<str>>,
    pub(super) metadata: Metadata,
    pub(super) lease: LeaseSettings,
    pub(super) status: Option<InstanceStatus>,
    pub(super) app_group: Option<Box<str>>,
    pub(super) asg_name: Option<Box<str>>,
    pub(super) data_center: DataCenter,
    /// `None` for Java's own order (I17).
    pub(super) address_order: Option<Box<[AmazonKey]>>,
    pub(super) broadcasts_public_ipv4: bool,
}

impl InstanceSpec {
    /// An instance of the application `app`, of which nothing else is given. The name may be in any case (I1).
    pub fn new(app: &str) -> Self {
        Self {
            profile: Profile::default(),
            app: app.into(),
            instance_id: None,
            host_name: None,
            ip_addr: None,
            prefers_ip_address: false,
            port: PortSpec::default(),
            secure_port: PortSpec::default(),
            vip: None,
            secure_vip: None,
            pages: Pages::default(),
            namespace: NAMESPACE.into(),
            variables: BTreeMap::new(),
            metadata: Metadata::new(),
            lease: LeaseSettings::default(),
            status: None,
            app_group: None,
            asg_name: None,
            data_center: DataCenter::MyOwn,
            address_order: None,
            broadcasts_public_ipv4: false,
        }
    }

    /// Whose defaults count for what is not given (RS16).
    pub fn profile(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }

    /// Its id within the application; blanks around it do not count (I2). An empty one is none.
    pub fn instance_id(mut self, id: &str) -> Self {
        self.instance_id = given(id.trim());
        self
    }

    /// The name of its host, which no look at the machine replaces (SP3). An empty one is none, here and below.
    pub fn host_name(mut self, host_name: &str) -> Self {
        self.host_name = given(host_name);
        self
    }

    /// Its address, which no look at the machine replaces (SP3).
    pub fn ip_addr(mut self, ip_addr: &str) -> Self {
        self.ip_addr = given(ip_addr);
        self
    }

    /// Whether the address is to stand in the place of the host's name as well (SP3).
    pub fn prefer_ip_address(mut self, prefers: bool) -> Self {
        self.prefers_ip_address = prefers;
        self
    }

    /// The port for plain traffic. Give the one that the listener has got, not 0.
    pub fn port(mut self, number: u16) -> Self {
        self.port.number = Some(number);
        self
    }

    /// Whether the port for plain traffic is in use; without this, it is where the profile says so.
    pub fn port_enabled(mut self, enabled: bool) -> Self {
        self.port.enabled = Some(enabled);
        self
    }

    /// The port for TLS. With [`Profile::Modern`] it is in use, with the others only after
    /// [`InstanceSpec::secure_port_enabled`], as in Java.
    pub fn secure_port(mut self, number: u16) -> Self {
        self.secure_port.number = Some(number);
        self
    }

    /// Whether the port for TLS is in use.
    pub fn secure_port_enabled(mut self, enabled: bool) -> Self {
        self.secure_port.enabled = Some(enabled);
        self
    }

    /// The names under which it is found, separated by commas; `${…}` stands for what [`InstanceSpec::variable`] says (I6).
    pub fn vip(mut self, vip: &str) -> Self {
        self.vip = given(vip);
        self
    }

    /// The names under which its secure port is found, likewise.
    pub fn secure_vip(mut self, vip: &str) -> Self {
        self.secure_vip = given(vip);
        self
    }

    /// What `${name}` in a vip stands for; it may contain further `${…}` (I6).
    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.into(), value.into());
        self
    }

    /// What stands before `hostname` in the placeholder of URLs; `eureka.` for `${eureka.hostname}` (I5).
    pub fn namespace(mut self, namespace: &str) -> Self {
        self.namespace = format!("{}.", namespace.trim_end_matches('.')).into();
        self
    }

    /// A value of its metadata. One that is empty is left out (I4).
    pub fn metadata(mut self, key: &str, value: &str) -> Self {
        self.metadata.set(key, value);
        self
    }

    /// What it promises of its heartbeats; 30 s and 90 s otherwise (I7).
    pub fn lease(mut self, lease: LeaseSettings) -> Self {
        self.lease = lease;
        self
    }

    /// The status with which it begins; STARTING with [`Profile::Netflix`] and UP with the others otherwise (I3).
    pub fn status(mut self, status: InstanceStatus) -> Self {
        self.status = Some(status);
        self
    }

    /// The path of its home page (I5).
    pub fn home_page_path(mut self, path: &str) -> Self {
        self.pages.home.path = given(path);
        self
    }

    /// The whole URL of its home page, in which `${eureka.hostname}` stands for the host (I5).
    pub fn home_page_url(mut self, url: &str) -> Self {
        self.pages.home.url = given(url);
        self
    }

    /// The path of its status page.
    pub fn status_page_path(mut self, path: &str) -> Self {
        self.pages.status.path = given(path);
        self
    }

    /// The whole URL of its status page.
    pub fn status_page_url(mut self, url: &str) -> Self {
        self.pages.status.url = given(url);
        self
    }

    /// The path of its health check, on the plain and on the secure port.
    pub fn health_check_path(mut self, path: &str) -> Self {
        self.pages.health.path = given(path);
        self
    }

    /// The whole URL of its health check.
    pub fn health_check_url(mut self, url: &str) -> Self {
        self.pages.health.url = given(url);
        self
    }

    /// The whole URL of its health check over TLS.
    pub fn secure_health_check_url(mut self, url: &str) -> Self {
        self.pages.secure_health_url = given(url);
        self
    }

    /// The path below which the application serves its pages, status and health check among them (SP4).
    pub fn context_path(mut self, path: &str) -> Self {
        self.pages.context_path = given(path);
        self
    }

    /// The port of its status page and its health check, where they have one of their own; it is told in the metadata
    /// `management.port` (SP4).
    pub fn management_port(mut self, port: u16) -> Self {
        self.pages.management_port = Some(port);
        self
    }

    /// The path below which status page and health check are, where it is not the application's (SP4).
    pub fn management_context_path(mut self, path: &str) -> Self {
        self.pages.management_context_path = given(path);
        self
    }

    /// The group of applications that it belongs to, in any case (I1).
    pub fn app_group(mut self, group: &str) -> Self {
        self.app_group = given(group);
        self
    }

    /// Its auto scaling group.
    pub fn asg_name(mut self, name: &str) -> Self {
        self.asg_name = given(name);
        self
    }

    /// Where it runs.
    pub fn data_center(mut self, data_center: DataCenter) -> Self {
        self.data_center = data_center;
        self
    }

    /// What of Amazon's metadata becomes the name of the host: the first that is there (I17).
    pub fn address_order(mut self, order: &[AmazonKey]) -> Self {
        self.address_order = (!order.is_empty()).then(|| order.into());
        self
    }

    /// Whether Amazon's public address becomes the instance's address, instead of the one within its network (I17).
    pub fn broadcast_public_ipv4(mut self, broadcasts: bool) -> Self {
        self.broadcasts_public_ipv4 = broadcasts;
        self
    }

    /// The name of the application, as it was given.
    #[must_use]
    pub fn app(&self) -> &str {
        &self.app
    }

    /// Whether a port was given, plain or secure.
    #[must_use]
    pub fn has_port(&self) -> bool {
        self.port.number.is_some() || self.secure_port.number.is_some()
    }
}

fn given(text: &str) -> Option<Box<str>> {
    (!text.is_empty()).then(|| text.into())
}
