//! What counts of what a machine of Amazon knows of itself.

use heureka_model::{DataCenter, Metadata};
use thiserror::Error;

use super::AmazonKey;
use crate::Address;

/// What of the metadata becomes the host's name where nothing else is configured (I17).
const DEFAULT_ORDER: [AmazonKey; 2] = [AmazonKey::PublicHostname, AmazonKey::LocalIpv4];

/// A machine that should be one of Amazon's says no id of its own (I16).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error(
    "the metadata service tells no instance-id: run on a machine of Amazon with its metadata service switched on, or set \
     eureka.validateInstanceId=false to go by the machine's address"
)]
pub struct NoInstanceId;

/// Whether a process runs on a machine of Amazon (I18).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runtime {
    /// It does.
    Amazon,
    /// It does not.
    Elsewhere,
    /// Ask the metadata service once for the machine's id: it does if there is one.
    Probe,
}

/// What the setting `instanceDeploymentEnvironment` says of where the process runs (I18).
#[must_use]
pub fn runtime_of(deployment_environment: Option<&str>) -> Runtime {
    match deployment_environment
        .map(str::trim)
        .filter(|name| !name.is_empty())
    {
        None => Runtime::Probe,
        Some(name) if name.eq_ignore_ascii_case("ec2") => Runtime::Amazon,
        Some(_) => Runtime::Elsewhere,
    }
}

/// Makes what was found at the start fit for use (I16): without an id it is refused or, unless `validates`, goes by the
/// machine's own name and address; within a private network the address is the name as well.
///
/// # Errors
///
/// There is no id, and there should be one.
pub fn validated_metadata(
    mut found: Metadata,
    validates: bool,
    machine: &Address,
) -> Result<Metadata, NoInstanceId> {
    if text(&found, AmazonKey::InstanceId).is_none() {
        if validates {
            return Err(NoInstanceId);
        }
        found.set(AmazonKey::InstanceId.as_str(), &machine.ip_addr);
        found.set(AmazonKey::PublicHostname.as_str(), &machine.host_name);
    }
    if text(&found, AmazonKey::PublicHostname).is_none()
        && let Some(local) = text(&found, AmazonKey::LocalIpv4).map(str::to_owned)
    {
        found.set(AmazonKey::PublicHostname.as_str(), &local);
    }
    Ok(found)
}

/// What a later look brought, if it counts (I16): it is different, and says which machine it is and where. Anything less is
/// a failure of the service, and what is known stays.
#[must_use]
pub fn refreshed_metadata(known: &Metadata, found: Metadata) -> Option<Metadata> {
    let whole = [AmazonKey::InstanceId, AmazonKey::LocalIpv4]
        .into_iter()
        .all(|key| text(&found, key).is_some());
    (whole && found != *known).then_some(found)
}

/// Whether something new is about to happen to a spot machine (I12).
#[must_use]
pub fn spot_action_changed(known: &DataCenter, found: &DataCenter) -> bool {
    let key = AmazonKey::SpotInstanceAction.as_str();
    let action = found.metadata(key);
    action.is_some() && action != known.metadata(key)
}

/// What becomes the name of the host on a machine of Amazon (I17): the first of `order` that is there, and its public name
/// otherwise. `None` for Java's order: the public name, and the address within the network.
#[must_use]
pub fn public_address<'a>(
    data_center: &'a DataCenter,
    order: Option<&[AmazonKey]>,
) -> Option<&'a str> {
    let DataCenter::Amazon(metadata) = data_center else {
        return None;
    };
    let order = order.unwrap_or(&DEFAULT_ORDER);
    let mut keys = order.iter().copied().chain([AmazonKey::PublicHostname]);
    keys.find_map(|key| text(metadata, key))
}

/// What becomes the address of an instance on a machine of Amazon (I17).
#[must_use]
pub fn own_address(data_center: &DataCenter, broadcasts_public_ipv4: bool) -> Option<&str> {
    let DataCenter::Amazon(metadata) = data_center else {
        return None;
    };
    let keys: &[AmazonKey] = if broadcasts_public_ipv4 {
        &[AmazonKey::PublicIpv4, AmazonKey::PublicIpv4s]
    } else {
        &[AmazonKey::LocalIpv4]
    };
    keys.iter().find_map(|key| text(metadata, *key))
}

fn text(metadata: &Metadata, key: AmazonKey) -> Option<&str> {
    let text = metadata.get(key.as_str());
    text.filter(|text| !text.trim().is_empty())
}
