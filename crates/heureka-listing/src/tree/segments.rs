//! The applications of neighbouring rows.

use std::ops::Range;

use heureka_model::AppName;

use crate::row::Row;

/// Which rows of a leaf are of which application, in the order of both: what is looked for by an application is found
/// without a look at the rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Segments(Vec<Segment>);

/// Neighbouring rows of one application, as far as a leaf has them. There is at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Segment {
    app: AppName,
    rows: Range<usize>,
}

impl Segments {
    pub(crate) fn of(rows: &[Row]) -> Self {
        let mut end = 0;
        let of_one_app = rows.chunk_by(|one, next| one.has_app_of(next));
        let segments = of_one_app.filter_map(|rows| {
            let begin = end;
            end += rows.len();
            Some(Segment {
                app: rows.first()?.app().clone(),
                rows: begin..end,
            })
        });
        Self(segments.collect())
    }

    /// The application of the first row.
    pub(crate) fn first(&self) -> Option<&AppName> {
        self.0.first().map(|segment| &segment.app)
    }

    /// Which segment an application has.
    pub(crate) fn find(&self, app: &str) -> Option<usize> {
        let found = self
            .0
            .binary_search_by(|segment| segment.app.as_str().cmp(app));
        found.ok()
    }

    /// The application of a segment.
    pub(crate) fn app(&self, segment: usize) -> Option<&AppName> {
        self.0.get(segment).map(|segment| &segment.app)
    }

    /// The rows of a segment.
    pub(crate) fn rows(&self, segment: usize) -> Range<usize> {
        let rows = self.0.get(segment).map(|segment| segment.rows.clone());
        rows.unwrap_or_default()
    }

    /// The rows of all segments, one after the other.
    pub(crate) fn ranges(&self) -> impl Iterator<Item = Range<usize>> {
        self.0.iter().map(|segment| segment.rows.clone())
    }

    /// A row of an application was put in at a place; those from there on have moved.
    pub(super) fn put_in(&mut self, place: usize, app: &AppName) {
        let found = self.0.binary_search_by(|segment| segment.app.cmp(app));
        let at = found.unwrap_or_else(|at| at);
        if found.is_err() {
            let rows = place..place;
            let app = app.clone();
            self.0.insert(at, Segment { app, rows });
        }
        let mut moved = self.0.iter_mut().skip(at);
        if let Some(own) = moved.next() {
            own.rows.end += 1;
        }
        moved.for_each(|behind| behind.rows = behind.rows.start + 1..behind.rows.end + 1);
    }

    /// The row at a place was taken out; those behind it have moved.
    pub(super) fn take_out(&mut self, place: usize) {
        let at = self.0.partition_point(|segment| segment.rows.end <= place);
        let mut moved = self.0.iter_mut().skip(at);
        let own = moved.next().map(|own| {
            own.rows.end -= 1;
            own.rows.is_empty()
        });
        moved.for_each(|behind| behind.rows = behind.rows.start - 1..behind.rows.end - 1);
        if own == Some(true) {
            self.0.remove(at);
        }
    }
}
