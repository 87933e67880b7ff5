//! What clients and servers of Eureka owe each other, over real connections.
//!
//! The server is heureka's, in this process, or the one whose URL is in `HEUREKA_CONFORMANCE_URL`, such as
//! `http://localhost:8761/eureka/`. A Java server has to show changes at once, and nothing else may be going on there:
//! `interop/client` starts one as it has to be and runs these tests one after the other.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that fails says so by panicking"
)]

mod formats;
mod names;
mod others;
mod own;
mod protocol;
mod specs;
mod subject;
mod waiting;
