//! What one region has.

use std::sync::Arc;

use heureka_model::{AppName, SeededHash};

use super::application::Application;
use super::edits::AppChange;
use super::names::{ByName, UpperCase};
use super::shaping::Shaping;
use super::vips::{Turnover, VipIndex, VipKind};
use crate::Instance;

/// What one region has, as it was at one moment.
#[derive(Clone, Debug)]
pub struct Region {
    applications: ByName<Arc<Application>>,
    vips: VipIndex,
    secure_vips: VipIndex,
    len: usize,
    nobody: Arc<[Instance]>,
}

impl Region {
    /// An application, by its name in any case (Q1).
    #[must_use]
    pub fn application(&self, name: &str) -> Option<&Arc<Application>> {
        self.applications.get(name)
    }

    /// All applications, in no order that means anything; also those of which nobody is offered (K12).
    pub fn applications(&self) -> impl ExactSizeIterator<Item = &Arc<Application>> {
        self.applications.values()
    }

    /// The offered instances of an application; empty where there is no such application.
    #[must_use]
    pub fn instances(&self, app: &str) -> &Arc<[Instance]> {
        let application = self.application(app);
        application.map_or(&self.nobody, |application| application.instances())
    }

    /// The offered instances with this vip, in any case, in an order left to chance; empty where there are none (Q5). It is
    /// one name, not a list of names.
    #[must_use]
    pub fn vip(&self, vip: &str) -> &Arc<[Instance]> {
        self.vips.get(vip).unwrap_or(&self.nobody)
    }

    /// The offered instances with this secure vip, likewise.
    #[must_use]
    pub fn secure_vip(&self, vip: &str) -> &Arc<[Instance]> {
        self.secure_vips.get(vip).unwrap_or(&self.nobody)
    }

    /// The instances with this id, whatever their status: at most one of each application (Q4).
    pub fn by_id(&self, id: &str) -> impl Iterator<Item = &Instance> {
        self.applications().filter_map(move |app| app.get(id))
    }

    /// An instance, whatever its status (D2).
    #[must_use]
    pub fn get(&self, app: &str, id: &str) -> Option<&Instance> {
        self.application(app)?.get(id)
    }

    /// The names of the applications of which at least one instance is offered (SP9).
    pub fn services(&self) -> impl Iterator<Item = &AppName> {
        let offering = self
            .applications()
            .filter(|app| !app.instances().is_empty());
        offering.map(|app| app.name())
    }

    /// How many instances it has, whatever their status.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether it has no instance.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(super) fn new(hash: SeededHash) -> Self {
        Self {
            applications: ByName::new(hash),
            vips: VipIndex::new(VipKind::Plain, hash),
            secure_vips: VipIndex::new(VipKind::Secure, hash),
            len: 0,
            nobody: Arc::default(),
        }
    }

    /// Whether not even an application without instances is listed.
    pub(super) fn lists_nothing(&self) -> bool {
        self.applications.is_empty()
    }

    /// The offered instances of `app` that have the name `vip` (Q6).
    pub(super) fn vip_of_app(&self, app: &str, vip: &str, kind: VipKind) -> Arc<[Instance]> {
        let instances = self.instances(app);
        let has_name = |instance: &&Instance| kind.is_name_of(vip, instance);
        instances.iter().filter(has_name).cloned().collect()
    }

    /// Takes what changes. Only the applications and lists that it touches are made anew.
    pub(super) fn apply(&mut self, changes: &[AppChange], shaping: &mut Shaping) {
        let mut turnover = Turnover::default();
        for change in changes {
            let of_app = change.turnover(shaping);
            self.apply_to_app(change, &of_app, shaping);
            turnover.extend(of_app);
        }
        self.vips.update(&turnover, shaping);
        self.secure_vips.update(&turnover, shaping);
    }

    fn apply_to_app(&mut self, change: &AppChange, turnover: &Turnover, shaping: &mut Shaping) {
        let key = UpperCase::new(change.name.as_str());
        let held = self.applications.of(&key);
        let held_all = held.map_or(&[][..], |app| app.all());
        let all = change.applied_to(held_all);
        self.len = self.len.saturating_sub(held_all.len()) + all.len();
        if all.is_empty() && !change.is_listed {
            self.applications.remove(&key);
            return;
        }
        let same = held.filter(|_| turnover.is_empty());
        let same = same.map(|app| Arc::clone(app.instances()));
        let offered = same.unwrap_or_else(|| shaping.offered(&all));
        let application = Application::new(change.name.clone(), all, offered);
        self.applications.insert(key, Arc::new(application));
    }
}
