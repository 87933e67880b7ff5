//! The rules of the client's registry, one by one, and that following by deltas ends where a full listing does.

mod agreement;
mod builders;
mod changes;
mod deltas;
mod listings;
mod look_ups;
mod regions;
mod sharing;
