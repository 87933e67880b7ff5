//! What an instance answers when it is asked for its own health.

use heureka_model::InstanceStatus;

/// The HTTP status with which a route such as `/healthcheck` tells `status` (I19).
#[must_use]
pub fn health_code(status: InstanceStatus) -> u16 {
    match status {
        InstanceStatus::Up => 200,
        InstanceStatus::Starting => 204,
        InstanceStatus::OutOfService => 503,
        InstanceStatus::Down | InstanceStatus::Unknown => 500,
    }
}
