//! A tonic channel that is balanced over the instances of a service, at the port that they tell in their metadata:
//! `cargo run -p heureka-client --example tonic_channel`.

use std::time::Duration;

use heureka_client::EurekaClient;
use heureka_client::balance::{Addressing, Balancing};
use heureka_client::tonic::BalancedChannel;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = EurekaClient::builder()
        .server("http://localhost:8761/eureka/")
        .start()
        .await?;

    let rules = Balancing::new().addressing(Addressing::new().port_in_metadata("grpc.port"));
    let channel = BalancedChannel::new(&client, "orders")
        .rules(rules)
        .endpoint(|endpoint, _| Some(endpoint.connect_timeout(Duration::from_secs(2))))
        .open();

    // What tonic generates takes it: `let mut orders = OrdersClient::new(channel);`
    let mut grpc = tonic::client::Grpc::new(channel);
    grpc.ready().await?;
    client.shutdown().await?;
    Ok(())
}
