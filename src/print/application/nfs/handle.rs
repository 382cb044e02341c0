//! File handles: opaque to all but the server that made them, yet the systems are known by how theirs look.

use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Escaped, Hex, Put, put};

/// Prints a handle: the file system and the number of the file in it, if the server's system is recognised.
pub(super) fn print(page: &mut Page<'_>, rest: &mut Cursor<'_>, v3: bool) -> Shown {
    const VERSION_2: usize = 32;
    let length = if v3 {
        rest.u32()? as usize / 4 * 4
    } else {
        VERSION_2
    };
    let handle = rest.take(length)?;
    if page.options.undecoded_handles {
        put!(page, " fh[");
        for (index, word) in handle.as_chunks::<4>().0.iter().enumerate() {
            put!(page, if index == 0 { "" } else { ":" });
            put!(page, Hex(u32::from_be_bytes(*word).into()));
        }
        put!(page, "]");
        return Ok(());
    }
    match Found::of(handle) {
        Some(Found::File { major, minor, number }) => put!(page, " fh ", major, ",", minor, "/", number),
        Some(Found::Named { device, number }) => {
            put!(page, " fh ");
            put_name(page, device, handle.len());
            put!(page, "/", number);
        }
        None => {
            put!(page, " fh ");
            put_name(page, b"Unknown", handle.len());
            put!(page, "/", Upper(handle.get(..32).unwrap_or(handle)));
        }
    }
    Ok(())
}

/// A name up to its first blank; tcpdump takes no more of it than the handle has words.
fn put_name(page: &mut Page<'_>, name: &[u8], handle: usize) {
    let name = name.get(..handle / 4).unwrap_or(name);
    let end = name.iter().position(|&byte| byte == b' ' || byte == 0);
    put!(page, Escaped(end.and_then(|end| name.get(..end)).unwrap_or(name)));
}

/// What a handle tells of a file.
enum Found<'a> {
    /// The number of its device and its own.
    File { major: u32, minor: u32, number: u32 },
    /// The name of its device and its own number.
    Named { device: &'a [u8], number: u32 },
}

impl<'a> Found<'a> {
    /// What can be guessed from a handle of at least sixteen bytes.
    fn of(handle: &'a [u8]) -> Option<Self> {
        let head = handle.first_chunk::<16>()?;
        let [a, b, c, d, e, f, g, h, i, j, .., m, n, o, p] = *head;
        let big = u32::from_be_bytes([m, n, o, p]);
        let little = u32::from_le_bytes([m, n, o, p]);
        let file = |major: u32, minor: u32, number| Some(Self::File { major, minor, number });
        let osf = || {
            let device = u32::from_le_bytes([a, b, c, d]);
            file(device >> 20, device & 0xf_ffff, little)
        };
        let solaris = || {
            let minor = u32::from_be_bytes([0, b, c, d]) & 0x3_ffff;
            file(u32::from(u16::from_be_bytes([a, b]) >> 2), minor, big)
        };
        match ([a, b], [c, d]) {
            // Auspex.
            ([0, 0], [0, 0]) => file(g.into(), h.into(), big),
            ([0, 0], _) if e != 0 && f == 0 && [i, j] == [12, 0] => osf(),
            // IRIX 4: a length where others have a kind of file system.
            ([0, 0], _) if [e, f, g, h] == [0, 8, 0, 0] => {
                let [_, _, _, _, _, _, _, _, number @ ..] = *head;
                let number = number.first_chunk().copied().map(u32::from_be_bytes)?;
                file(c.into(), d.into(), number)
            }
            // SunOS 4.
            ([0, 0], _) => file(c.into(), d.into(), big),
            // 4.4BSD.
            (_, [0, 0]) if [g, h] == [0, 0] => file(b.into(), a.into(), little),
            // Ultrix.
            (_, [0, 0]) if handle.get(21) == Some(&0) && handle.get(23) == Some(&0) => {
                file(b.into(), a.into(), u32::from_le_bytes([e, f, g, h]))
            }
            (_, [0, 0]) if j == 10 => solaris(),
            (_, [0, 0]) => None,
            _ if [i, j] == [12, 0] => osf(),
            // HP-UX 9.
            _ if [i, j] == [0, 10] && [e, f, g, h] == [0; 4] => {
                file(a.into(), u32::from_be_bytes([0, b, c, d]), big)
            }
            _ if [i, j] == [0, 10] => solaris(),
            _ => Self::vms(handle),
        }
    }

    /// The handles of UCX on VMS: a byte, the name of the device up to zeros, and a file identifier.
    fn vms(handle: &'a [u8]) -> Option<Self> {
        let name = handle.get(1..14)?;
        let text = name.iter().position(|&byte| byte == 0).unwrap_or(name.len());
        let (text, zeros) = name.split_at_checked(text)?;
        let is_text = text.iter().all(|byte| (0x20..0x7f).contains(byte));
        let &[low, next, _, _, high, middle, ..] = handle.get(22..)? else {
            return None;
        };
        (is_text && zeros.iter().all(|&byte| byte == 0)).then_some(Self::Named {
            device: handle.get(1..)?,
            number: u32::from_be_bytes([high, middle, next, low]),
        })
    }
}

/// Bytes as upper-case hexadecimal digits.
struct Upper<'a>(&'a [u8]);

impl Put for Upper<'_> {
    fn put(self, out: &mut Vec<u8>) {
        let start = out.len();
        crate::print::text::HexRun(self.0).put(out);
        if let Some(digits) = out.get_mut(start..) {
            digits.make_ascii_uppercase();
        }
    }
}
