//! When a peer that is no longer found goes (fault F72).

use std::net::IpAddr;

use heureka_core::Found;

use crate::story::Story;

const QUESTION: &str = "A peers.test";

/// Lets DNS give one answer after the other, in letters, each of which is a peer; `-` is an empty answer, `!` a failure.
/// Tells the peers behind the last one.
#[track_caller]
fn check(answers: &str, peers: &str) {
    let mut story = Story::of(&["dns+http://peers.test/", "http://fixed/"]);
    for answer in answers.split(' ') {
        match answer {
            "!" => story.fails(QUESTION),
            "-" => story.says(QUESTION, Found::Addresses(Vec::new())),
            letters => story.says(QUESTION, addresses_of(letters)),
        };
        story.round();
    }
    let expected = peers
        .bytes()
        .map(|letter| format!("http://10.0.0.{letter}/"));
    let expected: Vec<String> = expected.chain(["http://fixed/".to_owned()]).collect();
    assert_eq!(story.peers(), expected, "{answers}");
}

fn addresses_of(letters: &str) -> Found {
    let last = letters
        .bytes()
        .map(|letter| IpAddr::from([10, 0, 0, letter]));
    Found::Addresses(last.collect())
}

#[test]
fn what_is_new_is_there_at_once() {
    check("A", "A");
    check("A AB", "AB");
    check("A AB ABC", "ABC");
    check("! - A", "A");
}

#[test]
fn nothing_keeps_the_last_list() {
    check("!", "");
    check("-", "");
    check("AB -", "AB");
    check("AB !", "AB");
    check("AB - - - -", "AB");
    check("AB ! ! ! !", "AB");
}

#[test]
fn a_peer_goes_after_two_equal_answers_without_it() {
    check("AB A", "AB");
    check("AB A A", "A");
    check("AB A A AB", "AB");
    check("ABC AB AB A A", "A");
    check("ABCD A A", "A");
    check("AB C C", "C");
    check("AB BA A", "AB");
}

#[test]
fn the_two_answers_follow_each_other() {
    check("AB A AB A", "AB");
    check("AB A ! A", "AB");
    check("AB A - A", "AB");
    check("AB A - A A", "A");
    check("AB A C A", "ABC");
}

#[test]
fn answers_that_differ_each_time_remove_nobody() {
    check("ABCD AB CD AB CD", "ABCD");
    check("AB BC CD DA", "ABCD");
    check("AB A AC AD", "ABCD");
    check("ABC AB AC", "ABC");
}
