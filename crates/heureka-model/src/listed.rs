//! From what a server shows back to what it would be sent as.

use crate::{DataCenterDraft, InstanceDraft, InstanceInfo, LeaseDraft, Port, PortDraft, SentId};

impl From<&InstanceInfo> for InstanceDraft {
    /// The instance as a peer is told of it: with the status in force, as Java's servers do (server.md R18).
    fn from(info: &InstanceInfo) -> Self {
        let document = &*info.document;
        Self {
            app: document.app.clone(),
            instance_id: match document.sent_id {
                SentId::AsInstanceId => Some(document.id.as_str().into()),
                SentId::Empty => Some("".into()),
                SentId::Absent => None,
            },
            host_name: Some(document.host_name.clone()),
            ip_addr: Some(document.ip_addr.clone()),
            sid: document.sid.clone(),
            status: info.status,
            overridden_status: info.overridden_status,
            port: whole(document.port),
            secure_port: whole(document.secure_port),
            country_id: document.country_id,
            data_center: Some(DataCenterDraft::Known(document.data_center.clone())),
            lease: LeaseDraft {
                settings: document.lease,
                times: info.lease,
            },
            metadata: document.metadata.clone(),
            app_group_name: document.app_group_name.clone(),
            urls: document.urls.clone(),
            vip_address: document.vip_address.clone(),
            secure_vip_address: document.secure_vip_address.clone(),
            is_coordinating: info.is_coordinating,
            last_updated: Some(info.last_updated),
            last_dirty: Some(document.last_dirty),
            action: info.action,
            asg_name: document.asg_name.clone(),
        }
    }
}

fn whole(port: Port) -> PortDraft {
    PortDraft {
        number: Some(port.number),
        enabled: Some(port.enabled),
    }
}
