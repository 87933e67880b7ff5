//! What the codecs write and read, against what the Java servers wrote and read.

// `cfg(test)` is always true here; it tells clippy that functions beside the tests may panic like them.
#[cfg(test)]
mod arbitrary;
#[cfg(test)]
mod arbitrary_peers;
#[cfg(test)]
mod batches;
#[cfg(test)]
mod bodies;
#[cfg(test)]
mod golden;
#[cfg(test)]
mod gzip_members;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod listings;
#[cfg(test)]
mod peer_properties;
#[cfg(test)]
mod peer_speed;
#[cfg(test)]
mod peers;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod registration_parts;
#[cfg(test)]
mod registrations;
