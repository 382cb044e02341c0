//! `+race` and `+compare`: several servers asked at once, each as if it were the only one.
//!
//! Every server gets a lookup of its own that writes into memory; which of them is printed is decided when it is
//! known who answered what.

mod compare;
mod comparison;
mod race;
mod statement;
mod together;

use std::io;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use super::super::servers::Server;
use super::super::story::{Came, Story, Tried};
use super::inquiry::{Inquiry, Job};
use crate::cli::{Exit, Failure};
use crate::tools::dns_json::Object;
use crate::tools::dns_notes::endpoint;
use crate::wire::dns::{Message, Question, Rcode};
use together::{Running, Together};

/// What came of asking one of the servers.
#[derive(Debug)]
struct Part {
    /// What it would have printed.
    text: Vec<u8>,
    story: Story,
    rcode: Option<Rcode>,
    exit: Exit,
    /// How long it took, with all its tries.
    elapsed: Duration,
}

impl Part {
    /// The reply in which it ended, or why there is none.
    fn reply(&self) -> Result<Message<'_>, String> {
        match self.story.tries.last() {
            Some(Tried {
                came: Came::Reply { message, .. },
                ..
            }) => Message::parse(message).map_err(|error| error.to_string()),
            Some(Tried {
                came: Came::Nothing(failed),
                ..
            }) => Err(failed.text.clone()),
            None => Err("it was not asked".to_owned()),
        }
    }
}

type Parts<'a> = Together<'a, Result<Part, Failure>>;

impl<'a> Inquiry<'a> {
    /// A lookup for each of the servers.
    fn parts(&self) -> Parts<'a> {
        let (context, lookup, globals, banner) = (self.context, self.lookup, self.globals, self.banner);
        let start = context.clock.now();
        Together::new(self.servers.clone().into_iter().map(|server| {
            let asked = async move {
                let mut text = Vec::new();
                let job = Job {
                    lookup,
                    globals,
                    servers: vec![server],
                    banner,
                };
                let mut inquiry = Inquiry::new(context, job, &mut text);
                inquiry.in_turn().await?;
                let (story, rcode, exit) = (inquiry.story, inquiry.rcode, inquiry.exit);
                let elapsed = context.clock.now() - start;
                Ok(Part {
                    text,
                    story,
                    rcode,
                    exit,
                    elapsed,
                })
            };
            let asked: Running<'a, Result<Part, Failure>> = Box::pin(asked);
            asked
        }))
    }

    /// With `+json`, says it as an object.
    fn say_object(&mut self, name: &str, value: Value, story: Option<&Story>) -> io::Result<()> {
        let mut object = Object::at(Timestamp::now());
        if let Some(name) = story
            .and_then(|story| story.tries.last())
            .map(|tried| &tried.name)
        {
            object.question(&Question {
                name: name.clone(),
                rtype: self.lookup.rtype,
                class: self.lookup.class,
            });
        }
        let mut line = Vec::new();
        object.set(name, value).write(&mut line);
        self.out.write_all(&line)
    }
}

/// A server as the footer names it.
fn label(server: &Server) -> String {
    format!("{}({})", endpoint(server.address), server.name)
}
