//! Layouts: which fields a message has, in their order, and the text around them.
//!
//! A layout is shown from one place of a message to another. What it does not reach is dumped; a field that is not
//! there ends it, and so does one that was not captured.

use super::area::Area;
use super::dump;
use super::item::{self, Item};
use crate::print::cursor::Shown;
use crate::print::page::Page;
use crate::print::text::{Label, put};

/// The fields of a part of a message.
pub(super) type Layout = &'static [Step];

/// A step through a layout.
#[derive(Clone, Copy)]
pub(super) enum Step {
    /// A text of ours.
    Say(&'static str),
    /// A field with its label, and the end of the line.
    Line(&'static str, Item),
    /// A field with its label, after which the line goes on, or which ends it itself.
    Field(&'static str, Item),
    /// What follows is left out where nothing is left.
    IfMore,
    /// What follows is there until nothing is left.
    Repeat,
    /// What is left is not shown.
    Stop,
}

/// Shows what is from `from` up to `end`. Returns where it came to, or none if a field was cut off, which was told.
pub(super) fn show(
    page: &mut Page<'_>,
    area: &mut Area<'_>,
    layout: Layout,
    from: usize,
    end: usize,
) -> Shown<Option<usize>> {
    Ok(match steps(page, area, layout, from, end)? {
        Reached::Bottom(at) if at < end => {
            put!(page, "Data: (", end - at, " bytes)\n");
            dump::print(page, area.at(at), end - at)?;
            Some(end)
        }
        Reached::Bottom(at) | Reached::End(at) => Some(at),
        Reached::Cut => None,
    })
}

/// How far the steps went.
enum Reached {
    /// Through the whole layout.
    Bottom(usize),
    /// To the end of the data, or to where the layout stops.
    End(usize),
    /// To a field that was not captured.
    Cut,
}

fn steps(
    page: &mut Page<'_>,
    area: &mut Area<'_>,
    layout: Layout,
    from: usize,
    end: usize,
) -> Shown<Reached> {
    let mut at = from;
    let mut rest = layout;
    while let Some((step, following)) = rest.split_first() {
        rest = following;
        match *step {
            Step::Say(text) => put!(page, Label(text)),
            Step::Line(label, item) | Step::Field(label, item) => {
                put!(page, Label(label));
                if at >= end {
                    return Ok(Reached::End(at));
                }
                let shown = item::show(page, area, item, at, end)?;
                let ends_line = matches!(step, Step::Line(..));
                let breaks_line = matches!(rest.first(), Some(Step::Say(text)) if text.starts_with('\n'));
                if ends_line || shown.is_none() && breaks_line {
                    put!(page, "\n");
                }
                match shown {
                    Some(next) => at = next,
                    None => return Ok(Reached::Cut),
                }
            }
            Step::IfMore if at >= end => return Ok(Reached::End(at)),
            Step::IfMore => {}
            Step::Stop => return Ok(Reached::End(at)),
            Step::Repeat => return repeat(page, area, rest, at, end),
        }
    }
    Ok(Reached::Bottom(at))
}

/// Each round takes at least one byte, or is the last.
fn repeat(
    page: &mut Page<'_>,
    area: &mut Area<'_>,
    layout: Layout,
    from: usize,
    end: usize,
) -> Shown<Reached> {
    let mut at = from;
    while at < end {
        match steps(page, area, layout, at, end)? {
            Reached::Bottom(next) | Reached::End(next) if next > at => at = next,
            Reached::Bottom(_) | Reached::End(_) => break,
            Reached::Cut => return Ok(Reached::Cut),
        }
    }
    Ok(Reached::End(at))
}
