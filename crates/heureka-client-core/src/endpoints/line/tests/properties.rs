//! What holds whatever servers do.

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;

const HOSTS: [&str; 6] = ["a", "b", "c", "d", "e", "f"];
const KINDS: [RequestKind; 6] = [
    RequestKind::Register,
    RequestKind::Renew,
    RequestKind::Cancel,
    RequestKind::FetchAll,
    RequestKind::FetchDelta,
    RequestKind::FetchVip,
];

/// One request: after how long, of which kind, and what each server does.
#[derive(Clone, Debug)]
struct Step {
    wait: Duration,
    kind: RequestKind,
    outcomes: Vec<Outcome>,
}

fn outcomes() -> impl Strategy<Value = Outcome> {
    let busy = Answer {
        retry_after: Some(100 * SECOND),
        ..Answer::of(429)
    };
    select(vec![
        status(200),
        refused(),
        Err(CallFailure::TimedOut),
        status(401),
        status(500),
        Ok(busy),
    ])
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let waits = select(vec![0, 1, 29, 31, 700, 4000]).prop_map(Duration::from_secs);
    let kinds = select(KINDS.to_vec());
    let step = (waits, kinds, vec(outcomes(), HOSTS.len()));
    let step = step.prop_map(|(wait, kind, outcomes)| Step {
        wait,
        kind,
        outcomes,
    });
    vec(step, 1..30)
}

impl Step {
    fn outcome(&self, url: &ServiceUrl) -> Outcome {
        let at = HOSTS.iter().position(|host| *host == url.host());
        self.outcomes[at.unwrap()].clone()
    }

    fn serves(&self, servers: usize) -> bool {
        self.outcomes[..servers].contains(&status(200))
    }
}

/// Carries the steps out; gives each with the hosts it asked and whether it was served.
fn carry_out(
    config: LineConfig,
    seed: u64,
    servers: usize,
    steps: &[Step],
) -> Vec<(Vec<String>, bool)> {
    let mut line = Line::new(config, seed);
    line.set_endpoints(HOSTS[..servers].iter().map(|host| server(host)).collect());
    let mut mono = Duration::ZERO;
    let run = |step: &Step| {
        mono += step.wait;
        let (asked, result) = run(&mut line, mono, step.kind, |url| step.outcome(url));
        assert!(line.quarantined() <= servers);
        (asked, result.is_ok())
    };
    steps.iter().map(run).collect()
}

proptest! {
    #[test]
    fn deviation_8_no_server_is_asked_twice_and_one_that_is_up_is_found(
        steps in steps(), seed in any::<u64>(), servers in 1..=HOSTS.len(), max_attempts in 1..8_usize,
    ) {
        let config = LineConfig { max_attempts, ..config(Profile::Modern) };
        let done = carry_out(config, seed, servers, &steps);
        for (step, (asked, is_served)) in steps.iter().zip(done) {
            prop_assert!(asked.len() <= max_attempts);
            let distinct: BTreeSet<&String> = asked.iter().collect();
            prop_assert_eq!(distinct.len(), asked.len(), "{:?}", asked);
            if max_attempts >= servers {
                prop_assert_eq!(is_served, step.serves(servers));
            }
        }
    }

    #[test]
    fn t11_java_never_makes_more_attempts_than_it_may(
        steps in steps(), seed in any::<u64>(), servers in 1..=HOSTS.len(), max_attempts in 1..8_usize,
    ) {
        let config = LineConfig { max_attempts, ..config(Profile::Netflix) };
        for (asked, _) in carry_out(config, seed, servers, &steps) {
            prop_assert!((1..=max_attempts).contains(&asked.len()));
        }
    }

    #[test]
    fn the_same_seed_asks_the_same_servers(
        steps in steps(), seed in any::<u64>(), servers in 1..=HOSTS.len(),
    ) {
        let once = carry_out(config(Profile::Modern), seed, servers, &steps);
        prop_assert_eq!(once, carry_out(config(Profile::Modern), seed, servers, &steps));
    }

    #[test]
    fn no_location_panics(location in any::<String>(), path in "[/a-z.:?#@%\\\\-]{0,40}") {
        let answers = [location, path.clone(), format!("http://b/{path}/apps/x")];
        for location in answers {
            let config = LineConfig { allows_redirect: true, ..config(Profile::Modern) };
            let mut line = line_of(config, &["a", "c"]);
            let answer = |_: &ServiceUrl| Ok(Answer { location: Some(location.as_str().into()), ..Answer::of(302) });
            prop_assert!(asked(&mut line, SECOND, answer).len() <= 8);
        }
    }
}
