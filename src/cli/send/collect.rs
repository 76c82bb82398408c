//! One request of several that share connections and what is known of the host: its answer is held, not printed.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::{Sender, options};
use crate::cli::exit::Failure;
use crate::cli::pace::{Pace, Shared};
use crate::cli::query::Query;
use crate::client::{Client, ClientOptions};
use crate::config::Settings;

/// What is known of each host, by its base URL.
pub type Hosts = Arc<Mutex<HashMap<String, Arc<Shared>>>>;

/// What requests share that follow each other: kept connections, and what is known of the hosts.
pub struct Lane {
    client: Arc<Client>,
    begun: Arc<AtomicBool>,
    hosts: Hosts,
    example: Arc<AtomicBool>,
}

impl Lane {
    /// One with connections of its own, kept from one request to the next.
    pub fn new(settings: &Settings, hosts: Hosts) -> Self {
        let begun = Arc::new(AtomicBool::new(false));
        let options = ClientOptions { begun: Arc::clone(&begun), keep_alive: true, ..options(settings) };
        Self { client: Arc::new(Client::new(options)), begun, hosts, example: Arc::default() }
    }

    /// Whether an answer was an example, which the practice exchange gives of what it does not play.
    pub fn gave_example(&self) -> bool {
        self.example.load(Ordering::SeqCst)
    }

    fn host(&self, base_url: &str) -> Arc<Shared> {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(hosts.entry(base_url.to_owned()).or_insert_with(|| Shared::of(base_url)))
    }
}

/// How a request ended: what there is of an answer, and the failure if it was none.
pub type Collected = (Vec<u8>, Result<(), Failure>);

/// Sends the query to `base_url`. `about_to_send` is called for each request, signed by then, before a byte of it leaves, and keeps
/// it from being sent by failing.
pub fn collect(
    query: &Query<'_>,
    base_url: &str,
    lane: &Lane,
    about_to_send: &dyn Fn() -> Result<(), Failure>,
) -> Collected {
    let sender = Sender {
        query,
        base_url,
        client: Arc::clone(&lane.client),
        begun: Arc::clone(&lane.begun),
        pace: Pace::new(query, lane.host(base_url)),
        held: Some(RefCell::default()),
        about_to_send: Some(about_to_send),
        example: Arc::clone(&lane.example),
    };
    let result = sender.once().map_err(|failure| query.complete(failure));
    (sender.held.map(RefCell::into_inner).unwrap_or_default(), result)
}
