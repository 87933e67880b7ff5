//! Whether what a subject answered to one recorded request is right, and which differences excuse it.

use crate::compare::{Body, Encoding, Expected, Mismatch, Received, compare};
use crate::differences::{RowId, SPRING_COUNTS, compare_by_rules};
use crate::recording::{Exchange, Suite};
use crate::subject::Answer;
use crate::table::Differences;

/// Rows that excuse an answer; none where it is exactly the recorded one.
pub(crate) type Excuses = Vec<RowId>;

/// One recorded exchange with what is needed to judge an answer to it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case<'a> {
    pub(crate) suite: Suite,
    /// `06-datacenter-other/05`
    pub(crate) id: &'a str,
    pub(crate) exchange: &'a Exchange,
    /// The same exchange with Spring's server.
    pub(crate) twin: &'a Exchange,
}

impl Case<'_> {
    /// Judges an answer: it has to be the recorded one, or excused by the rules, or the one that stands in
    /// `replaced.jsonl`.
    ///
    /// # Errors
    ///
    /// What differs, or which excuse is idle.
    pub(crate) fn judge(
        &self,
        differences: &Differences,
        answer: &Answer,
    ) -> Result<Excuses, Mismatch> {
        let got = Received::new(&self.exchange.request, answer).map_err(Mismatch::of)?;
        let by_rules = compare_by_rules(&self.exchange.request, &Expected::of(self.exchange), &got);
        match (differences.row_naming(self.suite, self.id), self.suite) {
            (Some((row, Some(_))), _) | (Some((row, None)), Suite::Spring) => {
                self.judge_named(differences, row, by_rules, &got)
            }
            (Some((row, None)), Suite::Netflix) => by_rules
                .or_else(|mismatch| self.judge_like_named_twin(differences, row, mismatch, &got)),
            (None, Suite::Spring) => by_rules,
            (None, Suite::Netflix) => {
                by_rules.or_else(|mismatch| self.judge_like_twin(differences, mismatch, &got))
            }
        }
    }

    /// A row names this very exchange: it has to be needed, and what is expected instead has to come.
    fn judge_named(
        &self,
        differences: &Differences,
        row: &RowId,
        by_rules: Result<Excuses, Mismatch>,
        got: &Received,
    ) -> Result<Excuses, Mismatch> {
        if by_rules.is_ok() {
            return Err(Mismatch::of(format!(
                "{row} names this exchange, but its answer needs no excuse"
            )));
        }
        let Some(replaced) = differences.replaced(self.suite, self.id) else {
            let hint =
                "replaced.jsonl does not say what is expected instead: run with UPDATE_REPLACED=1";
            return Err(Mismatch::of(format!(
                "{row} names this exchange, but {hint}"
            )));
        };
        compare(&replaced.expected(&self.exchange.request), got)?;
        Ok(vec![row.clone()])
    }

    /// A row names this exchange for both suites: what is written down for Spring's counts.
    fn judge_like_named_twin(
        &self,
        differences: &Differences,
        row: &RowId,
        own_mismatch: Mismatch,
        got: &Received,
    ) -> Result<Excuses, Mismatch> {
        let replaced = differences
            .replaced(Suite::Spring, self.id)
            .ok_or(own_mismatch)?;
        compare(&self.reframe(replaced.expected(&self.twin.request)), got)?;
        Ok(vec![row.clone()])
    }

    /// D17: where the two servers differ, Spring's answer counts, with everything that excuses a difference from it.
    /// Only where a row excuses Spring's answer alone, Netflix's decides, and Spring's says at most how it is framed.
    fn judge_like_twin(
        &self,
        differences: &Differences,
        own_mismatch: Mismatch,
        got: &Received,
    ) -> Result<Excuses, Mismatch> {
        let request = &self.exchange.request;
        let mut excuses = if differences.row_naming(Suite::Spring, self.id).is_some() {
            compare_by_rules(
                request,
                &frame_freely(Expected::of(self.exchange), got),
                got,
            )?
        } else if self.servers_differ() {
            compare_by_rules(request, &self.reframe(Expected::of(self.twin)), got)
                .map_err(|mismatch| own_mismatch.or(mismatch))?
        } else {
            return Err(own_mismatch);
        };
        excuses.insert(0, SPRING_COUNTS.to_owned());
        Ok(excuses)
    }

    fn servers_differ(&self) -> bool {
        Expected::of(self.exchange) != Expected::of(self.twin)
    }

    /// The twin's answer as it may be framed for this exchange, whose request may accept another encoding.
    fn reframe(&self, mut expected: Expected) -> Expected {
        let accepted = |exchange: &Exchange| {
            exchange
                .request
                .header("Accept-Encoding")
                .map(str::to_owned)
        };
        if accepted(self.exchange) != accepted(self.twin) {
            expected.encoding = Encoding::Either;
        }
        expected
    }
}

/// Netflix's server labels empty bodies and packs everything; neither is what an exchange is about.
fn frame_freely(mut expected: Expected, got: &Received) -> Expected {
    expected.encoding = Encoding::Either;
    expected.content_length = None;
    if expected.body == Body::Text(String::new()) {
        expected.content_type.clone_from(&got.content_type);
    }
    expected
}
