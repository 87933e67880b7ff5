//! For axum: a server that registers when it listens, and leaves the registry before it stops (RS3, RS11).
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use axum::{Router, routing::get};
//! use heureka_client::{EurekaClient, InstanceSpec};
//!
//! let listener = tokio::net::TcpListener::bind("0.0.0.0:0").await?;
//! let routes = Router::new().route("/", get(|| async { "hello" }));
//! let client = EurekaClient::builder()
//!     .server("http://localhost:8761/eureka/")
//!     .register(InstanceSpec::new("hello"));
//! heureka_client::axum::serve(listener, routes, client).health_route("/health").await?;
//! # Ok(())
//! # }
//! ```

mod pages;
mod serve;
mod signals;

pub use serve::{DRAIN_DELAY, Routes, STOP_GRACE, Serve, ServeError, serve};
