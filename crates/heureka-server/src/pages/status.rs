//! The page that people open first.

use askama::Template;
use heureka_core::{NodeReport, Protection, ProtectionReport, RegionReport};
use heureka_listing::{Listing, Row};
use heureka_model::{InstanceInfo, InstanceStatus, Now};

use super::cluster::Cluster;
use super::kept::Kept;
use super::{format, general_stats};
use crate::app::App;
use crate::peers::Overview;

/// How many instances of one status a row names; a page is for people, and who wants all asks for the listing.
const NAMED_IN_ROW: usize = 100;

#[derive(Debug, Template)]
#[template(path = "status.html")]
pub(super) struct StatusPage {
    system: Vec<(&'static str, String)>,
    general: Vec<(&'static str, String)>,
    banner: Option<Banner>,
    cluster: Cluster,
    kept: Kept,
    regions: Vec<RegionRow>,
    applications: Vec<ApplicationRow>,
}

#[derive(Debug)]
struct RegionRow {
    name: String,
    is_ready: bool,
    instances: usize,
    applications: usize,
    last_success: String,
    failures: u64,
    mismatches: u64,
    last_failure: Option<String>,
}

#[derive(Debug)]
struct Banner {
    is_urgent: bool,
    text: String,
}

#[derive(Debug)]
struct ApplicationRow {
    name: String,
    statuses: Vec<StatusRow>,
}

#[derive(Debug)]
struct StatusRow {
    status: &'static str,
    is_up: bool,
    count: usize,
    instances: Vec<InstanceLink>,
}

#[derive(Debug)]
struct InstanceLink {
    id: String,
    url: Option<String>,
}

impl StatusPage {
    pub(super) fn new(
        app: &App,
        (report, regions, overview): (&NodeReport, &[RegionReport], &Overview),
        all: &Listing,
        now: Now,
    ) -> Self {
        let instances: Vec<&InstanceInfo> = all.rows().map(Row::info).collect();
        let applications = instances.chunk_by(|one, next| one.document.app == next.document.app);
        Self {
            system: system(app, report, now),
            general: general_stats(app),
            banner: banner(&report.protection, now),
            cluster: Cluster::new(overview),
            kept: Kept::new(report, overview, app.config().peers.cluster.hold_limit),
            regions: regions
                .iter()
                .map(|report| RegionRow::new(report, now))
                .collect(),
            applications: applications.filter_map(ApplicationRow::new).collect(),
        }
    }
}

impl RegionRow {
    fn new(report: &RegionReport, now: Now) -> Self {
        let ago = |at| format!("{} ago", format::span(now.mono.saturating_sub(at)));
        Self {
            name: report.name.to_string(),
            is_ready: report.is_ready,
            instances: report.instances,
            applications: report.applications,
            last_success: report.last_success.map_or_else(|| "never".to_owned(), ago),
            failures: report.failures,
            mismatches: report.mismatches,
            last_failure: report.last_failure.as_ref().map(ToString::to_string),
        }
    }
}

impl ApplicationRow {
    /// The instances are of one application, in the order of their ids.
    fn new(instances: &[&InstanceInfo]) -> Option<Self> {
        let statuses = InstanceStatus::ALL.into_iter().rev();
        Some(Self {
            name: instances.first()?.document.app.to_string(),
            statuses: statuses
                .filter_map(|status| StatusRow::new(instances, status))
                .collect(),
        })
    }
}

impl StatusRow {
    fn new(instances: &[&InstanceInfo], status: InstanceStatus) -> Option<Self> {
        let of_status = || instances.iter().filter(|info| info.status == status);
        let count = of_status().count();
        let named = of_status().take(NAMED_IN_ROW);
        (count > 0).then(|| Self {
            status: status.as_str(),
            is_up: status == InstanceStatus::Up,
            count,
            instances: named.map(|info| InstanceLink::new(info)).collect(),
        })
    }
}

impl InstanceLink {
    fn new(info: &InstanceInfo) -> Self {
        let url = format::link(info.document.texts().status_page_url);
        Self {
            id: info.document.id.to_string(),
            url: url.map(str::to_owned),
        }
    }
}

fn system(app: &App, report: &NodeReport, now: Now) -> Vec<(&'static str, String)> {
    let labels = &app.config().labels;
    let protection = &report.protection;
    vec![
        ("Node", labels.node_name.clone()),
        ("Environment", labels.environment.clone()),
        ("Data center", labels.data_center.clone()),
        ("Current time", format::time(now.wall)),
        ("Uptime", format::uptime(now.mono)),
        (
            "Lease expiration enabled",
            (protection.protection == Protection::Off).to_string(),
        ),
        ("Instances", report.instances.to_string()),
        ("Applications", report.applications.to_string()),
        (
            "Instances missing",
            format!(
                "{} (up to {} are tolerated)",
                protection.missing, protection.tolerated
            ),
        ),
        ("Renews (last min)", report.renewals_last_minute.to_string()),
    ]
}

/// What self-preservation has to say: why it is on, since when, and what it takes to end it (MERGE 4).
fn banner(report: &ProtectionReport, now: Now) -> Option<Banner> {
    let ProtectionReport {
        enabled,
        protection,
        expected,
        missing,
        tolerated,
        ..
    } = report;
    match protection {
        Protection::On { since } => Some(Banner {
            is_urgent: true,
            text: format!(
                "Self-preservation is on: {missing} of {expected} instances have not been seen for one and a half of \
                 their renewal intervals, for {}. Instances may be listed as up although they are not, and none is \
                 evicted. It ends when no more than {tolerated} are missing.",
                format::span(now.mono.saturating_sub(*since))
            ),
        }),
        Protection::Off if !enabled => Some(Banner {
            is_urgent: false,
            text: "Self-preservation is turned off: when the network fails, instances are evicted although they \
                   live."
                .to_owned(),
        }),
        Protection::Off => None,
    }
}
