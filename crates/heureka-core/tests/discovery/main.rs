//! Who the peers are: sources as they are written, and the list that look-ups make of them.

#[cfg(test)]
mod limits;
#[cfg(test)]
mod look_ups;
#[cfg(test)]
mod removal;
#[cfg(test)]
mod source;
#[cfg(test)]
mod story;
#[cfg(test)]
mod zones;
