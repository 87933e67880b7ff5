//! Names of services in the URLs of reqwest:
//! `cargo run -p heureka-client --example reqwest_call -- http://orders/stock`.

use heureka_client::balance::{Balancing, Strategy};
use heureka_client::reqwest::{EurekaMiddleware, EurekaResolver};
use heureka_client::{EurekaClient, Instance};
use reqwest_middleware::ClientBuilder;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let url = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "http://orders/".to_owned());
    let client = EurekaClient::builder()
        .server("http://localhost:8761/eureka/")
        .start()
        .await?;

    // Each request goes to an instance, and to the next one where that fails.
    let rules = Balancing::new()
        .strategy(Strategy::LeastRequest)
        .own_zone_first();
    let http = ClientBuilder::new(reqwest::Client::new())
        .with(EurekaMiddleware::with_rules(&client, &rules))
        .build();
    let response = http.get(&url).send().await?;
    let by = response.extensions().get::<Instance>().cloned();
    tracing::info!(status = %response.status(), ?by, "answered");

    // A plain client takes the name for that of a host; each connection goes to an instance.
    let resolver = EurekaResolver::new(&client);
    let plain = reqwest::Client::builder().dns_resolver(resolver).build()?;
    let response = plain.get(&url).send().await?;
    tracing::info!(status = %response.status(), "answered");

    client.shutdown().await?;
    Ok(())
}
