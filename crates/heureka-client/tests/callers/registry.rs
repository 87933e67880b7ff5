//! A registry that a test makes up, and a client of it.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use heureka_client::transport::{BoxFuture, Transport, TransportError, TransportLimits};
use heureka_client::{ClientBuilder, EurekaClient, Event, Running, ServiceUrl, UnixMillis};
use http::{Method, Request, Response};
use parking_lot::Mutex;
use serde_json::{Value, json};

/// What one registry lists, and what it was asked.
#[derive(Clone, Default)]
pub(crate) struct Listed(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    instances: Vec<Value>,
    asked: Vec<(Method, String, Bytes)>,
    fails: bool,
}

impl Listed {
    pub(crate) fn of(instances: impl IntoIterator<Item = Value>) -> Self {
        let listed = Self::default();
        listed.list(instances);
        listed
    }

    pub(crate) fn list(&self, instances: impl IntoIterator<Item = Value>) {
        self.0.lock().instances = instances.into_iter().collect();
    }

    /// Whether it is not reached from now on.
    #[cfg(feature = "metrics")]
    pub(crate) fn fail(&self, fails: bool) {
        self.0.lock().fails = fails;
    }

    /// Requests such as `POST /eureka/apps/ORDERS`, but for fetches.
    #[cfg(feature = "axum")]
    pub(crate) fn told(&self) -> Vec<String> {
        let asked = &self.0.lock().asked;
        let told = asked.iter().filter(|(method, ..)| *method != Method::GET);
        told.map(|(method, path, _)| format!("{method} {}", path.split('?').next().unwrap()))
            .collect()
    }

    /// The last instance that was registered.
    #[cfg(feature = "axum")]
    pub(crate) fn registered(&self) -> Value {
        let asked = &self.0.lock().asked;
        let mut posted = asked.iter().filter(|(method, ..)| *method == Method::POST);
        let (.., body) = posted.next_back().unwrap();
        serde_json::from_slice::<Value>(body).unwrap()["instance"].take()
    }

    pub(crate) fn client(&self) -> ClientBuilder {
        EurekaClient::builder()
            .server("http://registry:8761/eureka/")
            .transport(self.clone())
            .wall_clock(|| UnixMillis(1_700_000_000_000))
            .seed(7)
            .delta(false)
    }

    pub(crate) async fn started(&self) -> Running {
        self.client().start().await.unwrap()
    }

    fn listing(&self) -> Value {
        let mut applications = Vec::<Value>::new();
        for instance in &self.0.lock().instances {
            let app = &instance["app"];
            match applications.iter_mut().find(|own| own["name"] == *app) {
                Some(own) => own["instance"]
                    .as_array_mut()
                    .unwrap()
                    .push(instance.clone()),
                None => applications.push(json!({ "name": app, "instance": [instance] })),
            }
        }
        json!({ "applications": {
            "versions__delta": "1", "apps__hashcode": "", "application": applications,
        } })
    }
}

impl Transport for Listed {
    fn send<'a>(
        &'a self,
        request: Request<Bytes>,
        _: &'a ServiceUrl,
        _: TransportLimits,
    ) -> BoxFuture<'a, Result<Response<Bytes>, TransportError>> {
        let (head, body) = request.into_parts();
        let answer = Response::builder().header("content-type", "application/json");
        let answer = match head.method {
            Method::GET => answer.body(self.listing().to_string().into()),
            Method::POST => answer.status(204).body(Bytes::new()),
            _ => answer.body(Bytes::new()),
        };
        let asked = (head.method, head.uri.to_string(), body);
        self.0.lock().asked.push(asked);
        let answer = if self.0.lock().fails {
            Err(TransportError::Unreachable("nobody is there".into()))
        } else {
            Ok(answer.unwrap())
        };
        Box::pin(std::future::ready(answer))
    }
}

/// Lets a client fetch, and waits until it has.
pub(crate) async fn refresh(client: &EurekaClient) {
    let mut events = client.events();
    client.refresh().unwrap();
    while !matches!(events.recv().await.unwrap(), Event::Fetched { .. }) {}
}

/// An instance that is up, of the application `orders`.
pub(crate) fn order(id: &str) -> Value {
    instance("orders", id)
}

pub(crate) fn instance(app: &str, id: &str) -> Value {
    json!({
        "instanceId": id,
        "app": app.to_uppercase(),
        "hostName": format!("{id}.test"),
        "ipAddr": "10.0.0.1",
        "status": "UP",
        "overriddenstatus": "UNKNOWN",
        "port": { "$": 8080, "@enabled": "true" },
        "securePort": { "$": 8443, "@enabled": "false" },
        "vipAddress": format!("{app}.vip"),
        "dataCenterInfo": {
            "@class": "com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo", "name": "MyOwn",
        },
        "metadata": {},
    })
}

/// The same with other values of its fields.
pub(crate) fn with(mut instance: Value, fields: Value) -> Value {
    let fields = fields.as_object().unwrap().clone();
    instance.as_object_mut().unwrap().extend(fields);
    instance
}

pub(crate) fn with_metadata(instance: Value, key: &str, value: &str) -> Value {
    with(instance, json!({ "metadata": { key: value } }))
}

/// The same, listening on this machine.
#[cfg(any(feature = "tower", feature = "tonic", feature = "reqwest-middleware"))]
pub(crate) fn on_port(instance: Value, port: u16) -> Value {
    let place = json!({
        "hostName": "localhost", "ipAddr": "127.0.0.1", "port": { "$": port, "@enabled": "true" },
    });
    with(instance, place)
}

pub(crate) const SECOND: Duration = Duration::from_secs(1);
