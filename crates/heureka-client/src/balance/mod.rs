//! Which instance of a service takes the next request (RS5).
//!
//! A [`Balancer`] is made once for a service, by [`EurekaClient::balancer`](crate::EurekaClient::balancer), and asked before
//! each request. It looks at the newest snapshot each time; what it knows of an instance itself (requests under way,
//! failures, whose turn it is) outlives snapshots (7.3.10).
//!
//! ```no_run
//! # fn example(client: heureka_client::EurekaClient) -> Result<(), heureka_client::balance::NoInstance> {
//! use std::time::Duration;
//! use heureka_client::balance::{Balancing, Strategy};
//!
//! let rules = Balancing::new().strategy(Strategy::LeastRequest).own_zone_first();
//! let orders = client.balancer_with("orders", rules);
//!
//! let picked = orders.pick()?;
//! println!("GET {}stock", picked.base_uri().uri());
//! picked.succeeded(Duration::from_millis(12));
//! # Ok(())
//! # }
//! ```
//!
//! | module | what |
//! |---|---|
//! | `rules` | what a balancer is told: strategy, filters, zones, how an instance is reached |
//! | `balancer` | the balancer, and the way from a request to an instance |
//! | `table` | the instances of a snapshot that may be picked, with what is known of each |
//! | `record` | what became of the requests that an instance was given |
//! | `reach` | scheme, host and port of an instance |
//! | `outcome` | what integrations with HTTP libraries have in common |
//! | `services` | a balancer for each service that is asked for by its name |

mod balancer;
mod chance;
mod choice;
mod outcome;
mod picked;
mod reach;
mod record;
mod rules;
mod services;
mod table;

pub use balancer::{Balancer, NoInstance};
pub use choice::Ask;
pub use outcome::{AffinityKey, FAILING_STATUSES};
pub use picked::{Picked, Standing};
pub use reach::{Addressing, BaseUri};
pub use record::Avoidance;
pub use rules::{Balancing, Strategy};
pub use services::{Balancers, MAX_BALANCERS};
