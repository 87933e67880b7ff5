//! What a later look at the machine changes in a document. None of it is marked as changed: that is the agent's.

use heureka_model::{DataCenter, Document, LeaseSettings, Texts};

use super::InstanceSpec;
use super::ports::Ports;
use crate::{Address, Profile};

/// How long the name of a host or an address may be; what is longer is neither.
const MAX_HOST_BYTES: usize = 255;

impl InstanceSpec {
    /// `document` as it is at `address`, with its URLs and vips (I11); `None` where nothing changes. What the spec itself
    /// gives of name and address stays, and so does the id, by which servers know the instance.
    ///
    /// The home page follows the host (7.3.17), and a change of the address alone is one (7.3.16). With the other profiles
    /// neither is so, and only a machine of Amazon moves (I13); with [`Profile::Spring`] nothing moves where the spec gives
    /// a name or an address (SP3).
    #[must_use]
    pub fn relocated(&self, document: &Document, address: &Address) -> Option<Document> {
        let address = self.place_at(document, address)?;
        let ports = Ports {
            plain: document.port,
            secure: document.secure_port,
        };
        let host = &address.host_name;
        let urls = self.urls_at(host, ports);
        let vip_address = self.vip_at(host, ports.plain).ok()?;
        let secure_vip_address = self.secure_vip_at(host, ports.secure).ok()?;
        let before = document.texts();
        let texts = Texts {
            host_name: host,
            ip_addr: &address.ip_addr,
            vip_address: vip_address.as_deref(),
            secure_vip_address: secure_vip_address.as_deref(),
            home_page_url: if self.profile.keeps_quirks() {
                before.home_page_url
            } else {
                urls.home_page.as_deref()
            },
            status_page_url: urls.status_page.as_deref(),
            health_check_url: urls.health_check.as_deref(),
            secure_health_check_url: urls.secure_health_check.as_deref(),
            ..before
        };
        Some(Document {
            texts: texts.pack(),
            ..document.clone()
        })
    }

    /// Where the instance is now, if that is elsewhere.
    fn place_at(&self, document: &Document, seen: &Address) -> Option<Address> {
        if !self.may_move(&document.data_center) || !is_host(&seen.ip_addr) {
            return None;
        }
        let ip_addr = self.ip_addr.clone().unwrap_or_else(|| seen.ip_addr.clone());
        let name = self.host_name.as_ref().unwrap_or(&seen.host_name);
        let host_name = if self.prefers_ip_address || !is_host(name) {
            ip_addr.clone()
        } else {
            name.clone()
        };
        let renamed = *host_name != *document.host_name();
        let readdressed = *ip_addr != *document.ip_addr() && !self.profile.keeps_quirks();
        (renamed || readdressed).then_some(Address { host_name, ip_addr })
    }

    fn may_move(&self, data_center: &DataCenter) -> bool {
        let in_cloud = matches!(data_center, DataCenter::Amazon(_));
        let is_given = self.host_name.is_some() || self.ip_addr.is_some();
        match self.profile {
            Profile::Netflix => in_cloud,
            Profile::Spring => in_cloud && !is_given,
            Profile::Modern => true,
        }
    }
}

/// `document` in another data center, or with what it now says of itself (I11, I12); `None` where that is the same.
#[must_use]
pub fn with_data_center(document: &Document, data_center: &DataCenter) -> Option<Document> {
    (document.data_center != *data_center).then(|| Document {
        data_center: data_center.clone(),
        ..document.clone()
    })
}

/// `document` with other promises of its heartbeats (I14); `None` where they are the same.
#[must_use]
pub fn with_lease(document: &Document, lease: LeaseSettings) -> Option<Document> {
    (document.lease != lease).then(|| Document {
        lease,
        ..document.clone()
    })
}

fn is_host(text: &str) -> bool {
    !text.is_empty() && text.len() <= MAX_HOST_BYTES && !text.contains(char::is_control)
}
