//! Tests of the harness itself: recordings pass without an excuse, and every kind of change to them is caught. A harness
//! that cannot fail would be a defect.

use std::time::Duration;

use crate::STORIES;
use crate::compare::is_status_page;
use crate::judge::Case;
use crate::recording::{Exchange, RecordedRequest, Scenario, Suite};
use crate::replay::{Replay, Tally};
use crate::scenarios::{PAUSES_MS, pause_before};
use crate::subject::{Answer, RecordedSubject, Subject, recorded_answer};
use crate::table::Differences;

#[test]
fn recordings_pass_without_an_excuse() {
    let mut whole = Tally::default();
    for (suite, name) in every_story() {
        let scenario = Scenario::load(suite, name);
        let mut subject = RecordedSubject::new(&scenario);
        whole.add(Replay::run(scenario, &mut subject).judge(&Differences::default()));
    }
    println!("{whole}");
    assert!(whole.failures().is_empty(), "{whole}");
    assert_eq!(whole.excused(), 0, "{whole}");
    assert!(whole.exact() > 2900, "{whole}");
}

/// Makes a defect in an answer, or nothing where the answer has no place for it.
type Defect = fn(&Exchange, &mut Answer) -> Option<()>;

#[test]
fn every_defect_is_caught_wherever_it_is() {
    const DEFECTS: [(&str, Defect); 15] = [
        ("a key moved", |_, answer| {
            swap(
                answer,
                r#""hostName":"host1","app":"ORDERS","#,
                r#""app":"ORDERS","hostName":"host1","#,
            )
        }),
        ("a number made a string", |_, answer| {
            swap(answer, r#""$":8080"#, r#""$":"8080""#)
        }),
        ("a string made a number", |_, answer| {
            swap(
                answer,
                r#""lastDirtyTimestamp":"1700000000000""#,
                r#""lastDirtyTimestamp":1700000000000"#,
            )
        }),
        ("a number made a fraction", |_, answer| {
            swap(answer, r#""countryId":1,"#, r#""countryId":1.0,"#)
        }),
        ("a null for what is absent", |_, answer| {
            swap(answer, r#""countryId":1,"#, r#""countryId":1,"sid":null,"#)
        }),
        ("a wrong hash", |_, answer| {
            swap(
                answer,
                r#""apps__hashcode":"UP_1_""#,
                r#""apps__hashcode":"UP_2_""#,
            )
        }),
        ("another version of a full listing", |_, answer| {
            swap(answer, r#"s__delta":"1","apps"#, r#"s__delta":"-1","apps"#)
        }),
        ("a later clock", |_, answer| {
            swap(answer, "1888888888888", "1888889888888")
        }),
        ("an extra instance", an_extra_instance),
        ("white space", |_, answer| {
            swap(answer, r#"{"application"#, r#"{ "application"#)
        }),
        ("indentation", |_, answer| {
            swap(answer, "    <hostName>", "   <hostName>")
        }),
        ("an empty element in its other form", |_, answer| {
            swap(answer, r#"s$EmptyMap"/>"#, r#"s$EmptyMap"></metadata>"#)
        }),
        ("an XML element moved", |_, answer| {
            swap(
                answer,
                "<hostName>host1</hostName>\n    <app>ORDERS</app>",
                "<app>ORDERS</app>\n    <hostName>host1</hostName>",
            )
        }),
        ("another status", |_, answer| {
            answer.status += 1;
            Some(())
        }),
        ("another Content-Type", another_content_type),
    ];
    catch_all(&DEFECTS);
}

#[test]
fn answers_that_contradict_themselves_are_caught() {
    const DEFECTS: [(&str, Defect); 3] = [
        ("plain bytes called gzip", |_, answer| {
            let packed = answer.header("Content-Encoding").is_some();
            (!packed && !answer.body.is_empty()).then(|| {
                answer
                    .headers
                    .push(("content-encoding".to_owned(), "gzip".to_owned()))
            })
        }),
        ("a wrong Content-Length", |exchange, answer| {
            let is_plain =
                exchange.request.method != "HEAD" && answer.header("Content-Encoding").is_none();
            is_plain.then(|| set_header(answer, "Content-Length", Some("4711")))
        }),
        ("bytes that are no UTF-8", |_, answer| {
            let is_plain = answer.header("Content-Length").is_none()
                && answer.header("Content-Encoding").is_none();
            is_plain.then(|| answer.body.push(0xff))
        }),
    ];
    catch_all(&DEFECTS);
}

#[test]
fn a_missing_excuse_fails_and_so_does_an_idle_one() {
    let id = "02-register-json-minimal/02";
    let table = format!("| D99 | a rule | a reason | {id} |");
    let named = |replaced: &str| Differences::of_test(&table, replaced).unwrap();
    let replaced = |status: u16| {
        format!(
            r#"{{"suite":"spring","exchange":"{id}","row":"D99","status":{status},"content_type":"text/plain","body":"x"}}"#
        )
    };
    let right = |_: &Exchange, _: &mut Answer| None;
    let other = |exchange: &Exchange, answer: &mut Answer| {
        (exchange.number() == "02").then(|| {
            *answer = Answer {
                status: 299,
                headers: vec![("content-type".to_owned(), "text/plain".to_owned())],
                body: b"x".to_vec(),
            };
        })
    };
    for suite in Suite::ALL {
        let tell = |defect: Defect, differences: &Differences| {
            let tally = tell(suite, "02-register-json-minimal", defect, differences);
            (
                tally.failures().len(),
                tally.excused(),
                tally.idle(differences).len(),
            )
        };
        assert_eq!(tell(other, &Differences::default()), (1, 0, 0), "no row");
        assert_eq!(
            tell(other, &named("")),
            (1, 0, 2),
            "nothing is written down"
        );
        assert_eq!(
            tell(other, &named(&replaced(298))),
            (1, 0, 2),
            "something else is written down"
        );
        let idle_for_netflix = usize::from(suite == Suite::Netflix);
        assert_eq!(
            tell(other, &named(&replaced(299))),
            (0, 1, idle_for_netflix),
            "excused"
        );
        let (failures, excused, _) = tell(right, &named(&replaced(299)));
        assert_eq!(
            (failures, excused),
            (usize::from(suite == Suite::Spring), 0),
            "the row is idle"
        );
    }
}

#[test]
fn a_row_that_names_what_there_is_not_is_idle() {
    let table = "| D99 | a rule | a reason | 02-register-json-minimal/77 |";
    let differences = Differences::of_test(table, "").unwrap();
    let tally = tell(
        Suite::Spring,
        "02-register-json-minimal",
        |_, _| None,
        &differences,
    );
    assert_eq!(
        tally.idle(&differences),
        [
            "D99 excuses nothing",
            "D99 does not excuse spring:02-register-json-minimal/77"
        ]
    );
}

#[test]
fn springs_answer_counts_where_the_servers_differ() {
    let like_spring = |exchange: &Exchange, answer: &mut Answer| {
        (exchange.number() == "01").then(|| set_header(answer, "Content-Type", None))
    };
    let like_nobody = |exchange: &Exchange, answer: &mut Answer| {
        (exchange.number() == "01").then(|| set_header(answer, "Content-Type", Some("text/plain")))
    };
    let tell = |defect: Defect| {
        tell(
            Suite::Netflix,
            "02-register-json-minimal",
            defect,
            &Differences::default(),
        )
    };
    let tally = tell(like_spring);
    assert!(tally.failures().is_empty(), "{tally}");
    assert_eq!(
        tally.by_row().into_iter().collect::<Vec<_>>(),
        [(&"D17".to_owned(), 1)]
    );
    assert_eq!(tell(like_nobody).failures().len(), 1);
}

#[test]
fn every_pause_is_before_an_exchange_and_no_story_is_too_long() {
    for (suite, name) in every_story() {
        let scenario = Scenario::load(suite, name);
        let pauses = scenario
            .exchanges
            .iter()
            .filter_map(|exchange| pause_before(name, &exchange.name));
        let pauses: Vec<Duration> = pauses.collect();
        let expected = PAUSES_MS
            .iter()
            .filter(|(in_scenario, ..)| *in_scenario == name);
        assert_eq!(pauses.len(), expected.count(), "{suite} {name}");
        assert!(
            pauses.iter().sum::<Duration>() < Duration::from_millis(crate::masks::LONGEST_STORY_MS)
        );
    }
}

fn every_story() -> impl Iterator<Item = (Suite, &'static str)> {
    Suite::ALL
        .into_iter()
        .flat_map(|suite| STORIES.iter().map(move |name| (suite, *name)))
}

/// Makes each defect in each recorded answer that has a place for it, one at a time. It has to be caught there, and has to
/// have a place somewhere.
fn catch_all(defects: &[(&str, Defect)]) {
    let mut caught = vec![0; defects.len()];
    for name in STORIES {
        let twin = Scenario::load(Suite::Spring, name);
        for scenario in [twin.clone(), Scenario::load(Suite::Netflix, name)] {
            for ((what, make_defect), caught) in defects.iter().zip(&mut caught) {
                *caught += catch(what, *make_defect, &scenario, &twin);
            }
        }
    }
    for ((what, _), caught) in defects.iter().zip(caught) {
        println!("{what}: caught {caught} times");
        assert!(caught > 0, "no recorded answer has a place for it: {what}");
    }
}

fn catch(what: &str, make_defect: Defect, scenario: &Scenario, twin: &Scenario) -> usize {
    let mut caught = 0;
    let suite = scenario.suite;
    for (exchange, twin) in scenario.exchanges.iter().zip(&twin.exchanges) {
        let mut answer = recorded_answer(exchange);
        if make_defect(exchange, &mut answer).is_none() {
            continue;
        }
        let id = &scenario.id_of(exchange);
        let case = Case {
            suite,
            id,
            exchange,
            twin,
        };
        let verdict = case.judge(&Differences::default(), &answer);
        assert!(verdict.is_err(), "{what} is not caught in {suite} {id}");
        caught += 1;
    }
    caught
}

fn tell(suite: Suite, name: &str, make_defect: Defect, differences: &Differences) -> Tally {
    let scenario = Scenario::load(suite, name);
    let mut subject = DamagedSubject {
        recorded: RecordedSubject::new(&scenario),
        exchanges: scenario.exchanges.clone().into_iter(),
        make_defect,
    };
    Replay::run(scenario, &mut subject).judge(differences)
}

/// Answers with the recording and a defect.
struct DamagedSubject {
    recorded: RecordedSubject,
    exchanges: std::vec::IntoIter<Exchange>,
    make_defect: Defect,
}

impl Subject for DamagedSubject {
    fn send(&mut self, request: &RecordedRequest) -> Answer {
        let exchange = self.exchanges.next().unwrap();
        let mut answer = self.recorded.send(request);
        (self.make_defect)(&exchange, &mut answer);
        answer
    }

    fn advance(&mut self, by: Duration) {
        self.recorded.advance(by);
    }
}

/// Replaces the first occurrence of a text in a body that is not packed, and keeps the length right.
fn swap(answer: &mut Answer, from: &str, to: &str) -> Option<()> {
    let text = String::from_utf8(answer.body.clone())
        .ok()
        .filter(|text| text.contains(from))?;
    if text.starts_with("<com.netflix.eureka.util.StatusInfo>")
        || text.starts_with("{\"generalStats\"")
    {
        return None;
    }
    answer.body = text.replacen(from, to, 1).into_bytes();
    let length = answer.body.len().to_string();
    if answer.header("Content-Length").is_some() {
        set_header(answer, "Content-Length", Some(&length));
    }
    Some(())
}

/// Repeats the last instance of a listing.
fn an_extra_instance(exchange: &Exchange, answer: &mut Answer) -> Option<()> {
    let text = String::from_utf8(answer.body.clone()).ok()?;
    let start = text.rfind("{\"instanceId\"")?;
    let end = start + text[start..].rfind("}]}")? + 1;
    (!is_status_page(&exchange.request)).then_some(())?;
    swap(
        answer,
        &text[start..],
        &format!("{},{}", &text[start..end], &text[start..]),
    )
}

fn another_content_type(exchange: &Exchange, answer: &mut Answer) -> Option<()> {
    let has_body = !exchange.response.body.is_empty() && exchange.response.status == Some(200);
    has_body.then(|| set_header(answer, "Content-Type", Some("text/plain")))
}

fn set_header(answer: &mut Answer, name: &str, value: Option<&str>) {
    answer
        .headers
        .retain(|(own, _)| !own.eq_ignore_ascii_case(name));
    answer
        .headers
        .extend(value.map(|value| (name.to_owned(), value.to_owned())));
}
