//! Which status counts: the client's, the operator's, or the one it had.

use std::time::Duration;

use heureka_model::{InstanceStatus, OverrideState, OverrideValue, Stamp};

use crate::node::Origin;

/// How long a Java peer may go on repeating an override that is removed: the life of a task in its queue (MERGE 5).
const REPEATED_FOR: Duration = Duration::from_secs(35);

/// The part of a key that operators write (MERGE 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OverridePart {
    pub(crate) value: OverrideValue,
    pub(crate) stamp: Stamp,
    /// When this node learned of it, on its monotonic clock; it does not travel.
    pub(crate) learned_at: Duration,
}

impl OverridePart {
    /// Nobody has said anything.
    pub(crate) const NONE: Self = Self {
        value: OverrideValue::Absent,
        stamp: Stamp::NEVER,
        learned_at: Duration::ZERO,
    };

    /// No override, and that is newer than all before `stamp`.
    pub(crate) fn none_since(stamp: Stamp) -> Self {
        Self {
            value: OverrideValue::Absent,
            stamp,
            learned_at: Duration::ZERO,
        }
    }

    /// What another node says of it.
    pub(crate) fn of(state: OverrideState, mono: Duration) -> Self {
        Self {
            value: state.value,
            stamp: state.stamp,
            learned_at: mono,
        }
    }

    /// As it travels.
    pub(crate) fn state(&self) -> OverrideState {
        OverrideState {
            value: self.value,
            stamp: self.stamp,
        }
    }

    /// Whether an override that a registration or a heartbeat carries counts. A Java peer repeats it with each of them,
    /// so it must not bring back what was removed here just now (MERGE 5*).
    pub(crate) fn gives_way(&self, origin: Origin, mono: Duration) -> bool {
        match self.value {
            OverrideValue::Absent => true,
            OverrideValue::Status(_) => false,
            OverrideValue::Removed(_) => {
                origin == Origin::Client || mono > self.learned_at.saturating_add(REPEATED_FOR)
            }
        }
    }

    /// The override in force, if there is one.
    pub(crate) fn status(&self) -> Option<InstanceStatus> {
        match self.value {
            OverrideValue::Status(status) => Some(status),
            OverrideValue::Absent | OverrideValue::Removed(_) => None,
        }
    }

    /// The status to show for a client that reported `reported` at `reported_at` (MERGE 1).
    pub(crate) fn status_in_force(
        &self,
        reported: InstanceStatus,
        reported_at: Stamp,
    ) -> InstanceStatus {
        match self.value {
            OverrideValue::Status(status) | OverrideValue::Removed(status)
                if self.stamp > reported_at =>
            {
                status
            }
            OverrideValue::Absent | OverrideValue::Status(_) | OverrideValue::Removed(_) => {
                resolve(&RuleInput {
                    reported,
                    override_status: self.status(),
                    existing: None,
                    is_replication: false,
                })
            }
        }
    }
}

/// What the rules look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleInput {
    /// The status that the client reports.
    pub reported: InstanceStatus,
    /// The override, if there is one.
    pub override_status: Option<InstanceStatus>,
    /// The status in force of the lease that is being replaced, if there is one.
    pub existing: Option<InstanceStatus>,
    /// Whether the report came by way of a peer.
    pub is_replication: bool,
}

/// The status after the rule chain: the first rule that has an opinion decides (server.md S1, S2).
///
/// ```
/// use heureka_core::{resolve, RuleInput};
/// use heureka_model::InstanceStatus::{OutOfService, Up};
///
/// let operator_said_no =
///     RuleInput { reported: Up, override_status: Some(OutOfService), existing: None, is_replication: false };
/// assert_eq!(resolve(&operator_said_no), OutOfService);
/// ```
#[must_use]
pub fn resolve(input: &RuleInput) -> InstanceStatus {
    const RULES: [fn(&RuleInput) -> Option<InstanceStatus>; 3] =
        [down_or_starting, override_exists, lease_exists];
    RULES
        .into_iter()
        .find_map(|rule| rule(input))
        .unwrap_or(input.reported)
}

/// server.md S3: who is not ready is not ready, whatever an operator says.
fn down_or_starting(input: &RuleInput) -> Option<InstanceStatus> {
    (!input.reported.yields_to_overrides()).then_some(input.reported)
}

/// server.md S4
fn override_exists(input: &RuleInput) -> Option<InstanceStatus> {
    input.override_status
}

/// server.md S6: a client cannot move itself between UP and OUT_OF_SERVICE by registering again.
fn lease_exists(input: &RuleInput) -> Option<InstanceStatus> {
    input
        .existing
        .filter(|existing| !input.is_replication && existing.yields_to_overrides())
}

#[cfg(test)]
mod tests {
    use super::*;
    use InstanceStatus::{Down, OutOfService, Starting, Unknown, Up};

    /// server.md S7, line by line: reported, override, replication, existing, result.
    #[test]
    fn truth_table_off_aws() {
        let any_override = [
            None,
            Some(Up),
            Some(Down),
            Some(Starting),
            Some(OutOfService),
            Some(Unknown),
        ];
        let any_existing = any_override;
        for override_status in any_override {
            for existing in any_existing {
                for is_replication in [false, true] {
                    for reported in [Down, Starting, Unknown] {
                        let input = RuleInput {
                            reported,
                            override_status,
                            existing,
                            is_replication,
                        };
                        assert_eq!(resolve(&input), reported, "{input:?}");
                    }
                    for reported in [Up, OutOfService] {
                        let input = RuleInput {
                            reported,
                            override_status,
                            existing,
                            is_replication,
                        };
                        let expected = match (override_status, is_replication, existing) {
                            (Some(status), _, _) => status,
                            (None, false, Some(existing @ (Up | OutOfService))) => existing,
                            (None, _, _) => reported,
                        };
                        assert_eq!(resolve(&input), expected, "{input:?}");
                    }
                }
            }
        }
    }

    /// The lines of S7 that surprise, spelt out.
    #[test]
    fn a_registration_cannot_move_between_up_and_out_of_service() {
        for (reported, existing, result) in [
            (Up, OutOfService, OutOfService),
            (OutOfService, Up, Up),
            (Up, Up, Up),
            (Up, Down, Up),
        ] {
            let input = RuleInput {
                reported,
                override_status: None,
                existing: Some(existing),
                is_replication: false,
            };
            assert_eq!(resolve(&input), result);
            assert_eq!(
                resolve(&RuleInput {
                    is_replication: true,
                    ..input
                }),
                reported
            );
        }
    }
}
