//! From an answer to the listing that it holds.

use bytes::Bytes;
use heureka_core::FetchFailure;
use heureka_model::{Application, Applications, InstanceInfo, RegionName, UnixMillis};
use heureka_wire::{
    ContentCoding, Format, GunzipError, Listing, decode_applications, gunzip_listing,
};
use http::Response;

use super::quotable;
use crate::eureka::coding_of;

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
    let body = match coding_of(&head.headers).map_err(unreadable)? {
        ContentCoding::Identity => body,
        ContentCoding::Gzip => gunzip_listing(&body, limit_bytes)
            .map_err(|error| match error {
                GunzipError::TooLarge => FetchFailure::TooLarge { limit_bytes },
                GunzipError::Broken => unreadable(error),
            })?
            .into(),
    };
    let listing = decode_applications(&body, Format::Json).map_err(unreadable)?;
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

fn unreadable(error: impl std::error::Error) -> FetchFailure {
    FetchFailure::Unreadable(quotable(&error.to_string()))
}
