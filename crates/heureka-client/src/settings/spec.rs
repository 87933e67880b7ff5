//! From settings to what an instance says of itself.

use heureka_client_core::InstanceSpec;
use heureka_model::{InstanceStatus, LeaseSettings};

use super::fields::{InstanceSettings, Settings};

impl Settings {
    /// What the instance is to say of itself, of the application `default_app` where no name is configured. Without either,
    /// [`InstanceSpec::build`] says which setting to give. A port 0 is left out: the shell gives the one that the listener
    /// has got.
    pub fn instance_spec(&self, default_app: Option<&str>) -> InstanceSpec {
        let instance = &self.instance;
        let app = instance.app.as_deref().or(instance.spring_app.as_deref());
        let spec = InstanceSpec::new(app.or(default_app).unwrap_or_default());
        let spec = instance.place(spec.profile(self.profile()));
        let spec = instance.names(spec);
        let spec = instance.pages(spec);
        instance.state(spec)
    }
}

/// Calls a method of the spec for each setting that is there.
macro_rules! given {
    ($spec:ident, $settings:ident: $($method:ident($field:ident)),* $(,)?) => {{
        let mut spec = $spec;
        $(if let Some(value) = &$settings.$field {
            spec = spec.$method(value);
        })*
        spec
    }};
}

/// The same for values that are copied.
macro_rules! copied {
    ($spec:ident, $settings:ident: $($method:ident($field:ident)),* $(,)?) => {{
        let mut spec = $spec;
        $(if let Some(value) = $settings.$field {
            spec = spec.$method(value);
        })*
        spec
    }};
}

impl InstanceSettings {
    /// Where it is reached.
    fn place(&self, spec: InstanceSpec) -> InstanceSpec {
        let spec = given!(spec, self: host_name(host_name), ip_addr(ip_addr));
        let mut spec = copied!(
            spec, self:
            prefer_ip_address(prefer_ip_address),
            port_enabled(port_enabled),
            secure_port_enabled(secure_port_enabled),
            broadcast_public_ipv4(broadcast_public_ipv4),
        );
        let is_known = |port: &u16| *port > 0;
        // 4.3: an application of Spring has one port, and it is the secure one where that is enabled.
        let server_port = self.server_port.filter(is_known);
        let is_secure = self.secure_port_enabled == Some(true);
        if let Some(port) = self.port.filter(is_known).or(server_port) {
            spec = spec.port(port);
        }
        let secure_default = server_port.filter(|_| is_secure);
        if let Some(port) = self.secure_port.filter(is_known).or(secure_default) {
            spec = spec.secure_port(port);
        }
        if let Some(order) = &self.address_order {
            spec = spec.address_order(order);
        }
        spec
    }

    /// How it is called.
    fn names(&self, spec: InstanceSpec) -> InstanceSpec {
        let mut spec = given!(
            spec, self:
            instance_id(cloud_foundry_id),
            instance_id(id),
            vip(vip),
            secure_vip(secure_vip),
            app_group(netflix_app_group),
            app_group(app_group),
            asg_name(asg_name),
        );
        for (name, value) in &self.variables {
            spec = spec.variable(name, value.reveal());
        }
        spec
    }

    fn pages(&self, spec: InstanceSpec) -> InstanceSpec {
        let spec = given!(
            spec, self:
            namespace(namespace),
            home_page_path(home_page_path),
            home_page_url(home_page_url),
            status_page_path(status_page_path),
            status_page_url(status_page_url),
            health_check_path(health_check_path),
            health_check_url(health_check_url),
            secure_health_check_url(secure_health_check_url),
            context_path(context_path),
            management_context_path(management_context_path),
        );
        // Spring leaves URLs to relative paths where a port is not known yet.
        match self.management_port.filter(|port| *port > 0) {
            Some(port) => spec.management_port(port),
            None => spec,
        }
    }

    /// What else it says.
    fn state(&self, spec: InstanceSpec) -> InstanceSpec {
        let mut spec = spec.lease(self.lease());
        let status = match self.enabled_at_start {
            Some(true) => Some(InstanceStatus::Up),
            Some(false) | None => None,
        };
        if let Some(status) = self.initial_status.or(status) {
            spec = spec.status(status);
        }
        for (key, value) in &self.metadata {
            spec = spec.metadata(key, value);
        }
        match &self.data_center {
            Some(data_center) => spec.data_center(data_center.clone()),
            None => spec,
        }
    }

    /// What is not given is Java's default (I7), which `LeaseSettings` puts in the place of 0.
    fn lease(&self) -> LeaseSettings {
        let seconds = |given: Option<u32>| given.map_or(0, |secs| i32::try_from(secs).unwrap_or(0));
        LeaseSettings::new(
            seconds(self.renewal_interval_secs),
            seconds(self.lease_duration_secs),
        )
    }
}
