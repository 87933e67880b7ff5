//! A line whose servers answer as a test says.

mod judgement;
mod order;
mod properties;
mod quarantine;
mod redirect;
mod requests;
mod session;

use std::time::Duration;

use heureka_model::{Applications, ServiceUrl};

use crate::endpoints::{Line, Request, RequestKind, Verdict};
use crate::{Answer, CallFailure, Endpoint, LineConfig, Profile, Unserved};

const SECOND: Duration = Duration::from_secs(1);

/// More servers than any request here may ask.
const ENDLESS: usize = 100;

/// What a server does.
type Outcome = Result<Answer, CallFailure>;

fn config(profile: Profile) -> LineConfig {
    LineConfig::of(profile)
}

/// A server in Spring's place, in no zone.
fn server(host: &str) -> Endpoint {
    Endpoint {
        url: url(&format!("http://{host}:8761/eureka/")),
        zone: None,
    }
}

fn url(text: &str) -> ServiceUrl {
    ServiceUrl::parse(text).unwrap()
}

/// A line that tries these servers in this order, whatever chance says.
fn line_of(config: LineConfig, hosts: &[&str]) -> Line {
    let mut line = Line::new(config, 1);
    line.set_endpoints(hosts.iter().map(|host| server(host)).collect());
    line.listed
        .sort_by_key(|endpoint| hosts.iter().position(|host| endpoint.url.host() == *host));
    line
}

fn refused() -> Outcome {
    Err(CallFailure::Unreachable("refused".into()))
}

/// An answer with this status; 200 comes with a listing, which only fetches look at.
fn status(status: u16) -> Outcome {
    let listing = Applications {
        version: 1,
        hash: String::new(),
        applications: Vec::new(),
    };
    Ok(Answer {
        listing: (status == 200).then_some(listing),
        ..Answer::of(status)
    })
}

/// Servers of which these are up, and the others refuse connections.
fn up<'a>(hosts: &'a [&'a str]) -> impl FnMut(&ServiceUrl) -> Outcome + 'a {
    |url| {
        if hosts.contains(&url.host()) {
            status(200)
        } else {
            refused()
        }
    }
}

/// The host for the next attempt.
fn next_host(line: &mut Line, mono: Duration, request: &mut Request) -> String {
    line.next(mono, request).unwrap().host().to_owned()
}

/// Carries out a request. Returns the hosts that were asked, and whether one served.
fn run(
    line: &mut Line,
    mono: Duration,
    kind: RequestKind,
    mut answer: impl FnMut(&ServiceUrl) -> Outcome,
) -> (Vec<String>, Result<(), Unserved>) {
    let mut request = line.begin(mono, kind);
    let mut asked = Vec::new();
    loop {
        let url = match line.next(mono, &mut request) {
            Ok(url) => url,
            Err(unserved) => return (asked, Err(unserved)),
        };
        asked.push(url.host().to_owned());
        assert!(asked.len() < ENDLESS, "the request does not end");
        match line.judge(mono, &mut request, answer(&url).as_ref()) {
            Verdict::Accepted => return (asked, Ok(())),
            Verdict::Again => {}
            Verdict::Failed(unserved) => return (asked, Err(unserved)),
        }
    }
}

/// The hosts that a heartbeat asks.
fn asked(
    line: &mut Line,
    mono: Duration,
    answer: impl FnMut(&ServiceUrl) -> Outcome,
) -> Vec<String> {
    run(line, mono, RequestKind::Renew, answer).0
}
