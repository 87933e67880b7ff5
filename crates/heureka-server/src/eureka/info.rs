//! What the server says of itself.

use heureka_model::StatusInfo;
use heureka_wire::{Format, Version, encode_status_info, encode_status_overrides, instance_answer};
use http::StatusCode;

use super::Call;
use super::answer::Answer;
use super::refusal::Refusal;
use crate::app::App;
use crate::pages;

/// `GET status`
pub(super) fn status(app: &App, call: &Call) -> Result<Answer, Refusal> {
    let answer_type = instance_answer(call.accept()).map_err(|_| Refusal::NotAcceptable)?;
    let info = StatusInfo {
        general: pages::general_stats(app),
        // A node alone has no replicas to speak of (server.md 7.21).
        replicas: [
            "registered-replicas",
            "available-replicas",
            "unavailable-replicas",
        ]
        .map(|name| (name, String::new()))
        .to_vec(),
        instance: app.own_instance().clone(),
        is_healthy: None,
    };
    let version = if call.is_v1 { Version::V1 } else { Version::V2 };
    let body = encode_status_info(&info, answer_type.format, version);
    Ok(Answer::with_body(
        StatusCode::OK,
        &answer_type.content_type,
        body,
    ))
}

/// `GET serverinfo/statusoverrides`
pub(super) fn status_overrides(app: &App) -> Answer {
    let overrides = app.node().overrides();
    let body = encode_status_overrides(overrides.iter().map(|(id, status)| (id.as_str(), *status)));
    Answer::with_body(StatusCode::OK, Format::Json.media_type(), body)
}

/// `OPTIONS` of any resource: no body, but the type that one would have.
pub(super) fn options(accept: Option<&str>, allowed: &str) -> Result<Answer, Refusal> {
    let answer_type = instance_answer(accept).map_err(|_| Refusal::NotAcceptable)?;
    let answer = Answer::with_body(StatusCode::OK, &answer_type.content_type, Vec::new());
    Ok(answer.allow(allowed))
}
