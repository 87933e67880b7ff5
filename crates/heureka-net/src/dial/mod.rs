//! The outbound side: requests to other servers, with deadlines and caps.

mod authorization;
mod client;
mod config;
mod connector;
mod error;
mod identity;
mod link;
#[cfg(feature = "pkcs12")]
mod pkcs12;
mod proxy;
mod tasks;
mod tcp;
mod tls;
mod tunnel;

pub use self::{
    authorization::basic_authorization,
    client::Client,
    config::{AnswerLimits, DialConfig},
    connector::Dial,
    error::DialError,
    identity::{ClientIdentity, InvalidIdentity},
    proxy::{InvalidProxy, Proxy},
    tcp::Tcp,
    tls::{InvalidRoots, Tls, TlsBuilder},
    tunnel::ProxyError,
};
