//! What a lookup prints: its banner, its queries and replies, and what it has to say besides.

use std::io::{self, Write as _};

use jiff::Zoned;

use super::super::render::{
    CookieFate, Envelope, Footer, Page, Role, ShownSoa, write_banner, write_footer, write_message,
    write_received, write_short, write_yaml,
};
use super::super::reply::Reply;
use super::inquiry::{Inquiry, Sent};
use crate::wire::dns::Message;

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
        let Ok(query) = Reply::read(&message, true) else {
            return Ok(());
        };
        self.banner()?;
        let page = Page {
            reply: &query,
            lookup: self.lookup,
            globals: self.globals,
            role: Role::Query,
            headers: true,
        };
        let mut text = Vec::new();
        if self.globals.yaml {
            write_yaml(page, &sent.envelope, &mut text);
        } else if !self.globals.short {
            write_message(page, ShownSoa::All, &mut text);
        }
        if self.lookup.show.stats && !self.globals.yaml {
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
        self.banner()?;
        let page = Page {
            reply,
            lookup: self.lookup,
            globals: self.globals,
            role: Role::Reply(fate),
            headers: true,
        };
        let mut text = Vec::new();
        if self.globals.yaml {
            write_yaml(page, envelope, &mut text);
        } else if self.globals.short {
            let identity = self.lookup.show.identify.then(|| footer.identity());
            write_short(page, identity.as_deref(), &mut text);
        } else {
            write_message(page, ShownSoa::All, &mut text);
        }
        self.out.write_all(&text)?;
        self.finish(footer)
    }

    /// Prints the statistics, or the one line in their place.
    pub(super) fn finish(&mut self, footer: &Footer<'_>) -> io::Result<()> {
        let mut text = Vec::new();
        if self.globals.short || self.globals.yaml {
            return Ok(());
        }
        if self.lookup.show.stats {
            write_footer(footer, &Zoned::now(), &mut text);
        } else if self.lookup.show.identify {
            write_received(footer, &mut text);
        }
        self.out.write_all(&text)
    }

    /// Says something that matters whatever is shown.
    pub(super) fn warn(&mut self, text: &str) -> io::Result<()> {
        if self.globals.yaml {
            return Ok(());
        }
        self.say(&format!(";; {text}"))
    }

    /// Says what went wrong for good.
    pub(super) fn error(&mut self, text: &str) -> io::Result<()> {
        if self.globals.yaml {
            return self.say(&format!("- type: DIG_ERROR\n  message: |\n    {text}"));
        }
        self.say(&format!(";; {text}"))
    }

    /// Says something on the way, if comments are shown.
    pub(super) fn comment(&mut self, text: &str) -> io::Result<()> {
        if self.lookup.show.comments {
            return self.warn(text);
        }
        Ok(())
    }

    pub(super) fn say(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "{text}")
    }
}
