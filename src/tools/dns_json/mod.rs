//! DNS messages as JSON, one object a line: the member names of RFC 8427, and below them what is known of a
//! message besides its bytes. The schema is in the man pages; members are only ever added to it.

mod edns;
mod message;

pub(super) use message::Parts;

use std::net::SocketAddr;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::cli::write_json_line;
use crate::net::dns::ExchangeError;
use crate::wire::dns::{Message, Question, RecordType};

/// One object: what is known is put in piece by piece, and then it is written as a line.
#[derive(Clone, Debug)]
pub(super) struct Object(Map<String, Value>);

/// A try that came to nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failed {
    /// Who was asked.
    pub(super) server: SocketAddr,
    /// What carried the query.
    pub(super) transport: &'static str,
    /// Why there was no reply.
    pub(super) trouble: Trouble,
    /// The same in words.
    pub(super) text: String,
}

/// Why there is no answer, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The server did not answer in time.
    Timeout,
    /// Nobody listens there.
    Refused,
    /// The network has no way to it.
    Unreachable,
    /// The server closed the connection or reset it.
    Closed,
    /// The server is not who it should be.
    Untrusted,
    /// The server does not speak TLS, HTTP or QUIC as it should.
    Protocol,
    /// What came cannot be read.
    Malformed,
    /// A zone transfer did not come to its end.
    Transfer,
    /// None of the servers gave an answer.
    NoServer,
    /// The cache has no answer, and nobody else may give one.
    NotCached,
    /// Something on this host.
    Local,
}

impl Trouble {
    /// What an exchange ended in.
    pub(super) fn of(error: &ExchangeError) -> Self {
        match error {
            ExchangeError::TimedOut { .. } | ExchangeError::NotConnected { .. } => Self::Timeout,
            ExchangeError::Refused { .. } => Self::Refused,
            ExchangeError::Unreachable { .. } => Self::Unreachable,
            ExchangeError::Closed { .. } | ExchangeError::Reset { .. } => Self::Closed,
            ExchangeError::Untrusted { .. } => Self::Untrusted,
            ExchangeError::Handshake { .. }
            | ExchangeError::NotHttp2 { .. }
            | ExchangeError::Http { .. }
            | ExchangeError::Protocol { .. } => Self::Protocol,
            ExchangeError::Bind { .. } | ExchangeError::Io { .. } | ExchangeError::NotBuilt { .. } => {
                Self::Local
            }
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::Refused => "refused",
            Self::Unreachable => "unreachable",
            Self::Closed => "closed",
            Self::Untrusted => "untrusted",
            Self::Protocol => "protocol",
            Self::Malformed => "malformed",
            Self::Transfer => "transfer",
            Self::NoServer => "noserver",
            Self::NotCached => "notcached",
            Self::Local => "local",
        }
    }
}

impl Object {
    /// An object of a time.
    pub(super) fn at(time: Timestamp) -> Self {
        let mut members = Map::new();
        members.insert("v".to_owned(), VERSION.into());
        members.insert("dateString".to_owned(), format!("{time:.6}").into());
        let micros = f64::from(u32::try_from(time.subsec_nanosecond() / 1000).unwrap_or(0));
        // Whole seconds have an exact form as long as there are fewer than 2^53 of them.
        #[expect(clippy::cast_precision_loss, reason = "a date is far below 2^53 seconds")]
        let seconds = time.as_second() as f64 + micros / 1e6;
        members.insert("dateSeconds".to_owned(), json!(seconds));
        Self(members)
    }

    /// Puts in a message: header, question, EDNS, and of the sections wanted the records whose type is to be kept.
    pub(super) fn message(
        &mut self,
        message: &Message<'_>,
        parts: Parts,
        keep: impl Fn(RecordType) -> bool,
    ) -> &mut Self {
        message::members(message, parts, keep, &mut self.0);
        self
    }

    /// Puts in what was asked, where no message says it.
    pub(super) fn question(&mut self, question: &Question) -> &mut Self {
        message::question(question, &mut self.0);
        self
    }

    /// Puts in the bytes of a message that cannot be read.
    pub(super) fn bytes(&mut self, message: &[u8]) -> &mut Self {
        self.set("msgLength", message.len());
        self.set("messageOctetsHEX", message::hex(message))
    }

    /// Puts in who was asked, by address and as it was typed, and what carried the query.
    pub(super) fn server(&mut self, server: SocketAddr, name: &str, transport: &str) -> &mut Self {
        self.set("server", server.ip().to_string());
        self.set("serverPort", server.port());
        if name != server.ip().to_string() {
            self.set("serverName", name);
        }
        self.set("transport", transport)
    }

    /// Puts in how long it took until the reply came, and how often the query was sent.
    pub(super) fn effort(&mut self, elapsed: Duration, sendings: u32) -> &mut Self {
        self.set("elapsedSeconds", seconds(elapsed));
        self.set("sendings", sendings)
    }

    /// Puts in that the reply came from the cache: how old it is, and whether its time is over.
    pub(super) fn cached(&mut self, age: Duration, stale: bool) -> &mut Self {
        self.set("cacheAgeSeconds", age.as_secs());
        self.set("cacheStale", stale)
    }

    /// Puts in the tries that came to nothing, if there were any.
    pub(super) fn failed(&mut self, tries: &[Failed]) -> &mut Self {
        if tries.is_empty() {
            return self;
        }
        let tries: Vec<Value> = tries
            .iter()
            .map(|failed| {
                json!({
                    "server": failed.server.ip().to_string(),
                    "serverPort": failed.server.port(),
                    "transport": failed.transport,
                    "error": failed.trouble.word(),
                    "errorText": failed.text,
                })
            })
            .collect();
        self.set("failedTries", tries)
    }

    /// Puts in what is worth a warning, if anything is.
    pub(super) fn warnings(&mut self, warnings: &[String]) -> &mut Self {
        if warnings.is_empty() {
            return self;
        }
        self.set("warnings", warnings)
    }

    /// Puts in why there is no answer: a word for programs and one for people.
    pub(super) fn error(&mut self, trouble: Trouble, text: &str) -> &mut Self {
        self.set("error", trouble.word());
        self.set("errorText", text)
    }

    /// Puts in any other member.
    pub(super) fn set(&mut self, name: &str, value: impl Into<Value>) -> &mut Self {
        self.0.insert(name.to_owned(), value.into());
        self
    }

    /// Appends the object as a line.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        write_json_line(&self.0, out);
    }
}

/// A duration as JSON has it: seconds, to the microsecond.
pub(super) fn seconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e6
}

/// The version of the schema.
const VERSION: u32 = 1;

#[cfg(test)]
mod tests {
    use super::*;

    fn text(object: &Object) -> String {
        let mut out = Vec::new();
        object.write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn an_object_is_one_line_in_the_order_in_which_it_was_filled() {
        let mut object = Object::at("2026-11-20T09:40:55.25Z".parse().unwrap());
        let server = "192.0.2.53:53".parse().unwrap();
        object
            .server(server, "ns.test", "UDP")
            .effort(Duration::from_micros(1500), 2)
            .failed(&[])
            .warnings(&[]);
        assert_eq!(
            text(&object),
            "{\"v\":1,\"dateString\":\"2026-11-20T09:40:55.250000Z\",\"dateSeconds\":1795167655.25,\
             \"server\":\"192.0.2.53\",\"serverPort\":53,\"serverName\":\"ns.test\",\"transport\":\"UDP\",\
             \"elapsedSeconds\":0.0015,\"sendings\":2}\n"
        );
    }

    #[test]
    fn a_failure_is_said_in_a_word_and_in_words() {
        let failed = Failed {
            server: "[::1]:53".parse().unwrap(),
            transport: "TCP",
            trouble: Trouble::Refused,
            text: "connection refused".to_owned(),
        };
        let mut object = Object::at(Timestamp::UNIX_EPOCH);
        object.error(Trouble::NoServer, "no servers could be reached");
        object.failed(&[failed]);
        let value: Value = serde_json::from_str(&text(&object)).unwrap();
        assert_eq!(value["error"], "noserver");
        assert_eq!(value["failedTries"][0]["server"], "::1");
        assert_eq!(value["failedTries"][0]["error"], "refused");
    }
}
