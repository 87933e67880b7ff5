//! The rows of a full registry, as a server keeps them for listings.

use heureka_core::{Cursor, Scope};
use heureka_listing::{Body, Edit, Header, Listing, Piece, Row, Whole};
use heureka_model::{Digest, InstanceStatus, VERSION_OF_FULL};
use heureka_wire::{Detail, Form, Format, Packer, Version};

use super::{LATER, full_node};

const JSON: Form = Form {
    format: Format::Json,
    detail: Detail::Full,
    version: Version::V2,
};

/// The rows of a full registry.
pub(crate) struct Fragments {
    listing: Listing,
    rows: Vec<Row>,
    /// Of their documents, as the registry tells them.
    digests: Vec<Digest>,
    next: usize,
}

impl Fragments {
    pub(crate) fn of(instances: usize) -> Self {
        let mut node = full_node(instances);
        let news = node.news_in(LATER, Scope::Local, &mut Cursor::default());
        let rows = news.everything.expect("the first news are everything");
        let digests = rows.iter().map(|info| Digest::of(&*info.document));
        let digests = digests.collect();
        let rows: Vec<Row> = rows.into_iter().map(Row::new).collect();
        Self {
            listing: rows.iter().cloned().collect(),
            rows,
            digests,
            next: 0,
        }
    }

    /// Changes the status of one instance, of another one each time.
    pub(crate) fn change_one(&mut self) {
        self.change(1);
    }

    /// Changes as many at once as a server takes over together.
    pub(crate) fn change(&mut self, count: usize) {
        let edits = (0..count).map(|_| Edit::Put(self.next_row())).collect();
        self.listing = std::mem::take(&mut self.listing).edited(edits);
    }

    fn next_row(&mut self) -> Row {
        self.next = (self.next + 7919) % self.rows.len();
        let mut info = self.rows[self.next].info().clone();
        info.status = match info.status {
            InstanceStatus::Up => InstanceStatus::OutOfService,
            InstanceStatus::Down
            | InstanceStatus::Starting
            | InstanceStatus::OutOfService
            | InstanceStatus::Unknown => InstanceStatus::Up,
        };
        let row = Row::with_digest(info, self.digests[self.next]);
        self.rows[self.next] = row.clone();
        row
    }

    pub(crate) fn read_packed(&self, packer: &mut Packer) -> usize {
        taken(self.listing.packed(JSON, &self.header(), packer))
    }

    pub(crate) fn read_plain(&self) -> usize {
        taken(self.listing.plain(JSON, &self.header()))
    }

    pub(crate) fn read_application(&self, app: &str) -> usize {
        taken(
            self.listing
                .application(app)
                .plain(JSON, Whole::Application),
        )
    }

    fn header(&self) -> Header {
        Header {
            version: VERSION_OF_FULL,
            statuses: self.listing.statuses(),
        }
    }
}

/// Takes all pieces of a body, as a connection does.
fn taken(body: Body) -> usize {
    let taken = |piece: Piece| -> usize { piece.parts().iter().map(|part| part.len()).sum() };
    body.pieces.map(taken).sum()
}
