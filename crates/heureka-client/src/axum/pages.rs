//! The pages that an instance has about itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use heureka_client_core::{InstanceSpec, health_code};
use heureka_model::{Document, InstanceStatus};
use http::{Method, StatusCode};
use serde::Serialize;

use crate::EurekaClient;

/// Under which paths there are pages.
#[derive(Clone, Debug, Default)]
pub(super) struct Pages {
    pub(super) health: Option<Box<str>>,
    pub(super) ready: Option<Box<str>>,
    pub(super) info: Option<Box<str>>,
}

#[derive(Clone, Copy)]
enum Page {
    Health,
    Ready,
    Info,
}

#[derive(Serialize)]
struct Health {
    status: &'static str,
}

#[derive(Serialize)]
struct Ready {
    ready: bool,
}

#[derive(Serialize)]
struct Info<'a> {
    app: &'a str,
    #[serde(rename = "instanceId")]
    instance_id: &'a str,
    status: &'static str,
    metadata: BTreeMap<&'a str, &'a str>,
}

impl Pages {
    /// Says in the instance where its pages are.
    pub(super) fn told_in(&self, mut spec: InstanceSpec) -> InstanceSpec {
        if let Some(path) = &self.health {
            spec = spec.health_check_path(path);
        }
        if let Some(path) = &self.info {
            spec = spec.status_page_path(path);
        }
        spec
    }

    /// Puts the pages in front of `routes`: a layer instead of routes, so that no path can be in the way of another.
    pub(super) fn before(self, routes: Router, client: &EurekaClient) -> Router {
        let state = (Arc::new(self), client.clone());
        routes.layer(from_fn_with_state(state, answer))
    }

    fn at(&self, path: &str) -> Option<Page> {
        let is = |page: &Option<Box<str>>| page.as_deref() == Some(path);
        if is(&self.health) {
            Some(Page::Health)
        } else if is(&self.ready) {
            Some(Page::Ready)
        } else {
            is(&self.info).then_some(Page::Info)
        }
    }
}

async fn answer(
    State((pages, client)): State<(Arc<Pages>, EurekaClient)>,
    request: Request,
    next: Next,
) -> Response {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let page = pages.at(request.uri().path()).filter(|_| is_read);
    let document = client.document();
    match page {
        Some(Page::Health) => health(document.as_deref()),
        Some(Page::Ready) => ready(client.is_ready()),
        Some(Page::Info) => info(document.as_deref()),
        None => next.run(request).await,
    }
}

/// I19. Who registers nothing is up.
fn health(document: Option<&Document>) -> Response {
    let status = document.map_or(InstanceStatus::Up, |document| document.status);
    let code = StatusCode::from_u16(health_code(status));
    let code = code.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let health = Health {
        status: status.as_str(),
    };
    if code == StatusCode::NO_CONTENT {
        code.into_response()
    } else {
        (code, Json(health)).into_response()
    }
}

/// RS11: whether the client has registered and fetched, as far as it is to.
fn ready(ready: bool) -> Response {
    let code = if ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (code, Json(Ready { ready })).into_response()
}

fn info(document: Option<&Document>) -> Response {
    match document {
        None => StatusCode::NOT_FOUND.into_response(),
        Some(document) => Json(Info {
            app: document.app.as_str(),
            instance_id: document.id.as_str(),
            status: document.status.as_str(),
            metadata: document.metadata.iter().collect(),
        })
        .into_response(),
    }
}
