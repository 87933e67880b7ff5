//! One item of a batch: what it asks of the registry, and the code that answers it.

use heureka_core::{
    CancelOutcome, Node, Origin, RegistryFull, RenewOutcome, Renewal, Sender, StatusChange,
    StatusOutcome,
};
use heureka_model::{
    AppName, DocumentLimits, InstanceDraft, InstanceId, InstanceStatus, InvalidInstance, Now,
    ReplicationAction, ReplicationAnswer, ReplicationItem,
};
use http::StatusCode;
use thiserror::Error;

/// Why an item is refused. The rest of the batch is not its fault.
#[derive(Debug, Error)]
pub(super) enum ItemRefusal {
    #[error("an item has no action that is known")]
    Action,
    #[error("an item does not say which instance it is about")]
    Name,
    #[error("a registration has no instance that can be read")]
    NoInstance,
    #[error("an instance is not valid: {0}")]
    Invalid(InvalidInstance),
    #[error("a status update has no status that is known")]
    Status,
    #[error("the removal of an override has no dirty timestamp")]
    Timestamp,
    #[error(transparent)]
    Full(RegistryFull),
}

impl ItemRefusal {
    /// The code of its answer: DESIGN 2.6 where it speaks, else what Java's servers were recorded to answer.
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::Action | Self::NoInstance | Self::Invalid(_) => StatusCode::BAD_REQUEST,
            Self::Name | Self::Status | Self::Timestamp => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Full(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// The limit that was reached, by the name of its setting.
    pub(super) fn limit(&self) -> Option<&'static str> {
        match self {
            Self::Invalid(InvalidInstance::TooLarge { .. }) => Some("document"),
            Self::Full(_) => Some("max-instances"),
            Self::Action
            | Self::Name
            | Self::NoInstance
            | Self::Invalid(_)
            | Self::Status
            | Self::Timestamp => None,
        }
    }
}

/// Applies the items of one batch.
pub(super) struct Receiver<'a> {
    node: &'a mut Node,
    now: Now,
    limits: &'a DocumentLimits,
    origin: Origin,
}

impl<'a> Receiver<'a> {
    pub(super) fn new(
        node: &'a mut Node,
        now: Now,
        limits: &'a DocumentLimits,
        sender: Sender,
    ) -> Self {
        Self {
            node,
            now,
            limits,
            origin: Origin::Peer(sender),
        }
    }

    /// Does what the item asks for.
    ///
    /// # Errors
    ///
    /// It asks for nothing that can be done, and nothing has changed.
    pub(super) fn apply(
        &mut self,
        mut item: ReplicationItem,
    ) -> Result<ReplicationAnswer, ItemRefusal> {
        let action = item.action.ok_or(ItemRefusal::Action)?;
        let instance = item.instance.take();
        let (Some(app), Some(id)) = (&item.app, &item.id) else {
            return Err(ItemRefusal::Name);
        };
        match action {
            ReplicationAction::Heartbeat => Ok(self.renew(app, id, &item)),
            ReplicationAction::Register => self.register(app, instance),
            ReplicationAction::Cancel => Ok(self.cancel(app, id)),
            ReplicationAction::StatusUpdate => self.override_status(app, id, &item),
            ReplicationAction::DeleteStatusOverride => self.remove_override(app, id, &item),
        }
    }

    fn renew(
        &mut self,
        app: &AppName,
        id: &InstanceId,
        item: &ReplicationItem,
    ) -> ReplicationAnswer {
        let renewal = Renewal {
            last_dirty: item.last_dirty,
            overridden_status: item.overridden_status,
        };
        let (app, id) = (app.as_str(), id.as_str());
        match self.node.renew(self.now, app, id, renewal, self.origin) {
            RenewOutcome::Renewed => code(StatusCode::OK),
            RenewOutcome::Unknown | RenewOutcome::SenderIsNewer => code(StatusCode::NOT_FOUND),
            RenewOutcome::SenderIsOlder(own) => ReplicationAnswer {
                status_code: StatusCode::CONFLICT.as_u16(),
                instance: Some(*own),
            },
        }
    }

    fn register(
        &mut self,
        app: &AppName,
        instance: Option<Box<InstanceDraft>>,
    ) -> Result<ReplicationAnswer, ItemRefusal> {
        let registration = instance
            .ok_or(ItemRefusal::NoInstance)?
            .into_registration(app, self.now.wall, self.limits)
            .map_err(ItemRefusal::Invalid)?;
        self.node
            .register(self.now, registration, self.origin)
            .map_err(ItemRefusal::Full)?;
        Ok(code(StatusCode::OK))
    }

    fn cancel(&mut self, app: &AppName, id: &InstanceId) -> ReplicationAnswer {
        match self
            .node
            .cancel(self.now, app.as_str(), id.as_str(), self.origin)
        {
            CancelOutcome::Cancelled => code(StatusCode::OK),
            CancelOutcome::Unknown => code(StatusCode::NOT_FOUND),
        }
    }

    /// An instance that is not here is a better reason than a status that cannot be read (server.md N64).
    fn override_status(
        &mut self,
        app: &AppName,
        id: &InstanceId,
        item: &ReplicationItem,
    ) -> Result<ReplicationAnswer, ItemRefusal> {
        match item.status {
            Some(status) => Ok(self.change_status(app, id, item, StatusChange::Override(status))),
            None if self.node.instance(app.as_str(), id.as_str()).is_none() => {
                Ok(code(StatusCode::NOT_FOUND))
            }
            None => Err(ItemRefusal::Status),
        }
    }

    /// Java reads the timestamp before it looks for the instance (server.md N65).
    fn remove_override(
        &mut self,
        app: &AppName,
        id: &InstanceId,
        item: &ReplicationItem,
    ) -> Result<ReplicationAnswer, ItemRefusal> {
        if item.last_dirty.is_none() {
            return Err(ItemRefusal::Timestamp);
        }
        let shown = item.status.unwrap_or(InstanceStatus::Unknown);
        Ok(self.change_status(app, id, item, StatusChange::RemoveOverride { shown }))
    }

    fn change_status(
        &mut self,
        app: &AppName,
        id: &InstanceId,
        item: &ReplicationItem,
        change: StatusChange,
    ) -> ReplicationAnswer {
        let (app, id) = (app.as_str(), id.as_str());
        match self
            .node
            .change_status(self.now, app, id, change, item.last_dirty, self.origin)
        {
            StatusOutcome::Changed | StatusOutcome::Unchanged => code(StatusCode::OK),
            StatusOutcome::Unknown => code(StatusCode::NOT_FOUND),
        }
    }
}

fn code(status: StatusCode) -> ReplicationAnswer {
    ReplicationAnswer {
        status_code: status.as_u16(),
        instance: None,
    }
}
