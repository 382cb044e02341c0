//! The arguments and results of calls, by a list of what they are.

use crate::print::cursor::{Cursor, Stop};
use crate::print::page::Page;
use crate::print::text::{Escaped, Hex2, HexPad, Octal, put, put_bits};

/// A piece of the text of a call or a reply.
#[derive(Clone, Copy)]
pub(super) enum Item {
    /// What the next value is.
    Label(&'static str),
    /// A file: its volume, number and how often that was used.
    Fid,
    Fids,
    /// A counted text of at most so many bytes.
    Text(u32),
    /// A text of so many characters, each of four bytes.
    Wide(usize),
    Wides(usize),
    Signed,
    /// How many, and as many numbers.
    SignedList,
    Unsigned,
    Long,
    Date,
    /// The attributes that are set.
    Status,
    /// A list of who may do what.
    Rights,
    Callbacks,
    Uuid,
    /// The epoch and the counter of a replicated database.
    Version,
    /// Whether the sender is the one that may write.
    SyncSite,
    /// A kind of volume.
    Kind,
    /// Counted bytes that are not shown.
    Opaque,
    Server,
    Servers,
    Volumes,
    /// The entry of a volume; how many servers it has room for, and whether these have identifiers.
    Entry(u32, bool),
}

/// Why the text of a part ends early.
#[derive(Debug)]
pub(super) enum Ended {
    /// As that of any packet.
    By(Stop),
    /// It is too short, or too long, and the line goes on.
    Short,
}

pub(super) type Told<T = ()> = Result<T, Ended>;

/// Prints the values that `items` are.
pub(super) fn print(page: &mut Page<'_>, rest: &mut Cursor<'_>, items: &[Item]) -> Told {
    items.iter().try_for_each(|&item| value(page, rest, item))
}

fn value(page: &mut Page<'_>, rest: &mut Cursor<'_>, item: Item) -> Told {
    match item {
        Item::Label(label) => put!(page, " ", label),
        Item::Signed => put!(page, " ", rest.u32()?.cast_signed()),
        Item::Unsigned => put!(page, " ", rest.u32()?),
        Item::Long => put!(page, " ", rest.u64()?),
        Item::Date => {
            let second = rest.u32()?.cast_signed();
            put!(page, " ");
            page.local_time(second.into());
        }
        Item::Fid => {
            check(rest, 12)?;
            put!(page, " fid ", rest.u32()?, "/", rest.u32()?, "/", rest.u32()?);
        }
        Item::Server => {
            check(rest, 12)?;
            put!(page, " server ", rest.u32()?, ":", rest.u32()?, ":", rest.u32()?);
        }
        Item::Version => {
            check(rest, 8)?;
            put!(page, " ", rest.u32()?, ".", rest.u32()?);
        }
        Item::Text(most) => text(page, rest, most)?,
        Item::Wide(length) => wide(page, rest, length)?,
        Item::Fids => list(page, rest, Item::Fid, ",")?,
        Item::Servers => list(page, rest, Item::Server, ",")?,
        Item::Wides(length) => list(page, rest, Item::Wide(length), "")?,
        Item::SignedList => list(page, rest, Item::Signed, "")?,
        Item::Status => status(page, rest)?,
        Item::Rights => {
            let length = rest.u32()? as usize;
            check(rest, length)?;
            rights(page, rest.limited(length.min(1024)).bytes());
        }
        Item::Callbacks => {
            list(page, rest, Item::Fid, ",")?;
            let count = rest.u32()?;
            put!(page, if count == 0 { "" } else { ";" });
            for _ in 0..count {
                print(
                    page,
                    rest,
                    &[
                        Item::Label("ver"),
                        Item::Signed,
                        Item::Label("expires"),
                        Item::Date,
                    ],
                )?;
                rest.skip(4)?;
            }
        }
        Item::Uuid => uuid(page, rest)?,
        Item::SyncSite => put!(
            page,
            if rest.u32()? == 0 {
                " syncsite no"
            } else {
                " syncsite yes"
            }
        ),
        Item::Kind => match rest.u32()? {
            0 => put!(page, " type read-write"),
            1 => put!(page, " type read-only"),
            2 => put!(page, " type backup"),
            _ => {}
        },
        Item::Opaque => {
            let length = rest.u32()? as usize;
            check(rest, length)?;
            rest.advance(length);
        }
        Item::Volumes => {
            let count = rest.u32()?;
            for index in 0..count {
                print(
                    page,
                    rest,
                    &[
                        Item::Label("name"),
                        Item::Wide(32),
                        Item::Label("volid"),
                        Item::Unsigned,
                    ],
                )?;
                put!(page, " type", if index + 1 == count { "" } else { "," });
                rest.advance(84);
            }
            put!(page, if count == 0 { " <none!>" } else { "" });
        }
        Item::Entry(most, identified) => entry(page, rest, most, identified)?,
    }
    Ok(())
}

fn check(rest: &Cursor<'_>, count: usize) -> Told {
    rest.need(count).map_err(|_| Ended::Short)
}

fn list(page: &mut Page<'_>, rest: &mut Cursor<'_>, item: Item, separator: &str) -> Told {
    let count = rest.u32()?;
    for index in 0..count {
        value(page, rest, item)?;
        put!(page, if index + 1 == count { "" } else { separator });
    }
    put!(page, if count == 0 { " <none!>" } else { "" });
    Ok(())
}

fn text(page: &mut Page<'_>, rest: &mut Cursor<'_>, most: u32) -> Told {
    let length = rest.u32()?;
    if length > most {
        return Err(Ended::Short);
    }
    let length = length as usize;
    put!(page, " \"", Escaped(rest.limited(length).bytes()));
    check(rest, length)?;
    put!(page, "\"");
    rest.advance(length.next_multiple_of(4));
    Ok(())
}

fn wide(page: &mut Page<'_>, rest: &mut Cursor<'_>, length: usize) -> Told {
    check(rest, length * 4)?;
    put!(page, " \"");
    let characters = rest.take(length * 4)?.as_chunks::<4>().0;
    for [.., character] in characters.iter().take_while(|[.., character]| *character != 0) {
        put!(page, Escaped(&[*character]));
    }
    put!(page, "\"");
    Ok(())
}

fn status(page: &mut Page<'_>, rest: &mut Cursor<'_>) -> Told {
    const FSYNC: u32 = 1024;
    check(rest, 24)?;
    let mask = rest.u32()?;
    if mask != 0 {
        put!(page, " StoreStatus");
    }
    let date = rest.u32()?.cast_signed();
    if mask & 1 != 0 {
        put!(page, " date ");
        page.local_time(date.into());
    }
    for (bit, label) in [(2, " owner "), (4, " group ")] {
        let value = rest.u32()?;
        if mask & bit != 0 {
            put!(page, label, value);
        }
    }
    let (mode, segment) = (rest.u32()?, rest.u32()?);
    if mask & 8 != 0 {
        put!(page, " mode ", Octal(mode & 0o7777));
    }
    if mask & 16 != 0 {
        put!(page, " segsize ", segment);
    }
    if mask & FSYNC != 0 {
        put!(page, " fsync");
    }
    Ok(())
}

/// `+{who rlidwka}` of each who may do something, and `-{...}` of each who may not.
fn rights(page: &mut Page<'_>, list: &[u8]) {
    let end = list.iter().position(|&byte| byte == 0).unwrap_or(list.len());
    let mut rest = list.get(..end).unwrap_or(list);
    let (Some(granted), Some(denied)) = (number(&mut rest), number(&mut rest)) else {
        return;
    };
    for (sign, count) in [(" +{", granted), (" -{", denied)] {
        for _ in 0..count {
            rest = rest.trim_ascii_start();
            let end = rest
                .iter()
                .position(u8::is_ascii_whitespace)
                .unwrap_or(rest.len());
            let Some((who, after)) = rest.split_at_checked(end).filter(|(who, _)| !who.is_empty()) else {
                return;
            };
            rest = after;
            let Some(bits) = number(&mut rest) else { return };
            put!(page, sign, Escaped(who), " ");
            put_bits(page.out, RIGHTS, bits.cast_unsigned(), "", "");
            put!(page, "}");
        }
    }
}

/// The next number in decimal digits.
fn number(rest: &mut &[u8]) -> Option<i32> {
    *rest = rest.trim_ascii_start();
    let signs = usize::from(matches!(rest.first(), Some(b'-' | b'+')));
    let digits = rest
        .iter()
        .skip(signs)
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let (number, after) = rest.split_at_checked(signs + digits)?;
    *rest = after;
    std::str::from_utf8(number).ok()?.parse().ok()
}

fn uuid(page: &mut Page<'_>, rest: &mut Cursor<'_>) -> Told {
    check(rest, 44)?;
    put!(page, " ", HexPad(rest.u32()?.into(), 8));
    put!(page, HexPad(rest.u32()?.into(), 4), HexPad(rest.u32()?.into(), 4));
    for _ in 0..8 {
        let [.., byte] = rest.array::<4>()?;
        put!(page, Hex2(byte));
    }
    Ok(())
}

fn entry(page: &mut Page<'_>, rest: &mut Cursor<'_>, most: u32, identified: bool) -> Told {
    wide(page, rest, 65)?;
    if most == 8 {
        check(rest, 4)?;
        rest.advance(4);
    }
    let servers = rest.u32()?;
    put!(page, " numservers ", servers, " servers");
    for index in 0..most {
        check(rest, if identified { 44 } else { 4 })?;
        match (index < servers, identified) {
            (true, true) => {
                put!(page, " afsuuid");
                uuid(page, rest)?;
            }
            (true, false) => put!(page, " ", rest.ipv4()?),
            (false, _) => rest.advance(if identified { 44 } else { 4 }),
        }
    }
    let column = most as usize * 4;
    if identified {
        check(rest, column)?;
        rest.advance(column);
    }
    put!(page, " partitions");
    for index in 0..most {
        let partition = rest.u32()?;
        match partition {
            _ if index >= servers => {}
            0..=26 => put!(page, " ", char::from_u32(0x61 + partition).unwrap_or('?')),
            _ => put!(page, " ", partition),
        }
    }
    check(rest, column)?;
    rest.advance(column);
    put!(page, " rwvol ", rest.u32()?);
    put!(page, " rovol ", rest.u32()?);
    put!(page, " backup ", rest.u32()?);
    Ok(())
}

/// In the order of the command `fs`.
const RIGHTS: &[(u32, &str)] = &[
    (1, "r"),
    (8, "l"),
    (4, "i"),
    (16, "d"),
    (2, "w"),
    (32, "k"),
    (64, "a"),
];
