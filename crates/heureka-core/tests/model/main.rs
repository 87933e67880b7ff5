//! A registry so simple that it is obviously right, and a node that must agree with it in all that can be seen.

#[cfg(test)]
mod agreement;
#[cfg(test)]
mod changes;
#[cfg(test)]
mod client;
#[cfg(test)]
mod follower;
#[cfg(test)]
mod held;
#[cfg(test)]
mod listing;
#[cfg(test)]
mod operation;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod regions;
#[cfg(test)]
mod rounds;
#[cfg(test)]
mod setting;
