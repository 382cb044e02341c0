//! Replies: understood where the call was seen.

use super::attributes::{after, around, file, put_time};
use super::{
    ACCESS, COMMIT, CREATE, FSINFO, FSSTAT, GETATTR, LINK, LOOKUP, MKDIR, MKNOD, PATHCONF, READ, READDIR,
    READDIRPLUS, READLINK, REMOVE, RENAME, RMDIR, SETATTR, SYMLINK, WRITE,
};
use super::{handle, name, put_procedure, put_stability, put_verifier};
use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::dialogues::NfsCall;
use crate::print::internet::Datagram;
use crate::print::page::Page;
use crate::print::text::{Hex, HexPad, name_of, put};

/// Prints a reply from its transaction identifier on.
pub(in crate::print::application) fn print(
    page: &mut Page<'_>,
    datagram: &Datagram,
    reply: Cursor<'_>,
) -> Shown {
    const ACCEPTED: u32 = 0;
    const DENIED: u32 = 1;
    page.enter("nfs");
    match reply.peek_u32(8)? {
        ACCEPTED => {
            put!(page, "reply ok ", reply.len());
            let (server, client) = datagram.addresses();
            let call = NfsCall {
                xid: reply.peek_u32(0)?,
                client,
                server,
            };
            let Some(&asked) = page.dialogues.nfs.get(&call) else {
                return Ok(());
            };
            let procedure = put_procedure(page, asked);
            match results(page, reply, procedure, asked.version == 3) {
                Ok(()) | Err(Ended::Silently) => Ok(()),
                Err(Ended::By(stop)) => Err(stop),
            }
        }
        DENIED => {
            put!(page, "reply ERR ", reply.len(), ": ");
            denied(page, reply)
        }
        other => {
            put!(page, "reply Unknown rpc response code=", other, " ", reply.len());
            Ok(())
        }
    }
}

fn denied(page: &mut Page<'_>, reply: Cursor<'_>) -> Shown {
    const VERSION: u32 = 0;
    const AUTHENTICATION: u32 = 1;
    match reply.peek_u32(12)? {
        VERSION => {
            let (low, high) = (reply.peek_u32(16)?, reply.peek_u32(20)?);
            put!(page, "RPC Version mismatch (", low, "-", high, ")");
        }
        AUTHENTICATION => {
            let why = reply.peek_u32(16)?;
            match name_of(AUTHENTICATION_ERRORS, why) {
                Some(text) => put!(page, "Auth ", text),
                None => put!(page, "Auth Invalid failure code ", why),
            }
        }
        other => put!(page, "Unknown reason for rejecting rpc message ", other),
    }
    Ok(())
}

/// Why the text of a reply ends early.
#[derive(Debug)]
pub(super) enum Ended {
    /// As that of any packet.
    By(Stop),
    /// Without a word: the server has said that the call failed, and few expect more.
    Silently,
}

impl From<Stop> for Ended {
    fn from(stop: Stop) -> Self {
        Self::By(stop)
    }
}

pub(super) type Told<T = ()> = Result<T, Ended>;

/// What is left of the results, and whether they are those of a failure.
pub(super) struct Reply<'a> {
    pub(super) rest: Cursor<'a>,
    failed: bool,
}

impl Reply<'_> {
    /// Ends the text unless `count` bytes were captured.
    pub(super) fn check(&self, count: usize) -> Told {
        match self.rest.need(count) {
            Err(_) if self.failed => Err(Ended::Silently),
            checked => Ok(checked?),
        }
    }

    /// The status, and what it means if it is not success. Returns whether it is.
    fn status(&mut self, page: &mut Page<'_>) -> Told<bool> {
        let status = self.rest.u32()?;
        if status == 0 {
            return Ok(true);
        }
        self.failed = true;
        if !page.quiet() {
            match name_of(STATUS, status) {
                Some(text) => put!(page, " ERROR: ", text),
                None => put!(page, " ERROR: unk ", status),
            }
        }
        Ok(false)
    }
}

fn results(page: &mut Page<'_>, message: Cursor<'_>, procedure: u32, v3: bool) -> Told {
    if name_of(super::PROCEDURES, procedure).is_none() || matches!(procedure, 0 | super::NONE) {
        return Ok(());
    }
    let mut reply = accepted(page, message)?;
    let detail = page.options.verbosity;
    match (procedure, v3) {
        (GETATTR, _) => attributes(page, &mut reply, u8::from(!page.quiet()), v3),
        (SETATTR, false) => attributes(page, &mut reply, u8::from(!page.quiet()), false),
        (READ | WRITE, false) => attributes(page, &mut reply, detail, false),
        (LOOKUP | CREATE | MKDIR, false) => {
            if reply.status(page)? {
                handle::print(page, &mut reply.rest, false)?;
                file(page, &mut reply, detail, false)?;
            }
            Ok(())
        }
        (SYMLINK | REMOVE | RMDIR | RENAME | LINK, false) => reply.status(page).map(|_| ()),
        (READDIR, false) => {
            if reply.status(page)? && !page.quiet() {
                let (offset, size) = (reply.rest.u32()?, reply.rest.u32()?);
                put!(page, " offset 0x", Hex(offset.into()), " size ", size, " ");
                put!(page, if reply.rest.u32()? == 0 { "" } else { " eof" });
            }
            Ok(())
        }
        (READLINK, _) => {
            if reply.status(page)? {
                if v3 {
                    after(page, &mut reply)?;
                }
                put!(page, " ");
                name(page, &mut reply.rest)?;
            }
            Ok(())
        }
        (FSSTAT, _) => file_system_state(page, &mut reply, v3),
        (LOOKUP, true) => looked_up(page, &mut reply),
        (CREATE | MKDIR | SYMLINK, true) | (MKNOD, _) => created(page, &mut reply),
        (SETATTR | REMOVE | RMDIR, true) => {
            reply.status(page)?;
            around(page, &mut reply)
        }
        (READDIR, true) | (READDIRPLUS, _) => directory(page, &mut reply),
        (FSINFO, _) => file_system_info(page, &mut reply),
        (PATHCONF, _) => path_configuration(page, &mut reply),
        (COMMIT, _) => {
            reply.status(page)?;
            around(page, &mut reply)?;
            if page.verbose(2) {
                put!(page, " verf ", Hex(reply.rest.u64()?));
            }
            Ok(())
        }
        (RENAME | LINK, true) => renamed(page, &mut reply, procedure == LINK),
        (ACCESS, _) => {
            let done = reply.status(page)?;
            if page.verbose(1) {
                put!(page, " attr:");
            }
            after(page, &mut reply)?;
            if done {
                put!(page, " c ", HexPad(reply.rest.u32()?.into(), 4));
            }
            Ok(())
        }
        (READ, true) => {
            let done = reply.status(page)?;
            after(page, &mut reply)?;
            if done && page.verbose(1) {
                put!(page, " ", reply.rest.u32()?, " bytes");
                put!(page, if reply.rest.u32()? == 0 { "" } else { " EOF" });
            }
            Ok(())
        }
        (WRITE, true) => written(page, &mut reply),
        _ => Ok(()),
    }
}

/// Passes over the header of an accepted reply, unless it says that the call was not understood.
fn accepted<'a>(page: &mut Page<'_>, message: Cursor<'a>) -> Told<Reply<'a>> {
    let verifier = message.peek_u32(16)? as usize;
    if verifier >= message.len() {
        return Err(Stop::Truncated.into());
    }
    let mut rest = message.after(20 + verifier.next_multiple_of(4));
    let status = rest.u32()?;
    if status != 0 {
        match name_of(ACCEPT_STATUS, status) {
            Some(text) => put!(page, " ", text),
            None => put!(page, " ar_stat ", status),
        }
        return Err(Ended::Silently);
    }
    Ok(Reply { rest, failed: false })
}

fn attributes(page: &mut Page<'_>, reply: &mut Reply<'_>, detail: u8, v3: bool) -> Told {
    if reply.status(page)? {
        file(page, reply, detail, v3)?;
    }
    Ok(())
}

fn looked_up(page: &mut Page<'_>, reply: &mut Reply<'_>) -> Told {
    if reply.status(page)? {
        handle::print(page, &mut reply.rest, true)?;
        after(page, reply)?;
    }
    if page.verbose(2) {
        put!(page, " post dattr:");
        after(page, reply)?;
    }
    Ok(())
}

fn created(page: &mut Page<'_>, reply: &mut Reply<'_>) -> Told {
    if !reply.status(page)? {
        return around(page, reply);
    }
    if reply.rest.u32()? == 0 {
        return Ok(());
    }
    handle::print(page, &mut reply.rest, true)?;
    if page.verbose(1) {
        after(page, reply)?;
    }
    if page.verbose(2) {
        put!(page, " dir attr:");
        around(page, reply)?;
    }
    Ok(())
}

fn written(page: &mut Page<'_>, reply: &mut Reply<'_>) -> Told {
    let done = reply.status(page)?;
    around(page, reply)?;
    if !done || !page.verbose(1) {
        return Ok(());
    }
    put!(page, " ", reply.rest.u32()?, " bytes");
    if page.verbose(2) {
        let how = reply.rest.u32()?;
        put!(page, " <");
        put_stability(page, how);
        put!(page, ">");
        put!(page, " verf ", Hex(reply.rest.u64()?));
    }
    Ok(())
}

fn renamed(page: &mut Page<'_>, reply: &mut Reply<'_>, link: bool) -> Told {
    reply.status(page)?;
    if !page.verbose(1) {
        return Ok(());
    }
    if link {
        put!(page, " file POST:");
        after(page, reply)?;
        put!(page, " dir:");
    } else {
        put!(page, " from:");
        around(page, reply)?;
        put!(page, " to:");
    }
    around(page, reply)
}

/// The attributes of what was asked about, behind ` POST:`. Returns whether the call has succeeded.
fn status_and_attributes(page: &mut Page<'_>, reply: &mut Reply<'_>) -> Told<bool> {
    let done = reply.status(page)?;
    if page.verbose(1) {
        put!(page, " POST:");
    }
    after(page, reply)?;
    Ok(done)
}

fn directory(page: &mut Page<'_>, reply: &mut Reply<'_>) -> Told {
    if status_and_attributes(page, reply)? && page.verbose(1) {
        put_verifier(page, reply.rest)?;
    }
    Ok(())
}

fn file_system_state(page: &mut Page<'_>, reply: &mut Reply<'_>, v3: bool) -> Told {
    let done = reply.status(page)?;
    if page.quiet() || (!v3 && !done) {
        return Ok(());
    }
    if !v3 {
        reply.check(20)?;
        for label in [" tsize ", " bsize ", " blocks ", " bfree ", " bavail "] {
            put!(page, label, reply.rest.u32()?);
        }
        return Ok(());
    }
    if page.verbose(1) {
        put!(page, " POST:");
    }
    after(page, reply)?;
    reply.check(52)?;
    for label in [" tbytes ", " fbytes ", " abytes "] {
        put!(page, label, reply.rest.u64()?);
    }
    if page.verbose(1) {
        for label in [" tfiles ", " ffiles ", " afiles "] {
            put!(page, label, reply.rest.u64()?);
        }
        put!(page, " invar ", reply.rest.u32()?);
    }
    Ok(())
}

fn file_system_info(page: &mut Page<'_>, reply: &mut Reply<'_>) -> Told {
    if !status_and_attributes(page, reply)? {
        return Ok(());
    }
    reply.check(48)?;
    let info = reply.rest;
    put!(page, " rtmax ", info.peek_u32(0)?, " rtpref ", info.peek_u32(4)?);
    put!(
        page,
        " wtmax ",
        info.peek_u32(12)?,
        " wtpref ",
        info.peek_u32(16)?
    );
    put!(page, " dtpref ", info.peek_u32(24)?);
    if page.verbose(1) {
        put!(
            page,
            " rtmult ",
            info.peek_u32(8)?,
            " wtmult ",
            info.peek_u32(20)?
        );
        put!(page, " maxfsz ", info.after(28).u64()?, " delta ");
        put_time(page, &mut info.after(36))?;
        put!(page, " ");
    }
    Ok(())
}

fn path_configuration(page: &mut Page<'_>, reply: &mut Reply<'_>) -> Told {
    if !status_and_attributes(page, reply)? {
        return Ok(());
    }
    reply.check(24)?;
    put!(
        page,
        " linkmax ",
        reply.rest.u32()?,
        " namemax ",
        reply.rest.u32()?
    );
    for name in ["notrunc", "chownres", "igncase", "keepcase"] {
        put!(page, " ", if reply.rest.u32()? == 0 { "" } else { name });
    }
    Ok(())
}

const ACCEPT_STATUS: &[(u32, &str)] = &[
    (1, "PROG_UNAVAIL"),
    (2, "PROG_MISMATCH"),
    (3, "PROC_UNAVAIL"),
    (4, "GARBAGE_ARGS"),
    (5, "SYSTEM_ERR"),
];

const AUTHENTICATION_ERRORS: &[(u32, &str)] = &[
    (0, "OK"),
    (1, "Bogus Credentials (seal broken)"),
    (2, "Rejected Credentials (client should begin new session)"),
    (3, "Bogus Verifier (seal broken)"),
    (4, "Verifier expired or was replayed"),
    (5, "Credentials are too weak"),
    (6, "Bogus response verifier"),
    (7, "Unknown failure"),
];

/// The status of a call, with the numbers and the words of the first servers, which were BSD's.
const STATUS: &[(u32, &str)] = &[
    (1, "Operation not permitted"),
    (2, "No such file or directory"),
    (5, "Input/output error"),
    (6, "Device not configured"),
    (11, "Resource deadlock avoided"),
    (12, "Cannot allocate memory"),
    (13, "Permission denied"),
    (17, "File exists"),
    (18, "Cross-device link"),
    (19, "Operation not supported by device"),
    (20, "Not a directory"),
    (21, "Is a directory"),
    (22, "Invalid argument"),
    (26, "Text file busy"),
    (27, "File too large"),
    (28, "No space left on device"),
    (30, "Read-only file system"),
    (31, "Too many links"),
    (45, "Operation not supported"),
    (62, "Too many levels of symbolic links"),
    (63, "File name too long"),
    (66, "Directory not empty"),
    (69, "Disc quota exceeded"),
    (70, "Stale NFS file handle"),
    (71, "Too many levels of remote in path"),
    (99, "Write cache flushed to disk"),
    (10001, "Illegal NFS file handle"),
    (10002, "Update synchronization mismatch"),
    (10003, "READDIR/READDIRPLUS cookie is stale"),
    (10004, "Operation not supported"),
    (10005, "Buffer or request is too small"),
    (10006, "Unspecified error on server"),
    (10007, "Object of that type not supported"),
    (10008, "Request couldn't be completed in time"),
];
