//! For tonic: a channel that is balanced over the instances of a service (RS6).
//!
//! ```no_run
//! # fn example(client: heureka_client::EurekaClient) {
//! use heureka_client::tonic::BalancedChannel;
//!
//! let channel = BalancedChannel::new(&client, "orders").open();
//! // let mut orders = OrdersClient::new(channel);
//! # }
//! ```

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;

use futures_core::Stream as _;
use heureka_client_core::Instance;
use heureka_model::InstanceKey;
use tokio::sync::mpsc;
use tonic::transport::channel::Change;
use tonic::transport::{Channel, Endpoint};
use tower::discover;

use crate::EurekaClient;
use crate::balance::{Balancing, BaseUri};
use crate::service_name::ServiceName;
use crate::tower::EurekaDiscover;

/// How many changes wait for a channel that is not in use; further ones wait as the difference to the newest snapshot.
const CAPACITY: usize = 64;

type Configure = Box<dyn FnMut(Endpoint, &Instance) -> Option<Endpoint> + Send>;

/// A channel to be opened that is balanced over the instances of a service, whichever come and go (RS6).
///
/// tonic itself chooses among them, so what [`Balancing`] says of strategies, zones that come first and avoidance does
/// nothing here; its filters and its addressing count.
#[must_use = "no channel is there until it is opened"]
pub struct BalancedChannel {
    client: EurekaClient,
    service: ServiceName,
    rules: Balancing,
    configure: Configure,
}

impl BalancedChannel {
    /// A channel to all instances of a service that are up, at their plain ports.
    pub fn new(client: &EurekaClient, service: impl Into<ServiceName>) -> Self {
        Self {
            client: client.clone(),
            service: service.into(),
            rules: Balancing::new(),
            configure: Box::new(|endpoint, _| Some(endpoint)),
        }
    }

    /// Takes those instances alone which these rules admit, and reaches them as they say; with
    /// [`Addressing::port_in_metadata`](crate::balance::Addressing::port_in_metadata) that is a port of their own for gRPC.
    pub fn rules(mut self, rules: Balancing) -> Self {
        self.rules = rules;
        self
    }

    /// Sets what an endpoint has to have besides its URI, such as times or TLS. An instance for which there is no endpoint
    /// is left out.
    pub fn endpoint(
        mut self,
        configure: impl FnMut(Endpoint, &Instance) -> Option<Endpoint> + Send + 'static,
    ) -> Self {
        self.configure = Box::new(configure);
        self
    }

    /// Opens the channel. It has to be called in a tokio runtime.
    ///
    /// Requests wait while there is no instance, so give them a deadline. The channel learns of changes until it is dropped
    /// or the client ends; then it stays with those it knows.
    #[must_use]
    pub fn open(self) -> Channel {
        let mut configure = self.configure;
        let endpoint = move |instance: &Instance, base: &BaseUri| {
            configure(Channel::builder(base.uri()), instance)
        };
        let discover = EurekaDiscover::new(&self.client, self.service, endpoint).rules(self.rules);
        let (channel, changes) = Channel::balance_channel(CAPACITY);
        self.client.shared().tasks.spawn(feed(discover, changes));
        channel
    }
}

/// Tells the channel of changes until it or the client has gone.
async fn feed<M>(
    mut discover: EurekaDiscover<M>,
    channel: mpsc::Sender<Change<InstanceKey, Endpoint>>,
) where
    M: FnMut(&Instance, &BaseUri) -> Option<Endpoint> + Unpin,
{
    loop {
        let next = poll_fn(|context| Pin::new(&mut discover).poll_next(context));
        let told = tokio::select! {
            told = next => told,
            () = channel.closed() => return,
        };
        let change = match told {
            Some(Ok(discover::Change::Insert(key, endpoint))) => Change::Insert(key, endpoint),
            Some(Ok(discover::Change::Remove(key))) => Change::Remove(key),
            None => return,
        };
        if channel.send(change).await.is_err() {
            return;
        }
    }
}

impl fmt::Debug for BalancedChannel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BalancedChannel")
            .field("service", &self.service)
            .field("rules", &self.rules)
            .finish_non_exhaustive()
    }
}
