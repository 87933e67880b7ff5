//! Both ends of HTTP/1.1 connections, with limits, deadlines and a graceful end.
//!
//! # Accepting
//!
//! [`serve()`] takes connections from a [`Listener`] and hands their requests to a
//! [`hyper::service::Service`], such as a [`hyper::service::service_fn`]. What it keeps from the
//! service is listed in [`Limits`]: heads that are too large or too slow, bodies that do not end, readers that do not
//! read, connections that rest for too long or are too many.
//!
//! Three further promises hold for every connection:
//!
//! - Nothing that stands behind a request with `Transfer-Encoding` is executed, so a disagreement
//!   with a proxy about where a request ends gains nothing. The same holds behind HTTP/1.0.
//! - An answer that says the request was wrong (400, 408, 413, 414, 431) or that we were (500, 501)
//!   is the last one of its connection.
//! - An answer reaches a client that is still sending: what it sends is read and thrown away for a
//!   moment before the socket is closed, for a reset would take the answer with it.
//!
//! How long the service takes is its own affair: no deadline here covers that.
//!
//! # Dialling
//!
//! [`Client`] sends a request to another server and gives the whole answer or a [`DialError`] that
//! says what can be done. Whatever the other side does, that takes no longer and holds no more than
//! [`AnswerLimits`] say. The connections are those of a [`Dial`], the counterpart of [`Listener`].
//!
//! [`Tls`] says whom a client trusts, and who it is to servers that ask for a certificate, which is
//! a [`ClientIdentity`]. With the feature `pkcs12` that can be read from a keystore of Java's.
//! Where the way out leads through a [`Proxy`], [`Client::through`] takes it.
//!
//! [`Resolver`] finds out which servers there are, where DNS knows.

mod connection;
mod counters;
mod dial;
mod farewell;
mod front;
mod leave;
mod limits;
mod line_ends;
mod listener;
mod names;
mod pace;
mod paced_io;
mod refusals;
mod request_body;
mod serve;
mod session;

pub use self::{
    counters::{Counter, Counters, Gauge},
    dial::{
        AnswerLimits, Client, ClientIdentity, Dial, DialConfig, DialError, InvalidIdentity,
        InvalidProxy, InvalidRoots, Proxy, ProxyError, Tcp, Tls, TlsBuilder, basic_authorization,
    },
    limits::Limits,
    listener::{Listener, bind},
    names::{LookupError, MAX_RECORDS, Resolver},
    request_body::{BodyError, RequestBody, is_body_timeout},
    serve::{Drained, serve},
};
