//! Which servers there are: as they are configured, named by DNS, or found in a registry.

#[cfg(test)]
mod configured;
#[cfg(test)]
mod dns;
#[cfg(test)]
mod from_registry;
#[cfg(test)]
mod sources;
