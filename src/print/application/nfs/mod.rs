//! The network file system, versions 2 (RFC 1094) and 3 (RFC 1813): its calls, and the replies to those seen.

mod attributes;
mod handle;
mod reply;

use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::dialogues::{NfsCall, NfsProcedure};
use crate::print::internet::Datagram;
use crate::print::page::Page;
use crate::print::text::{Escaped, HexPad, name_of, put, put_bits};
use attributes::Settable;
pub(super) use reply::print as reply;

/// Prints a call from its transaction identifier on, and remembers what it asked.
pub(super) fn call(page: &mut Page<'_>, datagram: &Datagram, call: Cursor<'_>) -> Shown {
    page.enter("nfs");
    put!(page, call.len());
    let (version, number) = (call.peek_u32(16)?, call.peek_u32(20)?);
    let (client, server) = datagram.addresses();
    let asked = NfsProcedure { version, number };
    page.dialogues.nfs.insert(
        NfsCall {
            xid: call.peek_u32(0)?,
            client,
            server,
        },
        asked,
    );
    let procedure = put_procedure(page, asked);
    let v3 = version == 3;
    match procedure {
        GETATTR | SETATTR | READLINK | FSSTAT | FSINFO | PATHCONF => {
            let mut rest = arguments(page, call)?;
            handle::print(page, &mut rest, v3)
        }
        LOOKUP | CREATE | MKDIR | REMOVE | RMDIR => {
            let mut rest = arguments(page, call)?;
            named(page, &mut rest, v3)
        }
        LINK | RENAME | READ | WRITE | ACCESS | SYMLINK | MKNOD | READDIR | READDIRPLUS | COMMIT => {
            let mut rest = arguments(page, call)?;
            details(page, procedure, &mut rest, v3)
        }
        _ => Ok(()),
    }
}

fn details(page: &mut Page<'_>, procedure: u32, rest: &mut Cursor<'_>, v3: bool) -> Shown {
    match procedure {
        SYMLINK => return symlink(page, rest, v3),
        MKNOD => return make_node(page, rest, v3),
        RENAME => {
            named(page, rest, v3)?;
            put!(page, " ->");
            return named(page, rest, v3);
        }
        _ => handle::print(page, rest, v3)?,
    }
    match procedure {
        LINK => {
            put!(page, " ->");
            named(page, rest, v3)?;
        }
        ACCESS => access(page, rest.u32()?),
        READ if !v3 => put!(page, " ", rest.peek_u32(4)?, " bytes @ ", rest.peek_u32(0)?),
        WRITE if v3 => {
            put!(page, " ", rest.peek_u32(16)?, " (", rest.peek_u32(8)?);
            put!(page, ") bytes @ ", rest.after(0).u64()?);
            if page.verbose(1) {
                put!(page, " <");
                put_stability(page, rest.peek_u32(12)?);
                put!(page, ">");
            }
        }
        WRITE => {
            let (begin, offset, total, count) = (rest.u32()?, rest.u32()?, rest.u32()?, rest.u32()?);
            put!(
                page,
                " ",
                count,
                " (",
                total,
                ") bytes @ ",
                offset,
                " (",
                begin,
                ")"
            );
        }
        READDIR if !v3 => put!(page, " ", rest.peek_u32(4)?, " bytes @ ", rest.peek_u32(0)?),
        READDIR | READDIRPLUS => {
            // The cookie of a place in a directory is opaque; -1 and the like are common.
            let cookie = rest.after(0).u64()?.cast_signed();
            put!(page, " ", rest.peek_u32(16)?, " bytes @ ", cookie);
            if page.verbose(1) {
                if procedure == READDIRPLUS {
                    put!(page, " max ", rest.peek_u32(20)?);
                }
                put_verifier(page, rest.after(8))?;
            }
        }
        _ => put!(page, " ", rest.peek_u32(8)?, " bytes @ ", rest.after(0).u64()?),
    }
    Ok(())
}

fn symlink(page: &mut Page<'_>, rest: &mut Cursor<'_>, v3: bool) -> Shown {
    named(page, rest, v3)?;
    put!(page, " ->");
    let attributes = if v3 { Some(Settable::read(rest)?) } else { None };
    name(page, rest)?;
    if let Some(attributes) = attributes.filter(|_| page.verbose(1)) {
        attributes.print(page);
    }
    Ok(())
}

fn make_node(page: &mut Page<'_>, rest: &mut Cursor<'_>, v3: bool) -> Shown {
    named(page, rest, v3)?;
    let kind = rest.u32()?;
    let attributes = Settable::read(rest)?;
    put!(page, " ");
    match name_of(attributes::KINDS, kind) {
        Some(name) => put!(page, name),
        None => put!(page, "unk-ft ", kind),
    }
    if !page.verbose(1) {
        return Ok(());
    }
    if matches!(kind, attributes::BLOCK_DEVICE | attributes::CHARACTER_DEVICE) {
        put!(page, " ", rest.u32()?, "/", rest.u32()?);
    }
    attributes.print(page);
    Ok(())
}

fn access(page: &mut Page<'_>, wanted: u32) {
    const FULL: u32 = 0x3f;
    put!(page, " ");
    match wanted {
        FULL => put!(page, "NFS_ACCESS_FULL"),
        0 => {
            page.out.pop();
        }
        1..FULL => put_bits(page.out, ACCESS_BITS, wanted, "|", ""),
        _ => put!(page, HexPad(wanted.into(), 4)),
    }
}

/// What is behind the header of a call: its arguments, if there are any.
fn arguments<'a>(page: &mut Page<'_>, call: Cursor<'a>) -> Shown<Cursor<'a>> {
    // The lengths are held against that of the whole call.
    let mut left = call.len();
    let mut rest = call.after(24);
    for (who, last) in [("credentials", false), ("verifier", true)] {
        if left < 8 {
            return Err(Stop::Truncated);
        }
        let length = rest.peek_u32(4)? as usize;
        if length > left {
            put!(page, " [", who, " length ", length, " > ", left, "]");
            page.invalid();
            return Err(Stop::Truncated);
        }
        let whole = 8 + length.next_multiple_of(4);
        rest.need(whole)?;
        if whole > left || (last && whole == left) {
            return Err(Stop::Truncated);
        }
        rest.advance(whole);
        left -= whole;
    }
    Ok(rest)
}

/// A directory's handle and a name in it.
fn named(page: &mut Page<'_>, rest: &mut Cursor<'_>, v3: bool) -> Shown {
    handle::print(page, rest, v3)?;
    put!(page, " ");
    name(page, rest)
}

/// A name, in double quotes.
fn name(page: &mut Page<'_>, rest: &mut Cursor<'_>) -> Shown {
    let length = rest.u32()?;
    if length > u32::MAX - 3 {
        put!(page, "[cannot pad to 32-bit boundaries]");
        page.invalid();
        return Err(Stop::Truncated);
    }
    let padded = rest.take(length.next_multiple_of(4) as usize)?;
    let bytes = padded.get(..length as usize).unwrap_or(padded);
    put!(page, "\"", Escaped(bytes), "\"");
    Ok(())
}

/// The name of a procedure. Returns its number in version 3.
fn put_procedure(page: &mut Page<'_>, asked: NfsProcedure) -> u32 {
    let number = match VERSION_2.get(asked.number as usize) {
        Some(&number) if asked.version != 3 => number,
        _ => asked.number,
    };
    match name_of(PROCEDURES, number) {
        Some(name) => put!(page, " ", name),
        None => put!(page, " proc-", number),
    }
    number
}

/// How lasting a write is.
fn put_stability(page: &mut Page<'_>, how: u32) {
    match name_of(&[(0, "unstable"), (1, "datasync"), (2, "filesync")], how) {
        Some(name) => put!(page, name),
        None => put!(page, "#", how.cast_signed()),
    }
}

fn put_verifier(page: &mut Page<'_>, mut verifier: Cursor<'_>) -> Shown {
    put!(page, " verf ", HexPad(verifier.u64()?, 16));
    Ok(())
}

const GETATTR: u32 = 1;
const SETATTR: u32 = 2;
const LOOKUP: u32 = 3;
const ACCESS: u32 = 4;
const READLINK: u32 = 5;
const READ: u32 = 6;
const WRITE: u32 = 7;
const CREATE: u32 = 8;
const MKDIR: u32 = 9;
const SYMLINK: u32 = 10;
const MKNOD: u32 = 11;
const REMOVE: u32 = 12;
const RMDIR: u32 = 13;
const RENAME: u32 = 14;
const LINK: u32 = 15;
const READDIR: u32 = 16;
const READDIRPLUS: u32 = 17;
const FSSTAT: u32 = 18;
const FSINFO: u32 = 19;
const PATHCONF: u32 = 20;
const COMMIT: u32 = 21;
/// No procedure of version 3.
const NONE: u32 = 25;

const PROCEDURES: &[(u32, &str)] = &[
    (0, "null"),
    (GETATTR, "getattr"),
    (SETATTR, "setattr"),
    (LOOKUP, "lookup"),
    (ACCESS, "access"),
    (READLINK, "readlink"),
    (READ, "read"),
    (WRITE, "write"),
    (CREATE, "create"),
    (MKDIR, "mkdir"),
    (SYMLINK, "symlink"),
    (MKNOD, "mknod"),
    (REMOVE, "remove"),
    (RMDIR, "rmdir"),
    (RENAME, "rename"),
    (LINK, "link"),
    (READDIR, "readdir"),
    (READDIRPLUS, "readdirplus"),
    (FSSTAT, "fsstat"),
    (FSINFO, "fsinfo"),
    (PATHCONF, "pathconf"),
    (COMMIT, "commit"),
    (NONE, "nop"),
];

/// What the procedures of version 2 are in version 3.
#[rustfmt::skip]
const VERSION_2: [u32; 26] = [
    0, GETATTR, SETATTR, NONE, LOOKUP, READLINK, READ, NONE, WRITE, CREATE, REMOVE, RENAME, LINK, SYMLINK, MKDIR,
    RMDIR, READDIR, FSSTAT, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE,
];

const ACCESS_BITS: &[(u32, &str)] = &[
    (0x01, "NFS_ACCESS_READ"),
    (0x02, "NFS_ACCESS_LOOKUP"),
    (0x04, "NFS_ACCESS_MODIFY"),
    (0x08, "NFS_ACCESS_EXTEND"),
    (0x10, "NFS_ACCESS_DELETE"),
    (0x20, "NFS_ACCESS_EXECUTE"),
];

#[cfg(test)]
mod tests {
    use super::super::rpc::tests::words;
    use crate::print::Options;
    use crate::print::sample::{options, texts, udp, verbose};
    use crate::wire::LinkType;

    const RAW: LinkType = LinkType::RAW;

    /// A call of version 3 about the file 7 of a 4.4BSD system.
    fn call(procedure: u32, arguments: &[u32]) -> Vec<u8> {
        let head = [
            5,
            0,
            2,
            100_003,
            3,
            procedure,
            0,
            0,
            0,
            0,
            16,
            0x0102_0000,
            0,
            0,
            0x0700_0000,
        ];
        udp(1000, 2049, &words(&[&head, arguments].concat()))
    }

    #[test]
    fn calls_tell_their_file_and_what_is_to_be_done() {
        let shown = |packet: &[u8], v| verbose(v, RAW, packet);
        let read = shown(&call(6, &[0, 512, 100]), 0);
        assert!(
            read.ends_with(".2049: NFS request xid 5 72 read fh 2,1/7 100 bytes @ 512"),
            "{read}"
        );
        let write = shown(&call(7, &[0, 512, 100, 2, 90]), 1);
        assert!(
            write.ends_with(" write fh 2,1/7 90 (100) bytes @ 512 <filesync>"),
            "{write}"
        );
        let lookup = shown(&call(3, &[2, 0x6162_0000]), 0);
        assert!(lookup.ends_with(" lookup fh 2,1/7 \"ab\""), "{lookup}");
        let access = shown(&call(4, &[5]), 0);
        assert!(
            access.ends_with(" access fh 2,1/7 NFS_ACCESS_READ|NFS_ACCESS_MODIFY"),
            "{access}"
        );
        assert!(shown(&call(4, &[0]), 0).ends_with(" access fh 2,1/7"));
        let bare = Options {
            undecoded_handles: true,
            ..options(0)
        };
        let text = texts(&bare, RAW, &[&call(1, &[])]).remove(0);
        assert!(text.ends_with(" getattr fh[1020000:0:0:7000000]"), "{text}");
    }

    #[test]
    fn a_reply_is_understood_by_its_call() {
        let back = |results: &[u32]| {
            let mut packet = udp(2049, 1000, &words(&[&[5, 1, 0, 0, 0, 0], results].concat()));
            packet[12..20].copy_from_slice(&[192, 0, 2, 2, 192, 0, 2, 1]);
            packet
        };
        let told = |results: &[u32]| texts(&options(0), RAW, &[&call(1, &[]), &back(results)]).remove(1);
        let attributes = [
            0,
            2,
            0o755,
            1,
            0,
            u32::MAX - 1,
            0,
            4096,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
        ];
        let text = told(&attributes);
        assert!(
            text.ends_with(" reply ok 112 getattr DIR 755 ids 0/-2 sz 4096"),
            "{text}"
        );
        assert!(told(&[70]).ends_with(" reply ok 28 getattr ERROR: Stale NFS file handle"));
        let unasked = verbose(0, RAW, &back(&attributes));
        assert!(unasked.ends_with(": NFS reply xid 5 reply ok 112"), "{unasked}");
    }

    #[test]
    fn every_cut_is_told() {
        // Up to its direction a message is none of NFS.
        let packet = call(17, &[0, 1, 2, 3, 512, 4096]);
        for length in 36..packet.len() {
            let mut cut = packet[..length].to_vec();
            cut[2..4].copy_from_slice(&u16::try_from(length).unwrap().to_be_bytes());
            assert!(verbose(3, RAW, &cut).ends_with(" [|nfs]"), "{length}");
        }
    }
}
