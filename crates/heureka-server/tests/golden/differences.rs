//! The intended differences between Java's servers and ours that are rules: functions from the recorded answer to the
//! expected one. Each has a row in `docs/differences.md`, and so have those that are no rules but lists (`table.rs`).

use std::collections::BTreeMap;

use crate::compare::{Body, DeltaVersion, Encoding, Expected, Mismatch, Received, compare};
use crate::json;
use crate::masks::{CLOCK_PLUS_LEASE_MS, delta_version, mask_delta_version, mask_times};
use crate::recording::RecordedRequest;
use crate::subject::CLOCK_AT_START_MS;

/// The name of a row: `D01`.
pub(crate) type RowId = String;

/// A rule that changes what is expected, where it applies.
struct Transform {
    row: &'static str,
    apply: fn(&RecordedRequest, &mut Expected),
}

/// Where the two servers differ, Spring's answer counts (`judge.rs`).
pub(crate) const SPRING_COUNTS: &str = "D17";

/// In the order in which they are applied.
const TRANSFORMS: [Transform; 5] = [
    Transform {
        row: "D12",
        apply: errors_have_no_body,
    },
    Transform {
        row: "D16",
        apply: bodies_are_labelled_as_what_they_are,
    },
    Transform {
        row: "D14",
        apply: refused_gzip_is_not_sent,
    },
    Transform {
        row: "D01",
        apply: renewals_are_not_in_the_future,
    },
    Transform {
        row: "D11",
        apply: delta_versions_are_digests,
    },
];

/// The rows that are rules, and need no list of exchanges.
pub(crate) fn rule_rows() -> Vec<RowId> {
    let rows = TRANSFORMS
        .iter()
        .map(|transform| transform.row)
        .chain([SPRING_COUNTS]);
    let mut rows: Vec<RowId> = rows.map(str::to_owned).collect();
    rows.sort();
    rows
}

/// Compares an answer with the recorded one as it is, and then as the rules change it.
///
/// # Errors
///
/// What differs from the recorded answer after all rules.
pub(crate) fn compare_by_rules(
    request: &RecordedRequest,
    recorded: &Expected,
    got: &Received,
) -> Result<Vec<RowId>, Mismatch> {
    let Err(mismatch) = compare(recorded, got) else {
        return Ok(Vec::new());
    };
    let fired = fired_rules(request, recorded);
    if fired.is_empty() {
        return Err(mismatch);
    }
    compare(&apply(&fired, request, recorded), got)?;
    // A rule is credited only where the answer would fail without it.
    let is_needed = |rule: &&&Transform| {
        let others: Vec<&Transform> = fired
            .iter()
            .filter(|other| other.row != rule.row)
            .copied()
            .collect();
        compare(&apply(&others, request, recorded), got).is_err()
    };
    let needed: Vec<RowId> = fired
        .iter()
        .filter(is_needed)
        .map(|rule| rule.row.to_owned())
        .collect();
    let all = || fired.iter().map(|rule| rule.row.to_owned()).collect();
    Ok(if needed.is_empty() { all() } else { needed })
}

fn fired_rules(request: &RecordedRequest, recorded: &Expected) -> Vec<&'static Transform> {
    let mut expected = recorded.clone();
    let mut fired = Vec::new();
    for transform in &TRANSFORMS {
        let before = expected.clone();
        (transform.apply)(request, &mut expected);
        if expected != before {
            fired.push(transform);
        }
    }
    fired
}

fn apply(rules: &[&Transform], request: &RecordedRequest, recorded: &Expected) -> Expected {
    let mut expected = recorded.clone();
    rules
        .iter()
        .for_each(|rule| (rule.apply)(request, &mut expected));
    expected
}

/// D12: no page, JSON or XML of a container, and so no type either. The recorded texts of a refused registration and
/// the instance of a heartbeat's 409 are no container's.
fn errors_have_no_body(_request: &RecordedRequest, expected: &mut Expected) {
    let is_containers = match &expected.body {
        Body::Page => true,
        Body::Text(text) => {
            text.is_empty() || CONTAINER_ERRORS.iter().any(|start| text.starts_with(start))
        }
        Body::Shape(_) => false,
    };
    if expected.status < 400 || !is_containers {
        return;
    }
    expected.body = Body::Text(String::new());
    expected.content_type = None;
    expected.content_length = Some("0".to_owned());
}

/// How the errors of Spring Boot (JSON, XML) and of Jetty (a missing page, an exception) begin.
const CONTAINER_ERRORS: [&str; 4] = [
    "{\"timestamp\":",
    "<Map><timestamp>",
    "{\n\"message\":",
    "{\n\"servlet\":",
];

/// D16: Jersey chooses the bytes and their label by two rules that do not always agree.
fn bodies_are_labelled_as_what_they_are(_request: &RecordedRequest, expected: &mut Expected) {
    let Body::Text(text) = &expected.body else {
        return;
    };
    let label = expected.content_type.as_deref().unwrap_or_default();
    let says_json = label.to_ascii_lowercase().contains("json");
    let is_xml = text.starts_with('<');
    let is_json = !is_xml && json::parse(text).is_some();
    if expected.status == 200 && is_xml && says_json {
        expected.content_type = Some("application/xml".to_owned());
    } else if expected.status == 200 && is_json && label == "application/xml" {
        expected.content_type = Some("application/json".to_owned());
    }
}

/// D14: `gzip;q=0` means "not gzip".
fn refused_gzip_is_not_sent(request: &RecordedRequest, expected: &mut Expected) {
    let accepted = request.header("Accept-Encoding").unwrap_or_default();
    if accepted.contains(";q=0") && expected.encoding == Encoding::Gzip {
        expected.encoding = Encoding::Plain;
    }
}

/// D01: Java shows the end of the lease as the time of the last renewal.
fn renewals_are_not_in_the_future(_request: &RecordedRequest, expected: &mut Expected) {
    if let Body::Text(text) = &mut expected.body {
        let (future, now) = (
            CLOCK_PLUS_LEASE_MS.to_string(),
            CLOCK_AT_START_MS.to_string(),
        );
        *text = text.replace(&future, &now);
    }
}

/// D11: Java counts how often it made the body of a delta.
fn delta_versions_are_digests(request: &RecordedRequest, expected: &mut Expected) {
    let has_version = matches!(&expected.body, Body::Text(text) if delta_version(text).is_some());
    if is_delta(request) && expected.status == 200 && (has_version || request.method == "HEAD") {
        expected.delta_version = DeltaVersion::AnyPositive;
        // A digest has more digits than a counter.
        expected.content_length = None;
    }
}

pub(crate) fn is_delta(request: &RecordedRequest) -> bool {
    request.resource().ends_with("/apps/delta")
}

/// Checks D11 within one story: the versions of two deltas are equal if and only if they list the same changes.
/// Deltas of different forms are not compared with each other.
pub(crate) fn check_delta_versions<'a>(
    answers: impl Iterator<Item = (&'a RecordedRequest, &'a Received)>,
) -> Result<(), String> {
    let mut version_of: BTreeMap<(String, String), String> = BTreeMap::new();
    for (request, received) in answers.filter(|(request, _)| is_delta(request)) {
        let Some(version) = delta_version(&received.text) else {
            continue;
        };
        let listed = changes_of(&received.text);
        let known = version_of
            .entry((form_of(request, received), listed))
            .or_insert_with(|| version.to_owned());
        if known != version {
            return Err(format!(
                "the same changes have the versions {known} and {version}"
            ));
        }
    }
    let mut seen: BTreeMap<(&str, &str), &str> = BTreeMap::new();
    for ((form, listed), version) in &version_of {
        if let Some(other) = seen.insert((form, version), listed) {
            return Err(format!(
                "two sets of changes have the version {version}:\n{other}\n{listed}"
            ));
        }
    }
    Ok(())
}

fn form_of(request: &RecordedRequest, received: &Received) -> String {
    let eureka_accept = request.header("X-Eureka-Accept").unwrap_or_default();
    format!("{:?} {eureka_accept}", received.content_type)
}

/// What a delta lists, without the hash, which also covers what did not change.
fn changes_of(body: &str) -> String {
    let masked = mask_delta_version(&mask_times(body));
    let canonical = json::canonical(&masked).unwrap_or(masked);
    let start = canonical
        .find("\"application\"")
        .or_else(|| canonical.find("<application>"));
    canonical[start.unwrap_or(canonical.len())..].to_owned()
}

#[test]
fn errors_of_containers_are_told_from_recorded_texts() {
    let is_emptied = |status: u16, body: &str| {
        let mut expected = an_answer(status, body);
        errors_have_no_body(&get("/eureka/apps"), &mut expected);
        expected.body == Body::Text(String::new()) && expected.content_type.is_none()
    };
    for body in [
        "",
        r#"{"timestamp":"<ISO-TIME>","status":404}"#,
        "<Map><timestamp>",
        "{\n\"servlet\":\"x\"}",
    ] {
        assert!(is_emptied(404, body), "{body}");
        assert!(!is_emptied(200, body), "{body}");
    }
    for body in [
        "Missing hostname",
        r#"{"error": "cannot parse request body"}"#,
        r#"{"instance":{}}"#,
        "<instance>",
    ] {
        assert!(!is_emptied(400, body), "{body}");
    }
}

#[test]
fn bodies_are_labelled_by_their_bytes() {
    for (label, body, expected_label) in [
        ("application/xml", "{}", "application/json"),
        ("application/JSON", "<a/>", "application/xml"),
        ("application/json", "<a/>", "application/xml"),
        ("application/JSON", "{}", "application/JSON"),
        ("application/xml", "<a/>", "application/xml"),
        ("application/xml", "Missing hostname", "application/xml"),
    ] {
        let mut expected = Expected {
            content_type: Some(label.to_owned()),
            ..an_answer(200, body)
        };
        bodies_are_labelled_as_what_they_are(&get("/eureka/apps"), &mut expected);
        assert_eq!(
            expected.content_type.as_deref(),
            Some(expected_label),
            "{body}"
        );
    }
}

#[test]
fn only_rules_that_are_needed_are_credited() {
    let (now, future) = (CLOCK_AT_START_MS, CLOCK_PLUS_LEASE_MS);
    let recorded = an_answer(
        200,
        &format!(r#"{{"versions__delta":"3","lastRenewalTimestamp":{future}}}"#),
    );
    let credited = |version: &str, renewal: u64| {
        let got = format!(r#"{{"versions__delta":"{version}","lastRenewalTimestamp":{renewal}}}"#);
        compare_by_rules(&get("/eureka/apps/delta"), &recorded, &received(&got)).map_err(|_| ())
    };
    assert_eq!(credited("3", future), Ok(vec![]));
    assert_eq!(credited("3", now + 5), Ok(vec!["D01".to_owned()]));
    assert_eq!(
        credited("77", now),
        Ok(vec!["D01".to_owned(), "D11".to_owned()])
    );
    assert_eq!(credited("-77", now), Err(()));
    assert_eq!(credited("77", 1_700_000_000_000), Err(()));
}

#[test]
fn versions_of_deltas_are_compared_within_a_story() {
    let check = |versions: [(&str, &str); 3]| {
        let bodies = versions.map(|(version, changes)| {
            received(&format!(
                r#"{{"applications":{{"versions__delta":"{version}","application":[{changes}]}}}}"#
            ))
        });
        let request = get("/eureka/apps/delta");
        check_delta_versions(bodies.iter().map(|body| (&request, body)))
    };
    assert!(check([("5", ""), ("9", "1"), ("5", "")]).is_ok());
    assert!(check([("5", ""), ("9", "1"), ("6", "")]).is_err());
    assert!(check([("5", ""), ("9", "1"), ("9", "2")]).is_err());
}

#[cfg(test)]
fn get(path: &str) -> RecordedRequest {
    serde_json::from_value(serde_json::json!({ "method": "GET", "path": path })).unwrap()
}

#[cfg(test)]
fn an_answer(status: u16, body: &str) -> Expected {
    let response =
        serde_json::json!({ "status": status, "headers": { "Content-Type": "x" }, "body": body });
    let exchange = serde_json::json!({ "name": "01-x", "request": { "method": "GET", "path": "/" }, "response": response });
    Expected::of(&serde_json::from_value(exchange).unwrap())
}

#[cfg(test)]
fn received(body: &str) -> Received {
    let answer = crate::subject::Answer {
        status: 200,
        headers: vec![("Content-Type".to_owned(), "x".to_owned())],
        body: body.as_bytes().to_vec(),
    };
    Received::new(&get("/"), &answer).unwrap()
}
