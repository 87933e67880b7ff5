//! Eureka servers that a test makes up (feature `test-util`).
//!
//! [`FakeEureka`] is a registry with Eureka's semantics behind as many servers as a test wants. It is a
//! [`Transport`](crate::transport::Transport): there is no socket and no thread, so everything also works under tokio's
//! paused time, where a minute of heartbeats takes no time. The test puts instances in and takes them out, lets servers
//! fail in all the ways of [`Behaviour`], and looks at what they were asked.
//!
//! An application that finds others by a client is tested like this:
//!
//! ```
//! use std::time::Duration;
//!
//! use heureka_client::EurekaClient;
//! use heureka_client::test_util::{Behaviour, FakeEureka};
//!
//! /// The application: where it would send an order.
//! fn target(eureka: &EurekaClient) -> Option<String> {
//!     let instances = eureka.instances("orders");
//!     let instance = instances.first()?;
//!     Some(format!("http://{}:{}/", instance.host_name(), instance.port()?))
//! }
//!
//! // In a test module this is `#[tokio::test(start_paused = true)] async fn …`.
//! #[tokio::main(flavor = "current_thread", start_paused = true)]
//! async fn main() -> Result<(), heureka_client::Error> {
//!     let eureka = FakeEureka::with_servers(2);
//!     eureka.put("orders", "orders-1", 8080);
//!     let client = eureka.client().start().await?;
//!     assert_eq!(target(&client).as_deref(), Some("http://orders-1.fake:8080/"));
//!
//!     // Another instance takes over; clients notice with their next fetch.
//!     eureka.remove("orders", "orders-1");
//!     eureka.put("orders", "orders-2", 8081);
//!     tokio::time::sleep(Duration::from_secs(40)).await;
//!     assert_eq!(target(&client).as_deref(), Some("http://orders-2.fake:8081/"));
//!
//!     // No server answers: the application goes on with what was known.
//!     eureka.all_behave(Behaviour::Refuse);
//!     tokio::time::sleep(Duration::from_secs(600)).await;
//!     assert_eq!(target(&client).as_deref(), Some("http://orders-2.fake:8081/"));
//!     client.shutdown().await
//! }
//! ```

mod behaviour;
mod clock;
mod eureka;
mod fake;
mod protocol;
mod seen;

pub use behaviour::Behaviour;
pub use clock::ManualClock;
pub use fake::FakeEureka;
pub use seen::SeenRequest;
