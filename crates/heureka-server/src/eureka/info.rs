//! What the server says of itself.

use heureka_core::PeerReport;
use heureka_model::StatusInfo;
use heureka_wire::{Format, encode_status_info, encode_status_overrides, instance_answer};
use http::StatusCode;

use super::Call;
use super::answer::Answer;
use super::refusal::Refusal;
use crate::app::App;
use crate::pages;
use crate::peers::{Overview, is_reached};

/// `GET status`
pub(super) fn status(app: &App, call: &Call<'_>) -> Result<Answer, Refusal> {
    let answer_type = call.answer_type()?;
    let info = StatusInfo {
        general: pages::general_stats(app),
        replicas: replicas(app),
        instance: app.own_instance().clone(),
        is_healthy: None,
    };
    let body = encode_status_info(&info, answer_type.format, call.version);
    Ok(Answer::with_body(
        StatusCode::OK,
        &answer_type.content_type,
        body,
    ))
}

/// The peers in the words of Java's servers (server.md 7.21), with their commas. Those count a peer as available that is
/// registered as an instance; here it is one that answers.
fn replicas(app: &App) -> Vec<(&'static str, String)> {
    let overview = Overview::of(&app.node(), app.now().mono);
    let urls = |wanted: &dyn Fn(&PeerReport) -> bool| -> Vec<String> {
        let peers = overview.others().filter(|peer| wanted(peer));
        peers.map(|peer| peer.url.to_string()).collect()
    };
    let each_with_comma = |urls: Vec<String>| urls.into_iter().map(|url| url + ",").collect();
    vec![
        ("registered-replicas", urls(&|_| true).join(", ")),
        ("available-replicas", each_with_comma(urls(&is_reached))),
        (
            "unavailable-replicas",
            each_with_comma(urls(&|peer| !is_reached(peer))),
        ),
    ]
}

/// `GET serverinfo/statusoverrides`
pub(super) fn status_overrides(app: &App) -> Answer {
    let overrides = app.node().overrides();
    let body = encode_status_overrides(overrides.iter().map(|(id, status)| (id.as_str(), *status)));
    Answer::with_body(StatusCode::OK, Format::Json.media_type(), body)
}

/// `OPTIONS` of any resource: no body, but the type that one would have.
pub(super) fn options(accept: Option<&str>, allowed: &str) -> Result<Answer, Refusal> {
    let answer_type = instance_answer(accept)?;
    let answer = Answer::with_body(StatusCode::OK, &answer_type.content_type, Vec::new());
    Ok(answer.allow(allowed))
}
