//! Instances to list.

use std::collections::BTreeMap;
use std::hash::{Hash as _, Hasher as _};
use std::sync::Arc;

use bytes::Buf as _;
use heureka_listing::{Body, Header, Listing, Row};
use heureka_model::{
    ActionType, AppName, Application, Applications, DataCenter, DataCenterDraft, InstanceDraft,
    InstanceInfo, InstanceStatus, LeaseDraft, LeaseTimes, Metadata, PortDraft, StatusCounts, Texts,
    UnixMillis, Urls,
};
use heureka_wire::{Detail, Form, Format, Version};

/// What a listing is compared with: the same rows in a plain map.
pub(crate) type Naive = BTreeMap<(String, String), InstanceInfo>;

/// All forms in which listings are written: the version matters in full XML alone.
pub(crate) fn forms() -> [Form; 5] {
    let compact = Form {
        detail: Detail::Compact,
        ..JSON
    };
    let xml = Form {
        format: Format::Xml,
        ..JSON
    };
    let v1 = Form {
        version: Version::V1,
        ..xml
    };
    let compact_xml = Form {
        format: Format::Xml,
        ..compact
    };
    [JSON, compact, xml, v1, compact_xml]
}

pub(crate) const JSON: Form = Form {
    format: Format::Json,
    detail: Detail::Full,
    version: Version::V2,
};

/// An instance of about 1 kB in JSON; `version` tells its states apart, and `filling_bytes` makes it larger. Its address, host
/// and times are as different from those of others as they are in life.
pub(crate) fn instance(app: &str, id: &str, version: i64, filling_bytes: usize) -> InstanceInfo {
    let chance = chance(app, id);
    let [.., a, b, c] = chance.to_be_bytes();
    let time =
        UnixMillis(1_700_000_000_000 + version * 1000 + i64::from(u32::from(b) * u32::from(c)));
    let host = format!("ip-10-{a}-{b}-{c}.example.org");
    let url = |page: &str| Some(format!("http://{host}:8080/{page}").into_boxed_str());
    let draft = InstanceDraft {
        app: AppName::new(app),
        instance_id: Some(id.into()),
        host_name: Some(host.as_str().into()),
        ip_addr: Some(format!("10.{a}.{b}.{c}").into()),
        sid: None,
        status: InstanceStatus::Up,
        overridden_status: InstanceStatus::Unknown,
        port: PortDraft {
            number: Some(8080),
            enabled: Some(true),
        },
        secure_port: PortDraft::default(),
        country_id: 1,
        data_center: Some(DataCenterDraft::Known(DataCenter::MyOwn)),
        lease: LeaseDraft::default(),
        metadata: [
            ("management.port", "8080".to_owned()),
            ("filling", filling(filling_bytes)),
        ]
        .into_iter()
        .collect::<Metadata>(),
        app_group_name: None,
        urls: Urls {
            home_page: url(""),
            status_page: url("actuator/info"),
            health_check: url("actuator/health"),
            secure_health_check: None,
        },
        vip_address: Some(app.to_lowercase().into()),
        secure_vip_address: Some(app.to_lowercase().into()),
        is_coordinating: false,
        last_updated: Some(time),
        last_dirty: Some(time),
        action: Some(ActionType::Added),
        asg_name: None,
    };
    let mut info = draft.into_listed(time).unwrap();
    if version % 3 == 0 {
        info.status = InstanceStatus::OutOfService;
    }
    info
}

/// So many digits, which deflate no better than a reader from outside may send.
fn filling(bytes: usize) -> String {
    let numbers = (0_u64..).flat_map(|n| (n * 7_919 % 10_007).to_string().into_bytes());
    numbers.take(bytes).map(char::from).collect()
}

fn chance(app: &str, id: &str) -> u64 {
    let mut hasher = std::hash::DefaultHasher::new();
    (app, id).hash(&mut hasher);
    hasher.finish()
}

pub(crate) fn row(app: &str, id: &str, version: i64) -> Row {
    Row::new(instance(app, id, version, 0))
}

/// `apps` applications with `per_app` instances each.
pub(crate) fn fleet(apps: usize, per_app: usize) -> Listing {
    let rows = (0..apps).flat_map(|app| {
        (0..per_app).map(move |id| row(&format!("APP{app:05}"), &format!("host-{id}"), 1))
    });
    rows.collect()
}

/// The same, but as alike as instances are that come from one template: only numbers tell them apart. The whole deflates to
/// so little then that what is said again in each part counts most.
pub(crate) fn alike(apps: usize, per_app: usize) -> Listing {
    let rows = (0..apps * per_app).map(|n| {
        let app = format!("APP{:05}", n / per_app);
        let mut info = instance(&app, &format!("host-{n:06}:{app}:8080"), 1, 0);
        let document = Arc::make_mut(&mut info.document);
        let url = |page: &str| format!("http://host-{n:06}.internal:8080/{page}");
        let texts = Texts {
            host_name: &format!("host-{n:06}.internal"),
            ip_addr: &format!("10.1.{}.{}", n / 256 % 256, n % 256),
            home_page_url: Some(&url("")),
            status_page_url: Some(&url("actuator/info")),
            health_check_url: Some(&url("actuator/health")),
            ..document.texts()
        };
        document.texts = texts.pack();
        document.last_dirty = UnixMillis(1_700_000_000_000);
        info.last_updated = document.last_dirty;
        info.lease = LeaseTimes::default();
        Row::new(info)
    });
    rows.collect()
}

pub(crate) fn header(listing: &Listing) -> Header {
    Header {
        version: 1,
        statuses: listing.statuses(),
    }
}

pub(crate) fn bytes_of(body: Body) -> Vec<u8> {
    let length = body.length_bytes;
    let bytes = body.pieces.fold(Vec::new(), |mut bytes, piece| {
        assert!(piece.has_remaining(), "an empty piece");
        for part in piece.parts() {
            assert!(!part.is_empty(), "an empty part");
            bytes.extend_from_slice(part);
        }
        bytes
    });
    assert_eq!(u64::try_from(bytes.len()).unwrap(), length);
    bytes
}

/// The same listing as values.
pub(crate) fn applications(naive: &Naive) -> Applications {
    let mut applications: Vec<Application> = Vec::new();
    for info in naive.values() {
        let name = info.document.app.clone();
        match applications.last_mut().filter(|last| last.name == name) {
            Some(last) => last.instances.push(info.clone()),
            None => applications.push(Application {
                name,
                instances: vec![info.clone()],
            }),
        }
    }
    let statuses: StatusCounts = naive.values().map(|info| info.status).collect();
    Applications {
        version: 1,
        hash: statuses.hash(),
        applications,
    }
}
