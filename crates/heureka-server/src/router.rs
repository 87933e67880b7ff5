//! Which path is whose.

use axum::Router;
use axum::routing::{get, post};

use crate::app::App;
use crate::{eureka, pages, peers};

/// All that a server answers: pages for people, numbers for machines, and the protocol on every other path.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/", get(pages::status))
        .route("/lastn", get(pages::last_n))
        .route("/metrics", get(pages::metrics))
        .route("/actuator/health", get(pages::health))
        .route("/actuator/health/liveness", get(pages::liveness))
        .route("/actuator/health/readiness", get(pages::readiness))
        .route(peers::PEER_PATH, post(peers::receive))
        .fallback(eureka::serve)
        .with_state(app)
}
