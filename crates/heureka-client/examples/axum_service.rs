//! From nothing to a registered service that calls another one, on any free port:
//! `cargo run -p heureka-client --example axum_service`.

use axum::{Router, extract::State, http::StatusCode, routing::get};
use heureka_client::axum::serve;
use heureka_client::reqwest::EurekaMiddleware;
use heureka_client::{EurekaClient, InstanceSpec};
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let listener = TcpListener::bind("0.0.0.0:0").await?;
    let client = EurekaClient::builder()
        .server("http://localhost:8761/eureka/")
        .register(InstanceSpec::new("shop"));
    serve(listener, routes, client)
        .health_route("/health")
        .info_route("/info")
        .await?;
    Ok(())
}

fn routes(client: &EurekaClient) -> Router {
    let http = ClientBuilder::new(reqwest::Client::new()).with(EurekaMiddleware::new(client));
    Router::new()
        .route("/stock", get(stock))
        .with_state(http.build())
}

async fn stock(State(http): State<ClientWithMiddleware>) -> Result<String, StatusCode> {
    let answer = http.get("http://orders/stock").send().await;
    let answer = answer.map_err(|_| StatusCode::BAD_GATEWAY)?;
    answer.text().await.map_err(|_| StatusCode::BAD_GATEWAY)
}
