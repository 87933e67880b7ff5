//! Pages for people: plain HTML without scripts, made from the registry as it is.

mod cluster;
mod format;
mod kept;
mod last_n;
mod status;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};

use crate::app::App;
use crate::listings::ScopeKey;
use crate::peers::Overview;
use crate::process;

/// Everything a page needs is in the page: no script, no frame, nothing from elsewhere (faults-and-attacks.md S15, S29).
const HEADERS: [(HeaderName, HeaderValue); 5] = [
    (
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/html;charset=UTF-8"),
    ),
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
        ),
    ),
    (
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    ),
    (
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    ),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
];

/// `GET /`: how the server is, and who is registered. A page of many is made beside the connections.
pub(crate) async fn status(State(app): State<App>) -> Response {
    let page = tokio::task::spawn_blocking(move || status_page(&app)).await;
    page.unwrap_or_else(|error| {
        tracing::error!(%error, "the page could not be made");
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    })
}

fn status_page(app: &App) -> Response {
    let (now, report, regions, overview) = {
        let mut node = app.node();
        let now = app.now();
        (
            now,
            node.report(now.mono),
            node.region_reports(),
            Overview::of(&node, now.mono),
        )
    };
    // server.md R75: with transparent fallback also those of remote regions.
    let scope = ScopeKey::usual(&app.config().regions.follow);
    render(&status::StatusPage::new(
        app,
        (&report, &regions, &overview),
        &app.listings().rows(app, &scope),
        now,
    ))
}

/// `GET /lastn`: who came and who went.
pub(crate) async fn last_n(State(app): State<App>) -> Response {
    let (cancelled, registered) = {
        let node = app.node();
        (node.last_cancelled(), node.last_registered())
    };
    render(&last_n::LastNPage::new(&cancelled, &registered))
}

/// `GET /metrics`
pub(crate) async fn metrics(State(app): State<App>) -> Response {
    let (report, regions, overview) = {
        let mut node = app.node();
        let mono = app.now().mono;
        (
            node.report(mono),
            node.region_reports(),
            Overview::of(&node, mono),
        )
    };
    let content_type =
        HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");
    (
        [(header::CONTENT_TYPE, content_type)],
        app.metrics().render(&report, &regions, &overview),
    )
        .into_response()
}

/// `GET /actuator/health`: what probes made for Spring's server ask for. Who can read it is alive.
pub(crate) async fn health() -> Response {
    json(r#"{"groups":["liveness","readiness"],"status":"UP"}"#)
}

/// `GET /actuator/health/liveness`
pub(crate) async fn liveness() -> Response {
    json(r#"{"status":"UP"}"#)
}

/// `GET /actuator/health/readiness`: a server whose listings are closed is no use to clients that look for somebody, and
/// others are there to ask (MERGE 8).
pub(crate) async fn readiness(State(app): State<App>) -> Response {
    if app.node().is_open() {
        json(r#"{"status":"UP"}"#)
    } else {
        let body = json(r#"{"status":"OUT_OF_SERVICE"}"#);
        (StatusCode::SERVICE_UNAVAILABLE, body).into_response()
    }
}

fn json(body: &'static str) -> Response {
    let content_type = HeaderValue::from_static("application/json");
    ([(header::CONTENT_TYPE, content_type)], body).into_response()
}

fn render(page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => (HEADERS, html).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be made");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// The numbers about the process, for the page and for the status resource.
pub(crate) fn general_stats(app: &App) -> Vec<(&'static str, String)> {
    let mut stats = process::stats();
    stats.push(("server-uptime", format::uptime(app.now().mono)));
    stats
}
