//! What is shown of regions (server.md R67 to R73, R81, R82, G11, G12).

use std::collections::{BTreeMap, BTreeSet};

use heureka_core::{RegionsConfig, Scope};
use heureka_model::InstanceStatus::Up;
use heureka_model::{ActionType, AppName, Document, InstanceStatus, StatusCounts};

use crate::builders::{World, infos, named, secs};
use crate::region_builders::{
    ADDED, DELETED, DELTA, FULL, changes, down, following, gone, hash_of, knowing, listed, listing,
    shown, up,
};

/// `A/1` and `L/1` here; `A/2` and `E/1` in `eu`, `A/3` and `U/1` in `us`.
fn three_places(configure: impl FnOnce(&mut RegionsConfig)) -> World {
    let mut world = following(&["eu", "us"], configure);
    world.register(named("A", "1"));
    world.register(named("L", "1"));
    world.brings(FULL, Ok(listing(&[up("A", "2"), down("E", "1")])));
    world.brings(FULL, Ok(listing(&[up("A", "3"), up("U", "1")])));
    world
}

const LOCAL: &[&str] = &["A/1:UP", "L/1:UP"];
const WITH_EU: &[&str] = &["A/1:UP", "A/2:UP", "E/1:DOWN", "L/1:UP"];
const ALL: &[&str] = &["A/1:UP", "A/2:UP", "A/3:UP", "E/1:DOWN", "L/1:UP", "U/1:UP"];

// server.md R71, R72, G11
#[test]
fn whom_listings_show() {
    for (fallback, usual) in [(true, ALL), (false, LOCAL)] {
        let mut world = three_places(|config| config.fallback = fallback);
        for (names, expected) in [
            (&["eu"][..], WITH_EU),
            (&["eu", "us"], ALL),
            (&["us", "eu", "eu"], ALL),
            (&["nowhere"], LOCAL),
            (&["eu", "nowhere"], WITH_EU),
            (&[], LOCAL),
        ] {
            assert_eq!(shown(&world.of_regions(names)), expected, "{names:?}");
        }
        assert_eq!(shown(&world.usual()), usual);
        assert_eq!(shown(&world.node.applications_in(Scope::Local)), LOCAL);
        assert_eq!(
            shown(&world.node.delta_in(world.now.mono, Scope::Usual).unwrap()),
            usual
        );
    }
}

#[test]
fn applications_of_one_name_are_one_application() {
    let world = three_places(|_| {});
    let names: Vec<_> = world
        .usual()
        .applications
        .iter()
        .map(|app| format!("{}:{}", app.name, app.instances.len()))
        .collect();
    assert_eq!(names, ["A:3", "L:1", "E:1", "U:1"]);
}

// server.md R73, G12
#[test]
fn lists_of_allowed_applications() {
    let apps = |names: &[&str]| Some(names.iter().map(|name| AppName::new(name)).collect());
    let (eu, us) = (&["A/2:UP", "E/1:DOWN"][..], &["A/3:UP", "U/1:UP"][..]);
    for (for_all, for_eu, expected) in [
        (None, None, [eu, us].concat()),
        (apps(&["A"]), None, vec!["A/2:UP", "A/3:UP"]),
        (apps(&["A"]), apps(&["e"]), vec!["A/3:UP", "E/1:DOWN"]),
        (None, apps(&["E"]), vec!["A/3:UP", "E/1:DOWN", "U/1:UP"]),
        (apps(&[]), None, vec![]),
        (apps(&[""]), apps(&["A", "E"]), eu.to_vec()),
        (None, apps(&[]), us.to_vec()),
    ] {
        let mut world = three_places(|config| {
            config.allowed_apps = for_all.clone();
            config.regions[0].allowed_apps = for_eu.clone();
        });
        let mut expected = [LOCAL, &expected].concat();
        expected.sort_unstable();
        let usual = world.usual();
        let delta = world.node.delta_in(world.now.mono, Scope::Usual).unwrap();
        assert_eq!(shown(&usual), expected, "{for_all:?} {for_eu:?}");
        assert_eq!(shown(&delta), expected, "{for_all:?} {for_eu:?}");
        assert_eq!(usual.hash, hash_of(&usual));
        assert_eq!(delta.hash, usual.hash);
    }
}

// server.md R67, R68, R69
#[test]
fn single_reads_look_here_first_and_then_in_the_regions() {
    let mut world = following(&["eu", "us"], |_| {});
    world.register(named("A", "1"));
    world.brings(
        FULL,
        Ok(listing(&[up("B", "1"), down("A", "1"), up("A", "4")])),
    );
    world.brings(FULL, Ok(listing(&[up("B", "2"), up("C", "3")])));
    let node = &world.node;
    for (app, id, found) in [
        ("A", "1", Some(Up)),
        ("A", "4", Some(Up)),
        ("B", "1", Some(Up)),
        // The first region that has the application answers for all.
        ("B", "2", None),
        ("C", "3", Some(Up)),
        ("D", "1", None),
    ] {
        let status = node.instance_anywhere(app, id).map(|info| info.status);
        assert_eq!(status, found, "{app}/{id}");
    }
    for (id, app) in [
        ("1", Some("A")),
        ("2", Some("B")),
        ("3", Some("C")),
        ("9", None),
    ] {
        let found = node.instance_by_id_anywhere(id);
        let found = found.as_ref().map(|info| info.document.app.as_str());
        assert_eq!(found, app, "{id}");
    }
    for (app, ids) in [("A", 1), ("B", 1), ("C", 1), ("D", 0)] {
        let found = node.application_anywhere(app);
        assert_eq!(found.map_or(0, |app| app.instances.len()), ids, "{app}");
    }
}

// server.md R69, G11
#[test]
fn without_fallback_an_application_is_only_looked_for_here() {
    let world = three_places(|config| config.fallback = false);
    assert!(world.node.application_anywhere("E").is_none());
    assert!(world.node.instance_anywhere("E", "1").is_some());
}

// server.md C17
#[test]
fn vips_are_looked_for_in_what_listings_show() {
    let mut world = following(&["eu"], |config| {
        config.regions[0].allowed_apps = Some(["A", "B"].map(AppName::new).into());
    });
    world.register(named("A", "1").vip("v").secure_vip("s"));
    let carrier = |app, id| listed(named(app, id).vip("u,v").secure_vip("s"), ADDED);
    let remote = [
        carrier("A", "1"),
        carrier("A", "2"),
        carrier("B", "1"),
        carrier("C", "1"),
    ];
    world.brings(FULL, Ok(listing(&remote)));
    for (vip, expected) in [
        ("v", &["A/1:UP", "A/2:UP", "B/1:UP"][..]),
        ("u", &["A/2:UP", "B/1:UP"]),
        ("s", &[]),
    ] {
        let found = carriers(&world, &world.node.apps_with_vip(vip), |document| {
            document.vips().any(|own| own == vip)
        });
        assert_eq!(found, expected, "{vip}");
    }
    let secure = carriers(&world, &world.node.apps_with_secure_vip("s"), |document| {
        document.secure_vips().any(|own| own == "s")
    });
    assert_eq!(secure.len(), 3);
    world.later_brings(DELTA, Ok(changes(&[gone("A", "2"), gone("B", "1")], "")));
    let found = carriers(&world, &world.node.apps_with_vip("v"), |document| {
        document.vips().any(|own| own == "v")
    });
    assert_eq!(found, ["A/1:UP"]);
}

/// Of what a client is shown that names no region, those who carry an address in the applications where it may be found.
fn carriers(
    world: &World,
    apps: &BTreeSet<AppName>,
    carries: impl Fn(&Document) -> bool,
) -> Vec<String> {
    let mut listed = world.usual();
    listed.applications.retain(|app| apps.contains(&app.name));
    for app in &mut listed.applications {
        app.instances.retain(|info| carries(&info.document));
    }
    shown(&listed)
}

/// A client that follows a node by deltas, as wire.md 4 describes it.
#[derive(Default)]
struct Client(BTreeMap<String, InstanceStatus>);

impl Client {
    #[track_caller]
    fn follow(&mut self, world: &mut World) {
        let delta = world.node.delta_in(world.now.mono, Scope::Usual).unwrap();
        for info in infos(&delta) {
            let key = info.document.key().to_string();
            match info.action {
                Some(ActionType::Deleted) => self.0.remove(&key),
                Some(ActionType::Added | ActionType::Modified) => self.0.insert(key, info.status),
                None => None,
            };
        }
        let counts: StatusCounts = self.0.values().copied().collect();
        assert_eq!(counts.hash(), delta.hash);
        let own: Vec<String> = self
            .0
            .iter()
            .map(|(key, status)| format!("{key}:{status}"))
            .collect();
        let full = world.usual();
        assert_eq!((own, &delta.hash), (shown(&full), &full.hash));
    }
}

// server.md D-12, R82
#[test]
fn a_client_that_follows_by_deltas_always_has_what_the_listing_shows() {
    let mut world = following(&["eu", "us"], |_| {});
    let mut client = Client::default();
    world.register(named("A", "1"));
    client.follow(&mut world);
    world.brings(
        FULL,
        Ok(listing(&[up("A", "1"), up("A", "2"), up("E", "1")])),
    );
    client.follow(&mut world);
    world.brings(FULL, Ok(listing(&[down("A", "2"), up("U", "1")])));
    client.follow(&mut world);
    // What leaves here is still in a region.
    world.cancel();
    client.follow(&mut world);
    world.later_brings(
        DELTA,
        Ok(changes(&[down("A", "1"), gone("A", "2")], "DOWN_1_UP_1_")),
    );
    client.follow(&mut world);
    world.brings(DELTA, Ok(changes(&[gone("A", "2")], "UP_9_")));
    client.follow(&mut world);
    world.register(named("A", "1"));
    world.brings(FULL, Ok(listing(&[up("U", "2")])));
    client.follow(&mut world);
    world.later_brings(DELTA, Ok(changes(&[gone("A", "1"), gone("E", "1")], "")));
    client.follow(&mut world);
    assert_eq!(shown(&world.usual()), ["A/1:UP", "U/2:UP"]);
}

#[test]
fn a_change_is_told_once_and_forgotten_after_the_retention() {
    let mut world = knowing(&[up("A", "1")]);
    let version = |world: &mut World| {
        let delta = world.node.delta_in(world.now.mono, Scope::Usual).unwrap();
        (delta.version, infos(&delta).count())
    };
    let (first, count) = version(&mut world);
    assert_eq!(count, 1);
    world.later_brings(DELTA, Ok(listing(&[up("A", "1")])));
    assert_eq!(version(&mut world), (first, 1), "a repeated change is none");
    world.later_brings(DELTA, Ok(changes(&[down("A", "1")], "DOWN_1_")));
    assert_ne!(version(&mut world).0, first);
    world.stall(secs(181));
    assert_eq!(version(&mut world).1, 0);
}

// server.md R82: what a region may not show is not told to have left it either.
#[test]
fn changes_of_applications_that_are_not_allowed_stay_hidden() {
    let mut world = following(&["eu"], |config| {
        config.allowed_apps = Some([AppName::new("A")].into());
    });
    world.brings(FULL, Ok(listing(&[up("A", "1"), up("B", "1")])));
    world.later_brings(DELTA, Ok(changes(&[gone("A", "1"), gone("B", "1")], "")));
    let delta = world.node.delta_in(world.now.mono, Scope::Usual).unwrap();
    assert_eq!(shown(&delta), ["A/1:UP"]);
    assert_eq!(infos(&delta).next().unwrap().action, DELETED);
}
