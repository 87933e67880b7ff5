//! What is put between a client and its transport.

use std::sync::Arc;

use bytes::Bytes;
use heureka_client::ServiceUrl;
use heureka_client::transport::{BoxFuture, Transport, TransportError, TransportLimits};
use http::{Request, Response};
use parking_lot::Mutex;

use crate::registry::Listed;

/// Tells its name when a request passes.
struct Passed {
    name: &'static str,
    inner: Arc<dyn Transport>,
    told: Arc<Mutex<Vec<&'static str>>>,
}

impl Transport for Passed {
    fn send<'a>(
        &'a self,
        request: Request<Bytes>,
        server: &'a ServiceUrl,
        limits: TransportLimits,
    ) -> BoxFuture<'a, Result<Response<Bytes>, TransportError>> {
        self.told.lock().push(self.name);
        self.inner.send(request, server, limits)
    }
}

#[tokio::test(start_paused = true)]
async fn rs8_what_was_put_there_last_sees_a_request_first() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let passed = |name| {
        let told = Arc::clone(&told);
        move |inner| Passed {
            name,
            inner,
            told: Arc::clone(&told),
        }
    };
    let client = Listed::default().client();
    let client = client
        .wrap_transport(passed("inner"))
        .wrap_transport(passed("outer"));
    let _running = client.start().await.unwrap();
    assert_eq!(told.lock()[..2], ["outer", "inner"]);
}
