//! The registry in a file, for a start while no server answers (L15).

use std::collections::BTreeMap;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use heureka_client_core::{Region, Registry};
use heureka_model::{AppName, Application, Applications, InstanceInfo, UnixMillis};
use heureka_wire::{Detail, Form, Format, Version, encode_applications};
use tokio::sync::watch;

use crate::codec::{MAX_LISTING_BYTES, listing};

/// Where the registry is kept, and how often it is written at most.
#[derive(Clone, Debug)]
pub(crate) struct SnapshotFile {
    pub(crate) path: PathBuf,
    pub(crate) interval: Duration,
}

/// How often the file is written at most, unless somebody says otherwise.
pub const SNAPSHOT_INTERVAL: Duration = Duration::from_secs(30);

/// Eureka's own JSON, so that anybody can read it.
const FORM: Form = Form {
    format: Format::Json,
    detail: Detail::Full,
    version: Version::V2,
};

impl SnapshotFile {
    /// Reads what was kept. A file that is not there, or cannot be read, is as good as none.
    pub(crate) async fn read(&self, received: UnixMillis) -> Option<Applications> {
        let path = self.path.clone();
        let reading = tokio::task::spawn_blocking(move || load(&path, received));
        match reading.await {
            Ok(Ok(listing)) => Some(listing),
            Ok(Err(error)) if error.kind() == io::ErrorKind::NotFound => None,
            Ok(Err(error)) => {
                let path = self.path.display();
                tracing::warn!(%path, %error, "the kept registry cannot be read and is left out");
                None
            }
            Err(error) => {
                tracing::error!(%error, "reading the kept registry broke off");
                None
            }
        }
    }

    /// Writes each new snapshot until the client has ended, the latest where several come within the interval.
    pub(crate) async fn keep(self, mut registries: watch::Receiver<Arc<Registry>>) {
        while registries.changed().await.is_ok() {
            let registry = Arc::clone(&registries.borrow_and_update());
            self.write(registry).await;
            // The end is not waited for; what came last is written then. Waiting marks what comes as seen, so it is done by
            // another receiver.
            let mut until_the_end = registries.clone();
            let ended = until_the_end.wait_for(|_| false);
            let _ = tokio::time::timeout(self.interval, ended).await;
        }
    }

    async fn write(&self, registry: Arc<Registry>) {
        let path = self.path.clone();
        let writing = tokio::task::spawn_blocking(move || {
            let listing = listing_of(&registry);
            // A server that has just begun has nothing yet: what was known before is worth more.
            if listing.applications.is_empty() {
                return Ok(());
            }
            store(&path, &encode_applications(&listing, FORM))
        });
        let written = writing.await.unwrap_or_else(|error| Err(error.into()));
        if let Err(error) = written {
            let path = self.path.display();
            tracing::warn!(%path, %error, "the registry could not be kept in its file");
        }
    }
}

/// Everything that is known, of all regions and whatever its status, as a server would list it.
fn listing_of(registry: &Registry) -> Applications {
    let mut by_name: BTreeMap<&AppName, Vec<InstanceInfo>> = BTreeMap::new();
    for application in regions_of(registry).flat_map(Region::applications) {
        let infos = application.all().iter().map(|one| one.info().clone());
        by_name.entry(application.name()).or_default().extend(infos);
    }
    let applications = by_name.into_iter().map(|(name, instances)| Application {
        name: name.clone(),
        instances,
    });
    Applications {
        version: registry.version(),
        hash: registry.hash().to_owned(),
        applications: applications.collect(),
    }
}

/// The own region, which may have no name, and the others.
fn regions_of(registry: &Registry) -> impl Iterator<Item = &Region> {
    let own = registry.own_region();
    let named = registry
        .known_regions()
        .filter_map(|name| registry.region(name));
    let others = named.filter(move |region| !Arc::ptr_eq(region, own));
    std::iter::once(own).chain(others).map(|region| &**region)
}

fn load(path: &Path, received: UnixMillis) -> io::Result<Applications> {
    let file = std::fs::File::open(path)?;
    let mut bytes = Vec::new();
    let limit = u64::try_from(MAX_LISTING_BYTES).unwrap_or(u64::MAX);
    file.take(limit).read_to_end(&mut bytes)?;
    listing(&bytes, received)
        .map_err(|reason| io::Error::new(io::ErrorKind::InvalidData, String::from(reason)))
}

/// Replaces the file in one step, so that whoever reads it finds the one or the other whole.
fn store(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let temporary = path.with_file_name(name);
    let stored = write_through(&temporary, bytes).and_then(|()| std::fs::rename(&temporary, path));
    if stored.is_err() {
        // It may not be there; what counts is the first error.
        let _ = std::fs::remove_file(&temporary);
    }
    stored
}

/// A name that outlives a power cut must have its content.
fn write_through(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = std::fs::File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
