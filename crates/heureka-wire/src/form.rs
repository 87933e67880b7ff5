//! In which of its forms a document is written.

/// The two languages of the protocol (wire.md 2.0).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// `LegacyJacksonJson`
    Json,
    /// `XStreamXml`
    Xml,
}

impl Format {
    /// Its media type.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Xml => "application/xml",
        }
    }
}

/// How much of an instance a listing tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Detail {
    /// Everything.
    Full,
    /// What a load balancer needs (wire.md 2.8).
    Compact,
}

/// The version segment of the path. It matters for one field only (wire.md 2.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// `v1`: XML knows no status but UP, DOWN and STARTING.
    V1,
    /// `v2`, or no version at all.
    V2,
}

/// A form of a listing: what a server may have to write it in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Form {
    /// The language.
    pub format: Format,
    /// How much it tells.
    pub detail: Detail,
    /// For whom.
    pub version: Version,
}
