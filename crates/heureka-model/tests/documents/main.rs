//! How a draft becomes a document, or why it does not; and the other values that are read from outside.

#[cfg(test)]
mod builders;
#[cfg(test)]
mod digest;
#[cfg(test)]
mod draft;
#[cfg(test)]
mod id;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod listed;
#[cfg(test)]
mod names;
#[cfg(test)]
mod service_url;
