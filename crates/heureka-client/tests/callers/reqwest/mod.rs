//! What reqwest is given.

mod names;
mod resolver;
mod retries;

use heureka_client::reqwest::EurekaMiddleware;
use heureka_client::{EurekaClient, Running};
use reqwest::Client;
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware, Error};
use serde_json::Value;

use crate::registry::Listed;

pub(crate) fn plain() -> Client {
    Client::builder().no_proxy().build().unwrap()
}

pub(crate) fn http(client: &EurekaClient) -> ClientWithMiddleware {
    with_middleware(EurekaMiddleware::new(client))
}

pub(crate) fn with_middleware(middleware: EurekaMiddleware) -> ClientWithMiddleware {
    ClientBuilder::new(plain()).with(middleware).build()
}

pub(crate) async fn started(instances: impl IntoIterator<Item = Value>) -> Running {
    Listed::of(instances).started().await
}

pub(crate) async fn text(http: &ClientWithMiddleware, url: &str) -> String {
    http.get(url).send().await.unwrap().text().await.unwrap()
}

pub(crate) fn cause<E: std::error::Error + Send + Sync + 'static>(error: &Error) -> Option<&E> {
    match error {
        Error::Middleware(error) => error.downcast_ref(),
        Error::Reqwest(_) => None,
    }
}
