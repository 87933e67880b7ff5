//! Names and what stands behind them in DNS.

mod error;
mod resolver;

pub use self::{
    error::LookupError,
    resolver::{MAX_RECORDS, Resolver},
};
