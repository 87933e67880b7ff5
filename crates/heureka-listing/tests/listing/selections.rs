//! Applications, and who is found under a name.

use heureka_listing::{Header, Listing, Row};
use heureka_model::{Application, Applications, InstanceInfo, VERSION_OF_VIP};
use heureka_wire::{Packer, encode_application, encode_applications, gunzip};

use crate::fleet::{Naive, applications, bytes_of, forms, header, instance};

fn world() -> (Listing, Naive) {
    let mut naive = Naive::new();
    for (app, count) in [("A", 1), ("B", 130), ("C", 20), ("CC", 3), ("D", 70)] {
        for id in 0..count {
            let id = format!("host-{id}");
            let info = instance(app, &id, i64::from(id.ends_with('3')) * 3 + 1, 0);
            naive.insert((app.to_owned(), id), info);
        }
    }
    let listing = naive.values().cloned().map(Row::new).collect();
    (listing, naive)
}

fn expected(naive: &Naive, apps: &[&str], is_wanted: fn(&InstanceInfo) -> bool) -> Applications {
    let all = applications(naive).applications;
    let chosen = apps.iter().filter_map(|app| {
        let mut found = all.iter().find(|own| own.name.as_str() == *app)?.clone();
        found.instances.retain(is_wanted);
        (!found.instances.is_empty()).then_some(found)
    });
    let applications: Vec<Application> = chosen.collect();
    let infos = applications.iter().flat_map(|app| &app.instances);
    let statuses: heureka_model::StatusCounts = infos.map(|info| info.status).collect();
    Applications {
        version: VERSION_OF_VIP,
        hash: statuses.hash(),
        applications,
    }
}

#[test]
fn an_application_is_cut_out_of_the_leaves() {
    let (listing, naive) = world();
    for app in ["A", "B", "C", "CC", "D"] {
        let selection = listing.application(app);
        let expected = expected(&naive, &[app], |_| true);
        assert_eq!(selection.statuses().hash(), expected.hash);
        let wanted = listing.select([app], |_| true);
        assert_eq!(selection.content(), wanted.content());
        assert_eq!(selection.weight_bytes(), wanted.weight_bytes());
        for form in forms() {
            let bytes = bytes_of(selection.application(form));
            assert!(
                bytes == encode_application(&expected.applications[0], form),
                "{app} {form:?}"
            );
            // The second time it is made of what was kept.
            for _ in 0..2 {
                let packed = bytes_of(selection.packed_application(form, &mut Packer::new()));
                assert!(
                    gunzip(&packed, usize::MAX).unwrap() == bytes,
                    "{app} {form:?}"
                );
            }
        }
    }
    for unknown in ["", "AA", "BB", "E"] {
        assert!(listing.application(unknown).is_empty(), "{unknown}");
        assert!(listing.select([unknown], |_| true).is_empty(), "{unknown}");
    }
}

#[test]
fn what_was_written_for_an_application_serves_the_whole_listing() {
    for form in forms() {
        let (listing, naive) = world();
        for app in ["A", "B", "C", "CC", "D"] {
            bytes_of(listing.application(app).application(form));
        }
        let bytes = bytes_of(listing.plain(form, &header(&listing)));
        assert!(
            bytes == encode_applications(&applications(&naive), form),
            "{form:?}"
        );
    }
}

#[test]
fn who_is_found_under_a_name_is_cut_out_of_the_leaves() {
    let (listing, naive) = world();
    let all = |_: &InstanceInfo| true;
    let third = |info: &InstanceInfo| info.document.id.as_str().ends_with('3');
    let nobody = |_: &InstanceInfo| false;
    for (apps, is_wanted) in [
        (&["B"][..], all as fn(&InstanceInfo) -> bool),
        (&["D", "A", "CC"], all),
        (&["A", "B", "C", "D"], third),
        (&["B", "X"], nobody),
        (&[], all),
    ] {
        let selection = listing.select(apps.iter().copied(), is_wanted);
        let expected = expected(&naive, apps, is_wanted);
        assert_eq!(selection.statuses().hash(), expected.hash);
        let header = Header {
            version: VERSION_OF_VIP,
            statuses: selection.statuses(),
        };
        for form in forms() {
            let bytes = bytes_of(selection.listing(form, &header));
            assert!(
                bytes == encode_applications(&expected, form),
                "{apps:?} {form:?}"
            );
            for _ in 0..2 {
                let packed = bytes_of(selection.packed_listing(form, &header, &mut Packer::new()));
                assert!(
                    gunzip(&packed, usize::MAX).unwrap() == bytes,
                    "{apps:?} {form:?}"
                );
            }
        }
    }
}
