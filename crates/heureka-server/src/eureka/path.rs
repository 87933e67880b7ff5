//! What a path names.
//!
//! Java's servers match paths segment by segment, accept any version segment, ignore matrix parameters and know a
//! resource named `delta` besides applications of any name. A generic router has no words for that, so the rules of
//! wire.md 1.0.4 stand here as one function from a path to a [`Resource`].

use std::borrow::Cow;

use heureka_wire::Version;
use http::Method;
use percent_encoding::percent_decode_str;
use thiserror::Error;

use super::separated::split;
use crate::request_metrics::ResourceKind;

/// The context path under which Spring's servers keep the protocol.
const CONTEXT: &str = "eureka";

/// The most segments that a path with a meaning has: context, version, and `apps/{app}/{id}/status`.
const MAX_SEGMENTS: usize = 6;

/// A part of a path, decoded; most stand in the path as they are.
type Name<'a> = Cow<'a, str>;

/// What a path names, with its parameters decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Resource<'a> {
    /// `apps`
    Apps,
    /// `apps/delta`
    Delta,
    /// `apps/{app}`; the name is in upper case.
    App(Name<'a>),
    /// `apps/{app}/{id}`
    Instance(Name<'a>, Name<'a>),
    /// `apps/{app}/{id}/status`
    InstanceStatus(Name<'a>, Name<'a>),
    /// `apps/{app}/{id}/metadata`
    InstanceMetadata(Name<'a>, Name<'a>),
    /// `instances/{id}`
    InstanceById(Name<'a>),
    /// `vips/{vip}`
    Vip(Name<'a>),
    /// `svips/{vip}`
    SecureVip(Name<'a>),
    /// `asg/{name}/status`
    AsgStatus,
    /// `peerreplication/batch`
    Batch,
    /// `status`
    Status,
    /// `serverinfo/statusoverrides`
    StatusOverrides,
    /// `healthcheck`
    HealthCheck,
}

/// A resource under one of the protocol's versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target<'a> {
    pub(crate) resource: Resource<'a>,
    /// The first where the path says `v1`, in any case.
    pub(crate) version: Version,
}

/// Why a path cannot be read at all; one that can be read but names nothing is no error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(crate) enum BadPath {
    #[error("a path segment holds an encoded slash or backslash")]
    EncodedSlash,
    #[error("a path segment holds a control character")]
    ControlCharacter,
    #[error("a path segment is not UTF-8 after decoding")]
    NotUtf8,
    #[error("a percent sign in the path is not followed by two hexadecimal digits")]
    BadEscape,
}

impl Resource<'_> {
    /// The methods it has besides OPTIONS, and HEAD where it has GET, in the order in which Java's servers list them.
    pub(crate) fn methods(&self) -> &'static [Method] {
        match self {
            Self::Apps
            | Self::Delta
            | Self::InstanceById(_)
            | Self::Vip(_)
            | Self::SecureVip(_)
            | Self::Status
            | Self::StatusOverrides
            | Self::HealthCheck => &[Method::GET],
            Self::App(_) => &[Method::POST, Method::GET],
            Self::Instance(..) => &[Method::DELETE, Method::GET, Method::PUT],
            Self::InstanceStatus(..) => &[Method::DELETE, Method::PUT],
            Self::InstanceMetadata(..) | Self::AsgStatus => &[Method::PUT],
            Self::Batch => &[Method::POST],
        }
    }
}

impl Resource<'_> {
    /// What it is in metrics.
    pub(crate) fn kind(&self) -> ResourceKind {
        match self {
            Self::Apps => ResourceKind::Apps,
            Self::Delta => ResourceKind::Delta,
            Self::App(_) => ResourceKind::App,
            Self::Instance(..) => ResourceKind::Instance,
            Self::InstanceStatus(..) => ResourceKind::InstanceStatus,
            Self::InstanceMetadata(..) => ResourceKind::InstanceMetadata,
            Self::InstanceById(_) => ResourceKind::InstanceById,
            Self::Vip(_) => ResourceKind::Vip,
            Self::SecureVip(_) => ResourceKind::SecureVip,
            Self::AsgStatus => ResourceKind::AsgStatus,
            Self::Batch => ResourceKind::Batch,
            Self::Status => ResourceKind::Status,
            Self::StatusOverrides => ResourceKind::StatusOverrides,
            Self::HealthCheck => ResourceKind::HealthCheck,
        }
    }
}

impl<'a> Target<'a> {
    /// What `path` names: `None` for nothing.
    ///
    /// # Errors
    ///
    /// The path cannot be decoded.
    pub(crate) fn find(path: &'a str) -> Result<Option<Self>, BadPath> {
        let segments = Segments::of(path)?;
        let Some(segments) = segments.as_ref().and_then(Segments::names) else {
            return Ok(None);
        };
        let (has_context, rest) = match segments.split_first() {
            Some((first, rest)) if first == CONTEXT => (true, rest),
            Some(_) | None => (false, segments),
        };
        // Without a context path there has to be a version, but for what never has one (wire.md 1.0.4).
        let unversioned = resource(rest).filter(|resource| {
            has_context || matches!(resource, Resource::StatusOverrides | Resource::HealthCheck)
        });
        if let Some(resource) = unversioned {
            let version = Version::V2;
            return Ok(Some(Self { resource, version }));
        }
        let Some((version, rest)) = rest.split_first() else {
            return Ok(None);
        };
        let is_v1 = version.eq_ignore_ascii_case("v1");
        let version = if is_v1 { Version::V1 } else { Version::V2 };
        Ok(resource(rest).map(|resource| Self { resource, version }))
    }
}

fn resource<'a>(segments: &[Name<'a>]) -> Option<Resource<'a>> {
    let (first, rest) = segments.split_first()?;
    Some(match (&**first, rest) {
        ("apps", []) => Resource::Apps,
        ("apps", [delta]) if delta == "delta" => Resource::Delta,
        ("apps", [app]) => Resource::App(in_upper_case(app)),
        ("apps", [app, id]) => Resource::Instance(in_upper_case(app), id.clone()),
        ("apps", [app, id, part]) => match &**part {
            "status" => Resource::InstanceStatus(in_upper_case(app), id.clone()),
            "metadata" => Resource::InstanceMetadata(in_upper_case(app), id.clone()),
            _ => return None,
        },
        ("instances", [id]) => Resource::InstanceById(id.clone()),
        ("vips", [vip]) => Resource::Vip(vip.clone()),
        ("svips", [vip]) => Resource::SecureVip(vip.clone()),
        ("asg", [_, status]) if status == "status" => Resource::AsgStatus,
        ("peerreplication", [batch]) if batch == "batch" => Resource::Batch,
        ("status", []) => Resource::Status,
        ("serverinfo", [overrides]) if overrides == "statusoverrides" => Resource::StatusOverrides,
        ("healthcheck", []) => Resource::HealthCheck,
        _ => return None,
    })
}

fn in_upper_case<'a>(name: &Name<'a>) -> Name<'a> {
    let is_in_upper_case = |byte: u8| byte.is_ascii() && !byte.is_ascii_lowercase();
    if name.bytes().all(is_in_upper_case) {
        name.clone()
    } else {
        Cow::Owned(name.to_uppercase())
    }
}

/// The decoded segments of a path, without matrix parameters and without one trailing slash.
struct Segments<'a> {
    names: [Name<'a>; MAX_SEGMENTS],
    count: usize,
}

impl<'a> Segments<'a> {
    /// `None` where one of them is empty, or there are more than a path with a meaning has.
    fn of(path: &'a str) -> Result<Option<Self>, BadPath> {
        let path = path.strip_prefix('/').unwrap_or(path);
        let path = path.strip_suffix('/').unwrap_or(path);
        let has_plain_names = path.bytes().fold(true, |all, byte| all & is_plain(byte));
        let mut segments = Self {
            names: [const { Cow::Borrowed("") }; MAX_SEGMENTS],
            count: 0,
        };
        let mut has_meaning = true;
        // All of them are decoded: what cannot be read is said before what cannot be found.
        for segment in split(path, b'/') {
            let name = if has_plain_names {
                Cow::Borrowed(segment)
            } else {
                decode(segment)?
            };
            has_meaning &= !name.is_empty() && segments.push(name);
        }
        Ok(has_meaning.then_some(segments))
    }

    /// Whether there was room for it.
    fn push(&mut self, name: Name<'a>) -> bool {
        let free = self.names.get_mut(self.count);
        self.count += 1;
        free.map(|free| *free = name).is_some()
    }

    fn names(&self) -> Option<&[Name<'a>]> {
        self.names.get(..self.count)
    }
}

/// Whether a byte of a path stands for itself, whatever is around it.
fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') & (byte != b'%') & (byte != b';') & (byte != b'\\')
}

fn decode(segment: &str) -> Result<Name<'_>, BadPath> {
    let name = segment
        .split_once(';')
        .map_or(segment, |(name, _matrix_parameters)| name);
    if !has_whole_escapes(name) {
        return Err(BadPath::BadEscape);
    }
    let decoded = percent_decode_str(name)
        .decode_utf8()
        .map_err(|_| BadPath::NotUtf8)?;
    if decoded.contains(['/', '\\']) {
        return Err(BadPath::EncodedSlash);
    }
    if decoded.chars().any(char::is_control) {
        return Err(BadPath::ControlCharacter);
    }
    Ok(decoded)
}

fn has_whole_escapes(text: &str) -> bool {
    text.split('%').skip(1).all(|rest| {
        rest.as_bytes()
            .get(..2)
            .is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, expected: Option<Resource<'_>>) {
        let found = Target::find(path).unwrap().map(|target| target.resource);
        assert_eq!(found, expected, "{path}");
    }

    fn app(name: &str) -> Option<Resource<'_>> {
        Some(Resource::App(name.into()))
    }

    #[test]
    fn any_version_and_the_context_path_lead_to_the_same_resource() {
        for path in [
            "/eureka/apps",
            "/eureka/apps/",
            "/eureka/v2/apps",
            "/v2/apps",
            "/v3/apps/",
        ] {
            check(path, Some(Resource::Apps));
        }
        check("/eureka/eureka/apps", Some(Resource::Apps));
        check("/eureka/apps;a=b", Some(Resource::Apps));
        for path in [
            "/apps",
            "/eureka",
            "/eureka/",
            "/",
            "/eureka//apps",
            "/eureka/Apps",
            "/a/b/apps",
            "/eureka/v2/apps/A/id/status/more",
            "/eureka/v2/apps/A/id/status/more/and/more",
        ] {
            check(path, None);
        }
    }

    #[test]
    fn only_v1_is_v1() {
        for (path, version) in [
            ("/eureka/v1/apps", Version::V1),
            ("/V1/apps", Version::V1),
            ("/eureka/apps", Version::V2),
            ("/v11/apps", Version::V2),
        ] {
            let target = Target::find(path).unwrap().unwrap();
            assert_eq!(target.version, version, "{path}");
        }
    }

    #[test]
    fn delta_is_no_application_but_its_upper_case_is() {
        check("/eureka/apps/delta", Some(Resource::Delta));
        check("/eureka/apps/delta/", Some(Resource::Delta));
        check("/eureka/apps/DELTA", app("DELTA"));
    }

    #[test]
    fn names_are_decoded_and_applications_are_in_upper_case() {
        check("/eureka/apps/my%20app", app("MY APP"));
        check("/eureka/apps/stra%C3%9Fe", app("STRASSE"));
        fn instance<'a>(app: &'a str, id: &'a str) -> Option<Resource<'a>> {
            Some(Resource::Instance(app.into(), id.into()))
        }
        check("/eureka/apps/a/x+y", instance("A", "x+y"));
        check("/eureka/apps/a/b;c=1", instance("A", "b"));
        check("/eureka/apps/a/b%3Bc=1", instance("A", "b;c=1"));
        check("/eureka/apps/a/a%25b/", instance("A", "a%b"));
        check("/eureka/apps/a/b/c", None);
    }

    #[test]
    fn names_that_stand_for_themselves_are_not_copied() {
        let path = "/eureka/apps/ORDERS/host-1.example.org:orders:8080";
        let Some(Resource::Instance(app, id)) = Target::find(path).unwrap().map(|it| it.resource)
        else {
            panic!("an instance");
        };
        assert!(matches!((app, id), (Cow::Borrowed(_), Cow::Borrowed(_))));
    }

    #[test]
    fn what_never_has_a_version_needs_none() {
        for path in [
            "/serverinfo/statusoverrides",
            "/eureka/v2/serverinfo/statusoverrides",
        ] {
            check(path, Some(Resource::StatusOverrides));
        }
        check("/healthcheck", Some(Resource::HealthCheck));
    }

    #[test]
    fn what_cannot_be_decoded_is_refused() {
        for (path, why) in [
            ("/eureka/apps/A%2FB", BadPath::EncodedSlash),
            ("/eureka/apps/..%2f..%2fetc%2fpasswd", BadPath::EncodedSlash),
            ("/eureka/apps/A%5CB", BadPath::EncodedSlash),
            (
                "/eureka/apps/A%0d%0aSet-Cookie:x=1",
                BadPath::ControlCharacter,
            ),
            ("/eureka/apps/A%00", BadPath::ControlCharacter),
            ("/eureka/apps/%ff", BadPath::NotUtf8),
            ("/eureka/apps/%c0%ae", BadPath::NotUtf8),
            ("/eureka/apps/%zz", BadPath::BadEscape),
            ("/eureka/apps/%2", BadPath::BadEscape),
            ("/eureka/v2/apps/A/id/status/more/%2", BadPath::BadEscape),
            ("/eureka//apps/A\\B", BadPath::EncodedSlash),
        ] {
            assert_eq!(Target::find(path), Err(why), "{path}");
        }
    }
}
