//! Who is found under which vip.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use heureka_model::{Document, SeededHash};

use super::names::{ByName, UpperCase, equal_in_any_case};
use super::shaping::Shaping;
use crate::Instance;

/// Who is found under which vip: only offered instances, and only names that one of them has (K12, K13).
#[derive(Clone, Debug)]
pub(super) struct VipIndex {
    kind: VipKind,
    lists: ByName<Arc<[Instance]>>,
}

/// The two kinds of names that an instance has besides its application's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum VipKind {
    /// `vipAddress`
    Plain,
    /// `secureVipAddress`
    Secure,
}

/// Which instances are no longer offered, and which are now. One that changed is in both.
#[derive(Debug, Default)]
pub(super) struct Turnover {
    pub(super) gone: Vec<Instance>,
    pub(super) come: Vec<Instance>,
}

impl Turnover {
    pub(super) fn is_empty(&self) -> bool {
        self.gone.is_empty() && self.come.is_empty()
    }

    pub(super) fn extend(&mut self, other: Self) {
        self.gone.extend(other.gone);
        self.come.extend(other.come);
    }
}

impl VipIndex {
    pub(super) fn new(kind: VipKind, hash: SeededHash) -> Self {
        Self {
            kind,
            lists: ByName::new(hash),
        }
    }

    pub(super) fn get(&self, vip: &str) -> Option<&Arc<[Instance]>> {
        self.lists.get(vip)
    }

    /// Makes anew the lists in which something changes, and no others.
    pub(super) fn update(&mut self, turnover: &Turnover, shaping: &mut Shaping) {
        let gone: BTreeSet<usize> = turnover.gone.iter().map(Instance::address).collect();
        for (vip, come) in self.touched(turnover, shaping) {
            let held = self.lists.of(&vip).into_iter().flat_map(|list| &**list);
            let stays = held.filter(|instance| !gone.contains(&instance.address()));
            let list: Vec<Instance> = stays.cloned().chain(come).collect();
            if list.is_empty() {
                self.lists.remove(&vip);
            } else {
                self.lists.insert(vip, shaping.shuffled(list));
            }
        }
    }

    /// The names whose lists change, with who comes into each. An instance that repeats a name comes once.
    fn touched(
        &self,
        turnover: &Turnover,
        shaping: &Shaping,
    ) -> BTreeMap<UpperCase, Vec<Instance>> {
        let mut touched: BTreeMap<UpperCase, Vec<Instance>> = BTreeMap::new();
        for instance in &turnover.gone {
            for vip in self.keys_of(instance, shaping) {
                touched.entry(vip).or_default();
            }
        }
        for instance in &turnover.come {
            for vip in self.keys_of(instance, shaping).collect::<BTreeSet<_>>() {
                touched.entry(vip).or_default().push(instance.clone());
            }
        }
        touched
    }

    /// Java's index keeps the blanks around names, so that nobody finds `b` of `a, b` (K13); 7.3.11 trims them.
    fn keys_of<'a>(
        &self,
        instance: &'a Instance,
        shaping: &Shaping,
    ) -> impl Iterator<Item = UpperCase> + use<'a> {
        let trims = shaping.trims_vips;
        let names = self.kind.names(instance.document());
        let names = names.map(move |name| if trims { name.trim() } else { name });
        names.map(UpperCase::new)
    }
}

impl VipKind {
    pub(super) fn of_secure(secure: bool) -> Self {
        if secure { Self::Secure } else { Self::Plain }
    }

    /// Whether the instance has this name. Blanks around its names do not count, whatever the index makes of them (Q6).
    pub(super) fn is_name_of(self, vip: &str, instance: &Instance) -> bool {
        let mut names = self.names(instance.document());
        names.any(|name| equal_in_any_case(name.trim(), vip))
    }

    /// The names, as Java's `split` cuts them: an empty text is one empty name, and empty names at the end are none.
    fn names(self, document: &Document) -> impl Iterator<Item = &str> {
        let text = match self {
            Self::Plain => document.vip_address(),
            Self::Secure => document.secure_vip_address(),
        };
        let listed = text.map(|text| (text, text.trim_end_matches(',')));
        let listed = listed.filter(|(text, listed)| text.is_empty() || !listed.is_empty());
        listed.into_iter().flat_map(|(_, listed)| listed.split(','))
    }
}
