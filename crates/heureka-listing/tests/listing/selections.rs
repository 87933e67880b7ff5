//! Applications, and who is found under a name.

use std::sync::Arc;

use heureka_listing::{Header, Listing, Row, Vip, Whole};
use heureka_model::{Application, Applications, InstanceInfo, StatusCounts, Texts, VERSION_OF_VIP};
use heureka_wire::{Packer, encode_application, encode_applications, gunzip};

use crate::fleet::{Naive, applications, bytes_of, forms, header, instance};

fn world() -> (Listing, Naive) {
    let mut naive = Naive::new();
    for (app, count) in [("A", 1), ("B", 130), ("C", 20), ("CC", 3), ("D", 70)] {
        for id in 0..count {
            let id = format!("host-{id}");
            let mut info = instance(app, &id, i64::from(id.ends_with('3')) * 3 + 1, 0);
            if id.ends_with('3') {
                carry_more(&mut info, app.contains('C'));
            }
            naive.insert((app.to_owned(), id), info);
        }
    }
    let listing = naive.values().cloned().map(Row::new).collect();
    (listing, naive)
}

/// Has it found under other names as well, or under others as far as its secure port goes.
fn carry_more(info: &mut InstanceInfo, is_secure: bool) {
    let document = Arc::make_mut(&mut info.document);
    let others = Some("third,others");
    let texts = if is_secure {
        Texts {
            secure_vip_address: others,
            ..document.texts()
        }
    } else {
        Texts {
            vip_address: others,
            ..document.texts()
        }
    };
    document.texts = texts.pack();
}

fn expected(
    naive: &Naive,
    apps: &[&str],
    is_wanted: impl Fn(&InstanceInfo) -> bool,
) -> Applications {
    let all = applications(naive).applications;
    let chosen = apps.iter().filter_map(|app| {
        let mut found = all.iter().find(|own| own.name.as_str() == *app)?.clone();
        found.instances.retain(&is_wanted);
        (!found.instances.is_empty()).then_some(found)
    });
    let applications: Vec<Application> = chosen.collect();
    let infos = applications.iter().flat_map(|app| &app.instances);
    let statuses: StatusCounts = infos.map(|info| info.status).collect();
    Applications {
        version: VERSION_OF_VIP,
        hash: statuses.hash(),
        applications,
    }
}

/// Everything of these as a listing, whose sums are those of a selection that shows the same.
fn of_infos(applications: &Applications) -> Listing {
    let all = applications.applications.iter();
    let infos = all.flat_map(|app| app.instances.clone());
    infos.map(Row::new).collect()
}

#[test]
fn an_application_is_cut_out_of_the_leaves() {
    let (listing, naive) = world();
    for app in ["A", "B", "C", "CC", "D"] {
        let selection = listing.application(app);
        let expected = expected(&naive, &[app], |_| true);
        assert_eq!(selection.statuses().hash(), expected.hash);
        assert_eq!(selection.content(), of_infos(&expected).content());
        for form in forms() {
            let bytes = bytes_of(selection.plain(form, Whole::Application));
            assert!(
                bytes == encode_application(&expected.applications[0], form),
                "{app} {form:?}"
            );
            // The second time it is made of what was kept.
            for _ in 0..2 {
                let packed =
                    bytes_of(selection.packed(form, Whole::Application, &mut Packer::new()));
                assert!(
                    gunzip(&packed, usize::MAX).unwrap() == bytes,
                    "{app} {form:?}"
                );
            }
        }
    }
    for unknown in ["", "AA", "BB", "E"] {
        assert!(listing.application(unknown).is_empty(), "{unknown}");
        let carriers = listing.carriers([unknown], Vip::Usual("b"));
        assert!(carriers.is_empty(), "{unknown}");
    }
}

#[test]
fn what_was_written_for_an_application_serves_the_whole_listing() {
    for form in forms() {
        let (listing, naive) = world();
        for app in ["A", "B", "C", "CC", "D"] {
            bytes_of(listing.application(app).plain(form, Whole::Application));
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
    let all = ["A", "B", "C", "CC", "D"];
    for (apps, vip) in [
        (&["A"][..], Vip::Usual("a")),
        (&["B"], Vip::Usual("b")),
        (&["B"], Vip::Secure("b")),
        (&["D", "A", "CC"], Vip::Usual("d")),
        (&all, Vip::Usual("third")),
        (&all, Vip::Secure("others")),
        (&all, Vip::Secure("c")),
        (&["B", "X"], Vip::Usual("nobody")),
        (&[], Vip::Usual("b")),
    ] {
        let selection = listing.carriers(apps.iter().copied(), vip);
        let carries = |info: &InstanceInfo| match vip {
            Vip::Usual(name) => info.document.vips().any(|own| own == name),
            Vip::Secure(name) => info.document.secure_vips().any(|own| own == name),
        };
        let expected = expected(&naive, apps, carries);
        assert_eq!(selection.statuses().hash(), expected.hash);
        assert_eq!(selection.content(), of_infos(&expected).content());
        let header = Header {
            version: VERSION_OF_VIP,
            statuses: selection.statuses(),
        };
        for form in forms() {
            let bytes = bytes_of(selection.plain(form, Whole::Listing(header)));
            assert!(
                bytes == encode_applications(&expected, form),
                "{apps:?} {form:?}"
            );
            for _ in 0..2 {
                let packed =
                    bytes_of(selection.packed(form, Whole::Listing(header), &mut Packer::new()));
                assert!(
                    gunzip(&packed, usize::MAX).unwrap() == bytes,
                    "{apps:?} {form:?}"
                );
            }
        }
    }
}

/// Rows that are deflated behind one head are not those behind the other.
#[test]
fn what_was_deflated_for_an_application_is_not_taken_for_who_is_found_under_a_name() {
    for form in forms() {
        for application_first in [true, false] {
            let (listing, _) = world();
            for (app, vip) in [("A", "a"), ("B", "b"), ("CC", "cc"), ("D", "d")] {
                let (whole, found) = (
                    listing.application(app),
                    listing.carriers([app], Vip::Usual(vip)),
                );
                let header = Header {
                    version: VERSION_OF_VIP,
                    statuses: found.statuses(),
                };
                let check_application = || {
                    let packed =
                        bytes_of(whole.packed(form, Whole::Application, &mut Packer::new()));
                    let plain = bytes_of(whole.plain(form, Whole::Application));
                    assert!(gunzip(&packed, usize::MAX) == Ok(plain), "{app} {form:?}");
                };
                if application_first {
                    check_application();
                }
                let packed =
                    bytes_of(found.packed(form, Whole::Listing(header), &mut Packer::new()));
                let plain = bytes_of(found.plain(form, Whole::Listing(header)));
                assert!(gunzip(&packed, usize::MAX) == Ok(plain), "{vip} {form:?}");
                check_application();
            }
        }
    }
}

/// Each form of a part is made once, whether a leaf of it is also one of the whole listing or only a piece of a leaf.
#[test]
fn nothing_of_a_part_is_missing_once_it_was_made() {
    let header = Header {
        version: VERSION_OF_VIP,
        statuses: StatusCounts::default(),
    };
    for (form, is_packed) in forms()
        .into_iter()
        .flat_map(|form| [(form, true), (form, false)])
    {
        for whole in [Whole::Application, Whole::Listing(header)] {
            let (listing, _) = world();
            let part = match whole {
                Whole::Application => listing.application("B"),
                Whole::Listing(_) => listing.carriers(["B"], Vip::Usual("b")),
            };
            assert!(part.missing_parts(form, whole, is_packed, 99) >= 5);
            assert_eq!(part.missing_parts(form, whole, is_packed, 2), 2);
            if is_packed {
                bytes_of(part.packed(form, whole, &mut Packer::new()));
            } else {
                bytes_of(part.plain(form, whole));
            }
            let missing = part.missing_parts(form, whole, is_packed, 99);
            assert_eq!(missing, 0, "{form:?} {whole:?} {is_packed}");
        }
    }
}
