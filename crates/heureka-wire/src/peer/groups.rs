//! Lists of keys, in which consecutive keys of one application share its name.

use heureka_model::{AgeOf, AppName, InstanceId, InstanceKey, LeaseState, RenewedKey};
use serde::de::{Deserialize, Deserializer, SeqAccess};

use super::rows::{FromRow, Row, next, write_lease_elements};
use super::texts::Text;
use crate::json::Json;

/// What stands in such a list.
pub(super) trait Grouped: Sized {
    /// What is read of it within its group.
    type Member;

    /// Puts it together again.
    fn join(app: &AppName, member: Self::Member) -> Self;

    /// Whose it is.
    fn key(&self) -> &InstanceKey;

    /// Writes it within its group.
    fn write(&self, json: &mut Json);
}

/// Writes a list, in its order.
pub(super) fn write_groups<T: Grouped>(json: &mut Json, elements: &[T]) {
    json.array(|json| {
        elements
            .chunk_by(|one, next| one.key().app == next.key().app)
            .for_each(|group| write_group(json, group));
    });
}

fn write_group<T: Grouped>(json: &mut Json, group: &[T]) {
    let Some(first) = group.first() else {
        return;
    };
    json.array(|json| {
        json.text(first.key().app.as_str());
        json.array(|json| group.iter().for_each(|element| element.write(json)));
    });
}

/// A list as it is read.
#[derive(Debug)]
pub(super) struct Groups<T>(pub(super) Vec<T>);

impl<'de, T: Grouped> Deserialize<'de> for Groups<T>
where
    T::Member: Deserialize<'de>,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let groups: Vec<Row<Group<T::Member>>> = Vec::deserialize(deserializer)?;
        let elements = groups.into_iter().flat_map(|Row(group)| {
            let members = group.members.into_iter();
            members.map(move |member| T::join(&group.app, member))
        });
        Ok(Self(elements.collect()))
    }
}

struct Group<M> {
    app: AppName,
    members: Vec<M>,
}

impl<'de, M: Deserialize<'de>> FromRow<'de> for Group<M> {
    fn from_row<A: SeqAccess<'de>>(row: &mut A) -> Result<Self, A::Error> {
        let Text(app) = next(row)?;
        let members = next(row)?;
        Ok(Self { app, members })
    }
}

impl Grouped for InstanceKey {
    type Member = Text<InstanceId>;

    fn join(app: &AppName, Text(id): Self::Member) -> Self {
        let app = app.clone();
        Self { app, id }
    }

    fn key(&self) -> &InstanceKey {
        self
    }

    fn write(&self, json: &mut Json) {
        json.text(self.id.as_str());
    }
}

impl Grouped for AgeOf {
    type Member = Row<(InstanceId, LeaseState)>;

    fn join(app: &AppName, Row((id, lease)): Self::Member) -> Self {
        let key = InstanceKey::join(app, Text(id));
        Self { key, lease }
    }

    fn key(&self) -> &InstanceKey {
        &self.key
    }

    fn write(&self, json: &mut Json) {
        json.array(|json| {
            json.text(self.key.id.as_str());
            write_lease_elements(json, self.lease);
        });
    }
}

impl<'de> FromRow<'de> for (InstanceId, LeaseState) {
    fn from_row<A: SeqAccess<'de>>(row: &mut A) -> Result<Self, A::Error> {
        let Text(id) = next(row)?;
        Ok((id, LeaseState::from_row(row)?))
    }
}

impl Grouped for RenewedKey {
    type Member = Row<(InstanceId, u64, LeaseState)>;

    fn join(app: &AppName, Row((id, version, lease)): Self::Member) -> Self {
        let key = InstanceKey::join(app, Text(id));
        Self {
            key,
            version,
            lease,
        }
    }

    fn key(&self) -> &InstanceKey {
        &self.key
    }

    fn write(&self, json: &mut Json) {
        json.array(|json| {
            json.text(self.key.id.as_str());
            json.hex(self.version);
            write_lease_elements(json, self.lease);
        });
    }
}

impl<'de> FromRow<'de> for (InstanceId, u64, LeaseState) {
    fn from_row<A: SeqAccess<'de>>(row: &mut A) -> Result<Self, A::Error> {
        let Text(id) = next(row)?;
        let Text(version) = next(row)?;
        Ok((id, version, LeaseState::from_row(row)?))
    }
}
