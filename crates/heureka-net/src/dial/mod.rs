//! The outbound side: requests to other servers, with deadlines and caps.

mod client;
mod config;
mod connector;
mod error;
mod tasks;
mod tcp;
mod tls;

pub use self::{
    client::{Client, basic_authorization},
    config::{AnswerLimits, DialConfig},
    connector::Dial,
    error::DialError,
    tcp::Tcp,
    tls::{InvalidRoots, Tls},
};
