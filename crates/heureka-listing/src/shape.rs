//! In which forms rows are written, as places to keep what was written.

use heureka_wire::{Detail, Form, Format, Pieces, Version, Within};

/// How many forms a listing can have.
pub(crate) const FORMS: usize = 5;
/// How many shapes rows can have.
pub(crate) const SHAPES: usize = 7;

/// A form, and what the rows are inside of: only in indented XML does that make a difference to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) form: Form,
    pub(crate) within: Within,
}

impl Shape {
    /// The listings in all forms, each at its slot.
    pub(crate) const LISTINGS: [Self; FORMS] = [
        Self::of_listing(Format::Json, Detail::Full, Version::V2),
        Self::of_listing(Format::Json, Detail::Compact, Version::V2),
        Self::of_listing(Format::Xml, Detail::Compact, Version::V2),
        Self::of_listing(Format::Xml, Detail::Full, Version::V1),
        Self::of_listing(Format::Xml, Detail::Full, Version::V2),
    ];

    const fn of_listing(format: Format, detail: Detail, version: Version) -> Self {
        Self::listing(Form {
            format,
            detail,
            version,
        })
    }

    pub(crate) const fn listing(form: Form) -> Self {
        Self {
            form,
            within: Within::Applications,
        }
    }

    pub(crate) fn application(form: Form) -> Self {
        Self {
            form,
            within: Within::Application,
        }
    }

    pub(crate) fn pieces(self) -> Pieces {
        Pieces(self.form)
    }

    /// The shape in which its rows are kept: where what they are inside of makes no difference to them, they are those of
    /// listings.
    pub(crate) fn of_rows(self) -> Self {
        match self.form {
            Form {
                format: Format::Xml,
                detail: Detail::Full,
                ..
            } => self,
            form => Self::listing(form),
        }
    }

    /// The place of its rows: below [`FORMS`] for rows of listings.
    pub(crate) fn slot(self) -> usize {
        let Form {
            format,
            detail,
            version,
        } = self.form;
        match (format, detail, version, self.within) {
            (Format::Json, Detail::Full, ..) => 0,
            (Format::Json, Detail::Compact, ..) => 1,
            (Format::Xml, Detail::Compact, ..) => 2,
            (Format::Xml, Detail::Full, Version::V1, Within::Applications) => 3,
            (Format::Xml, Detail::Full, Version::V2, Within::Applications) => 4,
            (Format::Xml, Detail::Full, Version::V1, Within::Application) => 5,
            (Format::Xml, Detail::Full, Version::V2, Within::Application) => 6,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listing_is_at_its_slot() {
        let slots = Shape::LISTINGS.map(Shape::slot);
        assert_eq!(slots, [0, 1, 2, 3, 4]);
    }
}
