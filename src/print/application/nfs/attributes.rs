//! What is known of a file: its attributes as replies have them, and those that calls set.

use super::reply::{Ended, Reply, Told};
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Hex, Octal, Zeros, name_of, put};

/// The attributes that a call of version 3 sets (RFC 1813, `sattr3`).
#[derive(Clone, Copy)]
pub(super) struct Settable {
    mode: Option<u32>,
    user: Option<u32>,
    group: Option<u32>,
    accessed: Option<(u32, u32)>,
    modified: Option<(u32, u32)>,
}

impl Settable {
    /// Reads them.
    pub(super) fn read(rest: &mut Cursor<'_>) -> Shown<Self> {
        let mode = optional(rest)?;
        let user = optional(rest)?;
        let group = optional(rest)?;
        // The size is one word here as it is with tcpdump, though it is two on the wire.
        optional(rest)?;
        Ok(Self {
            mode,
            user,
            group,
            accessed: time_of_client(rest)?,
            modified: time_of_client(rest)?,
        })
    }

    /// Prints them.
    pub(super) fn print(self, page: &mut Page<'_>) {
        if let Some(mode) = self.mode {
            put!(page, " mode ", Octal(mode));
        }
        if let Some(user) = self.user {
            put!(page, " uid ", user);
        }
        if let Some(group) = self.group {
            put!(page, " gid ", group);
        }
        for (label, time) in [(" atime ", self.accessed), (" mtime ", self.modified)] {
            if let Some((seconds, nanos)) = time.filter(|_| page.verbose(2)) {
                put!(page, label, seconds, ".", Zeros(nanos.into(), 6));
            }
        }
    }
}

fn optional(rest: &mut Cursor<'_>) -> Shown<Option<u32>> {
    Ok(if rest.u32()? == 0 { None } else { Some(rest.u32()?) })
}

fn time_of_client(rest: &mut Cursor<'_>) -> Shown<Option<(u32, u32)>> {
    const SET_TO_CLIENT_TIME: u32 = 2;
    Ok(if rest.u32()? == SET_TO_CLIENT_TIME {
        Some((rest.u32()?, rest.u32()?))
    } else {
        None
    })
}

/// The attributes of a file, with `detail` of 0 (nothing is shown), 1 or 2.
pub(super) fn file(page: &mut Page<'_>, reply: &mut Reply<'_>, detail: u8, v3: bool) -> Told {
    let length = if v3 { 84 } else { 68 };
    let whole = reply.rest;
    reply.check(20)?;
    if detail > 0 {
        put!(page, " ");
        match name_of(KINDS, whole.peek_u32(0)?) {
            Some(name) => put!(page, name),
            None => put!(page, "unk-ft ", whole.peek_u32(0)?, " "),
        }
        put!(page, " ", Octal(whole.peek_u32(4)?));
        // Nobody is -2, and shown as such.
        let (user, group) = (
            whole.peek_u32(12)?.cast_signed(),
            whole.peek_u32(16)?.cast_signed(),
        );
        put!(page, " ids ", user, "/", group);
        if v3 {
            put!(page, " sz ", whole.after(20).u64()?);
        } else {
            put!(page, " sz ", whole.peek_u32(20)?);
        }
    }
    if detail > 1 {
        reply.check(length)?;
        put!(page, " nlink ", whole.peek_u32(8)?, " rdev ");
        if v3 {
            put!(page, whole.peek_u32(36)?, "/", whole.peek_u32(40)?);
            put!(page, " fsid ", Hex(whole.after(44).u64()?));
            put!(page, " fileid ", Hex(whole.after(52).u64()?));
        } else {
            put!(page, "0x", Hex(whole.peek_u32(28)?.into()));
            put!(page, " fsid 0x", Hex(whole.peek_u32(36)?.into()));
            put!(page, " nodeid 0x", Hex(whole.peek_u32(40)?.into()));
        }
        put!(page, " a/m/ctime");
        let mut times = whole.after(if v3 { 60 } else { 44 });
        for _ in 0..3 {
            put!(page, " ");
            put_time(page, &mut times)?;
        }
    }
    reply.rest.advance(length);
    Ok(())
}

/// The attributes after an operation, if they are told; shown under `-v`.
pub(super) fn after(page: &mut Page<'_>, reply: &mut Reply<'_>) -> Told {
    if reply.rest.u32()? == 0 {
        return Ok(());
    }
    if page.verbose(1) {
        return file(page, reply, page.options.verbosity, true);
    }
    reply.rest.advance(84);
    Ok(())
}

/// Those before and after it (`wcc_data`, weak cache consistency).
pub(super) fn around(page: &mut Page<'_>, reply: &mut Reply<'_>) -> Told {
    if page.verbose(2) {
        put!(page, " PRE:");
    }
    if reply.rest.u32()? != 0 {
        reply.check(24)?;
        let mut before = reply.rest;
        if page.verbose(2) {
            put!(page, " sz ", before.u64()?, " mtime ");
            put_time(page, &mut before)?;
            put!(page, " ctime ");
            put_time(page, &mut before)?;
        }
        reply.rest.advance(24);
    }
    if page.verbose(1) {
        put!(page, " POST:");
    }
    after(page, reply)
}

/// Seconds, and the rest in at least six digits.
pub(super) fn put_time(page: &mut Page<'_>, rest: &mut Cursor<'_>) -> Result<(), Ended> {
    put!(page, rest.u32()?, ".", Zeros(rest.u32()?.into(), 6));
    Ok(())
}

pub(super) const BLOCK_DEVICE: u32 = 3;
pub(super) const CHARACTER_DEVICE: u32 = 4;
pub(super) const KINDS: &[(u32, &str)] = &[
    (0, "NON"),
    (1, "REG"),
    (2, "DIR"),
    (BLOCK_DEVICE, "BLK"),
    (CHARACTER_DEVICE, "CHR"),
    (5, "LNK"),
    (7, "FIFO"),
];
