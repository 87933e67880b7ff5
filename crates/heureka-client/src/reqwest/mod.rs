//! For reqwest: names of services in URLs (RS7).
//!
//! [`EurekaMiddleware`] sends a request for `http://orders/…` to an instance of `ORDERS`, and to the next one where that is
//! of use. [`EurekaResolver`] does less with a plain `reqwest::Client`: it takes the name for that of a host, and gives
//! the addresses of instances.

mod middleware;
mod resolver;
mod target;

pub use middleware::{EurekaMiddleware, MAX_ATTEMPTS, UnknownHosts, UnknownService};
pub use resolver::{EurekaResolver, MAX_ADDRESSES};
