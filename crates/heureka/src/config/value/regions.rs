//! How remote regions are written.

use std::collections::BTreeSet;

use heureka_model::{AppName, RegionName, ServiceUrl};

use super::{Kind, Unfit, labelled};
use crate::config::settings::{AllowedApp, RegionUrl};

const NO_REGIONS: Unfit = Unfit {
    expected: "list of regions",
    example: "NAME=URL, each name once, with commas between them, such as eu=http://eureka.eu:8761/eureka/",
};
const NO_ALLOWED_APPS: Unfit = Unfit {
    expected: "list of allowed applications",
    example: "REGION=APP, or *=APP for all regions, with commas between them, such as eu=ORDERS,eu=BILLING",
};

/// In place of a region's name: those that have no list of their own.
const ALL_REGIONS: &str = "*";

pub(crate) const REGION_URLS: Kind<Vec<RegionUrl>> = Kind {
    takes: "NAME=URL[,NAME=URL…]",
    read: region_urls,
};

pub(crate) const ALLOWED_APPS: Kind<Vec<AllowedApp>> = Kind {
    takes: "REGION=APP[,REGION=APP…]",
    read: |text| {
        entries(text)
            .map(|entry| allowed_app(entry).ok_or(NO_ALLOWED_APPS))
            .collect()
    },
};

fn region_urls(text: &str) -> Result<Vec<RegionUrl>, Unfit> {
    let urls: Option<Vec<RegionUrl>> = entries(text).map(region_url).collect();
    let urls = urls.ok_or(NO_REGIONS)?;
    let names: BTreeSet<&RegionName> = urls.iter().map(|url| &url.region).collect();
    if names.len() == urls.len() {
        Ok(urls)
    } else {
        Err(NO_REGIONS)
    }
}

fn entries(text: &str) -> impl Iterator<Item = &str> {
    text.split(',')
        .map(str::trim)
        .filter(|entry| !entry.is_empty())
}

fn region_url(entry: &str) -> Option<RegionUrl> {
    let (name, url) = entry.split_once('=')?;
    Some(RegionUrl {
        region: region_name(name.trim())?,
        url: ServiceUrl::parse(url.trim()).ok()?,
    })
}

fn allowed_app(entry: &str) -> Option<AllowedApp> {
    let (region, app) = entry.split_once('=')?;
    let region = match region.trim() {
        ALL_REGIONS => None,
        name => Some(region_name(name)?),
    };
    Some(AllowedApp {
        region,
        app: AppName::new(app.trim()),
    })
}

/// Clients write names of regions in any case, and they are compared in lower case (server.md G13).
fn region_name(name: &str) -> Option<RegionName> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    labelled(name, fits).map(|name| RegionName::new(&name))
}
