//! What a scan has found, as it is told: in nc's words on standard error or, with `--json`, one object a port on
//! standard output.

use std::io::{self, Write};

use rustc_hash::FxHashMap;
use serde_json::{Map, Value, json};

use super::super::plan::Plan;
use super::super::say;
use crate::cli::{Failure, Out, words, write_json_line};
use crate::net::{DialError, Found, Services};
use crate::proto::scan::Reason;

/// Where results go.
pub(super) struct Results<'a> {
    plan: &'a Plan,
    host: &'a str,
    lines: Option<Lines>,
    /// Whether any port may be open.
    any: bool,
    fault: Option<io::Error>,
}

/// Results as JSON.
struct Lines {
    out: Out,
    services: FxHashMap<u16, String>,
    line: Vec<u8>,
}

impl<'a> Results<'a> {
    pub(super) fn new(plan: &'a Plan, host: &'a str, json: bool) -> Result<Self, Failure> {
        let lines = || -> io::Result<Lines> {
            Ok(Lines {
                out: Out::stdout()?,
                services: services(plan),
                line: Vec::new(),
            })
        };
        let lines = json.then(lines).transpose();
        Ok(Self {
            plan,
            host,
            lines: lines.map_err(|error| say::failure("standard output", &error))?,
            any: false,
            fault: None,
        })
    }

    /// Tells of one attempt; without one, all that was told is shown.
    pub(super) fn tell(&mut self, found: Option<Found>) {
        self.any |= found.is_some_and(|found| found.outcome.state.is_promising());
        match (&mut self.lines, found) {
            (Some(lines), found) if self.fault.is_none() => {
                let written = match found {
                    Some(found) if found.last => lines.write(self.plan, self.host, &found),
                    Some(_) => Ok(()),
                    None => lines.out.flush(),
                };
                self.fault = written.err();
            }
            (None, Some(found)) if self.plan.verbose => self.say(&found),
            _ => {}
        }
    }

    /// All is told. Whether any port may be open.
    pub(super) fn end(mut self) -> Result<bool, Failure> {
        if let (Some(lines), None) = (&mut self.lines, &self.fault) {
            self.fault = lines.out.flush().err();
        }
        match self.fault {
            Some(error) => Err(anyhow::Error::new(error)
                .context("write to standard output")
                .into()),
            None => Ok(self.any),
        }
    }

    fn say(&self, found: &Found) {
        let to = found.at;
        if found.outcome.state.is_promising() {
            return say::connected(self.plan, self.host, to);
        }
        let error = match found.outcome.reason {
            Reason::Silence => DialError::TimedOut { to },
            reason => DialError::Refused {
                to,
                source: system(reason),
            },
        };
        say::not_connected(self.plan, self.host, to, &error);
    }
}

impl Lines {
    fn write(&mut self, plan: &Plan, host: &str, found: &Found) -> io::Result<()> {
        let port = found.at.port();
        let mut object = Map::new();
        let mut put = |name: &str, value: Value| object.insert(name.to_owned(), value);
        put("v", json!(1));
        put("host", json!(host));
        put("address", json!(found.at.ip().to_string()));
        put("port", json!(port));
        put("transport", json!(plan.transport.name()));
        if let Some(service) = self.services.get(&port) {
            put("service", json!(service));
        }
        put("state", json!(found.outcome.state.name()));
        put("reason", json!(reason(found.outcome.reason)));
        // In milliseconds, to the microsecond.
        put("ms", json!((found.elapsed.as_secs_f64() * 1e6).round() / 1e3));
        self.line.clear();
        write_json_line(&object, &mut self.line);
        self.out.write_all(&self.line)
    }
}

fn reason(reason: Reason) -> String {
    match reason {
        Reason::Connected => "connected".to_owned(),
        Reason::Answered => "answered".to_owned(),
        Reason::Ourselves => "connected to itself".to_owned(),
        Reason::Silence => "no answer".to_owned(),
        Reason::System(_) => words(system(reason)),
    }
}

/// What the system says, or would say of a port where nobody listens.
fn system(reason: Reason) -> io::Error {
    match reason {
        Reason::System(number) => io::Error::from_raw_os_error(number),
        _ => rustix::io::Errno::CONNREFUSED.into(),
    }
}

fn services(plan: &Plan) -> FxHashMap<u16, String> {
    let mut names = FxHashMap::default();
    if plan.numeric {
        return names;
    }
    for service in Services::system().iter() {
        if service.transport == plan.transport.name() {
            names
                .entry(service.port)
                .or_insert_with(|| service.name.to_owned());
        }
    }
    names
}
