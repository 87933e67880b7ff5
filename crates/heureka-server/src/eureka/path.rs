//! What a path names.
//!
//! Java's servers match paths segment by segment, accept any version segment, ignore matrix parameters and know a
//! resource named `delta` besides applications of any name. A generic router has no words for that, so the rules of
//! wire.md 1.0.4 stand here as one function from a path to a [`Resource`].

use http::Method;
use percent_encoding::percent_decode_str;
use thiserror::Error;

/// The context path under which Spring's servers keep the protocol.
const CONTEXT: &str = "eureka";

/// What a path names, with its parameters decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Resource {
    /// `apps`
    Apps,
    /// `apps/delta`
    Delta,
    /// `apps/{app}`; the name is in upper case.
    App(String),
    /// `apps/{app}/{id}`
    Instance(String, String),
    /// `apps/{app}/{id}/status`
    InstanceStatus(String, String),
    /// `apps/{app}/{id}/metadata`
    InstanceMetadata(String, String),
    /// `instances/{id}`
    InstanceById(String),
    /// `vips/{vip}`
    Vip(String),
    /// `svips/{vip}`
    SecureVip(String),
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
pub(crate) struct Target {
    pub(crate) resource: Resource,
    /// Whether the path says `v1`, in any case.
    pub(crate) is_v1: bool,
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

impl Resource {
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

impl Resource {
    /// Its name in metrics.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Apps => "apps",
            Self::Delta => "delta",
            Self::App(_) => "app",
            Self::Instance(..) => "instance",
            Self::InstanceStatus(..) => "instance_status",
            Self::InstanceMetadata(..) => "instance_metadata",
            Self::InstanceById(_) => "instance_by_id",
            Self::Vip(_) => "vip",
            Self::SecureVip(_) => "secure_vip",
            Self::AsgStatus => "asg_status",
            Self::Batch => "batch",
            Self::Status => "status",
            Self::StatusOverrides => "status_overrides",
            Self::HealthCheck => "healthcheck",
        }
    }
}

impl Target {
    /// What `path` names: `None` for nothing.
    ///
    /// # Errors
    ///
    /// The path cannot be decoded.
    pub(crate) fn find(path: &str) -> Result<Option<Self>, BadPath> {
        let Some(segments) = segments(path)? else {
            return Ok(None);
        };
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let (has_context, rest) = match segments.split_first() {
            Some((&CONTEXT, rest)) => (true, rest),
            Some(_) | None => (false, &segments[..]),
        };
        // Without a context path there has to be a version, but for what never has one (wire.md 1.0.4).
        let unversioned = resource(rest).filter(|resource| {
            has_context || matches!(resource, Resource::StatusOverrides | Resource::HealthCheck)
        });
        if let Some(resource) = unversioned {
            return Ok(Some(Self {
                resource,
                is_v1: false,
            }));
        }
        let Some((version, rest)) = rest.split_first() else {
            return Ok(None);
        };
        let is_v1 = version.eq_ignore_ascii_case("v1");
        Ok(resource(rest).map(|resource| Self { resource, is_v1 }))
    }
}

fn resource(segments: &[&str]) -> Option<Resource> {
    let instance = |app: &str, id: &str| (app.to_uppercase(), id.to_owned());
    Some(match *segments {
        ["apps"] => Resource::Apps,
        ["apps", "delta"] => Resource::Delta,
        ["apps", app] => Resource::App(app.to_uppercase()),
        ["apps", app, id] => {
            let (app, id) = instance(app, id);
            Resource::Instance(app, id)
        }
        ["apps", app, id, "status"] => {
            let (app, id) = instance(app, id);
            Resource::InstanceStatus(app, id)
        }
        ["apps", app, id, "metadata"] => {
            let (app, id) = instance(app, id);
            Resource::InstanceMetadata(app, id)
        }
        ["instances", id] => Resource::InstanceById(id.to_owned()),
        ["vips", vip] => Resource::Vip(vip.to_owned()),
        ["svips", vip] => Resource::SecureVip(vip.to_owned()),
        ["asg", _, "status"] => Resource::AsgStatus,
        ["peerreplication", "batch"] => Resource::Batch,
        ["status"] => Resource::Status,
        ["serverinfo", "statusoverrides"] => Resource::StatusOverrides,
        ["healthcheck"] => Resource::HealthCheck,
        _ => return None,
    })
}

/// The decoded segments, without matrix parameters and without one trailing slash. `None` where one of them is empty.
fn segments(path: &str) -> Result<Option<Vec<String>>, BadPath> {
    let path = path.strip_prefix('/').unwrap_or(path);
    let path = path.strip_suffix('/').unwrap_or(path);
    let segments = path
        .split('/')
        .map(decode)
        .collect::<Result<Vec<String>, BadPath>>()?;
    Ok((!segments.iter().any(String::is_empty)).then_some(segments))
}

fn decode(segment: &str) -> Result<String, BadPath> {
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
    Ok(decoded.into_owned())
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
    fn check(path: &str, expected: Option<Resource>) {
        let found = Target::find(path).unwrap().map(|target| target.resource);
        assert_eq!(found, expected, "{path}");
    }

    fn app(name: &str) -> Option<Resource> {
        Some(Resource::App(name.to_owned()))
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
        ] {
            check(path, None);
        }
    }

    #[test]
    fn only_v1_is_v1() {
        for (path, is_v1) in [
            ("/eureka/v1/apps", true),
            ("/V1/apps", true),
            ("/eureka/apps", false),
            ("/v11/apps", false),
        ] {
            assert_eq!(Target::find(path).unwrap().unwrap().is_v1, is_v1, "{path}");
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
        let instance = |app: &str, id: &str| Some(Resource::Instance(app.into(), id.into()));
        check("/eureka/apps/a/x+y", instance("A", "x+y"));
        check("/eureka/apps/a/b;c=1", instance("A", "b"));
        check("/eureka/apps/a/b%3Bc=1", instance("A", "b;c=1"));
        check("/eureka/apps/a/a%25b/", instance("A", "a%b"));
        check("/eureka/apps/a/b/c", None);
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
        ] {
            assert_eq!(Target::find(path), Err(why), "{path}");
        }
    }
}
