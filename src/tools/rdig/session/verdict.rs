//! What a reply leads to: another try, another server, or the end.

use std::io;

use super::super::plan::Cookie;
use super::super::render::{CookieFate, Footer, Signature, Size};
use super::super::reply::Reply;
use super::super::status;
use super::super::story::LeadsTo;
use super::inquiry::{Inquiry, Sent, unix_time};
use super::walk::{Keep, Kept};
use crate::cli::Exit;
use crate::net::dns;
use crate::proto::dns::Transport;
use crate::proto::dns::tsig::NotVerified;
use crate::wire::dns::{Flags, Message, Rcode, option_code};

/// What a try leads to.
#[derive(Debug)]
pub(super) enum Next {
    /// This was the answer, or as good as none will come.
    Done(Rcode),
    /// The same server again, in another way.
    Again,
    /// The next server.
    Pass,
}

impl Inquiry<'_> {
    /// Decides what a reply leads to, and prints it if it is the answer.
    pub(super) fn judge(&mut self, came: &dns::Reply, sent: &mut Sent<'_>) -> io::Result<Next> {
        #[cfg(feature = "dnssec")]
        self.remember(came, sent);
        let Ok(message) = Message::parse(&came.message) else {
            self.ends_with(status::UNREADABLE);
            return Ok(Next::Done(Rcode::NOERROR));
        };
        if !message.header().flags.contains(Flags::QR) {
            self.warn("Warning: query response not set")?;
        }
        let reply = match Reply::read(&message, self.lookup.exchange.best_effort) {
            Ok(reply) => reply,
            Err(problem) => {
                if !self.globals.yaml {
                    self.unreadable(&problem.to_string(), message.bytes())?;
                }
                self.ends_with(status::UNREADABLE);
                return Ok(Next::Done(Rcode::NOERROR));
            }
        };
        if reply.malformed {
            self.warn("Warning: Message parser reports malformed message packet.")?;
        }
        let fate = CookieFate::of(sent.cookie.as_deref(), reply.edns_option(option_code::COOKIE));
        if reply.edns.is_none() && self.expects_edns() {
            self.warn("expected opt record in response")?;
        }
        if fate == CookieFate::Bad {
            self.warn("Warning: Client COOKIE mismatch")?;
        }
        let server = sent.attempt.server;
        let mut footer = Footer {
            elapsed: came.elapsed,
            microseconds: self.lookup.show.microseconds,
            peer: came.peer,
            server: &server.name,
            transport: self.way.transport_name(),
            cached: self.way.cached,
            size: Size::Message(message.bytes().len()),
            signature: Signature::None,
            seal: came.seal.as_ref(),
        };
        let exchange = &self.lookup.exchange;
        if self.renegotiates(&reply, fate)? {
            if reply.rcode == Rcode::BADCOOKIE && exchange.show_bad_cookie {
                self.show_reply(&reply, fate, &sent.envelope, &footer)?;
            }
            return Ok(Next::Again);
        }
        if reply.has(Flags::TC) && !exchange.ignore_truncation && self.way.transport == Transport::Udp {
            self.comment("Truncated, retrying in TCP mode.")?;
            self.story.led_to(LeadsTo::Tcp);
            self.way.transport = Transport::Tcp;
            if fate == CookieFate::Good {
                self.way.learned.cookie = reply.edns_option(option_code::COOKIE).map(<[u8]>::to_vec);
            }
            return Ok(Next::Again);
        }
        if reply.rcode == Rcode::SERVFAIL && !exchange.servfail_stops {
            let next = if sent.attempt.is_last {
                ""
            } else {
                ", trying next server"
            };
            self.comment(&format!("Got SERVFAIL reply from {}{next}", server.address.ip()))?;
            if !sent.attempt.is_last {
                self.story.led_to(LeadsTo::NextServer);
                return Ok(Next::Pass);
            }
        }
        footer.signature = self.verify(sent, message.bytes())?;
        if self.keep != Keep::No {
            if self.keep == Keep::Shown {
                self.show_message(&reply, fate, &sent.envelope, &footer)?;
            }
            self.kept = Some(Kept {
                message: message.bytes().to_vec(),
                elapsed: footer.elapsed,
                peer: footer.peer,
                server: server.name.clone(),
                transport: footer.transport,
                seal: came.seal.clone(),
            });
        } else if sent.attempt.shown || reply.rcode != Rcode::NXDOMAIN {
            self.show_reply(&reply, fate, &sent.envelope, &footer)?;
            // dig comes by here twice.
            if self.is_whole && reply.rcode == Rcode::NXDOMAIN {
                self.finish(&footer)?;
            }
        }
        if fate != CookieFate::Bad {
            self.keep_in_cache(sent, came);
        }
        if self.globals.rcode_exit {
            self.exit = status::of_reply(&message);
        }
        Ok(Next::Done(reply.rcode))
    }

    /// Whether a cookie went out that somebody gave us: the reply should have one, too.
    fn expects_edns(&self) -> bool {
        let given = matches!(self.lookup.query.cookie, Cookie::Given(_));
        given || self.way.learned.cookie.is_some()
    }

    /// With `+rcode-exit`, what the run ends with if this was the end.
    pub(super) fn ends_with(&mut self, exit: Exit) {
        if self.globals.rcode_exit {
            self.exit = exit;
        }
    }

    /// Verifies the signature of a reply, and says so if it is wrong.
    pub(super) fn verify(&mut self, sent: &mut Sent<'_>, message: &[u8]) -> io::Result<Signature> {
        let Some(verifier) = &mut sent.verifier else {
            let wanted = self.globals.signing.wanted;
            return Ok(if wanted {
                Signature::KeyUnused
            } else {
                Signature::None
            });
        };
        match verifier.verify(message, unix_time()) {
            Ok(()) => Ok(Signature::Valid),
            Err(why) => self.not_verified(why),
        }
    }

    /// Says why a reply cannot be trusted.
    pub(super) fn not_verified(&mut self, why: NotVerified) -> io::Result<Signature> {
        self.warn(&format!("Couldn't verify signature: {why}"))?;
        Ok(Signature::Invalid)
    }

    /// Whether the server wants another version of EDNS, or its own cookie, and how it gets it.
    fn renegotiates(&mut self, reply: &Reply<'_>, fate: CookieFate) -> io::Result<bool> {
        let asked = self.way.learned.edns_version.or(self.lookup.query.edns);
        let exchange = &self.lookup.exchange;
        if let (Rcode::BADVERS, Some(edns), Some(asked)) = (reply.rcode, &reply.edns, asked)
            && exchange.negotiate_edns
            && edns.version < asked
        {
            self.comment(&format!("BADVERS, retrying with EDNS version {}.", edns.version))?;
            self.way.learned.edns_version = Some(edns.version);
            self.story.led_to(LeadsTo::Version(edns.version));
            return Ok(true);
        }
        let can_retry = self.way.transport == Transport::Udp && exchange.retry_bad_cookie;
        if reply.rcode == Rcode::BADCOOKIE && can_retry && fate == CookieFate::Good {
            let how = if self.way.seen_bad_cookie {
                " in TCP mode"
            } else {
                ""
            };
            self.comment(&format!("BADCOOKIE, retrying{how}."))?;
            if self.way.seen_bad_cookie {
                self.way.transport = Transport::Tcp;
            }
            self.way.seen_bad_cookie = true;
            self.story.led_to(LeadsTo::Cookie);
            self.way.learned.cookie = reply.edns_option(option_code::COOKIE).map(<[u8]>::to_vec);
            return Ok(true);
        }
        Ok(false)
    }
}
