//! A listing piece by piece, so that a server may keep the pieces and share them between answers.

use heureka_model::{AppName, InstanceInfo};

use crate::fields::Fields;
use crate::{Form, Format, json, xml};

/// What a listing says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListingHeader<'a> {
    /// `versions__delta`
    pub version: i64,
    /// `apps__hashcode`
    pub hash: &'a str,
    /// Whether no application follows; compact forms say so in a field of their own.
    pub is_empty: bool,
}

/// What an application or an instance is part of: XML indents it accordingly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Within {
    /// A document about one application.
    Application,
    /// A listing of applications.
    Applications,
}

/// Writes the pieces of listings in one form.
///
/// A listing is [`Pieces::head`], applications with [`Pieces::separator`] between them, and [`Pieces::tail`]. An
/// application is [`Pieces::application_head`], instances with the separator between them, and
/// [`Pieces::application_tail`]. An application that is not [`Within`] a listing is a document of its own. A piece
/// depends on nothing but what is given here, so it holds as long as that does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pieces(pub Form);

impl Pieces {
    /// What stands between two applications, and between two instances of one.
    #[must_use]
    pub fn separator(self) -> &'static [u8] {
        match self.0.format {
            Format::Json => b",",
            Format::Xml => b"",
        }
    }

    /// What stands before the first application.
    #[must_use]
    pub fn head(self, header: &ListingHeader<'_>) -> Vec<u8> {
        match self.0.format {
            Format::Json => json::head(header, self.0.detail),
            Format::Xml => xml::head(header, self.0.detail),
        }
    }

    /// What stands after the last application.
    #[must_use]
    pub fn tail(self, header: &ListingHeader<'_>) -> Vec<u8> {
        match self.0.format {
            Format::Json => json::tail(header, self.0.detail),
            Format::Xml => xml::tail(header, self.0.detail),
        }
    }

    /// What stands before the first instance of an application.
    #[must_use]
    pub fn application_head(self, name: &AppName, within: Within) -> Vec<u8> {
        match self.0.format {
            Format::Json => json::application_head(name.as_str(), within),
            Format::Xml => xml::application_head(name.as_str(), within, self.0.detail),
        }
    }

    /// What stands after the last instance of an application.
    #[must_use]
    pub fn application_tail(self, within: Within) -> Vec<u8> {
        match self.0.format {
            Format::Json => json::application_tail(within),
            Format::Xml => xml::application_tail(within, self.0.detail),
        }
    }

    /// An instance as an element of an application, behind the `bytes` that are there already.
    #[must_use]
    pub fn instance(self, bytes: Vec<u8>, instance: &InstanceInfo, within: Within) -> Vec<u8> {
        let fields = Fields::from(instance);
        match self.0.format {
            Format::Json => json::listed_instance(bytes, &fields, self.0.detail),
            Format::Xml => xml::listed_instance(bytes, &fields, self.0, within),
        }
    }
}
