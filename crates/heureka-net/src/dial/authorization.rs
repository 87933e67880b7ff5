//! Basic authentication, as servers and proxies are shown it.

use base64::{Engine, prelude::BASE64_STANDARD};
use heureka_model::Credentials;
use http::{HeaderValue, header::InvalidHeaderValue};

/// The value of `Authorization` by which these credentials are sent (RFC 7617), in UTF-8.
pub fn basic_authorization(credentials: &Credentials) -> String {
    encoded(credentials.user(), credentials.password())
}

/// The same as a header that no log shows.
pub(super) fn basic(user: &str, password: &str) -> Result<HeaderValue, InvalidHeaderValue> {
    let mut value = HeaderValue::try_from(encoded(user, password))?;
    value.set_sensitive(true);
    Ok(value)
}

fn encoded(user: &str, password: &str) -> String {
    format!(
        "Basic {}",
        BASE64_STANDARD.encode(format!("{user}:{password}"))
    )
}
