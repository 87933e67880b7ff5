//! Many worlds, and that a seed decides all of one.

use heureka_sim::run;

/// So many seeds are run by every `cargo test`; more by hand.
const SEEDS: u64 = 256;

#[test]
fn no_seed_shows_what_should_not_be() {
    let violations: Vec<String> = (0..SEEDS)
        .filter_map(|seed| Some(run(seed, false).violation?.to_string()))
        .collect();
    assert!(violations.is_empty(), "{}", violations.join("\n"));
}

#[test]
fn the_same_seed_gives_the_same_trace_and_another_one_another() {
    for seed in [3, 17] {
        let (one, again) = (run(seed, true), run(seed, true));
        assert!(one.trace.len() > 10_000);
        assert!(one.trace == again.trace, "seed {seed}");
        assert_eq!(one.steps, again.steps);
        assert!(one.trace != run(seed + 1, true).trace);
    }
}
