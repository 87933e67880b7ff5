//! A balancer for each service that is asked for by its name.

use std::collections::BTreeMap;
use std::fmt;

use heureka_model::AppName;
use parking_lot::RwLock;

use super::{Balancer, Balancing};
use crate::EurekaClient;
use crate::service_name::ServiceName;

/// How many services have a balancer that is kept. With more, the last ones get a new balancer each time they are asked
/// for, which remembers nothing; a registry of services is far smaller.
pub const MAX_BALANCERS: usize = 10_000;

/// A balancer for each service that is asked for by its name, all with the same rules: for whoever finds the service's
/// name in the host of a URI (RS7).
pub struct Balancers {
    client: EurekaClient,
    rules: Balancing,
    /// By their names in upper case.
    kept: RwLock<BTreeMap<AppName, Balancer>>,
}

impl Balancers {
    /// No balancer yet.
    #[must_use]
    pub fn new(client: &EurekaClient, rules: Balancing) -> Self {
        Self {
            client: client.clone(),
            rules,
            kept: RwLock::default(),
        }
    }

    /// The balancer of a service, by the name of its application or else by its vip, in any case; `None` where the registry
    /// never had such a name.
    ///
    /// A service that was found once stays one, so nobody takes its name for that of a host when all its instances are gone.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<Balancer> {
        let name = AppName::new(name);
        if let Some(kept) = self.kept.read().get(&name) {
            return Some(kept.clone());
        }
        let balancer = self.made(&name)?;
        let mut kept = self.kept.write();
        if kept.len() >= MAX_BALANCERS {
            return Some(balancer);
        }
        // Another thread may have been here before; all are to have the same one.
        Some(kept.entry(name).or_insert(balancer).clone())
    }

    fn made(&self, name: &AppName) -> Option<Balancer> {
        let service = self.client.with_registry(|registry| {
            let vip = ServiceName::vip(name.as_str());
            if registry.application(name.as_str()).is_some() {
                Some(ServiceName::App(name.clone()))
            } else {
                Some(vip).filter(|vip| !vip.instances(registry).is_empty())
            }
        });
        Some(self.client.balancer_with(service?, self.rules.clone()))
    }
}

impl fmt::Debug for Balancers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Balancers")
            .field("rules", &self.rules)
            .field("services", &self.kept.read().len())
            .finish_non_exhaustive()
    }
}
