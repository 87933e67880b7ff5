//! Sources as they are written.

use heureka_core::InvalidPeerSource::{self, Address, Kind, Port, Url};
use heureka_core::PeerSource;
use heureka_model::InvalidServiceUrl;

use crate::story::source;

#[test]
fn sources_are_kept_in_one_form() {
    for (given, kept, is_url) in [
        (
            "http://peer1:8761/eureka",
            "http://peer1:8761/eureka/",
            true,
        ),
        ("https://10.0.0.7", "https://10.0.0.7/", true),
        (
            " dns+http://Peers:8761/eureka \n",
            "dns+http://peers:8761/eureka/",
            false,
        ),
        ("DNS+HTTPS://peers/", "dns+https://peers/", false),
        (
            "srv+http://_eureka._tcp.test/eureka/",
            "srv+http://_eureka._tcp.test/eureka/",
            false,
        ),
        (
            "srv+https://_eureka._tcp.test:443",
            "srv+https://_eureka._tcp.test/",
            false,
        ),
        (
            "txt+http://txt.region.test:7001/eureka/v2",
            "txt+http://txt.region.test:7001/eureka/v2/",
            false,
        ),
        ("dns+http://user:pass@peers/", "dns+http://peers/", false),
    ] {
        let source = source(given);
        assert_eq!(source.to_string(), kept);
        assert_eq!(source.as_url().is_some(), is_url, "{given}");
        assert_eq!(kept.parse(), Ok(source), "{given}");
    }
}

#[test]
fn other_texts_are_refused() {
    for (text, error) in [
        ("", Kind),
        ("peers", Kind),
        ("dns+peers", Kind),
        ("a+http://peers/", Kind),
        ("dns+srv+http://peers/", Url(InvalidServiceUrl::Scheme)),
        ("+http://peers/", Kind),
        ("dns+://peers/", Url(InvalidServiceUrl::Scheme)),
        ("dns://peers/", Url(InvalidServiceUrl::Scheme)),
        ("dns+ftp://peers/", Url(InvalidServiceUrl::Scheme)),
        ("dns+http:///eureka/", Url(InvalidServiceUrl::Host)),
        ("dns+http://peers:0/", Url(InvalidServiceUrl::Port)),
        ("dns+http://10.0.0.7:8761/", Address),
        ("dns+http://[::1]:8761/", Address),
        ("txt+http://10.0.0.7/", Address),
        ("srv+http://10.0.0.7/", Address),
        ("srv+http://_eureka._tcp.test:8761/", Port),
        ("srv+https://_eureka._tcp.test:80/", Port),
    ] {
        assert_eq!(PeerSource::parse(text), Err(error), "{text}");
    }
}

#[test]
fn no_source_shows_its_credentials() {
    let source = source("dns+http://user:hunter2@peers/");
    assert!(!format!("{source} {source:?}").contains("hunter2"));
    for text in [
        "user:hunter2@peers",
        "x+http://user:hunter2@peers/",
        "srv+http://user:hunter2@peers:1/",
    ] {
        let error: InvalidPeerSource = PeerSource::parse(text).expect_err(text);
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
    }
}
