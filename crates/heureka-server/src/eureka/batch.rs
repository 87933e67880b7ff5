//! What peers pass on in one request.

use heureka_model::ReplicationAnswer;
use heureka_wire::{decode_batch, encode_batch_answer};
use http::StatusCode;

use super::Call;
use super::answer::Answer;
use super::batch_item::{ItemRefusal, Receiver};
use super::body::{BodyLimit, unpack};
use super::refusal::Refusal;
use super::register::{type_of_body, unreadable};
use crate::app::App;

/// How many instances an answer may hold: as many as a batch of a Java server has items. Without a limit a batch of
/// stale heartbeats would be answered with thousands of times its size. Who gets a 409 without an instance learns it
/// from a later heartbeat.
const MAX_INSTANCES_IN_ANSWER: usize = 250;

/// What became of an item.
type Outcome = Result<ReplicationAnswer, ItemRefusal>;

/// `POST peerreplication/batch`: each item by itself, in their order, under one lock (server.md N60).
pub(super) fn receive(app: &App, call: &Call<'_>) -> Result<Answer, Refusal> {
    let body_type = type_of_body(call)?;
    let answer_type = call.answer_type()?;
    let limit = BodyLimit::of_batches(app.config());
    let body = unpack(&call.head.headers, call.body.clone(), limit).map_err(Refusal::Body)?;
    let items = decode_batch(&body).map_err(|error| unreadable(&body_type, error))?;
    let outcomes: Vec<Outcome> = {
        let node = &mut app.node();
        let mut receiver = Receiver::new(node, app.now(), app.document_limits(), call.sender);
        items.into_iter().map(|item| receiver.apply(item)).collect()
    };
    report_refused(app, call, &outcomes);
    let mut answers: Vec<ReplicationAnswer> = outcomes.into_iter().map(answer_to_item).collect();
    limit_instances(app, &mut answers);
    let body = encode_batch_answer(&answers, answer_type.format);
    Ok(Answer::with_body(
        StatusCode::OK,
        &answer_type.content_type,
        body,
    ))
}

fn answer_to_item(outcome: Outcome) -> ReplicationAnswer {
    outcome.unwrap_or_else(|refusal| ReplicationAnswer {
        status_code: refusal.status().as_u16(),
        instance: None,
    })
}

/// A line for the batch, however many of its items are refused: a peer sends the same ones again and again.
fn report_refused(app: &App, call: &Call<'_>, outcomes: &[Outcome]) {
    let refused: Vec<&ItemRefusal> = outcomes
        .iter()
        .filter_map(|outcome| outcome.as_ref().err())
        .collect();
    let limits = refused.iter().filter_map(|refusal| refusal.limit());
    limits.for_each(|limit| app.metrics().count_limit(limit));
    if let Some(first) = refused.first() {
        let peer = call.peer.map(|peer| peer.to_string());
        let (count, items) = (refused.len(), outcomes.len());
        tracing::warn!(
            peer = peer.unwrap_or_default(),
            "refused: {count} of the {items} items of a batch, the first because {first}"
        );
    }
}

fn limit_instances(app: &App, answers: &mut [ReplicationAnswer]) {
    let instances = answers.iter_mut().map(|answer| &mut answer.instance);
    let beyond = instances
        .filter(|instance| instance.is_some())
        .skip(MAX_INSTANCES_IN_ANSWER);
    let dropped = beyond.map(|instance| *instance = None).count();
    if dropped > 0 {
        app.metrics().count_limit("batch-instances");
    }
}
