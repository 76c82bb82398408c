//! The threads that answer requests, each with a runtime and connections of its own. A connection is handed to one of them once;
//! no request is passed between them, which would cost more than most answers.

use std::io;
use std::net::{IpAddr, TcpStream};
use std::num::NonZero;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use tokio::runtime::{Builder, Runtime};
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::{Desk, serve};

/// The most threads that answer requests, however many processors there are.
const MOST: usize = 4;

/// How many refused requests a thread has looked into at a time.
const SEARCHES: usize = 1;

/// A connection to serve.
pub(super) struct Connection {
    /// It does not block.
    pub(super) stream: TcpStream,
    /// Who made it.
    pub(super) peer: IpAddr,
    /// Its place among those that are served at once.
    pub(super) place: OwnedSemaphorePermit,
}

/// Threads that end with this value.
pub(super) struct Workers {
    doors: Vec<UnboundedSender<Connection>>,
    threads: Vec<JoinHandle<()>>,
    /// How many connections they were given.
    given: usize,
}

impl Workers {
    /// Starts one for each processor.
    pub(super) fn start(desk: &Arc<Desk>) -> io::Result<Self> {
        let processors = thread::available_parallelism().map_or(1, NonZero::get);
        let mut workers = Self { doors: Vec::new(), threads: Vec::new(), given: 0 };
        for _ in 0..processors.min(MOST) {
            workers.hire(Arc::clone(desk))?;
        }
        Ok(workers)
    }

    fn hire(&mut self, desk: Arc<Desk>) -> io::Result<()> {
        let runtime = runtime()?;
        let (door, connections) = unbounded_channel();
        let named = thread::Builder::new().name(format!("practice-{}", self.doors.len() + 1));
        self.threads.push(named.spawn(move || runtime.block_on(work(connections, desk)))?);
        self.doors.push(door);
        Ok(())
    }

    /// Has a connection served by the thread whose turn it is.
    pub(super) fn hand_over(&mut self, connection: Connection) {
        let turn = self.given.checked_rem(self.doors.len()).and_then(|turn| self.doors.get(turn));
        self.given = self.given.wrapping_add(1);
        // A thread that is gone has reported why itself; its connection is closed.
        let _ = turn.map(|door| door.send(connection));
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.doors.clear();
        for thread in self.threads.drain(..) {
            // A panic in there has been reported by the thread itself.
            let _ = thread.join();
        }
    }
}

/// What a thread's tasks run on.
pub(super) fn runtime() -> io::Result<Runtime> {
    Builder::new_current_thread().enable_io().enable_time().max_blocking_threads(SEARCHES).build()
}

async fn work(mut connections: UnboundedReceiver<Connection>, desk: Arc<Desk>) {
    while let Some(Connection { stream, peer, place }) = connections.recv().await {
        let desk = Arc::clone(&desk);
        tokio::spawn(async move {
            if let Ok(stream) = tokio::net::TcpStream::from_std(stream) {
                serve(stream, peer, desk).await;
            }
            drop(place);
        });
    }
}
