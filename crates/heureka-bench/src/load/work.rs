//! What each due request says, which depends on what its instance was answered before.

use std::cell::RefCell;
use std::rc::Rc;

use super::schedule::{Due, Kind};
use crate::cases::override_step;
use crate::fleet::{Coding, Fleet, Listing, Scatter};
use crate::http::Answer;

/// The virtual instances, with what each remembers.
#[derive(Debug)]
pub(crate) struct Work {
    fleet: Fleet,
    walk: Scatter,
    coding: Coding,
    conditional: bool,
    /// The version of each instance's document that the server has.
    versions: RefCell<Vec<u32>>,
    /// The `ETag` of the delta that each instance was answered last.
    etags: RefCell<Vec<Option<Rc<str>>>>,
    /// The last of all, so that a million instances with the same one share it.
    newest_etag: RefCell<Option<Rc<str>>>,
}

impl Work {
    /// Instances that are registered and remember nothing. `conditional` is whether they send `If-None-Match`.
    pub(crate) fn new(fleet: Fleet, coding: Coding, conditional: bool) -> Self {
        let count = fleet.instances;
        Self {
            walk: Scatter::new(count),
            coding,
            conditional,
            versions: RefCell::new(vec![0; count]),
            etags: RefCell::new(if conditional {
                vec![None; count]
            } else {
                Vec::new()
            }),
            newest_etag: RefCell::default(),
            fleet,
        }
    }

    /// Writes the request.
    pub(crate) fn write(&self, out: &mut Vec<u8>, due: Due) {
        let n = self.instance_of(due);
        match due.kind {
            Kind::Heartbeat => self.fleet.heartbeat(out, n, self.version(n)),
            Kind::Delta => {
                let etag = self.etags.borrow().get(n).cloned().flatten();
                let listing = Listing::Delta;
                self.fleet.read(out, listing, self.coding, etag.as_deref());
            }
            Kind::Full => self.fleet.read(out, Listing::Full, self.coding, None),
            Kind::Register => self.fleet.register(out, n, self.version(n) + 1),
            Kind::StatusChange => {
                let (_, on) = override_step(due.number);
                self.fleet.override_status(out, n, on);
            }
        }
    }

    /// Remembers what the answer to a request says.
    pub(crate) fn remember(&self, due: Due, answer: Answer, etag: Option<&str>) {
        let n = self.instance_of(due);
        match (due.kind, answer.status) {
            // Only now, so that no heartbeat speaks of a document that the server has not heard of.
            (Kind::Register, 204) => {
                if let Some(version) = self.versions.borrow_mut().get_mut(n) {
                    *version += 1;
                }
            }
            (Kind::Delta, 200) if self.conditional => {
                let etag = etag.map(|etag| self.share(etag));
                if let Some(slot) = self.etags.borrow_mut().get_mut(n) {
                    *slot = etag;
                }
            }
            _ => {}
        }
    }

    fn instance_of(&self, due: Due) -> usize {
        match due.kind {
            Kind::StatusChange => self.walk.at(override_step(due.number).0),
            // Registrations begin elsewhere than heartbeats, which walk as they do.
            Kind::Register => self.walk.at(due.number + self.fleet.instances as u64 / 3),
            Kind::Heartbeat | Kind::Delta | Kind::Full => self.walk.at(due.number),
        }
    }

    fn version(&self, n: usize) -> u64 {
        self.versions.borrow().get(n).copied().unwrap_or(0).into()
    }

    fn share(&self, etag: &str) -> Rc<str> {
        let mut newest = self.newest_etag.borrow_mut();
        match newest.as_ref() {
            Some(newest) if **newest == *etag => Rc::clone(newest),
            _ => Rc::clone(newest.insert(etag.into())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Target;

    fn work(conditional: bool) -> Work {
        let target = Target::local("127.0.0.1:1".parse().unwrap());
        let mut fleet = Fleet::new(target, 100, 5, 90);
        fleet.first_dirty_ms = 5000;
        Work::new(fleet, Coding::Gzip, conditional)
    }

    fn due(kind: Kind, number: u64) -> Due {
        Due {
            kind,
            number,
            at_ns: 0,
        }
    }

    fn text(work: &Work, due: Due) -> String {
        let mut out = Vec::new();
        work.write(&mut out, due);
        String::from_utf8(out).unwrap()
    }

    fn answer(status: u16) -> Answer {
        Answer {
            status,
            body_bytes: 0,
        }
    }

    #[test]
    fn each_instance_sends_the_etag_that_it_was_answered() {
        let work = work(true);
        let (one, other) = (due(Kind::Delta, 0), due(Kind::Delta, 1));
        assert!(!text(&work, one).contains("If-None-Match"));
        work.remember(one, answer(200), Some("W/\"a\""));
        assert!(text(&work, one).contains("If-None-Match: W/\"a\"\r\n"));
        assert!(text(&work, due(Kind::Delta, 100)).contains("W/\"a\""));
        assert!(!text(&work, other).contains("If-None-Match"));
        work.remember(one, answer(304), None);
        assert!(text(&work, one).contains("W/\"a\""));
    }

    #[test]
    fn who_does_not_ask_conditionally_remembers_nothing() {
        let work = work(false);
        let one = due(Kind::Delta, 0);
        work.remember(one, answer(200), Some("W/\"a\""));
        assert!(!text(&work, one).contains("If-None-Match"));
    }

    #[test]
    fn a_heartbeat_speaks_of_the_document_that_was_taken() {
        let work = work(false);
        let registration = due(Kind::Register, 0);
        let n = work.instance_of(registration);
        let number = (0..100).find(|number| work.walk.at(*number) == n).unwrap();
        let heartbeat = due(Kind::Heartbeat, number);
        assert!(text(&work, heartbeat).contains("lastDirtyTimestamp=5000 "));
        assert!(text(&work, registration).contains(r#""lastDirtyTimestamp":5001"#));
        work.remember(registration, answer(503), None);
        assert!(text(&work, heartbeat).contains("lastDirtyTimestamp=5000 "));
        work.remember(registration, answer(204), None);
        assert!(text(&work, heartbeat).contains("lastDirtyTimestamp=5001 "));
    }
}
