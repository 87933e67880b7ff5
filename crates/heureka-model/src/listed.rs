//! From what a server shows back to what it would be sent as.

use crate::{
    DataCenterDraft, InstanceDraft, InstanceInfo, LeaseDraft, Port, PortDraft, SentId, Urls,
};

impl From<&InstanceInfo> for InstanceDraft {
    /// The instance as a peer is told of it: with the status in force, as Java's servers do (server.md R18).
    fn from(info: &InstanceInfo) -> Self {
        let document = &*info.document;
        let texts = document.texts();
        Self {
            app: document.app.clone(),
            instance_id: match document.sent_id {
                SentId::AsInstanceId => Some(document.id.as_str().into()),
                SentId::Empty => Some("".into()),
                SentId::Absent => None,
            },
            host_name: Some(texts.host_name.into()),
            ip_addr: Some(texts.ip_addr.into()),
            sid: texts.sid.map(Box::from),
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
            app_group_name: texts.app_group_name.map(Box::from),
            urls: Urls {
                home_page: texts.home_page_url.map(Box::from),
                status_page: texts.status_page_url.map(Box::from),
                health_check: texts.health_check_url.map(Box::from),
                secure_health_check: texts.secure_health_check_url.map(Box::from),
            },
            vip_address: texts.vip_address.map(Box::from),
            secure_vip_address: texts.secure_vip_address.map(Box::from),
            is_coordinating: info.is_coordinating,
            last_updated: Some(info.last_updated),
            last_dirty: Some(document.last_dirty),
            action: info.action,
            asg_name: texts.asg_name.map(Box::from),
        }
    }
}

fn whole(port: Port) -> PortDraft {
    PortDraft {
        number: Some(port.number),
        enabled: Some(port.enabled),
    }
}
