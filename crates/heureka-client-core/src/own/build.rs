//! From a spec to a document.

use heureka_model::{
    AppName, DataCenter, DataCenterDraft, Document, DocumentLimits, InstanceDraft, InstanceStatus,
    LeaseDraft, LeaseTimes, Metadata, Port, PortDraft, UnixMillis,
};

use super::amazon::{own_address, public_address};
use super::ports::Ports;
use super::{InstanceSpec, InvalidSpec};
use crate::{Address, Profile};

/// The metadata from which Spring takes an id that is not given otherwise (SP2).
const ID_KEY: &str = "instanceId";
/// The metadata in which the port of status page and health check is told (SP4).
const MANAGEMENT_PORT_KEY: &str = "management.port";

/// What the shell found out about the machine, for what a spec leaves open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detected {
    /// The name of the host, if it is known.
    pub host_name: Option<Box<str>>,
    /// Its address, if it is known.
    pub ip_addr: Option<Box<str>>,
    /// What the wall clock says: the first version of the document (I9).
    pub now: UnixMillis,
}

impl Detected {
    /// A machine of which nothing is known.
    #[must_use]
    pub fn nothing(now: UnixMillis) -> Self {
        Self {
            host_name: None,
            ip_addr: None,
            now,
        }
    }

    /// A machine at `address`; what is empty is not known.
    #[must_use]
    pub fn at(address: Address, now: UnixMillis) -> Self {
        let known = |text: Box<str>| Some(text).filter(|text| !text.is_empty());
        Self {
            host_name: known(address.host_name),
            ip_addr: known(address.ip_addr),
            now,
        }
    }
}

impl InstanceSpec {
    /// The document with which the instance registers (I1–I7, SP2, SP4, 4.3).
    ///
    /// # Errors
    ///
    /// What is missing, or what no server would take.
    pub fn build(&self, detected: &Detected) -> Result<Document, InvalidSpec> {
        if self.app.trim().is_empty() {
            return Err(InvalidSpec::NoAppName);
        }
        let address = self.address_in(&self.data_center, detected)?;
        let ports = Ports::of(self.profile, self.port, self.secure_port)?;
        let app = AppName::new(&self.app);
        let draft = InstanceDraft {
            instance_id: Some(self.id(&address, ports, detected)),
            status: self.initial_status(),
            port: draft_of(ports.plain),
            secure_port: draft_of(ports.secure),
            data_center: Some(DataCenterDraft::Known(self.data_center.clone())),
            lease: LeaseDraft {
                settings: self.lease,
                times: LeaseTimes::default(),
            },
            metadata: self.told_metadata(ports),
            app_group_name: self
                .app_group
                .as_ref()
                .map(|group| group.to_uppercase().into()),
            urls: self.urls_at(&address.host_name, ports),
            vip_address: self.vip_at(&address.host_name, ports.plain)?,
            secure_vip_address: self.secure_vip_at(&address.host_name, ports.secure)?,
            asg_name: self.asg_name.clone(),
            last_dirty: Some(detected.now),
            host_name: Some(address.host_name),
            ip_addr: Some(address.ip_addr),
            ..InstanceDraft::new(app.clone())
        };
        let registration = draft.into_registration(&app, detected.now, &DocumentLimits::default());
        Ok(registration?.document)
    }

    /// Where the instance is reached (I2, I17, SP3): what is given counts first, then what `data_center` says, then the
    /// machine. A name that is not known is the address, and the other way round.
    ///
    /// # Errors
    ///
    /// Nobody knows a name or an address.
    pub fn address_in(
        &self,
        data_center: &DataCenter,
        detected: &Detected,
    ) -> Result<Address, InvalidSpec> {
        let order = self.address_order.as_deref();
        let known = |given: &Option<Box<str>>,
                     of_data_center: Option<&str>,
                     of_machine: &Option<Box<str>>| {
            let of_data_center = of_data_center.map(Box::from);
            given
                .clone()
                .or(of_data_center)
                .or_else(|| of_machine.clone())
        };
        let name = known(
            &self.host_name,
            public_address(data_center, order),
            &detected.host_name,
        );
        let addr = own_address(data_center, self.broadcasts_public_ipv4);
        let addr = known(&self.ip_addr, addr, &detected.ip_addr);
        let ip_addr = addr
            .clone()
            .or_else(|| name.clone())
            .ok_or(InvalidSpec::NoAddress)?;
        let name = name.filter(|_| !self.prefers_ip_address);
        Ok(Address {
            host_name: name.unwrap_or_else(|| ip_addr.clone()),
            ip_addr,
        })
    }

    fn initial_status(&self) -> InstanceStatus {
        self.status.unwrap_or(match self.profile {
            Profile::Netflix => InstanceStatus::Starting,
            Profile::Spring | Profile::Modern => InstanceStatus::Up,
        })
    }

    fn id(&self, address: &Address, ports: Ports, detected: &Detected) -> Box<str> {
        if let Some(id) = &self.instance_id {
            return id.clone();
        }
        match self.profile {
            // I2
            Profile::Netflix => {
                let of_data_center = self.data_center.unique_id().filter(|id| !id.is_empty());
                of_data_center.unwrap_or(&address.host_name).into()
            }
            Profile::Spring | Profile::Modern => {
                let of_metadata = self.metadata.get(ID_KEY).map(str::trim);
                let of_metadata = of_metadata.filter(|id| !id.is_empty());
                of_metadata.map_or_else(|| self.default_id(address, ports, detected), Box::from)
            }
        }
    }

    /// SP2: `host:app:port`, without what is not known. The host's name is the better one also where the address is
    /// preferred: several containers may have the same address.
    fn default_id(&self, address: &Address, ports: Ports, detected: &Detected) -> Box<str> {
        let name = self.host_name.as_ref().or(detected.host_name.as_ref());
        let host = name.unwrap_or(&address.host_name);
        let app = &self.app;
        match ports.telling() {
            Some(port) => format!("{host}:{app}:{port}").into(),
            None => format!("{host}:{app}").into(),
        }
    }

    /// I4: nothing that is empty; SP4: with the port of the status page.
    fn told_metadata(&self, ports: Ports) -> Metadata {
        let told = self.metadata.iter().filter(|(_, value)| !value.is_empty());
        let mut told: Metadata = told.collect();
        let management_port = self.pages.management_port.map(i32::from);
        let port = match self.profile {
            Profile::Spring => management_port.or_else(|| ports.telling()),
            Profile::Netflix | Profile::Modern => management_port,
        };
        if let Some(port) = port
            && told.get(MANAGEMENT_PORT_KEY).is_none()
        {
            told.set(MANAGEMENT_PORT_KEY, &port.to_string());
        }
        told
    }
}

fn draft_of(port: Port) -> PortDraft {
    PortDraft {
        number: Some(port.number),
        enabled: Some(port.enabled),
    }
}
