//! The list of peers, as it is kept up to date.

use std::collections::BTreeSet;
use std::time::Duration;

use heureka_model::ServiceUrl;

use super::held::Held;
use super::lookup::{Found, Lookup, LookupFailed, LookupId, Question};
use super::source::PeerSource;

/// How the list of peers is kept up to date.
#[derive(Clone, Copy, Debug)]
pub struct DiscoveryConfig {
    /// How long after an answer a name is looked up again.
    pub refresh_interval: Duration,
    /// The same, where nothing was found yet.
    pub retry_interval: Duration,
    /// How long an answer is waited for before the name is looked up again.
    pub patience: Duration,
    /// How many peers there may be; those of URLs come first, then the others in their order.
    pub max_peers: usize,
    /// How many zones of one source are looked at.
    pub max_zones: usize,
}

impl DiscoveryConfig {
    /// Usual names live for half a minute or a minute.
    pub const REFRESH_INTERVAL: Duration = Duration::from_secs(30);
    /// A node that starts before its name is there must not be alone for long.
    pub const RETRY_INTERVAL: Duration = Duration::from_secs(5);
    /// Longer than any look-up takes.
    pub const PATIENCE: Duration = Duration::from_secs(15);
    /// Everybody talks to everybody, so no cluster is as large as this; a wrong name may be.
    pub const MAX_PEERS: usize = 64;
    /// No region has as many.
    pub const MAX_ZONES: usize = 16;
}

impl Default for DiscoveryConfig {
    fn default() -> Self {
        Self {
            refresh_interval: Self::REFRESH_INTERVAL,
            retry_interval: Self::RETRY_INTERVAL,
            patience: Self::PATIENCE,
            max_peers: Self::MAX_PEERS,
            max_zones: Self::MAX_ZONES,
        }
    }
}

/// Knows the peers: those of configured URLs, and those that look-ups find.
///
/// Whoever drives it asks [`poll_lookup`](Self::poll_lookup) until there is none, makes the look-ups, gives each result to
/// [`handle_lookup`](Self::handle_lookup), and comes back at [`poll_timeout`](Self::poll_timeout).
/// [`refresh`](Self::refresh) makes everything due at once. Times are those of one monotonic clock.
///
/// A peer that a look-up finds is there at once; one that it no longer finds goes after two equal answers in a row without
/// it. An answer with nothing in it, or none, changes nothing (fault F72), so a cluster never shrinks for want of DNS.
#[derive(Clone, Debug)]
pub struct PeerDirectory {
    config: DiscoveryConfig,
    sources: Vec<PeerSource>,
    /// In the order of their sources, the look-ups of zones behind that for the zones.
    asked: Vec<Asked>,
    next_id: u64,
    peers: Vec<ServiceUrl>,
    left_out: usize,
}

/// A question that is asked again and again.
#[derive(Clone, Debug)]
struct Asked {
    source: usize,
    question: Question,
    due: Duration,
    in_flight: Option<LookupId>,
    is_settled: bool,
    known: Known,
}

#[derive(Clone, Debug)]
enum Known {
    Peers(Held<ServiceUrl>),
    Zones(Held<String>),
}

impl PeerDirectory {
    /// The peers of `sources`, of which only those of URLs are known yet. All look-ups are due.
    #[must_use]
    pub fn new(sources: Vec<PeerSource>, config: DiscoveryConfig) -> Self {
        let asked = sources.iter().enumerate().filter_map(|(at, source)| {
            let known = if source.has_zones() {
                Known::Zones(Held::new())
            } else {
                Known::Peers(Held::new())
            };
            Some(Asked::new(at, source.question()?, known))
        });
        let mut directory = Self {
            config,
            asked: asked.collect(),
            sources,
            next_id: 0,
            peers: Vec::new(),
            left_out: 0,
        };
        directory.list_peers();
        directory
    }

    /// The peers, sorted, each once. Where two sources have one peer, the credentials are those of a URL, or of the source
    /// that comes first.
    #[must_use]
    pub fn peers(&self) -> &[ServiceUrl] {
        &self.peers
    }

    /// How many further peers were found and are too many.
    #[must_use]
    pub fn left_out(&self) -> usize {
        self.left_out
    }

    /// Whether every look-up had a result, be it a failure: what is not known now may stay unknown.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.asked.iter().all(|asked| asked.is_settled)
    }

    /// A look-up that is due, once; `None` where there is no further one.
    pub fn poll_lookup(&mut self, now: Duration) -> Option<Lookup> {
        let asked = self.asked.iter_mut().find(|asked| asked.due <= now)?;
        let id = LookupId(self.next_id);
        self.next_id += 1;
        asked.in_flight = Some(id);
        // Should no result ever come, that is when the name is looked up again.
        asked.due = now.saturating_add(self.config.patience);
        Some(Lookup {
            id,
            question: asked.question.clone(),
        })
    }

    /// When the next look-up is due; `None` where nothing is to be looked up.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Duration> {
        self.asked.iter().map(|asked| asked.due).min()
    }

    /// Takes the result of a look-up and says whether the peers changed. A result of a look-up that was made again in the
    /// meantime does not count.
    pub fn handle_lookup(
        &mut self,
        now: Duration,
        id: LookupId,
        result: Result<Found, LookupFailed>,
    ) -> bool {
        let mut asked = self.asked.iter_mut();
        let Some(asked) = asked.find(|asked| asked.in_flight == Some(id)) else {
            return false;
        };
        let Some(source) = self.sources.get(asked.source) else {
            return false;
        };
        asked.settle(source, result);
        let wait = if asked.known.is_empty() {
            self.config.retry_interval
        } else {
            self.config.refresh_interval
        };
        asked.due = now.saturating_add(wait);
        let source = asked.source;
        self.follow_zones(source, now);
        self.list_peers()
    }

    /// Makes every look-up due at once, even one that is under way: what it brings may be old.
    pub fn refresh(&mut self) {
        for asked in &mut self.asked {
            asked.due = Duration::ZERO;
            asked.in_flight = None;
        }
    }

    /// Begins to ask for the hosts of zones that came, and ends it for those that went.
    fn follow_zones(&mut self, source: usize, now: Duration) {
        let Some(zones) = self.zones_of(source) else {
            return;
        };
        let of_zones = |asked: &Asked| asked.source == source && asked.known.zones().is_none();
        self.asked
            .retain(|asked| !of_zones(asked) || zones.contains(&asked.question));
        let known: BTreeSet<Question> = self
            .asked
            .iter()
            .filter(|asked| of_zones(asked))
            .map(|asked| asked.question.clone())
            .collect();
        for question in zones.difference(&known) {
            let hosts = Known::Peers(Held::new());
            let mut zone = Asked::new(source, question.clone(), hosts);
            zone.due = now;
            self.asked.push(zone);
        }
        self.asked.sort_by_key(|asked| asked.source);
    }

    /// What to ask for the zones of a source; `None` where it has no such thing.
    fn zones_of(&self, source: usize) -> Option<BTreeSet<Question>> {
        let mut asked = self.asked.iter().filter(|asked| asked.source == source);
        let zones = asked.find_map(|asked| asked.known.zones())?.items();
        let questions = zones.iter().map(|zone| PeerSource::question_of_zone(zone));
        Some(questions.take(self.config.max_zones).collect())
    }

    /// Makes the list anew and says whether it changed.
    fn list_peers(&mut self) -> bool {
        let fixed = self.sources.iter().filter_map(PeerSource::as_url);
        let found = self.asked.iter().filter_map(|asked| asked.known.peers());
        let fixed = distinct(fixed);
        let mut found = distinct(found.flat_map(Held::items));
        found.retain(|url| !fixed.contains(url));
        let count = fixed.len() + found.len();
        let peers = fixed.into_iter().chain(found).take(self.config.max_peers);
        let mut peers: Vec<ServiceUrl> = peers.cloned().collect();
        peers.sort();
        let is_changed = peers != self.peers;
        self.left_out = count - peers.len();
        self.peers = peers;
        is_changed
    }
}

/// Sorted; of equal ones, which may differ in their credentials, the first. (A set that is collected keeps the last.)
fn distinct<'a>(urls: impl Iterator<Item = &'a ServiceUrl>) -> BTreeSet<&'a ServiceUrl> {
    let mut distinct = BTreeSet::new();
    for url in urls {
        distinct.insert(url);
    }
    distinct
}

impl Asked {
    fn new(source: usize, question: Question, known: Known) -> Self {
        Self {
            source,
            question,
            due: Duration::ZERO,
            in_flight: None,
            is_settled: false,
            known,
        }
    }

    fn settle(&mut self, source: &PeerSource, result: Result<Found, LookupFailed>) {
        self.in_flight = None;
        self.is_settled = true;
        let found = result.ok().filter(|found| self.question.is_of_kind(found));
        match (&mut self.known, found) {
            (Known::Peers(held), Some(found)) => held.answer(source.peers(&found)),
            (Known::Zones(held), Some(found)) => held.answer(source.zones(&found)),
            (Known::Peers(held), None) => held.no_answer(),
            (Known::Zones(held), None) => held.no_answer(),
        }
    }
}

impl Known {
    fn peers(&self) -> Option<&Held<ServiceUrl>> {
        match self {
            Self::Peers(held) => Some(held),
            Self::Zones(_) => None,
        }
    }

    fn zones(&self) -> Option<&Held<String>> {
        match self {
            Self::Peers(_) => None,
            Self::Zones(held) => Some(held),
        }
    }

    fn is_empty(&self) -> bool {
        match self {
            Self::Peers(held) => held.items().is_empty(),
            Self::Zones(held) => held.items().is_empty(),
        }
    }
}
