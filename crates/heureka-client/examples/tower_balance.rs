//! tower's balancer over the instances of a service, by the latency of each:
//! `cargo run -p heureka-client --example tower_balance -- http://localhost:8761/eureka/ orders`.

use std::time::Duration;

use heureka_client::balance::BaseUri;
use heureka_client::tower::EurekaDiscover;
use heureka_client::{EurekaClient, Instance};
use tower::balance::p2c::Balance;
use tower::load::{CompleteOnResponse, PeakEwma};
use tower::{BoxError, Service as _, ServiceExt as _, service_fn};

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let mut arguments = std::env::args().skip(1);
    let server = arguments
        .next()
        .unwrap_or_else(|| "http://localhost:8761/eureka/".to_owned());
    let service = arguments.next().unwrap_or_else(|| "orders".to_owned());
    let client = EurekaClient::builder().server(server).start().await?;

    // What is called here only says where it would go; an HTTP client or a connection pool stands in its place.
    let make = |_: &Instance, base: &BaseUri| {
        let base = base.clone();
        let call = service_fn(move |path: &'static str| {
            std::future::ready(Ok::<_, BoxError>(format!("GET {base}{path}")))
        });
        let (usual, decay_nanos) = (Duration::from_millis(5), 10e9);
        Some(PeakEwma::new(
            call,
            usual,
            decay_nanos,
            CompleteOnResponse::default(),
        ))
    };
    let mut balance = Balance::new(EurekaDiscover::new(&client, &*service, make));

    for _ in 0..10 {
        // It waits while there is no instance.
        let told = balance.ready().await?.call("/stock").await?;
        tracing::info!(told);
    }
    client.shutdown().await?;
    Ok(())
}
