//! Which packets are wanted.

use anyhow::{Context, Result};

use super::names::FilterNames;
use crate::capture::Frame;
use crate::filter::{self, Options, Program};
use crate::wire::LinkType;

/// A filter, compiled for each link type that comes along: a pcapng file may have several.
pub(super) struct Selection {
    expression: String,
    options: Options,
    programs: Vec<(LinkType, Program)>,
    /// Without a filter there is nothing to run.
    wants_all: bool,
    names: FilterNames,
}

impl Selection {
    /// The filter `expression`, compiled for `options.link` at once.
    ///
    /// # Errors
    /// When it is none.
    pub(super) fn new(expression: String, options: Options) -> Result<Self> {
        let mut selection = Self {
            wants_all: expression.trim_ascii().is_empty(),
            expression,
            options,
            programs: Vec::new(),
            names: FilterNames::default(),
        };
        selection.compile(options.link)?;
        Ok(selection)
    }

    /// The same filter for packets of another link type, too.
    ///
    /// # Errors
    /// When it is none for such packets.
    pub(super) fn also(&mut self, link: LinkType) -> Result<()> {
        match self.programs.iter().any(|(known, _)| *known == link) {
            true => Ok(()),
            false => self.compile(link),
        }
    }

    /// The program for the first link type.
    pub(super) fn program(&self) -> Option<&Program> {
        self.programs.first().map(|(_, program)| program)
    }

    /// Whether the packet is wanted.
    ///
    /// # Errors
    /// When its link type is new, and the filter cannot be compiled for it.
    #[inline]
    pub(super) fn wants(&mut self, frame: &Frame<'_>) -> Result<bool> {
        if self.wants_all {
            return Ok(true);
        }
        let known = self.programs.iter().find(|(link, _)| *link == frame.link);
        match known {
            Some((_, program)) => Ok(program.run(frame.bytes, frame.wire_len) != 0),
            None => {
                self.compile(frame.link)?;
                self.wants(frame)
            }
        }
    }

    fn compile(&mut self, link: LinkType) -> Result<()> {
        let options = Options { link, ..self.options };
        let program = filter::compile(&self.expression, &options, &self.names).context("filter")?;
        self.programs.push((link, program));
        Ok(())
    }
}
