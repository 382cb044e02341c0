//! Which names a lookup asks for: the one that was typed, and what the search list makes of it.

use anyhow::anyhow;

use super::super::EXIT_BAD_VALUE;
use super::super::story::Reason;
use super::inquiry::Inquiry;
use crate::cli::{Exit, Failure};
use crate::proto::dns::candidates;
use crate::wire::dns::{Name, NameError, TypedName, idna_flaw};

/// The names to try, in order, and why those.
pub(super) struct Names {
    pub(super) names: Vec<Name>,
    pub(super) reason: Reason,
    /// Whether a search list was wanted, but the name has too many dots for it.
    pub(super) is_whole: bool,
}

impl Inquiry<'_> {
    /// The names of this lookup.
    ///
    /// Unlike the resolver of the C library, dig completes a name that has `ndots` dots not even when it is not found.
    pub(super) fn names(&self) -> Result<Names, Failure> {
        let text = &self.lookup.name;
        let globals = self.globals;
        let idn = self.lookup.exchange.idn.unwrap_or(self.context.terminal);
        if idn && let Some(flaw) = idna_flaw(text) {
            let error = anyhow!("'{text}' is not a legal IDNA2008 name ({flaw}), use +noidnin");
            return Err(Failure::new(Exit::FAILURE, error));
        }
        // The file is read only for those who need it.
        let wants_search = globals.search || globals.domain.is_some();
        let conf = wants_search.then(|| self.context.servers.conf().clone());
        let mut conf = conf.unwrap_or_default();
        conf.options.ndots = globals.ndots.unwrap_or(conf.options.ndots);
        let ndots = conf.options.ndots;
        let dots = text.matches('.').count();
        if let Some(domain) = &globals.domain {
            conf.search = Name::from_text(domain).into_iter().collect();
        }
        if !wants_search || dots >= ndots {
            conf.search.clear();
        }
        let typed = if idn {
            TypedName::parse_idna(text)
        } else {
            TypedName::parse(text)
        };
        let typed = typed.map_err(|problem| illegal(text, problem, !conf.search.is_empty()))?;
        let reason = match &globals.domain {
            _ if typed.absolute => Reason::Absolute,
            _ if !wants_search => Reason::Typed,
            Some(_) => Reason::Domain,
            None => Reason::Search {
                dots: typed.dots(),
                ndots,
            },
        };
        let names = if conf.search.is_empty() {
            vec![typed.name]
        } else {
            candidates(&typed, &conf)
        };
        Ok(Names {
            names,
            reason,
            is_whole: wants_search && dots >= ndots,
        })
    }
}

/// dig has two ways to say it, and two statuses.
fn illegal(text: &str, problem: NameError, completed: bool) -> Failure {
    if completed {
        let error = anyhow!("'{text}' is not in legal name syntax ({problem})");
        return Failure::new(Exit::FAILURE, error);
    }
    Failure::new(
        EXIT_BAD_VALUE,
        anyhow!("'{text}' is not a legal name ({problem})"),
    )
}
