//! Who may speak as a peer.

use axum::http::HeaderMap;
use heureka_core::PeerSource;
use heureka_net::basic_authorization;
use http::header;

/// The credentials by which a peer is recognised: those in the URLs of the peers, which Java peers send too. Where there
/// are none, everybody is believed, as Java's servers do (server.md D-44).
#[derive(Clone, Debug, Default)]
pub(crate) struct PeerSecrets(Vec<String>);

impl PeerSecrets {
    pub(crate) fn of(sources: &[PeerSource]) -> Self {
        let credentials = sources.iter().filter_map(PeerSource::credentials);
        let mut secrets: Vec<String> = credentials.map(basic_authorization).collect();
        secrets.sort_unstable();
        secrets.dedup();
        Self(secrets)
    }

    /// Whether a request comes from a peer, as far as that can be known.
    pub(crate) fn admit(&self, headers: &HeaderMap) -> bool {
        if self.0.is_empty() {
            return true;
        }
        let sent = headers.get(header::AUTHORIZATION);
        sent.is_some_and(|sent| {
            let matches = self
                .0
                .iter()
                .map(|secret| is_equal(secret.as_bytes(), sent.as_bytes()));
            // All are compared, so that the time does not tell which one was close.
            matches.fold(false, |any, one| any | one)
        })
    }
}

/// Compares in a time that depends on the lengths alone.
fn is_equal(one: &[u8], other: &[u8]) -> bool {
    let difference = one
        .iter()
        .zip(other)
        .fold(0_u8, |difference, (one, other)| difference | (one ^ other));
    one.len() == other.len() && difference == 0
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn admits(sources: &[&str], sent: Option<&str>) -> bool {
        let sources: Vec<PeerSource> = sources
            .iter()
            .map(|source| PeerSource::parse(source).unwrap())
            .collect();
        let mut headers = HeaderMap::new();
        if let Some(sent) = sent {
            headers.insert(header::AUTHORIZATION, HeaderValue::from_str(sent).unwrap());
        }
        PeerSecrets::of(&sources).admit(&headers)
    }

    #[test]
    fn where_peers_have_credentials_only_these_are_believed() {
        let (open, closed) = (["http://a:1/"], ["http://u:p@a:1/", "http://b:1/"]);
        // "u:p" and "u:q" in base64.
        let (right, wrong) = (Some("Basic dTpw"), Some("Basic dTpx"));
        for (sources, sent, is_admitted) in [
            (&open[..], None, true),
            (&open[..], wrong, true),
            (&closed[..], None, false),
            (&closed[..], wrong, false),
            (&closed[..], Some("Basic dTp"), false),
            (&closed[..], right, true),
        ] {
            assert_eq!(admits(sources, sent), is_admitted, "{sources:?} {sent:?}");
        }
    }
}
