//! Asking a server by UDP until it answers: [`Ask`] over a socket.
//!
//! The socket is not connected, so that a reply from a wrong address is seen and can be told. On Linux it hears
//! ICMP errors all the same, and those that mean "nobody is there" end the request at once.
//!
//! Requests may use one socket **one after another**: a late reply to an earlier one is judged by the later
//! one's [`Question`], which must tell them apart (an id). Two requests **at the same time** need two sockets,
//! because each would take, and ignore, what the other waits for.

use std::io;
use std::net::SocketAddr;
use std::ops::ControlFlow;
use std::time::Duration;

use rustix::io::Errno;
use thiserror::Error;
use tokio::net::UdpSocket;

use super::udp::{failed_destination, report_icmp};
use super::{Clock, Port, drive};
use crate::proto::link::{Ask, Datagram, GaveUp, Outcome, Policy, Question, Report, Rto, is_from};

/// The answer of a server.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The accepted datagram.
    pub bytes: Vec<u8>,
    /// Who sent it: the server, or one of those who can answer if a group was asked.
    pub from: SocketAddr,
    /// How it went.
    pub report: Report,
}

/// A request without an answer.
#[derive(Debug, Error)]
#[error("ask {server}")]
pub struct AskError {
    /// Who was asked.
    pub server: SocketAddr,
    /// Why there is no answer.
    #[source]
    pub why: Failure,
    /// How it went.
    pub report: Report,
}

/// Why there is no answer.
#[derive(Debug, Error)]
pub enum Failure {
    /// The attempts or the time that the policy allows are over.
    #[error("no reply to {attempts} {} in {waited:.1?}", if *attempts == 1 { "request" } else { "requests" })]
    NoReply {
        /// How many requests were sent.
        attempts: u32,
        /// How long ago the first was sent.
        waited: Duration,
        /// Which of the two is over.
        why: GaveUp,
    },
    /// The system refused to send, or an ICMP error says that the server cannot be reached.
    #[error(transparent)]
    Network(#[from] io::Error),
}

/// Asks `server`: sends what `question` writes, again at each timeout of `rto`, until a reply from the server is
/// judged to be the answer, `policy` gives up, or the network says that there is nobody.
///
/// `rto` learns from the exchange; it is written back when the exchange ends, whichever way, and not if the
/// future is dropped. Whoever asks one server several questions at once gives each a copy, and shows the
/// [`rtt`](Report::rtt) of each report to the original.
///
/// # Errors
/// [`Failure::NoReply`] and [`Failure::Network`], with the report of what was tried.
pub async fn ask<Q: Question>(
    clock: &Clock,
    socket: &UdpSocket,
    server: SocketAddr,
    rto: &mut Rto,
    policy: Policy,
    question: Q,
) -> Result<Reply, AskError> {
    let mut machine = Ask::new(clock.now(), server, policy, *rto, rand::random(), question);
    let mut port = AskPort {
        socket,
        server,
        datagram: Vec::new(),
    };
    let end = match report_icmp(socket) {
        Ok(()) => drive(clock, &mut machine, &mut port).await,
        Err(error) => Err(error),
    };
    *rto = machine.rto();
    let report = machine.report(clock.now());
    let why = match end {
        Ok(Ok((from, bytes))) => return Ok(Reply { bytes, from, report }),
        Ok(Err(why)) => Failure::NoReply {
            attempts: report.attempts,
            waited: report.elapsed,
            why,
        },
        Err(error) => Failure::Network(error),
    };
    Err(AskError { server, why, report })
}

/// The socket as the machine sees it.
struct AskPort<'a> {
    socket: &'a UdpSocket,
    server: SocketAddr,
    /// The datagram received last.
    datagram: Vec<u8>,
}

impl AskPort<'_> {
    /// Decides on an error of the socket: it ends the request if it is about this request and will not go away.
    fn judge(&self, error: io::Error) -> io::Result<()> {
        // The socket may have sent to others before: an error about their datagrams is not ours.
        let ours = failed_destination(self.socket).is_none_or(|to| is_from(to, self.server));
        if ours && !is_passing(&error) {
            Err(error)
        } else {
            Ok(())
        }
    }
}

impl<Q: Question> Port<Ask<Q>> for AskPort<'_> {
    type Event = SocketAddr;
    type End = Result<(SocketAddr, Vec<u8>), GaveUp>;
    type Error = io::Error;

    async fn perform(&mut self, output: Outcome, bytes: &[u8]) -> io::Result<ControlFlow<Self::End>> {
        match output {
            Outcome::Reply(from) => return Ok(ControlFlow::Break(Ok((from, bytes.to_vec())))),
            Outcome::GaveUp(why) => return Ok(ControlFlow::Break(Err(why))),
            Outcome::Send(_) => {}
        }
        // A call to send also reports what became of earlier datagrams, and then does not send.
        for _ in 0..MAX_OLD_ERRORS {
            match self.socket.send_to(bytes, self.server).await {
                Ok(_) => break,
                Err(error) => self.judge(error)?,
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    async fn next(&mut self) -> io::Result<SocketAddr> {
        // Room for the largest datagram there is; reserved once, and not filled in advance.
        self.datagram.reserve(usize::from(u16::MAX));
        loop {
            self.datagram.clear();
            match self.socket.recv_buf_from(&mut self.datagram).await {
                Ok((_, from)) => return Ok(from),
                Err(error) => self.judge(error)?,
            }
        }
    }

    fn input<'a>(&'a self, event: &'a SocketAddr) -> Datagram<'a> {
        Datagram {
            from: *event,
            bytes: &self.datagram,
        }
    }
}

/// Whether a retransmission can mend an error: a full queue can empty, and of a path whose packets must be smaller
/// the kernel takes note and sends fragments from then on.
fn is_passing(error: &io::Error) -> bool {
    let passing = [
        Errno::AGAIN,
        Errno::INTR,
        Errno::NOBUFS,
        Errno::NOMEM,
        Errno::MSGSIZE,
    ];
    Errno::from_io_error(error).is_some_and(|errno| passing.contains(&errno))
}

/// How many old errors one transmission may meet.
const MAX_OLD_ERRORS: u32 = 8;

#[cfg(test)]
mod tests {
    use std::error::Error;
    use std::future::Future;

    use super::*;
    use crate::net::bind_udp;
    use crate::proto::link::{Answers, Event, Limits, Verdict, Why};

    /// Accepts a datagram that equals the request.
    fn echo() -> impl Question {
        let judge = |reply: &[u8]| match reply {
            b"hello" => Verdict::Accept(Answers::Any),
            _ => Verdict::Ignore,
        };
        (|_, bytes: &mut Vec<u8>| bytes.extend_from_slice(b"hello"), judge)
    }

    fn run<F: Future>(future: F) -> F::Output {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(future)
    }

    fn quick() -> Rto {
        Rto::new(Limits {
            initial: Duration::from_millis(20),
            ..Limits::REQUEST
        })
    }

    async fn local() -> (UdpSocket, SocketAddr) {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        (socket, address)
    }

    #[test]
    fn a_request_is_repeated_until_it_is_answered() {
        run(async {
            let (server, address) = local().await;
            let socket = bind_udp(address, None).unwrap();
            let answer = async {
                let mut bytes = [0; 100];
                server.recv_from(&mut bytes).await.unwrap();
                let (len, client) = server.recv_from(&mut bytes).await.unwrap();
                server.send_to(b"not this", client).await.unwrap();
                server.send_to(&bytes[..len], client).await.unwrap();
            };
            let mut rto = quick();
            let clock = Clock::start();
            let question = ask(&clock, &socket, address, &mut rto, Policy::default(), echo());
            let (reply, ()) = tokio::join!(question, answer);
            let reply = reply.unwrap();
            assert_eq!(
                (reply.bytes.as_slice(), reply.from),
                (b"hello".as_slice(), address)
            );
            assert_eq!((reply.report.attempts, reply.report.ignored.rejected), (2, 1));
            assert_eq!(reply.report.rtt, None);
        });
    }

    #[test]
    fn a_closed_port_ends_it_at_once() {
        run(async {
            let (server, address) = local().await;
            drop(server);
            let socket = bind_udp(address, None).unwrap();
            let error = ask(
                &Clock::start(),
                &socket,
                address,
                &mut Rto::new(Limits::TCP),
                Policy::default(),
                echo(),
            )
            .await
            .unwrap_err();
            assert!(
                matches!(&error.why, Failure::Network(e) if e.kind() == io::ErrorKind::ConnectionRefused)
            );
            assert_eq!(error.report.attempts, 1);
        });
    }

    #[test]
    fn an_error_about_an_earlier_server_is_not_this_ones() {
        run(async {
            let (closed, nobody) = local().await;
            drop(closed);
            let (server, address) = local().await;
            let socket = bind_udp(address, None).unwrap();
            report_icmp(&socket).unwrap();
            socket.send_to(b"anybody?", nobody).await.unwrap();
            let answer = async {
                let mut bytes = [0; 100];
                let (len, client) = server.recv_from(&mut bytes).await.unwrap();
                server.send_to(&bytes[..len], client).await.unwrap();
            };
            let (clock, mut rto) = (Clock::start(), Rto::new(Limits::TCP));
            let question = ask(&clock, &socket, address, &mut rto, Policy::default(), echo());
            let (reply, ()) = tokio::join!(question, answer);
            assert_eq!(reply.unwrap().report.attempts, 1);
        });
    }

    #[test]
    fn a_reply_from_another_port_is_told_and_does_not_count() {
        struct Watch(Vec<(SocketAddr, Why)>);
        impl Question for Watch {
            fn request(&mut self, _: u32, bytes: &mut Vec<u8>) {
                bytes.extend_from_slice(b"hello");
            }
            fn judge(&mut self, _: &[u8]) -> Verdict {
                Verdict::Accept(Answers::Any)
            }
            fn observe(&mut self, event: Event<'_>) {
                if let Event::Ignored { from, why, .. } = event {
                    self.0.push((from, why));
                }
            }
        }
        run(async {
            let ((server, address), (forger, false_address)) = (local().await, local().await);
            let socket = bind_udp(address, None).unwrap();
            let answer = async {
                let (_, client) = server.recv_from(&mut [0; 100]).await.unwrap();
                forger.send_to(b"hello", client).await.unwrap();
                server.send_to(b"hello", client).await.unwrap();
            };
            let mut watch = Watch(Vec::new());
            let (clock, mut rto) = (Clock::start(), Rto::new(Limits::TCP));
            let question = ask(&clock, &socket, address, &mut rto, Policy::default(), &mut watch);
            let (reply, ()) = tokio::join!(question, answer);
            assert_eq!(reply.unwrap().report.ignored.wrong_source, 1);
            assert_eq!(watch.0, [(false_address, Why::WrongSource)]);
        });
    }

    #[test]
    fn a_silent_server_is_given_up_with_a_sentence() {
        run(async {
            let (_server, address) = local().await;
            let socket = bind_udp(address, None).unwrap();
            let policy = Policy::fixed(2, Duration::from_millis(5));
            let error = ask(&Clock::start(), &socket, address, &mut quick(), policy, echo())
                .await
                .unwrap_err();
            assert_eq!(error.to_string(), format!("ask {address}"));
            let why = error.source().unwrap().to_string();
            assert!(why.starts_with("no reply to 2 requests in "), "{why}");
        });
    }
}
