//! Some rows of a listing: an application, or who is found under a name.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use heureka_model::{AppName, Digest, InstanceInfo, StatusCounts};
use heureka_wire::{Form, ListingHeader};

use crate::answer::{Body, Header};
use crate::row::Row;
use crate::shape::Shape;
use crate::tree::{Leaf, Listing, Node};

/// Pieces below this size are copied together, because each write takes only a few.
const COPIED_BELOW_BYTES: usize = 4 * 1024;

/// Some rows of a listing, application by application.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    runs: Vec<Run>,
    content: Digest,
    statuses: StatusCounts,
}

/// Neighbouring rows of one application, in one leaf.
#[derive(Clone, Debug)]
struct Run {
    leaf: Arc<Node>,
    rows: Range<usize>,
}

impl Listing {
    /// The rows of these applications that `is_wanted`, in the order of `apps`.
    pub fn select<'a>(
        &self,
        apps: impl IntoIterator<Item = &'a str>,
        is_wanted: impl Fn(&InstanceInfo) -> bool,
    ) -> Selection {
        let mut selection = Selection::default();
        if let Some(root) = self.root() {
            for app in apps {
                selection.add_app(root, app, &is_wanted);
            }
        }
        selection
    }
}

impl Selection {
    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// The sum of the rows' digests.
    #[must_use]
    pub fn content(&self) -> Digest {
        self.content
    }

    /// How many rows have which status.
    #[must_use]
    pub fn statuses(&self) -> StatusCounts {
        self.statuses
    }

    /// The rows, which are of one application, as a document of its own.
    #[must_use]
    pub fn application(&self, form: Form) -> Body {
        let shape = Shape::application(form);
        let mut gathered = Gathered::default();
        self.gather(shape, &mut gathered);
        Body::of_pieces(gathered.finish())
    }

    /// The rows as a listing.
    #[must_use]
    pub fn listing(&self, form: Form, header: &Header) -> Body {
        let shape = Shape::listing(form);
        let pieces = shape.pieces();
        let header = ListingHeader {
            version: header.version,
            hash: &header.statuses.hash(),
            is_empty: self.is_empty(),
        };
        let mut gathered = Gathered::default();
        gathered.copy(&pieces.head(&header));
        self.gather(shape, &mut gathered);
        gathered.copy(&pieces.tail(&header));
        Body::of_pieces(gathered.finish())
    }

    fn add_app(&mut self, node: &Arc<Node>, app: &str, is_wanted: &impl Fn(&InstanceInfo) -> bool) {
        match &**node {
            Node::Leaf(leaf) => self.add_rows(node, leaf, app, is_wanted),
            Node::Branch(branch) => {
                let children = &branch.children;
                let first = children.partition_point(|child| ends_before(child, app));
                let own = children.iter().skip(first);
                own.take_while(|child| begins_within(child, app))
                    .for_each(|child| self.add_app(child, app, is_wanted));
            }
        }
    }

    fn add_rows(
        &mut self,
        node: &Arc<Node>,
        leaf: &Leaf,
        app: &str,
        is_wanted: &impl Fn(&InstanceInfo) -> bool,
    ) {
        let first = leaf.rows.partition_point(|row| row.app().as_str() < app);
        let own = leaf.rows.iter().enumerate().skip(first);
        let own = own.take_while(|(_, row)| row.app().as_str() == app);
        for (at, row) in own.filter(|(_, row)| is_wanted(row.info())) {
            self.add_row(node, at, row);
        }
    }

    fn add_row(&mut self, leaf: &Arc<Node>, at: usize, row: &Row) {
        self.content.add(row.content());
        self.statuses.add(row.info().status);
        match self.runs.last_mut() {
            Some(run) if run.is_continued_by(leaf, at, row) => run.rows.end = at + 1,
            _ => self.runs.push(Run {
                leaf: Arc::clone(leaf),
                rows: at..at + 1,
            }),
        }
    }

    /// The runs with what stands between them and around their applications.
    fn gather(&self, shape: Shape, gathered: &mut Gathered) {
        let pieces = shape.pieces();
        let mut before: Option<&AppName> = None;
        for run in &self.runs {
            let Some(app) = run.app() else { continue };
            match before.replace(app) {
                Some(before) => gathered.copy(&crate::plain::junction(shape, before, app)),
                None => gathered.copy(&pieces.application_head(app, shape.within)),
            }
            gathered.share(run.bytes(shape));
        }
        if before.is_some() {
            gathered.copy(&pieces.application_tail(shape.within));
        }
    }
}

fn ends_before(node: &Node, app: &str) -> bool {
    node.last().is_some_and(|last| last.app().as_str() < app)
}

fn begins_within(node: &Node, app: &str) -> bool {
    node.first()
        .is_some_and(|first| first.app().as_str() <= app)
}

impl Run {
    fn leaf(&self) -> Option<&Leaf> {
        match &*self.leaf {
            Node::Leaf(leaf) => Some(leaf),
            Node::Branch(_) => None,
        }
    }

    fn app(&self) -> Option<&AppName> {
        self.leaf()?.rows.get(self.rows.start).map(Row::app)
    }

    fn is_continued_by(&self, leaf: &Arc<Node>, at: usize, row: &Row) -> bool {
        Arc::ptr_eq(&self.leaf, leaf) && self.rows.end == at && self.app() == Some(row.app())
    }

    fn bytes(&self, shape: Shape) -> Bytes {
        let rows = self.leaf().and_then(|leaf| leaf.plain(shape));
        rows.map(|rows| rows.of(&self.rows)).unwrap_or_default()
    }
}

/// Pieces that are collected, the short ones copied together.
#[derive(Debug, Default)]
struct Gathered {
    pieces: Vec<Bytes>,
    open: Vec<u8>,
}

impl Gathered {
    fn copy(&mut self, bytes: &[u8]) {
        self.open.extend_from_slice(bytes);
    }

    fn share(&mut self, bytes: Bytes) {
        if bytes.len() < COPIED_BELOW_BYTES {
            self.copy(&bytes);
        } else {
            self.close();
            self.pieces.push(bytes);
        }
    }

    fn close(&mut self) {
        if !self.open.is_empty() {
            self.pieces
                .push(Bytes::from(std::mem::take(&mut self.open)));
        }
    }

    fn finish(mut self) -> Vec<Bytes> {
        self.close();
        self.pieces
    }
}
