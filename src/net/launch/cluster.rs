//! One server of a cluster: the machine over a socket, a store that several servers share, and a handler.

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use thiserror::Error;
use tokio::net::UdpSocket;
use tokio::task::JoinSet;

use super::service::{Control, Desk, Handler, Inquiry, Launch, LaunchId, NotDone, Notice, Report, Request};
use crate::net::{Clock, widen};
use crate::proto::Machine;
use crate::proto::launch::Outcome;
use crate::proto::launch::cluster::kv::{Answer, Shared};
use crate::proto::launch::cluster::{Cluster, Fault, Input, Output, Ticket};
use crate::proto::launch::{Id, Probe, Refusal};
use crate::wire::rlaunch::MAX_DATAGRAM;

/// A server of a cluster, until it is told to end.
pub struct ClusterService<S, H> {
    clock: Clock,
    cluster: Cluster,
    instance: u64,
    socket: UdpSocket,
    desk: Desk,
    store: S,
    handler: Arc<H>,
    tasks: JoinSet<Done>,
    watch: Box<dyn FnMut(ClusterNotice<'_>)>,
}

/// What happens in a server of a cluster that somebody may want to be told of.
#[derive(Debug)]
pub enum ClusterNotice<'a> {
    /// What happens in any server.
    Any(Notice<'a>),
    /// The call was performed here, and a probe has said that it was not.
    Contradicted(&'a Id),
}

/// Why a server of a cluster ended before it was told to.
#[derive(Debug, Error)]
pub enum ClusterError {
    /// The store went back in time. What was launched since is not known to it any more.
    #[error("the store is at revision {held}, and was at {seen}: was an old copy restored?")]
    Older {
        /// Where it was.
        seen: u64,
        /// Where it is.
        held: u64,
    },
    /// The store is not the one that this server began with.
    #[error("the store is another one than when this server started: was it emptied?")]
    Foreign,
    /// The socket brings nothing more.
    #[error("receive")]
    Socket(#[source] io::Error),
}

/// Something that was waited for.
enum Done {
    Answered(Ticket, Option<Answer>),
    Acted(Id, Result<Outcome, NotDone>),
    Probed(Id, Probe),
}

enum Event {
    Done(Done),
    Request(Request),
    Datagram(SocketAddr, usize),
    Timeout,
}

impl<S, H> ClusterService<S, H>
where
    S: Shared + Clone + Send + 'static,
    H: Handler,
{
    /// A server that answers on `socket`, shares its decisions through `store` and has its actions performed by
    /// `handler`. Needs a tokio runtime with time. `watch` is told what happens.
    ///
    /// # Errors
    /// When the socket is none.
    pub fn new(
        socket: UdpSocket,
        cluster: Cluster,
        store: S,
        handler: H,
        watch: impl FnMut(ClusterNotice<'_>) + 'static,
    ) -> io::Result<(Self, Control)> {
        widen(&socket, RECEIVE_BUFFER)?;
        let (control, desk) = Control::new();
        let service = Self {
            clock: Clock::start(),
            instance: cluster.instance(),
            cluster,
            socket,
            desk,
            store,
            handler: Arc::new(handler),
            tasks: JoinSet::new(),
            watch: Box::new(watch),
        };
        Ok((service, control))
    }

    /// Serves until it is told to drain, and until what came of all that it had begun stands in the store.
    ///
    /// # Errors
    /// [`ClusterError`]: nothing more was told then.
    pub async fn run(mut self) -> Result<(), ClusterError> {
        let mut received = vec![0; MAX_DATAGRAM + 1];
        let mut bytes = Vec::new();
        loop {
            bytes.clear();
            if let Some(output) = self.cluster.poll_output(&mut bytes) {
                match self.perform(output, &bytes) {
                    Some(end) => return end,
                    None => continue,
                }
            }
            let event = self.next(&mut received).await?;
            let now = self.clock.now();
            match event {
                Event::Timeout => self.cluster.handle_timeout(now),
                Event::Request(request) => self.asked(request),
                Event::Datagram(from, length) => {
                    let bytes = received.get(..length).unwrap_or_default();
                    self.cluster.handle(now, Input::Datagram { from, bytes });
                }
                Event::Done(Done::Answered(ticket, answer)) => {
                    self.cluster.handle(now, Input::Answered(ticket, answer));
                }
                Event::Done(Done::Probed(id, probe)) => {
                    (self.watch)(ClusterNotice::Any(Notice::Probed(id.clone(), &probe)));
                    self.cluster.handle(now, Input::Probed(id, probe));
                }
                Event::Done(Done::Acted(id, result)) => {
                    (self.watch)(ClusterNotice::Any(Notice::Done(id.clone(), &result)));
                    let input = match result {
                        Ok(outcome) => Input::Done(id, Some(outcome)),
                        Err(NotDone::NotBegun(_)) => Input::Done(id, None),
                        Err(NotDone::Lost(_)) => Input::Lost(id),
                    };
                    self.cluster.handle(now, input);
                }
            }
        }
    }

    /// Carries out one output; the end, if it is one.
    fn perform(&mut self, output: Output, bytes: &[u8]) -> Option<Result<(), ClusterError>> {
        match output {
            // A full queue or an ICMP error loses the datagram, as the network may: it will be asked for again.
            Output::Send(to) => _ = self.socket.try_send_to(bytes, to),
            Output::Ask(ticket, transaction) => {
                let store = self.store.clone();
                self.tasks
                    .spawn(async move { Done::Answered(ticket, store.transact(transaction).await) });
            }
            Output::Run(id, fence) => self.begin(id, fence, bytes.to_vec()),
            Output::Probe(id, fence) => self.probe(id, fence, bytes),
            Output::Contradicted(id) => (self.watch)(ClusterNotice::Contradicted(&id)),
            Output::RolledBack { client, seen, held } => {
                let stopped = false;
                (self.watch)(ClusterNotice::Any(Notice::RolledBack {
                    client,
                    seen,
                    held,
                    stopped,
                }));
            }
            Output::Stop(Fault::Older { seen, held }) => {
                return Some(Err(ClusterError::Older { seen, held }));
            }
            Output::Stop(Fault::Foreign) => return Some(Err(ClusterError::Foreign)),
            Output::Drained => return Some(Ok(())),
        }
        None
    }

    fn probe(&mut self, call: Id, fence: u64, payload: &[u8]) {
        let inquiry = Inquiry {
            id: LaunchId {
                instance: self.instance,
                call: call.clone(),
            },
            fence,
            payload: (!payload.is_empty()).then(|| payload.to_vec()),
        };
        (self.watch)(ClusterNotice::Any(Notice::Probing(&inquiry)));
        let handler = Arc::clone(&self.handler);
        self.tasks.spawn(async move {
            let probed = tokio::spawn(async move { handler.probe(inquiry).await }).await;
            Done::Probed(call, probed.unwrap_or(Probe::Unknown))
        });
    }

    /// Answers who runs the server.
    fn asked(&mut self, request: Request) {
        // Whoever asked may not want to know any more.
        match request {
            Request::Drain => self.cluster.handle(self.clock.now(), Input::Drain),
            Request::Unfence => {}
            Request::Report(answer) => {
                _ = answer.send(Report {
                    instance: self.instance,
                    counters: self.cluster.counters(),
                    doubts: Vec::new(),
                });
            }
            Request::Order(_, answer) => _ = answer.send(Err(Refusal::Shared)),
        }
    }

    fn begin(&mut self, id: Id, fence: u64, payload: Vec<u8>) {
        let launch = Launch {
            id: LaunchId {
                instance: self.instance,
                call: id.clone(),
            },
            fence,
            payload,
        };
        (self.watch)(ClusterNotice::Any(Notice::Launching(&launch)));
        let handler = Arc::clone(&self.handler);
        self.tasks.spawn(async move {
            // Nobody knows what an action did that panicked.
            let acted = tokio::spawn(async move { handler.run(launch).await }).await;
            let result = acted.unwrap_or_else(|_| Err(NotDone::lost("the action panicked")));
            Done::Acted(id, result)
        });
    }

    async fn next(&mut self, received: &mut [u8]) -> Result<Event, ClusterError> {
        let timeout = self.cluster.poll_timeout();
        let timer = async {
            match timeout {
                Some(moment) => self.clock.sleep_until(moment).await,
                None => std::future::pending().await,
            }
        };
        let receive = async {
            loop {
                match self.socket.recv_from(received).await {
                    // What became of an answer that was sent before is not worth more than the answer.
                    Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {}
                    other => return other,
                }
            }
        };
        tokio::select! {
            biased;
            Some(Ok(done)) = self.tasks.join_next(), if !self.tasks.is_empty() => Ok(Event::Done(done)),
            request = poll_fn(|context| self.desk.poll_request(context)) => Ok(Event::Request(request)),
            () = timer => Ok(Event::Timeout),
            datagram = receive => {
                let (length, from) = datagram.map_err(ClusterError::Socket)?;
                Ok(Event::Datagram(from, length))
            }
        }
    }
}

/// As much as can come while others are answered.
const RECEIVE_BUFFER: usize = 4 << 20;
