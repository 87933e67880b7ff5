//! The balancer of a service.

use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;

use super::record::Book;
use arc_swap::{ArcSwap, Guard};
use heureka_client_core::Instance;
use heureka_model::Document;
use parking_lot::Mutex;
use thiserror::Error;

use super::choice::{Ask, Chooser};
use super::rules::{Balancing, Near};
use super::table::Table;
use super::{Picked, Standing};
use crate::EurekaClient;
use crate::service_name::ServiceName;

/// Picks instances of a service (RS5). Clones are the same balancer.
///
/// A pick looks at the newest snapshot, waits for nobody and, unless the snapshot is new, allocates nothing.
#[derive(Clone)]
pub struct Balancer(Arc<Inner>);

struct Inner {
    client: EurekaClient,
    service: ServiceName,
    rules: Balancing,
    chooser: Chooser,
    table: ArcSwap<Table>,
    /// Held while a table is made for a new snapshot.
    renewing: Mutex<()>,
    book: Arc<Book>,
}

/// No instance can be picked.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "no instance of {service} can be picked: {offered} are offered, {fitting} of them fit the balancer's rules, and {tried} \
     were tried before; check that instances run, are UP, and register under this name"
)]
#[non_exhaustive]
pub struct NoInstance {
    /// The service.
    pub service: ServiceName,
    /// How many instances the registry offers.
    pub offered: usize,
    /// How many of them fit the balancer's rules.
    pub fitting: usize,
    /// How many instances were tried before.
    pub tried: usize,
}

impl EurekaClient {
    /// A balancer for a service: turns, among all instances that are up. Keep it, for it remembers whose turn it is.
    #[must_use]
    pub fn balancer(&self, service: impl Into<ServiceName>) -> Balancer {
        self.balancer_with(service, Balancing::new())
    }

    /// A balancer for a service, with rules of one's own.
    #[must_use]
    pub fn balancer_with(&self, service: impl Into<ServiceName>, rules: Balancing) -> Balancer {
        Balancer::new(self.clone(), service.into(), rules)
    }
}

impl Balancer {
    fn new(client: EurekaClient, service: ServiceName, rules: Balancing) -> Self {
        let seed = rules
            .seed
            .unwrap_or_else(|| RandomState::new().hash_one(()));
        Self(Arc::new(Inner {
            book: Arc::new(Book::new(rules.avoidance)),
            chooser: Chooser::new(rules.strategy, rules.min_near, seed),
            client,
            service,
            rules,
            table: ArcSwap::default(),
            renewing: Mutex::new(()),
        }))
    }

    /// Picks an instance for a request.
    ///
    /// # Errors
    ///
    /// There is none that fits the rules.
    pub fn pick(&self) -> Result<Picked, NoInstance> {
        self.pick_for(&Ask::new())
    }

    /// Picks an instance for a request that wants something of it: always the same one, or another one than before.
    ///
    /// # Errors
    ///
    /// There is none that fits the rules and the request.
    pub fn pick_for(&self, ask: &Ask<'_>) -> Result<Picked, NoInstance> {
        let inner = &*self.0;
        let table = inner.table();
        let chosen = inner.chooser.choose(&table, ask, &inner.book);
        chosen
            .map(Picked::new)
            .ok_or_else(|| inner.no_instance(&table, ask))
    }

    /// The service.
    #[must_use]
    pub fn service(&self) -> &ServiceName {
        &self.0.service
    }

    /// What is known of each instance that may be picked, whether or not it is avoided now.
    #[must_use]
    pub fn standings(&self) -> Vec<Standing> {
        let (table, now) = (self.0.table(), self.0.book.now());
        let members = table.members().iter();
        members.map(|member| Standing::of(member, now)).collect()
    }
}

impl Inner {
    fn table(&self) -> Guard<Arc<Table>> {
        let table = self.table.load();
        if self.is_newest(&table) {
            table
        } else {
            self.renewed()
        }
    }

    fn is_newest(&self, table: &Table) -> bool {
        self.client
            .with_registry(|registry| Arc::ptr_eq(self.service.instances(registry), &table.list))
    }

    fn renewed(&self) -> Guard<Arc<Table>> {
        let _renewing = self.renewing.lock();
        let list = self.list();
        let table = self.table.load();
        // Another thread may have been here before.
        if !Arc::ptr_eq(&list, &table.list) {
            let next = self.in_zone(|zone| table.next(list, &self.rules, zone, &self.book));
            self.table.store(Arc::new(next));
        }
        self.table.load()
    }

    fn list(&self) -> Arc<[Instance]> {
        self.client
            .with_registry(|registry| Arc::clone(self.service.instances(registry)))
    }

    fn in_zone<R>(&self, with: impl FnOnce(Option<&str>) -> R) -> R {
        match &self.rules.near {
            Near::Anywhere => with(None),
            Near::Zone(zone) => with(Some(zone)),
            Near::Own => {
                let document: Option<Arc<Document>> = self.client.document();
                with(document.as_deref().and_then(Instance::zone_of))
            }
        }
    }

    fn no_instance(&self, table: &Table, ask: &Ask<'_>) -> NoInstance {
        NoInstance {
            service: self.service.clone(),
            offered: table.list.len(),
            fitting: table.members().len(),
            tried: ask.tried(),
        }
    }
}

impl fmt::Debug for Balancer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Balancer")
            .field("service", self.service())
            .field("rules", &self.0.rules)
            .finish_non_exhaustive()
    }
}
