//! What listings show, kept up with the registry, and the bodies that are made of it.
//!
//! A read asks the registry what has changed since the last one, under its lock, and takes that over outside of it. So
//! what was answered before a read is in the read, no read waits for another's encoding but for the leaf that both need,
//! and a write waits for nobody.

mod mirror;
mod pace;
mod scope;
mod tag;

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use heureka_core::DeltaRefused;
use heureka_listing::{AskedForms, Body, Header, Listing, Selection, Whole};
use heureka_wire::{Form, Packer};
use parking_lot::Mutex;
use tokio::sync::Semaphore;

use self::mirror::Mirror;
use self::pace::Pace;
pub(crate) use self::scope::ScopeKey;
pub(crate) use self::tag::{Shows, Tag};
use crate::app::App;

/// How many scopes are kept up; the choice of regions that nobody has made longest makes room.
const MAX_SCOPES: usize = 16;

/// How long what was made in one form is kept after the last time that it was asked for.
const FORGET_FORMS_AFTER: Duration = Duration::from_secs(10 * 60);

/// How many leaves are written and deflated between two looks at other connections: each takes up to a sixth of a
/// millisecond. What is more than that is made beside the connections.
const LEAVES_AT_ONCE: usize = 16;

/// How many answers are made beside the connections at the same time; others wait, and find most of theirs made.
const BUILDERS: usize = 2;

/// What all scopes show.
#[derive(Debug)]
pub(crate) struct Listings {
    scopes: Mutex<Vec<Kept>>,
    packers: Mutex<Vec<Packer>>,
    builders: Arc<Semaphore>,
    pace: Pace,
}

/// A scope that is kept up.
#[derive(Debug)]
struct Kept {
    scope: ScopeKey,
    mirror: Arc<Mutex<Mirror>>,
    asked_at: Duration,
    /// When it was last asked what nobody asks for any longer.
    forgot_at: Duration,
    /// In which forms, and when last.
    forms: Vec<(Coded, Duration)>,
}

/// What a scope shows at one moment.
#[derive(Debug)]
pub(crate) struct Shown {
    /// Everything.
    pub(crate) full: Listing,
    /// What changed lately.
    pub(crate) recent: Listing,
    /// The version of what changed lately, where that may be shown.
    pub(crate) delta_version: Result<i64, DeltaRefused>,
}

/// A body that is there, or will be.
pub(crate) enum Making {
    Made(Body),
    Begun(Pin<Box<dyn Future<Output = Body> + Send>>),
}

/// What a body is made of.
#[derive(Clone, Debug)]
pub(crate) enum Asked {
    /// The whole of a listing.
    All(Listing, Header),
    /// A part of one.
    Part(Selection, Whole),
}

/// A form, plain or packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Coded {
    pub(crate) form: Form,
    pub(crate) is_packed: bool,
}

impl Listings {
    /// Keeps up `usual` from the beginning, so that the first who asks for it does not wait until everything is taken over.
    pub(crate) fn new(usual: ScopeKey, mono: Duration) -> Self {
        Self {
            scopes: Mutex::new(vec![Kept::new(usual, mono)]),
            packers: Mutex::default(),
            builders: Arc::new(Semaphore::new(BUILDERS)),
            pace: Pace::default(),
        }
    }

    /// What `scope` shows now, for somebody who wants it so.
    pub(crate) fn shown(&self, app: &App, scope: &ScopeKey, coded: Coded) -> Shown {
        let mirror = self.mirror_of(scope, Some(coded), app.now().mono);
        follow(app, scope, &mut mirror.lock())
    }

    /// All that `scope` shows now, for somebody who writes it in a form of his own.
    pub(crate) fn rows(&self, app: &App, scope: &ScopeKey) -> Listing {
        let mirror = self.mirror_of(scope, None, app.now().mono);
        follow(app, scope, &mut mirror.lock()).full
    }

    /// Takes notice of how much the registry has changed.
    pub(crate) fn note_revision(&self, revision: u64) {
        self.pace.note_revision(revision);
    }

    /// Waits until there is so much to take over that no read should have to.
    pub(crate) async fn have_work(&self) {
        self.pace.have_work().await;
    }

    /// Takes over what has changed, so that no read has to take over much at once, and what the registry forgets is
    /// known before.
    pub(crate) fn keep_up(&self, app: &App) {
        let kept: Vec<(ScopeKey, Arc<Mutex<Mirror>>)> = {
            let scopes = self.scopes.lock();
            let kept = scopes.iter();
            kept.map(|kept| (kept.scope.clone(), Arc::clone(&kept.mirror)))
                .collect()
        };
        let revision = app.node_for_calls().revision();
        let mut rows = 0;
        for (scope, mirror) in kept {
            let shown = follow(app, &scope, &mut mirror.lock());
            rows = rows.max(shown.full.len());
        }
        self.pace.kept_up(revision, rows);
        self.forget_forms(app.now().mono);
    }

    /// Lets go of what was made in forms that nobody has asked for lately, and of choices of regions. Other scopes are read
    /// meanwhile.
    fn forget_forms(&self, mono: Duration) {
        let due: Vec<(Arc<Mutex<Mirror>>, AskedForms)> = {
            let mut scopes = self.scopes.lock();
            scopes.retain(|kept| !kept.has_lapsed(mono));
            scopes
                .iter_mut()
                .filter_map(|kept| Some((Arc::clone(&kept.mirror), kept.forget(mono)?)))
                .collect()
        };
        for (mirror, asked) in due {
            mirror.lock().keep(&asked);
        }
    }

    /// What of this nobody has asked for yet is made now: a little of it here, and much of it beside the connections that this
    /// thread serves.
    pub(crate) fn body(app: &App, asked: Asked, coded: Coded) -> Making {
        if asked.is_nearly_made(coded) {
            return Making::Made(app.listings().make(&asked, coded));
        }
        let app = app.clone();
        Making::Begun(Box::pin(async move {
            make_beside(&app, asked.clone(), coded).await;
            app.listings().make(&asked, coded)
        }))
    }

    fn make(&self, asked: &Asked, coded: Coded) -> Body {
        if !coded.is_packed {
            return asked.plain(coded.form);
        }
        let mut packer = self.packer();
        let body = asked.packed(coded.form, &mut packer);
        self.put_back(packer);
        body
    }

    fn packer(&self) -> Packer {
        self.packers.lock().pop().unwrap_or_default()
    }

    fn put_back(&self, packer: Packer) {
        let mut packers = self.packers.lock();
        if packers.len() < BUILDERS {
            packers.push(packer);
        }
    }

    fn mirror_of(
        &self,
        scope: &ScopeKey,
        coded: Option<Coded>,
        mono: Duration,
    ) -> Arc<Mutex<Mirror>> {
        let mut scopes = self.scopes.lock();
        if let Some(kept) = scopes.iter_mut().find(|kept| kept.scope == *scope) {
            kept.asked(coded, mono);
            return Arc::clone(&kept.mirror);
        }
        if scopes.len() == MAX_SCOPES {
            let kept = scopes.iter().enumerate();
            let kept = kept.filter(|(_, kept)| kept.is_choice());
            let longest_ago = kept.min_by_key(|(_, kept)| kept.asked_at);
            if let Some((at, _)) = longest_ago {
                scopes.remove(at);
            }
        }
        let mut kept = Kept::new(scope.clone(), mono);
        kept.asked(coded, mono);
        let mirror = Arc::clone(&kept.mirror);
        scopes.push(kept);
        mirror
    }
}

impl Kept {
    fn new(scope: ScopeKey, mono: Duration) -> Self {
        Self {
            scope,
            mirror: Arc::default(),
            asked_at: mono,
            forgot_at: mono,
            forms: Vec::new(),
        }
    }

    /// Whether it is a client's choice of regions. The others are what everybody else is shown.
    fn is_choice(&self) -> bool {
        matches!(self.scope, ScopeKey::Regions(_))
    }

    /// Whether it is a choice that nobody makes any longer.
    fn has_lapsed(&self, mono: Duration) -> bool {
        self.is_choice() && mono.saturating_sub(self.asked_at) >= FORGET_FORMS_AFTER
    }

    /// The forms that somebody has asked for lately, where it is time to forget others.
    fn forget(&mut self, mono: Duration) -> Option<AskedForms> {
        let is_recent = |at: Duration| mono.saturating_sub(at) < FORGET_FORMS_AFTER;
        if is_recent(self.forgot_at) {
            return None;
        }
        self.forgot_at = mono;
        self.forms.retain(|(_, at)| is_recent(*at));
        let mut asked = AskedForms::default();
        for (coded, _) in &self.forms {
            asked.add(coded.form, coded.is_packed);
        }
        Some(asked)
    }

    fn asked(&mut self, coded: Option<Coded>, mono: Duration) {
        self.asked_at = mono;
        let Some(coded) = coded else { return };
        match self.forms.iter_mut().find(|(own, _)| *own == coded) {
            Some((_, at)) => *at = mono,
            None => self.forms.push((coded, mono)),
        }
    }
}

/// Brings a mirror to what the registry shows now. The registry is locked while it tells its news, no longer.
fn follow(app: &App, scope: &ScopeKey, mirror: &mut Mirror) -> Shown {
    let (news, delta_version) = {
        let mut node = app.node_for_calls();
        let mono = app.now().mono;
        let news = node.news_in(mono, scope.as_scope(), &mut mirror.cursor);
        (news, node.delta_version_in(mono, scope.as_scope()))
    };
    mirror.take(news);
    Shown {
        full: mirror.full.clone(),
        recent: mirror.recent().clone(),
        delta_version,
    }
}

/// Makes what is missing on a thread of its own. An answer that nobody waits for any longer is made to its end, for the
/// next one who asks.
async fn make_beside(app: &App, asked: Asked, coded: Coded) {
    let permit = Arc::clone(&app.listings().builders).acquire_owned().await;
    // Those who held the permits before may have made the same.
    if asked.is_nearly_made(coded) {
        return;
    }
    let listings = app.clone();
    let making = tokio::task::spawn_blocking(move || {
        let _permit = permit;
        listings.listings().make(&asked, coded);
    });
    // It ends early only with the process.
    let _made = making.await;
}

impl Asked {
    fn plain(&self, form: Form) -> Body {
        match self {
            Self::All(listing, header) => listing.plain(form, header),
            Self::Part(found, whole) => found.plain(form, *whole),
        }
    }

    fn packed(&self, form: Form, packer: &mut Packer) -> Body {
        match self {
            Self::All(listing, header) => listing.packed(form, header, packer),
            Self::Part(found, whole) => found.packed(form, *whole, packer),
        }
    }

    fn is_nearly_made(&self, Coded { form, is_packed }: Coded) -> bool {
        let at_most = LEAVES_AT_ONCE + 1;
        let missing = match self {
            Self::All(listing, _) => listing.missing_leaves(form, is_packed, at_most),
            Self::Part(found, whole) => found.missing_parts(form, *whole, is_packed, at_most),
        };
        missing <= LEAVES_AT_ONCE
    }
}

#[cfg(test)]
mod tests {
    use heureka_wire::{Detail, Format, Version};

    use super::*;

    const CODED: Coded = Coded {
        form: Form {
            format: Format::Json,
            detail: Detail::Full,
            version: Version::V2,
        },
        is_packed: true,
    };

    fn regions(name: usize) -> ScopeKey {
        ScopeKey::Regions(vec![name.to_string()])
    }

    fn kept(listings: &Listings) -> Vec<ScopeKey> {
        let scopes = listings.scopes.lock();
        scopes.iter().map(|kept| kept.scope.clone()).collect()
    }

    #[test]
    fn a_choice_of_regions_is_kept_up_as_long_as_somebody_makes_it() {
        let listings = Listings::new(ScopeKey::Usual, Duration::ZERO);
        let later = FORGET_FORMS_AFTER / 2;
        for scope in [ScopeKey::Usual, ScopeKey::Local, regions(1), regions(2)] {
            listings.mirror_of(&scope, Some(CODED), Duration::ZERO);
        }
        listings.mirror_of(&regions(2), Some(CODED), later);
        listings.forget_forms(FORGET_FORMS_AFTER);
        assert_eq!(
            kept(&listings),
            [ScopeKey::Usual, ScopeKey::Local, regions(2)]
        );
        assert!(listings.scopes.lock()[0].forms.is_empty());
        assert_eq!(listings.scopes.lock()[2].forms, [(CODED, later)]);
    }

    #[test]
    fn the_choice_that_nobody_has_asked_for_longest_makes_room() {
        let listings = Listings::new(ScopeKey::Usual, Duration::ZERO);
        let ask = |name: usize, second: usize| {
            let mono = Duration::from_secs(u64::try_from(second).unwrap());
            listings.mirror_of(&regions(name), Some(CODED), mono);
        };
        // Beside what is shown to everybody.
        (1..MAX_SCOPES).for_each(|name| ask(name, name));
        ask(1, MAX_SCOPES);
        ask(MAX_SCOPES, MAX_SCOPES + 1);
        let kept = kept(&listings);
        assert_eq!(kept.len(), MAX_SCOPES);
        assert!(kept.contains(&ScopeKey::Usual) && kept.contains(&regions(1)));
        assert!(!kept.contains(&regions(2)));
    }
}
