//! A directory and a DNS that says what it is told to.

use std::collections::BTreeMap;
use std::time::Duration;

use heureka_core::{DiscoveryConfig, Found, LookupFailed, PeerDirectory, PeerSource, Question};

pub(crate) struct Story {
    pub(crate) directory: PeerDirectory,
    pub(crate) now: Duration,
    /// What DNS says, by the text of the question; what is not there fails.
    dns: BTreeMap<String, Found>,
}

impl Story {
    pub(crate) fn of(sources: &[&str]) -> Self {
        Self::with(DiscoveryConfig::default(), sources)
    }

    pub(crate) fn with(config: DiscoveryConfig, sources: &[&str]) -> Self {
        let sources = sources.iter().map(|source| self::source(source));
        Self {
            directory: PeerDirectory::new(sources.collect(), config),
            now: Duration::from_secs(1000),
            dns: BTreeMap::new(),
        }
    }

    /// Lets DNS say `found` to `question` from now on.
    pub(crate) fn says(&mut self, question: &str, found: Found) -> &mut Self {
        self.dns.insert(question.to_owned(), found);
        self
    }

    /// Lets the look-up of `question` fail from now on.
    pub(crate) fn fails(&mut self, question: &str) -> &mut Self {
        self.dns.remove(question);
        self
    }

    /// Makes all look-ups that are due and tells the questions.
    pub(crate) fn look_up(&mut self) -> Vec<String> {
        let mut asked = Vec::new();
        while let Some(lookup) = self.directory.poll_lookup(self.now) {
            let question = text_of(&lookup.question);
            let result = self.dns.get(&question).cloned().ok_or(LookupFailed);
            let before = self.peers();
            let is_changed = self.directory.handle_lookup(self.now, lookup.id, result);
            assert_eq!(is_changed, before != self.peers());
            asked.push(question);
        }
        asked
    }

    /// Goes on to when the next look-ups are due, and makes them.
    pub(crate) fn round(&mut self) -> Vec<String> {
        self.now = self
            .directory
            .poll_timeout()
            .expect("something is looked up");
        self.look_up()
    }

    pub(crate) fn peers(&self) -> Vec<String> {
        self.directory
            .peers()
            .iter()
            .map(ToString::to_string)
            .collect()
    }
}

pub(crate) fn source(text: &str) -> PeerSource {
    PeerSource::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn text_of(question: &Question) -> String {
    match question {
        Question::Addresses(name) => format!("A {name}"),
        Question::Services(name) => format!("SRV {name}"),
        Question::Texts(name) => format!("TXT {name}"),
    }
}

pub(crate) fn addresses(texts: &[&str]) -> Found {
    Found::Addresses(
        texts
            .iter()
            .map(|text| text.parse().expect("an address"))
            .collect(),
    )
}

pub(crate) fn services(targets: &[(&str, u16)]) -> Found {
    Found::Services(
        targets
            .iter()
            .map(|(host, port)| ((*host).to_owned(), *port))
            .collect(),
    )
}

pub(crate) fn texts(texts: &[&str]) -> Found {
    Found::Texts(texts.iter().map(|text| (*text).to_owned()).collect())
}
