//! Replays stories to a subject and judges its answers.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write};

use crate::compare::Received;
use crate::differences::{RowId, check_delta_versions};
use crate::judge::{Case, Excuses};
use crate::recording::{Exchange, Scenario, Suite};
use crate::replaced::Replaced;
use crate::scenarios::pause_before;
use crate::subject::{Answer, Subject};
use crate::table::Differences;

/// A story with what a subject answered to it.
#[derive(Clone, Debug)]
pub(crate) struct Replay {
    scenario: Scenario,
    twin: Scenario,
    answers: Vec<Answer>,
}

impl Replay {
    /// Tells `subject` the story.
    pub(crate) fn run(scenario: Scenario, subject: &mut dyn Subject) -> Self {
        let twin = Scenario::load(Suite::Spring, &scenario.name);
        let names = |scenario: &Scenario| {
            scenario
                .exchanges
                .iter()
                .map(|e| e.name.clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            names(&scenario),
            names(&twin),
            "both suites tell the same stories"
        );
        let answers = scenario
            .exchanges
            .iter()
            .map(|exchange| answer(&scenario, exchange, subject))
            .collect();
        Self {
            scenario,
            twin,
            answers,
        }
    }

    /// Judges all answers.
    pub(crate) fn judge(&self, differences: &Differences) -> Tally {
        let mut tally = Tally::default();
        for (id, exchange, twin, answer) in self.entries() {
            let case = Case {
                suite: self.scenario.suite,
                id: &id,
                exchange,
                twin,
            };
            tally.count(
                self.scenario.suite,
                &id,
                exchange,
                case.judge(differences, answer),
            );
        }
        tally
    }

    /// D11 within this story. Java's counters would not pass it.
    pub(crate) fn check_delta_versions(&self) -> Result<(), String> {
        let received: Vec<_> = self
            .entries()
            .filter_map(|(_, exchange, _, answer)| {
                Some((
                    &exchange.request,
                    Received::new(&exchange.request, answer).ok()?,
                ))
            })
            .collect();
        check_delta_versions(
            received
                .iter()
                .map(|(request, received)| (*request, received)),
        )
        .map_err(|error| format!("{} {}: {error}", self.scenario.suite, self.scenario.name))
    }

    /// What `replaced.jsonl` has to say of this story, by what was answered.
    pub(crate) fn replaced(&self, differences: &Differences) -> Vec<Replaced> {
        let suite = self.scenario.suite;
        let mut replaced = Vec::new();
        for (id, exchange, _, answer) in self.entries() {
            let Some((row, only)) = differences.row_naming(suite, &id) else {
                continue;
            };
            if only.unwrap_or(Suite::Spring) == suite {
                let received = Received::new(&exchange.request, answer).unwrap();
                let key = (suite, id);
                replaced.push(Replaced::new(row, key, &exchange.request, &received));
            }
        }
        replaced
    }

    fn entries(&self) -> impl Iterator<Item = (String, &Exchange, &Exchange, &Answer)> {
        let pairs = self.scenario.exchanges.iter().zip(&self.twin.exchanges);
        pairs.zip(&self.answers).map(|((exchange, twin), answer)| {
            (self.scenario.id_of(exchange), exchange, twin, answer)
        })
    }
}

fn answer(scenario: &Scenario, exchange: &Exchange, subject: &mut dyn Subject) -> Answer {
    if let Some(pause) = pause_before(&scenario.name, &exchange.name) {
        subject.advance(pause);
    }
    subject.send(&exchange.request)
}

/// What came of judging.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    exact: usize,
    excused: BTreeMap<(Suite, String), Excuses>,
    failures: Vec<String>,
}

impl Tally {
    fn count(
        &mut self,
        suite: Suite,
        id: &str,
        exchange: &Exchange,
        verdict: Result<Excuses, impl fmt::Display>,
    ) {
        match verdict {
            Ok(excuses) if excuses.is_empty() => self.exact += 1,
            Ok(excuses) => {
                self.excused.insert((suite, id.to_owned()), excuses);
            }
            Err(mismatch) => {
                let Exchange { name, request, .. } = exchange;
                let scenario = id.split('/').next().unwrap_or_default();
                let asked = format!("{} {}", request.method, request.path);
                self.failures
                    .push(format!("{suite} {scenario}/{name}: {asked}\n{mismatch}"));
            }
        }
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.exact += other.exact;
        self.excused.extend(other.excused);
        self.failures.extend(other.failures);
    }

    pub(crate) fn exact(&self) -> usize {
        self.exact
    }

    pub(crate) fn excused(&self) -> usize {
        self.excused.len()
    }

    pub(crate) fn failures(&self) -> &[String] {
        &self.failures
    }

    pub(crate) fn fail(&mut self, failure: String) {
        self.failures.push(failure);
    }

    /// How many answers each row excuses; an answer may need several.
    pub(crate) fn by_row(&self) -> BTreeMap<&RowId, usize> {
        let mut by_row = BTreeMap::new();
        for row in self.excused.values().flatten() {
            *by_row.entry(row).or_insert(0) += 1;
        }
        by_row
    }

    /// Rows that excuse nothing, and named exchanges that there are not or that were not excused by their row.
    pub(crate) fn idle(&self, differences: &Differences) -> Vec<String> {
        let used: BTreeSet<&RowId> = self.by_row().into_keys().collect();
        let mut idle = Vec::new();
        for row in differences.rows() {
            if !used.contains(&row.id) {
                idle.push(format!("{} excuses nothing", row.id));
            }
            let excused = |key: &(Suite, String)| {
                self.excused.get(key).is_some_and(|by| by.contains(&row.id))
            };
            let unused = row.named_exchanges().filter(|key| !excused(key));
            idle.extend(
                unused.map(|(suite, id)| format!("{} does not excuse {suite}:{id}", row.id)),
            );
        }
        idle
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "passed exactly {}, excused {}, failed {}",
            self.exact,
            self.excused(),
            self.failures.len()
        )?;
        self.by_row()
            .iter()
            .try_for_each(|(row, count)| write!(f, "\n  {row}: {count}"))?;
        self.failures
            .iter()
            .try_for_each(|failure| write!(f, "\n\n{failure}"))?;
        f.write_char('\n')
    }
}
