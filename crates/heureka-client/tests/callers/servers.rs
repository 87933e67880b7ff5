//! What is called: servers on this machine that say who they are.

use std::collections::BTreeSet;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::response::IntoResponse as _;
use http::StatusCode;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// How long something on this machine may take before a test fails; nothing waits for it to pass.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// Servers that end with the test.
#[derive(Default)]
pub(crate) struct Servers(JoinSet<()>);

impl Servers {
    /// A server that answers each request with what it is called, and what it was asked, as `name: GET /path?query`.
    pub(crate) async fn named(&mut self, name: &'static str) -> u16 {
        self.answering(name, StatusCode::OK).await
    }

    /// The same, with another status.
    pub(crate) async fn answering(&mut self, name: &'static str, status: StatusCode) -> u16 {
        let answer = async move |request: Request| {
            let told = format!("{name}: {} {}", request.method(), request.uri());
            (status, told).into_response()
        };
        self.serving(Router::new().fallback(answer)).await
    }

    pub(crate) async fn serving(&mut self, routes: Router) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        self.0
            .spawn(async move { axum::serve(listener, routes).await.unwrap() });
        port
    }

    /// A server that ends each connection as soon as it was asked something.
    pub(crate) async fn breaking_off(&mut self) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        self.0.spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                connection.readable().await.unwrap();
                let _ = connection.try_read(&mut [0; 1024]);
            }
        });
        port
    }

    /// A server for HTTP/2 alone that says who it is.
    #[cfg(feature = "tonic")]
    pub(crate) async fn http2(&mut self, name: &'static str) -> u16 {
        use hyper::service::service_fn;
        use hyper_util::rt::{TokioExecutor, TokioIo};

        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        self.0.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((connection, _)) = listener.accept().await {
                let answer = service_fn(move |_| async move {
                    http::Response::builder()
                        .header("name", name)
                        .body(String::new())
                });
                let http2 = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
                connections.spawn(http2.serve_connection(TokioIo::new(connection), answer));
            }
        });
        port
    }
}

/// A port at which nobody listens.
pub(crate) async fn closed_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap().port()
}

/// Asks until each of so many has answered; who it was is what `ask` gives.
pub(crate) async fn until_all_answer(count: usize, ask: impl AsyncFn() -> String) -> Vec<String> {
    let asking = async {
        let mut seen = BTreeSet::new();
        while seen.len() < count {
            seen.insert(ask().await);
        }
        seen.into_iter().collect()
    };
    tokio::time::timeout(PATIENCE, asking).await.unwrap()
}
