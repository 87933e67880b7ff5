//! Registrations.

use heureka_model::{AppName, Registration};
use heureka_wire::{BodyType, BodyTypeError, ReadError, body_type, decode_registration};
use http::{StatusCode, header};

use super::Call;
use super::answer::Answer;
use super::body::{BodyError, BodyLimit, unpack};
use super::refusal::Refusal;
use crate::app::App;

/// `POST apps/{app}`
pub(super) fn register(app: &App, call: &Call<'_>, name: &str) -> Result<Answer, Refusal> {
    let body_type = type_of_body(call)?;
    let content_type = call.answer_format()?.media_type();
    let registration = read(app, call, &body_type, name, content_type)?;
    app.node()
        .register(app.now(), registration, call.origin)
        .map_err(Refusal::Full)?;
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// The type of the body, where it is one that can be read.
pub(super) fn type_of_body(call: &Call<'_>) -> Result<BodyType, Refusal> {
    match body_type(call.header(header::CONTENT_TYPE)) {
        Ok(body_type) => Ok(body_type),
        // The recordings: nothing at all is a failure of the server, anything without a type is not read.
        Err(BodyTypeError::Absent) if call.body.is_empty() => Err(Refusal::NoBody),
        Err(BodyTypeError::Malformed) => Err(Refusal::MalformedMediaType),
        Err(BodyTypeError::Absent | BodyTypeError::Unsupported) => Err(Refusal::MediaType),
    }
}

fn read(
    app: &App,
    call: &Call<'_>,
    body_type: &BodyType,
    name: &str,
    content_type: &'static str,
) -> Result<Registration, Refusal> {
    let body = unpacked(app, call, body_type)?;
    let draft = decode_registration(&body, body_type.format)
        .map_err(|error| unreadable(body_type, error))?;
    draft
        .into_registration(&AppName::new(name), app.now().wall, app.document_limits())
        .map_err(|why| Refusal::Invalid { content_type, why })
}

fn unpacked(app: &App, call: &Call<'_>, body_type: &BodyType) -> Result<bytes::Bytes, Refusal> {
    let limit = BodyLimit::of_others(app.config());
    unpack(&call.head.headers, call.body.clone(), limit).map_err(|error| {
        if error == BodyError::BrokenGzip {
            Refusal::Unreadable {
                body_type: body_type.clone(),
                why: error.to_string(),
            }
        } else {
            Refusal::Body(error)
        }
    })
}

/// How a body that cannot be read is answered.
pub(super) fn unreadable(body_type: &BodyType, error: ReadError) -> Refusal {
    match error {
        ReadError::NotAnInstance(_) => Refusal::OtherDocument(error),
        ReadError::Unreadable(_) | ReadError::TooDeep { .. } | ReadError::TooLarge { .. } => {
            Refusal::Unreadable {
                body_type: body_type.clone(),
                why: error.to_string(),
            }
        }
    }
}
