//! Finding and mending every difference between two nodes (MERGE 6).
//!
//! The side that asks keeps the state: from the sums over everything to the applications that differ, to slices of the
//! large ones, to keys. The side that is asked answers from what it has. Each answer with keys carries what the asked
//! side has newer and names what it would have, so that one exchange mends both directions, also when only one side can
//! open connections.

use std::collections::VecDeque;

use heureka_model::{AppDigest, AppName, Compared, Digest, Slice};

/// About how many keys one question lists.
const KEYS_IN_QUESTION: u32 = 500;

/// What is still to be asked of one peer.
#[derive(Debug, Default)]
pub(crate) struct Repair {
    steps: VecDeque<Step>,
    /// Everything is taken over, also what is only kept.
    pub(crate) takes_over: bool,
}

/// One question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Are the sums the same?
    Totals,
    /// Which applications are there?
    Everything,
    /// The sums of each slice.
    Slices(Slice),
    /// The keys of these slices.
    Keys(Vec<Slice>),
}

impl Step {
    /// Whether this is the kind of answer that the question asks for.
    pub(crate) fn is_answered_by(&self, compared: &Compared) -> bool {
        match self {
            Self::Totals => matches!(compared, Compared::Same | Compared::Applications(_)),
            Self::Everything => matches!(compared, Compared::Applications(_)),
            Self::Slices(_) => matches!(compared, Compared::Slices(_)),
            Self::Keys(_) => matches!(compared, Compared::Keys { .. }),
        }
    }
}

impl Repair {
    pub(crate) fn is_idle(&self) -> bool {
        self.steps.is_empty()
    }

    pub(crate) fn begin(&mut self) {
        *self = Self {
            steps: VecDeque::from([Step::Totals]),
            takes_over: false,
        };
    }

    pub(crate) fn begin_to_take_over(&mut self) {
        *self = Self {
            steps: VecDeque::from([Step::Everything]),
            takes_over: true,
        };
    }

    pub(crate) fn stop(&mut self) {
        *self = Self::default();
    }

    /// How many questions are left.
    pub(crate) fn left(&self) -> usize {
        self.steps.len()
    }

    /// The question to ask now; it stays until it is answered.
    pub(crate) fn next(&self) -> Option<&Step> {
        self.steps.front()
    }

    /// Takes notice that a question was answered. Answers whether it is the one that is to be asked now.
    pub(crate) fn is_answered(&mut self, step: &Step) -> bool {
        let is_next = self.next() == Some(step);
        if is_next {
            self.steps.pop_front();
        }
        is_next
    }

    /// Plans the questions about applications that differ: a large one is divided first, small ones are asked together.
    pub(crate) fn plan_apps(&mut self, differing: Vec<AppDigest>) {
        let (mut together, mut keys_together) = (Vec::new(), 0);
        for app in differing {
            if app.keys > KEYS_IN_QUESTION {
                let slice = divided(app.app, app.keys);
                self.steps.push_back(Step::Slices(slice));
                continue;
            }
            keys_together += app.keys.max(1);
            together.push(Slice::whole(app.app));
            if keys_together >= KEYS_IN_QUESTION {
                self.steps
                    .push_back(Step::Keys(std::mem::take(&mut together)));
                keys_together = 0;
            }
        }
        if !together.is_empty() {
            self.steps.push_back(Step::Keys(together));
        }
    }

    /// Plans the questions about the slices that differ, or all of them where everything is taken over.
    pub(crate) fn plan_slices(&mut self, divided: &Slice, ours: &[Digest], theirs: &[Digest]) {
        for (prefix, their_sum) in theirs.iter().enumerate() {
            if !self.takes_over && ours.get(prefix) == Some(their_sum) {
                continue;
            }
            let Ok(prefix) = u16::try_from(prefix) else {
                return;
            };
            self.steps.push_back(Step::Keys(vec![Slice {
                prefix,
                ..divided.clone()
            }]));
        }
    }
}

/// A division into slices of about half as many keys as one question lists.
fn divided(app: AppName, keys: u32) -> Slice {
    let slices = keys.div_ceil(KEYS_IN_QUESTION / 2).next_power_of_two();
    let bits = u8::try_from(slices.ilog2()).unwrap_or(Slice::MAX_BITS);
    Slice {
        app,
        bits: bits.min(Slice::MAX_BITS),
        prefix: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn app(name: &str, keys: u32) -> AppDigest {
        AppDigest {
            app: AppName::new(name),
            keys,
            present: Digest::default(),
            cancelled: Digest::default(),
        }
    }

    #[test]
    fn small_applications_are_asked_together_and_large_ones_in_slices() {
        let mut repair = Repair::default();
        repair.plan_apps(vec![app("A", 1), app("B", 600), app("C", 499), app("D", 3)]);
        let whole = |name| Slice::whole(AppName::new(name));
        let divided = Slice {
            bits: 2,
            ..whole("B")
        };
        assert_eq!(
            repair.steps,
            [
                Step::Slices(divided),
                Step::Keys(vec![whole("A"), whole("C")]),
                Step::Keys(vec![whole("D")]),
            ]
        );
    }

    #[test]
    fn only_slices_that_differ_are_asked_for_unless_everything_is() {
        let divided = divided(AppName::new("B"), 1000);
        let (ours, theirs) = ([1, 2, 3, 4].map(Digest), [1, 9, 3, 9].map(Digest));
        for (takes_over, questions) in [(false, 2), (true, 4)] {
            let mut repair = Repair {
                takes_over,
                ..Repair::default()
            };
            repair.plan_slices(&divided, &ours, &theirs);
            assert_eq!(repair.left(), questions);
        }
    }
}
