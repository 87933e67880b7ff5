//! Who the client says it is, beyond basic authentication, which is in the URL.

use std::error::Error;
use std::sync::Arc;

use heureka_model::ServiceUrl;
use http::request::Parts;

use super::BoxFuture;

/// Any error, for what users bring.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// Changes a request before it is sent: everything but its body, after everything else was set.
pub(crate) type RequestHook = Arc<dyn Fn(&mut Parts) + Send + Sync>;

/// Brings the token that is sent as `Authorization: Bearer …` (RS8).
///
/// It is asked before each request, so it keeps the token for as long as it is good. It counts before the credentials of
/// a URL. An async closure without an argument is one too.
pub trait TokenProvider: Send + Sync + 'static {
    /// The token for this server.
    ///
    /// An error makes the request fail, and says why in the log. The time that it takes is part of the request's.
    fn token<'a>(&'a self, server: &'a ServiceUrl) -> BoxFuture<'a, Result<String, BoxError>>;

    /// Told where a server answered 401: the token is no good any more.
    fn rejected(&self, server: &ServiceUrl) {
        let _ = server;
    }
}

impl<F, Token> TokenProvider for F
where
    F: Fn() -> Token + Send + Sync + 'static,
    Token: Future<Output = Result<String, BoxError>> + Send + 'static,
{
    fn token<'a>(&'a self, _: &'a ServiceUrl) -> BoxFuture<'a, Result<String, BoxError>> {
        Box::pin(self())
    }
}
