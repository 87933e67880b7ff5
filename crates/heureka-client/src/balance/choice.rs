//! The way from a request to an instance.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use heureka_client_core::Instance;
use heureka_model::InstanceKey;

use super::Strategy;
use super::chance::Chance;
use super::record::Book;
use super::table::{Affinity, Member, Table};

/// What a request wants of the instance that it is given.
#[derive(Clone, Copy, Debug, Default)]
#[must_use]
pub struct Ask<'a> {
    key: Option<&'a [u8]>,
    tried: &'a [InstanceKey],
}

impl<'a> Ask<'a> {
    /// Nothing in particular.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same instance for the same key, instead of what the strategy says, such as that of a user's session: as long as
    /// it is there and well, in every process, whatever other instances come and go (rendezvous hashing over their ids).
    pub fn key(mut self, key: &'a (impl AsRef<[u8]> + ?Sized)) -> Self {
        self.key = Some(key.as_ref());
        self
    }

    /// None of these, for they were tried already.
    pub fn not(mut self, tried: &'a [InstanceKey]) -> Self {
        self.tried = tried;
        self
    }

    pub(super) fn tried(&self) -> usize {
        self.tried.len()
    }

    fn allows(&self, instance: &Instance) -> bool {
        let is = |key: &InstanceKey| key.id == *instance.id() && key.app == *instance.app();
        self.tried.is_empty() || !self.tried.iter().any(is)
    }
}

/// What chooses, and remembers from choice to choice.
#[derive(Debug)]
pub(super) struct Chooser {
    strategy: Strategy,
    min_near: usize,
    chance: Chance,
    turn: AtomicUsize,
}

impl Chooser {
    pub(super) fn new(strategy: Strategy, min_near: usize, seed: u64) -> Self {
        let chance = Chance::new(seed);
        // Clients that start together do not all begin with the same instance.
        let turn = AtomicUsize::new(chance.below(usize::MAX));
        Self {
            strategy,
            min_near,
            chance,
            turn,
        }
    }

    /// Chooses among those near that are well, else among all that are well, else among all: somebody who failed is better
    /// than nobody.
    pub(super) fn choose<'t>(
        &self,
        table: &'t Table,
        ask: &Ask<'_>,
        book: &Book,
    ) -> Option<&'t Arc<Member>> {
        let affinity = ask.key.map(Affinity::of);
        let taken = |field: &Field<'t, '_>| match affinity {
            Some(affinity) => field.iter().max_by_key(|own| own.affinity(affinity)),
            None => self.by_strategy(field, ask.tried.is_empty()),
        };
        let (near, all) = (table.near(), table.members());
        if ask.tried.is_empty() && book.is_calm() {
            let field = if near.len() >= self.min_near {
                near
            } else {
                all
            };
            return taken(&Field::all(field));
        }
        let allowed = |own: &Member| ask.allows(&own.instance);
        let now = book.now();
        let well = |own: &Member| allowed(own) && !own.record.is_avoided(now);
        let near = Field::of(near, &well);
        let near = (near.count >= self.min_near).then_some(near);
        near.and_then(|near| taken(&near))
            .or_else(|| taken(&Field::of(all, &well)))
            .or_else(|| taken(&Field::of(all, &allowed)))
    }

    fn by_strategy<'t>(&self, field: &Field<'t, '_>, is_first: bool) -> Option<&'t Arc<Member>> {
        // An empty field must not use up a turn.
        if field.count == 0 {
            return None;
        }
        match self.strategy {
            Strategy::RoundRobin if is_first => {
                let turn = self.turn.fetch_add(1, Ordering::Relaxed);
                field.nth(turn.checked_rem(field.count)?)
            }
            // A second choice takes nobody's turn: with few instances it would always be that of the same.
            Strategy::RoundRobin | Strategy::Random => field.nth(self.chance.below(field.count)),
            Strategy::Weighted => self.weighted(field),
            Strategy::LeastRequest => self.less_busy(field),
        }
    }

    fn weighted<'t>(&self, field: &Field<'t, '_>) -> Option<&'t Arc<Member>> {
        let total: f64 = field.iter().map(|own| own.weight).sum();
        let mut left = self.chance.share() * total;
        let reached = field.iter().find(|own| {
            left -= own.weight;
            left < 0.0
        });
        reached.or_else(|| field.nth(0))
    }

    /// The power of two choices: nearly as good as asking all, and nobody is overrun by those who saw it idle.
    fn less_busy<'t>(&self, field: &Field<'t, '_>) -> Option<&'t Arc<Member>> {
        let one = self.chance.below(field.count);
        let other = self.chance.below(field.count.saturating_sub(1));
        let other = if other >= one { other + 1 } else { other };
        let one = field.nth(one)?;
        if field.count < 2 {
            return Some(one);
        }
        let other = field.nth(other)?;
        let is_busier = one.record.in_flight() > other.record.in_flight();
        Some(if is_busier { other } else { one })
    }
}

/// Some of the members, and how many they were when they were counted.
struct Field<'t, 'f> {
    members: &'t [Arc<Member>],
    /// `None` where all are meant.
    fits: Option<&'f dyn Fn(&Member) -> bool>,
    count: usize,
}

impl<'t, 'f> Field<'t, 'f> {
    fn all(members: &'t [Arc<Member>]) -> Self {
        Self {
            members,
            fits: None,
            count: members.len(),
        }
    }

    fn of(members: &'t [Arc<Member>], fits: &'f dyn Fn(&Member) -> bool) -> Self {
        Self {
            members,
            fits: Some(fits),
            count: members.iter().filter(|own| fits(own)).count(),
        }
    }

    fn iter(&self) -> impl Iterator<Item = &'t Arc<Member>> {
        let fits = |own: &&Arc<Member>| self.fits.is_none_or(|fits| fits(own));
        self.members.iter().filter(fits)
    }

    /// One may have failed since they were counted; then it is the first.
    fn nth(&self, place: usize) -> Option<&'t Arc<Member>> {
        if self.fits.is_none() {
            return self.members.get(place);
        }
        self.iter().nth(place).or_else(|| self.iter().next())
    }
}
