//! From an answer to the listing that it holds.

use bytes::Bytes;
use heureka_core::FetchFailure;
use heureka_model::{Application, Applications, InstanceInfo, RegionName, UnixMillis};
use heureka_wire::{Format, Listing, decode_applications};
use http::Response;

use super::quotable;
use crate::eureka::{BodyError, BodyLimit, unpack_listing};

/// Reads the listing of a region (server.md G5).
pub(super) fn read(
    region: &RegionName,
    answer: Response<Bytes>,
    limit_bytes: usize,
    received: UnixMillis,
) -> Result<Applications, FetchFailure> {
    if !answer.status().is_success() {
        return Err(FetchFailure::Status(answer.status().as_u16()));
    }
    let (head, body) = answer.into_parts();
    if body.len() > limit_bytes {
        return Err(FetchFailure::TooLarge { limit_bytes });
    }
    let limit = BodyLimit {
        setting: "remote-region-max-body",
        bytes: limit_bytes,
    };
    let body = unpack_listing(&head.headers, body, limit).map_err(|error| match error {
        BodyError::TooLarge(_) => FetchFailure::TooLarge { limit_bytes },
        BodyError::TimedOut
        | BodyError::Broken
        | BodyError::BrokenGzip
        | BodyError::UnknownEncoding => unreadable(&error.to_string()),
    })?;
    let listing =
        decode_applications(&body, Format::Json).map_err(|error| unreadable(&error.to_string()))?;
    Ok(taken(region, listing, received))
}

/// Takes what can be named. An instance that cannot is left out, and the rest of the region is not its fault.
fn taken(region: &RegionName, listing: Listing, received: UnixMillis) -> Applications {
    let Listing {
        version,
        hash,
        applications,
    } = listing;
    let (mut left_out, mut taken) = (0_usize, Vec::with_capacity(applications.len()));
    for application in applications {
        let offered = application.instances.len();
        let drafts = application.instances.into_iter();
        let instances: Vec<InstanceInfo> = drafts
            .filter(|draft| !draft.app.as_str().is_empty())
            .filter_map(|draft| draft.into_listed(received).ok())
            .collect();
        left_out += offered - instances.len();
        taken.push(Application {
            name: application.name,
            instances,
        });
    }
    if left_out > 0 {
        tracing::debug!(%region, left_out, "instances without an application or an id are left out");
    }
    Applications {
        version,
        hash,
        applications: taken,
    }
}

fn unreadable(reason: &str) -> FetchFailure {
    FetchFailure::Unreadable(quotable(reason))
}
