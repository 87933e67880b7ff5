//! Answers what other nodes of ours ask.

use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use heureka_wire::{decode_peer_message, encode_peer_reply};
use http::{StatusCode, header};

use crate::app::App;
use crate::driver::tell_events;
use crate::eureka::{BodyError, BodyLimit, read_body, unpack};

/// `POST /heureka/v1/peer`
pub(crate) async fn receive(State(app): State<App>, request: Request) -> Response {
    if !app.peer_secrets().admit(request.headers()) {
        app.metrics().count_limit("peer-secret");
        tracing::warn!("refused: a message for peers without the peers' credentials");
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let limit = BodyLimit::of_batches(app.config());
    let (head, body) = request.into_parts();
    let body = read_body(body, limit).await;
    match body.and_then(|body| unpack(&head.headers, body, limit)) {
        Ok(body) => answer(&app, &body),
        Err(error) => refuse_body(&app, error),
    }
}

fn answer(app: &App, body: &[u8]) -> Response {
    let decoded = match decode_peer_message(body, app.now().wall, app.document_limits()) {
        Ok(decoded) => decoded,
        Err(error) => return refuse(StatusCode::BAD_REQUEST, &error.to_string()),
    };
    let mut node = app.node();
    let (header, reply) = node.handle_peer_message(app.now(), &decoded.header, decoded.body);
    let events: Vec<_> = std::iter::from_fn(|| node.poll_event()).collect();
    drop(node);
    tell_events(app, &events);
    let body = encode_peer_reply(&header, &reply);
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}

fn refuse_body(app: &App, error: BodyError) -> Response {
    if let Some(limit) = error.limit() {
        app.metrics().count_limit(limit);
    }
    refuse(error.status(), &error.to_string())
}

fn refuse(status: StatusCode, why: &str) -> Response {
    tracing::warn!(why, "refused: a message of a peer");
    status.into_response()
}
