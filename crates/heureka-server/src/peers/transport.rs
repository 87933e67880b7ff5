//! Carries a call of the core out.

use std::time::Duration;

use bytes::Bytes;
use heureka_core::{Failure, PeerCall, PeerResult, Request};
use heureka_model::{
    InstanceDraft, InstanceInfo, PeerMessage, ReplicationAnswer, ReplicationItem, UnixMillis,
};
use heureka_net::{AnswerLimits, Client, DialError};
use heureka_wire::{
    ContentCoding, Format, decode_applications, decode_batch_answer, decode_peer_reply,
    encode_batch, encode_peer_message, gunzip, gunzip_listing, gzip,
};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};

use crate::app::App;
use crate::eureka::coding_of;

/// Where nodes of ours listen for each other, whatever the base path of the protocol is.
pub(crate) const PEER_PATH: &str = "/heureka/v1/peer";

/// Where Java's servers listen for each other, below the base path (server.md N30).
const BATCH_PATH: &str = "peerreplication/batch/";

/// Bytes of an answer, as it comes and unpacked (faults-and-attacks.md F22): to a greeting, to what changed or a
/// comparison, and of a listing.
const MAX_GREETING_BYTES: usize = 64 * 1024;
const MAX_ANSWER_BYTES: usize = 16 * 1024 * 1024;
const MAX_LISTING_BYTES: usize = 64 * 1024 * 1024;

/// What a Java server says of itself towards a peer (server.md N32), so that a rate limiter lets it past.
const IDENTITY: [(HeaderName, HeaderValue); 4] = [
    (header::ACCEPT, HeaderValue::from_static("application/json")),
    (header::ACCEPT_ENCODING, HeaderValue::from_static("gzip")),
    (
        HeaderName::from_static("discoveryidentity-name"),
        HeaderValue::from_static("DefaultServer"),
    ),
    (
        HeaderName::from_static("discoveryidentity-version"),
        HeaderValue::from_static("1.0"),
    ),
];

/// Sends what the call asks for, and makes of the answer what the core understands.
pub(super) async fn carry_out(app: &App, client: &Client, call: &PeerCall) -> PeerResult {
    let request = match request(app, call) {
        Ok(request) => request,
        Err(error) => {
            tracing::error!(%error, url = %call.url, "a request to a peer cannot be written");
            return PeerResult::Failed(Failure::Unreadable);
        }
    };
    let limits = AnswerLimits {
        deadline: call.deadline,
        max_bytes: max_bytes(&call.request),
    };
    match client.send(&call.url, request, limits).await {
        Ok(answer) => read(app, call, answer),
        Err(error) => {
            tracing::debug!(url = %call.url, %error, "a call to a peer failed");
            PeerResult::Failed(failure(&error))
        }
    }
}

fn max_bytes(request: &Request) -> usize {
    match request {
        Request::Ours(_, message) => match **message {
            PeerMessage::Hello | PeerMessage::Leave => MAX_GREETING_BYTES,
            PeerMessage::Changes(_) | PeerMessage::Compare(_) | PeerMessage::Ages(_) => {
                MAX_ANSWER_BYTES
            }
        },
        Request::Batch(_) => MAX_ANSWER_BYTES,
        Request::Listing => MAX_LISTING_BYTES,
    }
}

fn request(app: &App, call: &PeerCall) -> http::Result<http::Request<Bytes>> {
    let mut builder = match &call.request {
        Request::Ours(..) => http::Request::post(PEER_PATH),
        Request::Batch(_) => http::Request::post(call.url.join(BATCH_PATH)),
        Request::Listing => http::Request::get(call.url.join("apps/")),
    };
    if let Some(headers) = builder.headers_mut() {
        headers.extend(IDENTITY);
    }
    match &call.request {
        Request::Ours(header, message) => {
            json(builder).body(encode_peer_message(header, message).into())
        }
        Request::Batch(items) => batch(app, json(builder), items),
        Request::Listing => builder.body(Bytes::new()),
    }
}

fn json(builder: http::request::Builder) -> http::request::Builder {
    builder.header(header::CONTENT_TYPE, "application/json")
}

fn batch(
    app: &App,
    builder: http::request::Builder,
    items: &[ReplicationItem],
) -> http::Result<http::Request<Bytes>> {
    let body = encode_batch(items);
    if app.config().peers.gzip_requests {
        builder
            .header(header::CONTENT_ENCODING, "gzip")
            .body(gzip(&body).into())
    } else {
        builder.body(body.into())
    }
}

fn read(app: &App, call: &PeerCall, answer: Response<Bytes>) -> PeerResult {
    let (head, body) = answer.into_parts();
    if head.status != StatusCode::OK {
        return refused(call, head.status, retry_after(&head.headers));
    }
    let received = app.now().wall;
    let body = unpacked(&call.request, &head.headers, body);
    let result = body.and_then(|body| match &call.request {
        Request::Ours(..) => ours(app, &body, received),
        Request::Batch(_) => batch_answer(app, &body, received),
        Request::Listing => listing(app, &body, received),
    });
    result.unwrap_or(PeerResult::Failed(Failure::Unreadable))
}

fn unpacked(request: &Request, headers: &HeaderMap, body: Bytes) -> Option<Bytes> {
    let gunzip = match request {
        Request::Ours(..) | Request::Batch(_) => gunzip,
        Request::Listing => gunzip_listing,
    };
    match coding_of(headers).ok()? {
        ContentCoding::Identity => Some(body),
        ContentCoding::Gzip => gunzip(&body, max_bytes(request)).map(Bytes::from).ok(),
    }
}

/// Whoever does not know the question is a Java server. Redirects are never followed (F20).
fn refused(call: &PeerCall, status: StatusCode, retry_after: Option<Duration>) -> PeerResult {
    let is_question_of_ours = matches!(call.request, Request::Ours(..));
    match status {
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED if is_question_of_ours => {
            PeerResult::NotOurs
        }
        _ => PeerResult::Failed(Failure::Status {
            code: status.as_u16(),
            retry_after,
        }),
    }
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(header::RETRY_AFTER)?.to_str().ok()?;
    seconds.trim().parse().ok().map(Duration::from_secs)
}

fn ours(app: &App, body: &[u8], received: UnixMillis) -> Option<PeerResult> {
    let decoded = decode_peer_reply(body, received, app.document_limits())
        .inspect_err(|error| tracing::debug!(%error, "a peer's answer cannot be read"))
        .ok()?;
    if decoded.refused > 0 {
        tracing::warn!(
            refused = decoded.refused,
            peer = decoded.header.name,
            "a peer sent states that this node does not take"
        );
    }
    Some(PeerResult::Ours(
        Box::new(decoded.header),
        Box::new(decoded.body),
    ))
}

fn batch_answer(app: &App, body: &[u8], received: UnixMillis) -> Option<PeerResult> {
    let answers = decode_batch_answer(body).ok()?;
    let answers = answers.into_iter().map(|answer| ReplicationAnswer {
        status_code: answer.status_code,
        instance: answer
            .instance
            .and_then(|draft| taken_from_java(app, *draft, received)),
    });
    Some(PeerResult::Batch(answers.collect()))
}

fn listing(app: &App, body: &[u8], received: UnixMillis) -> Option<PeerResult> {
    let listing = decode_applications(body, Format::Json).ok()?;
    let drafts = listing
        .applications
        .into_iter()
        .flat_map(|application| application.instances);
    let instances: Vec<InstanceInfo> = drafts
        .filter_map(|draft| taken_from_java(app, draft, received))
        .collect();
    Some(PeerResult::Listing(instances))
}

/// An instance as a Java server shows it. What breaks the limits of documents here is left out, for no node of ours would take it
/// from this one, and the two would differ for ever.
fn taken_from_java(app: &App, draft: InstanceDraft, received: UnixMillis) -> Option<InstanceInfo> {
    let info = draft.into_listed(received).ok()?;
    match app.document_limits().check(&info.document) {
        Ok(()) => Some(info),
        Err(why) => {
            app.metrics().count_limit("document");
            let key = info.document.key();
            tracing::warn!(%key, %why, "left out: an instance of a Java peer");
            None
        }
    }
}

fn failure(error: &DialError) -> Failure {
    match error {
        DialError::Refused => Failure::Refused,
        DialError::Unreachable { .. } | DialError::Proxy(_) => Failure::Unreachable,
        DialError::ReadTimeout => Failure::ReadTimeout,
        DialError::Broken(_) => Failure::Broken,
        DialError::TooLarge | DialError::Tls(_) => Failure::Unreadable,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use heureka_net::Counters;

    use super::*;
    use crate::{ManualClock, ServerConfig};

    /// Nodes of ours would never agree on the second: the one would tell it and the others refuse it.
    #[test]
    fn what_breaks_the_limits_of_documents_is_not_taken_from_a_java_server() {
        let now = UnixMillis(1_700_000_000_000);
        let clock = Arc::new(ManualClock::at(now));
        let counters = Arc::new(Counters::default());
        let app = App::new(ServerConfig::default(), clock, 1, counters);
        let instance = |id: &str, field: &str| {
            format!(
                r#"{{"instanceId":"{id}","app":"ORDERS","hostName":"h","ipAddr":"10.0.0.1","status":"UP",{field},
                "dataCenterInfo":{{"@class":"com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo","name":"MyOwn"}}}}"#
            )
        };
        let vip = |vip: &str| format!(r#""vipAddress":"{vip}""#);
        let (small, large) = (
            instance("a", &vip("v")),
            instance("b", &vip(&"v".repeat(5000))),
        );
        let keys: Vec<String> = (0..5000).map(|n| format!(r#""{n}":"""#)).collect();
        let many = instance("c", &format!(r#""metadata":{{{}}}"#, keys.join(",")));
        let listed = format!(
            r#"{{"applications":{{"application":[{{"name":"ORDERS","instance":[{small},{large},{many}]}}]}}}}"#
        );
        let Some(PeerResult::Listing(taken)) = listing(&app, listed.as_bytes(), now) else {
            panic!("a listing");
        };
        let ids: Vec<&str> = taken.iter().map(|info| info.document.id.as_str()).collect();
        assert_eq!(ids, ["a"]);
        let answered = format!(
            r#"{{"responseList":[{{"statusCode":409,"responseEntity":{small}}},{{"statusCode":409,"responseEntity":{large}}}]}}"#
        );
        let Some(PeerResult::Batch(answers)) = batch_answer(&app, answered.as_bytes(), now) else {
            panic!("an answer to a batch");
        };
        let have_instance: Vec<bool> = answers.iter().map(|it| it.instance.is_some()).collect();
        assert_eq!(have_instance, [true, false]);
    }

    /// Alike instances with long texts come to more than the ratio that a body is held to that somebody sends by himself.
    #[test]
    fn a_listing_that_was_asked_for_may_be_any_multiple_of_its_packed_size() {
        let alike = vec![b'a'; 10 << 20];
        let packed = Bytes::from(gzip(&alike));
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        let unpacked_as = |request| unpacked(&request, &headers, packed.clone());
        assert!(unpacked_as(Request::Listing) == Some(alike.into()));
        assert!(unpacked_as(Request::Batch(Vec::new())).is_none());
        headers.append(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        assert!(unpacked(&Request::Listing, &headers, packed).is_none());
    }
}
