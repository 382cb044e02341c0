//! What a lookup prints: its banner, its queries and replies, and what it has to say besides.

use std::io::{self, Write as _};
use std::net::Ipv6Addr;
use std::time::Duration;

use jiff::{Timestamp, Zoned};

use super::super::explain::explain;
use super::super::render::{
    Aside, CookieFate, Envelope, Footer, Page, Role, ShownSoa, write_banner, write_footer, write_json,
    write_message, write_prefixes, write_received, write_short, write_yaml,
};
use super::super::reply::Reply;
use super::super::servers::NoServer;
use super::inquiry::{Inquiry, Sent};
use crate::net::dns::Seal;
use crate::tools::dns_json::{Object, Trouble};
use crate::tools::dns_notes::bad_packet;
use crate::wire::dns::{Message, Question};

impl Inquiry<'_> {
    /// Prints the banner, once.
    pub(super) fn banner(&mut self) -> io::Result<()> {
        if !self.globals.short && self.globals.cmd {
            return self.late_banner();
        }
        self.banner = None;
        Ok(())
    }

    /// Prints the banner if it has not been printed, even if `+short` came after the name.
    pub(super) fn late_banner(&mut self) -> io::Result<()> {
        let Some((banner, servers)) = self.banner.take() else {
            return Ok(());
        };
        let mut text = Vec::new();
        write_banner(banner, servers, &mut text);
        self.out.write_all(&text)
    }

    /// Prints the query that goes out.
    pub(super) fn show_query(&mut self, sent: &Sent<'_>) -> io::Result<()> {
        let Ok(message) = Message::parse(&sent.query) else {
            return Ok(());
        };
        let Ok(query) = Reply::of_ours(&message) else {
            return Ok(());
        };
        self.banner()?;
        let page = Page {
            reply: &query,
            lookup: self.lookup,
            globals: self.globals,
            role: Role::Query,
        };
        let mut text = Vec::new();
        if self.globals.json {
            self.write_object(
                page,
                &sent.envelope,
                &sent.attempt.server.name,
                None,
                None,
                &mut text,
            );
        } else if self.globals.yaml {
            write_yaml(page, &sent.envelope, &mut text);
        } else if !self.globals.short && !self.lookup.show.prefixes {
            write_message(page, ShownSoa::All, &mut text);
        }
        if self.lookup.show.stats && !self.globals.yaml && !self.globals.json {
            // Writing to a vector cannot fail.
            let _ = writeln!(text, ";; QUERY SIZE: {}\n", sent.query.len());
        }
        self.out.write_all(&text)
    }

    /// Prints the answer and what is below it.
    pub(super) fn show_reply(
        &mut self,
        reply: &Reply<'_>,
        fate: CookieFate,
        envelope: &Envelope,
        footer: &Footer<'_>,
    ) -> io::Result<()> {
        self.show_message(reply, fate, envelope, footer)?;
        self.finish(footer)
    }

    /// Prints a message without what is below it.
    pub(super) fn show_message(
        &mut self,
        reply: &Reply<'_>,
        fate: CookieFate,
        envelope: &Envelope,
        footer: &Footer<'_>,
    ) -> io::Result<()> {
        self.banner()?;
        let page = Page {
            reply,
            lookup: self.lookup,
            globals: self.globals,
            role: Role::Reply(fate),
        };
        let mut text = Vec::with_capacity(if self.globals.short { 64 } else { 1024 });
        if self.globals.json {
            let effort = (footer.elapsed, self.story.sendings());
            self.write_object(
                page,
                envelope,
                footer.server,
                Some(effort),
                footer.seal,
                &mut text,
            );
        } else if self.lookup.show.prefixes {
            write_prefixes(reply, &mut text);
        } else if self.globals.yaml {
            write_yaml(page, envelope, &mut text);
        } else if self.globals.short {
            let identity = self.lookup.show.identify.then(|| footer.identity());
            write_short(page, identity.as_deref(), &mut text);
        } else {
            write_message(page, ShownSoa::All, &mut text);
        }
        self.out.write_all(&text)
    }

    /// Prints the statistics, or the one line in their place.
    pub(super) fn finish(&mut self, footer: &Footer<'_>) -> io::Result<()> {
        if self.globals.short || self.globals.yaml || self.globals.json {
            return Ok(());
        }
        let mut text = Vec::with_capacity(256);
        if self.lookup.show.stats {
            write_footer(footer, &Zoned::now(), &mut text);
        } else if self.lookup.show.identify {
            write_received(footer, &mut text);
        }
        self.out.write_all(&text)
    }

    /// Says something that matters whatever is shown.
    pub(super) fn warn(&mut self, text: &str) -> io::Result<()> {
        if self.globals.json {
            self.story.warnings.push(text.to_owned());
            return Ok(());
        }
        if self.globals.yaml {
            return Ok(());
        }
        self.say(&format!(";; {text}"))
    }

    /// Says what went wrong for good.
    pub(super) fn error(&mut self, trouble: Trouble, text: &str) -> io::Result<()> {
        if self.globals.json {
            return self.say_failure(trouble, text, None);
        }
        if self.globals.yaml {
            return self.say(&format!("- type: DIG_ERROR\n  message: |\n    {text}"));
        }
        self.say(&format!(";; {text}"))
    }

    /// Says that there is nobody to ask.
    pub(super) fn no_servers(&mut self) -> io::Result<()> {
        const TEXT: &str = "No acceptable nameservers";
        if self.globals.json {
            return self.say_failure(Trouble::NoServer, TEXT, None);
        }
        self.say(&format!(";; {TEXT}"))
    }

    /// Says that a server is passed over, and that it was the last if it was.
    pub(super) fn skipped(&mut self, address: Ipv6Addr, is_last: bool) -> io::Result<()> {
        self.warn(&format!("Skipping mapped address '{address}'"))?;
        if is_last {
            self.warn("No acceptable nameservers")?;
        }
        Ok(())
    }

    /// Says that a server has no address.
    pub(super) fn lost_server(&mut self, error: &NoServer) -> io::Result<()> {
        if self.globals.json {
            self.story.warnings.push(error.to_string());
            return Ok(());
        }
        self.say(&error.to_string())
    }

    /// Shows a message that cannot be read.
    pub(super) fn unreadable(&mut self, problem: &str, message: &[u8]) -> io::Result<()> {
        if self.globals.json {
            return self.say_failure(Trouble::Malformed, problem, Some(message));
        }
        self.out.write_all(bad_packet(problem, message).as_bytes())
    }

    /// Says that a zone transfer did not come to its end, or not even to its beginning.
    pub(super) fn transfer_failed(&mut self, began: bool) -> io::Result<()> {
        const TEXT: &str = "Transfer failed.";
        if self.globals.json {
            return self.say_failure(Trouble::Transfer, TEXT, None);
        }
        let why = if began {
            ""
        } else {
            "  Didn't start with SOA answer."
        };
        self.say(&format!("; {TEXT}{why}"))
    }

    /// Says something on the way, if comments are shown.
    pub(super) fn comment(&mut self, text: &str) -> io::Result<()> {
        if self.lookup.show.comments {
            return self.warn(text);
        }
        Ok(())
    }

    /// With `+explain`, how the lookup went and what its answer means.
    pub(super) fn say_explanation(&mut self) -> io::Result<()> {
        if !self.lookup.show.explain || self.globals.json {
            return Ok(());
        }
        let mut lines = vec!["EXPLANATION:".to_owned()];
        lines.append(&mut self.explanation());
        self.say_lines(&lines)
    }

    fn explanation(&self) -> Vec<String> {
        explain(&self.story, self.lookup, &Zoned::now())
    }

    /// Says something of several lines: in comments, which YAML has too.
    pub(super) fn say_lines(&mut self, lines: &[String]) -> io::Result<()> {
        let mark = if self.globals.yaml { "#" } else { ";;" };
        lines
            .iter()
            .try_for_each(|line| writeln!(self.out, "{mark} {line}"))?;
        if self.globals.yaml || self.globals.short {
            return Ok(());
        }
        writeln!(self.out)
    }

    fn say(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "{text}")
    }

    /// With `+json`, an object for what there is instead of an answer.
    fn say_failure(&mut self, trouble: Trouble, text: &str, message: Option<&[u8]>) -> io::Result<()> {
        let mut object = Object::at(Timestamp::now());
        let last = self.story.tries.last().map(|tried| &tried.name);
        if let Some(name) = last.or_else(|| self.story.names.first()) {
            object.question(&Question {
                name: name.clone(),
                rtype: self.lookup.rtype,
                class: self.lookup.class,
            });
        }
        object.error(trouble, text);
        if let Some(message) = message {
            object.bytes(message);
        }
        if self.lookup.show.explain {
            object.set("explanation", self.explanation());
        }
        let mut line = Vec::new();
        object
            .failed(&self.story.failed())
            .warnings(&self.story.warnings)
            .write(&mut line);
        self.out.write_all(&line)
    }

    /// With `+json`, an object for a message.
    pub(super) fn write_object(
        &mut self,
        page: Page<'_>,
        envelope: &Envelope,
        server: &str,
        effort: Option<(Duration, u32)>,
        seal: Option<&Seal>,
        out: &mut Vec<u8>,
    ) {
        let (failed, warnings) = match effort {
            Some(_) => (self.story.failed(), std::mem::take(&mut self.story.warnings)),
            None => (Vec::new(), Vec::new()),
        };
        let explained = effort.is_some() && self.lookup.show.explain && self.story.is_over();
        let explanation = if explained { self.explanation() } else { Vec::new() };
        let aside = Aside {
            envelope,
            server,
            effort,
            verified: seal.and_then(|seal| seal.verified.as_deref()),
            failed: &failed,
            warnings: &warnings,
            explanation: &explanation,
        };
        write_json(page, &aside, out);
    }
}
