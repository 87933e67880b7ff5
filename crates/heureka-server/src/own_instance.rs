//! This server as an instance.

use std::sync::Arc;

use heureka_model::{
    AppName, DataCenter, Document, InstanceId, InstanceInfo, InstanceStatus, LeaseSettings,
    LeaseTimes, Port, Registration, SentId, Texts, UnixMillis,
};

use crate::app::Labels;

/// The application under which Eureka's servers know each other.
const APP: &str = "EUREKA";

/// The name under which clients and peers find a server.
const VIP: &str = "eureka";

/// What the status resource says of this server (wire.md 2.10).
pub(crate) fn describe(labels: &Labels, now: UnixMillis) -> InstanceInfo {
    let Labels {
        node_name, port, ..
    } = labels;
    let page = |path: &str| format!("http://{node_name}:{port}/{path}");
    let root = page("");
    let texts = Texts {
        host_name: node_name,
        ip_addr: node_name,
        vip_address: Some(VIP),
        secure_vip_address: Some(VIP),
        home_page_url: Some(&root),
        status_page_url: Some(&root),
        health_check_url: Some(&page("actuator/health")),
        ..Texts::default()
    };
    let document = Document {
        app: AppName::new(APP),
        id: InstanceId::new(&format!("{node_name}:eureka:{port}")),
        sent_id: SentId::AsInstanceId,
        texts: texts.pack(),
        status: InstanceStatus::Up,
        port: Port {
            number: i32::from(*port),
            enabled: true,
        },
        secure_port: Port {
            number: 443,
            enabled: false,
        },
        country_id: 1,
        data_center: DataCenter::MyOwn,
        lease: LeaseSettings::default(),
        metadata: [("management.port", port.to_string())]
            .into_iter()
            .collect(),
        last_dirty: now,
    };
    InstanceInfo {
        document: Arc::new(document),
        status: InstanceStatus::Up,
        overridden_status: InstanceStatus::Unknown,
        lease: LeaseTimes::default(),
        is_coordinating: false,
        last_updated: now,
        action: None,
    }
}

/// The same as it registers itself.
pub(crate) fn registration(own: &InstanceInfo) -> Registration {
    Registration {
        document: (*own.document).clone(),
        overridden_status: InstanceStatus::Unknown,
    }
}

/// The same under the host by which its peers call it: a Java server shows as available whom it finds under the host of a
/// URL in its list (server.md N13).
pub(crate) fn registration_at(own: &InstanceInfo, host: &str, now: UnixMillis) -> Registration {
    let mut registration = registration(own);
    let texts = Texts {
        host_name: host,
        ..own.document.texts()
    };
    registration.document.texts = texts.pack();
    // Newer, so that it takes the place of the one before.
    registration.document.last_dirty = now;
    registration
}
