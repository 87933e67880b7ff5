//! Configuration by the keys that Java's clients have.

#![cfg(test)]

mod agent;
mod documents;
mod environment;
mod ignored;
mod instance;
mod keys;
mod layers;
mod mistakes;
mod properties;
