//! Which answers count (T13).

use super::RequestKind::{Cancel, FetchAll, FetchDelta, FetchVip, Register, Renew};
use super::*;

const KINDS: [RequestKind; 6] = [Register, Renew, Cancel, FetchAll, FetchDelta, FetchVip];
const STATUSES: [u16; 14] = [
    200, 202, 204, 299, 301, 302, 304, 400, 401, 403, 404, 429, 500, 503,
];
const SUCCESSES: [u16; 4] = [200, 202, 204, 299];

/// The successes that a kind of request accepts, and the other statuses.
type Accepted = fn(RequestKind) -> (&'static [u16], &'static [u16]);

fn of_java(kind: RequestKind) -> (&'static [u16], &'static [u16]) {
    let further: &[u16] = match kind {
        Register | Renew => &[302, 404],
        Cancel => &STATUSES,
        FetchAll | FetchVip => &[302],
        FetchDelta => &[302, 403, 404],
    };
    (&SUCCESSES, further)
}

/// A fetch is served by a listing, and here only a 200 has one.
fn of_modern(kind: RequestKind) -> (&'static [u16], &'static [u16]) {
    match kind {
        Register => (&SUCCESSES, &[]),
        Renew | Cancel => (&SUCCESSES, &[404]),
        FetchAll | FetchVip => (&[200], &[304]),
        FetchDelta => (&[200], &[304, 403, 404]),
    }
}

#[test]
fn t13_each_kind_of_request_accepts_other_statuses() {
    let tables: [(Profile, Accepted); 3] = [
        (Profile::Netflix, of_java),
        (Profile::Spring, of_java),
        (Profile::Modern, of_modern),
    ];
    for (profile, accepted) in tables {
        for kind in KINDS {
            for code in STATUSES {
                let mut line = line_of(config(profile), &["a", "b"]);
                let (asked, _) = run(&mut line, SECOND, kind, |_| status(code));
                let (successes, further) = accepted(kind);
                let expected = successes.contains(&code) || further.contains(&code);
                assert_eq!(asked.len() == 1, expected, "{profile:?} {kind:?} {code}");
            }
        }
    }
}

#[test]
fn t13_an_answer_that_cannot_be_used_is_a_failure_of_its_server() {
    for kind in KINDS {
        let mut line = line_of(config(Profile::Modern), &["a", "b"]);
        let unreadable = |url: &ServiceUrl| match url.host() {
            "a" => Err(CallFailure::Unreadable("HTML".into())),
            _ => status(200),
        };
        let (asked, result) = run(&mut line, SECOND, kind, unreadable);
        assert_eq!(asked, ["a", "b"]);
        assert_eq!(result, Ok(()));
        assert_eq!(line.quarantined(), 1);
    }
}
