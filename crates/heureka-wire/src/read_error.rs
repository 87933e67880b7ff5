//! Why a body could not be read.

use thiserror::Error;

/// Why a body could not be read: one line for the log. What the sender is told is [`crate::parse_error_body`].
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ReadError {
    /// It is not what it should be; a line and column, or a byte, where they are known.
    #[error("unreadable: {0}")]
    Unreadable(String),
    /// It can be read but is another document: JSON `null`, a batch without a list, XML of an application. The Java
    /// server answers 500 there (`golden/spring` 24-malformed/11 and 43, 27-batch/40 to 42).
    #[error("not the expected document: {0}")]
    NotAnInstance(&'static str),
    /// It is nested deeper than anything the protocol knows.
    #[error("nested deeper than {limit}")]
    TooDeep {
        /// How deep it may be.
        limit: usize,
    },
    /// It has more of something than a reader will count.
    #[error("more than {limit} {what}")]
    TooLarge {
        /// Of what.
        what: &'static str,
        /// How many there may be.
        limit: usize,
    },
}

impl ReadError {
    pub(crate) fn unreadable(reason: impl Into<String>) -> Self {
        Self::Unreadable(reason.into())
    }
}
