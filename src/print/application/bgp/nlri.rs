//! Network layer reachability information: the routes themselves, family by family (RFC 4760).

use super::prefix::Prefix;
use super::vpn;
use super::{Cut, Told};
use crate::print::cursor::Cursor;
use crate::print::page::Page;
use crate::print::registry::family::{IPV4, IPV6, L2VPN, NSAP, VPLS};
use crate::print::text::put;

/// How the printing of one route ended.
#[derive(Clone, Copy, Debug)]
pub(super) enum Route {
    /// It took so many bytes.
    Takes(usize),
    /// Its length cannot be.
    Illegal,
    /// There is no room for a whole one.
    Ends,
}

/// Prints the routes of an attribute whose value is `whole` bytes long; `rest` is where its routes begin.
///
/// Each route may be as long as the whole value, wherever in it it begins.
pub(super) fn print(page: &mut Page<'_>, afi: u16, safi: u8, routes: Cursor<'_>, whole: usize) -> Told {
    let mut rest = routes;
    let bits = if afi == IPV4 { 32 } else { 128 };
    let with_paths = has_paths(rest.bytes(), rest.len(), bits);
    while !rest.is_empty() {
        let route = rest.claiming(whole);
        let mut length = 0;
        let shown = match (afi, safi) {
            (IPV4, 1..=3) => with_path(page, route, with_paths, &mut length, prefix::<4>)?,
            (IPV6, 1..=3) => with_path(page, route, with_paths, &mut length, prefix::<16>)?,
            (IPV4, 4) => labeled::<4>(page, route)?,
            (IPV6, 4) => labeled::<16>(page, route)?,
            (IPV4, 5) => vpn::multicast(page, route)?,
            (IPV4, 66) => vpn::multicast_tree(page, route)?,
            (IPV4, 132) => vpn::route_target(page, route)?,
            (IPV4, _) => vpn::labeled::<4>(page, route)?,
            (IPV6, _) => vpn::labeled::<16>(page, route)?,
            (NSAP, 1..=3) => network_service(page, route)?,
            (NSAP, _) => vpn::labeled::<19>(page, route)?,
            (VPLS | L2VPN, _) => vpn::layer2(page, route)?,
            _ => Route::Ends,
        };
        match shown {
            Route::Takes(taken) => length += taken,
            Route::Illegal => put!(page, "\n\t    (illegal prefix length)"),
            Route::Ends => return Ok(()),
        }
        if length == 0 {
            return Ok(());
        }
        rest.advance(length);
    }
    Ok(())
}

/// Whether there is a printer for the routes of a family.
pub(super) fn has_printer(afi: u16, safi: u8) -> bool {
    match afi {
        IPV4 => matches!(safi, 1..=5 | 66 | 128..=130 | 132),
        IPV6 => matches!(safi, 1..=4 | 128..=130),
        NSAP => matches!(safi, 1..=3 | 128..=130),
        L2VPN => matches!(safi, 128..=130),
        VPLS => safi == 65,
        _ => false,
    }
}

/// Whether each route has the number of its path before it (RFC 7911). Only the OPEN tells for sure; this asks
/// whether the bytes make sense with numbers, and do not without.
pub(super) fn has_paths(bytes: &[u8], length: usize, longest: u8) -> bool {
    if length < 5 {
        return false;
    }
    let mut offset = 0;
    while offset < length {
        offset += 4;
        let Some(&bits) = bytes.get(offset) else { break };
        if bits > longest {
            return false;
        }
        offset += 1 + usize::from(bits.div_ceil(8));
    }
    if offset > length {
        return false;
    }
    offset = 0;
    while offset < length {
        let Some(&bits) = bytes.get(offset) else { break };
        if bits < 1 || bits > longest {
            return true;
        }
        offset += 1 + usize::from(bits.div_ceil(8));
    }
    offset > length
}

/// Writes one route on a line of its own, which is shown only if all of it could be read.
pub(super) fn line<'p, T>(page: &mut Page<'p>, write: impl FnOnce(&mut Page<'p>) -> Told<T>) -> Told<T> {
    let before = page.out.len();
    put!(page, "\n\t      ");
    let start = page.out.len();
    let told = write(page);
    let kept = match told {
        Ok(_) => start + page.within(start, LONGEST_LINE),
        Err(_) => before,
    };
    page.out.truncate(kept);
    told
}

/// Prints a prefix with the number of its path, if it has one, even if the prefix is not legal.
fn with_path(
    page: &mut Page<'_>,
    route: Cursor<'_>,
    has_path: bool,
    length: &mut usize,
    prefix: fn(&mut Page<'_>, &str, Cursor<'_>) -> Told<Route>,
) -> Told<Route> {
    let whole = route.len();
    let mut rest = route;
    let path = if has_path { Some(rest.u32()?) } else { None };
    let shown = prefix(page, "\n\t      ", rest.claiming(whole))?;
    if matches!(shown, Route::Ends) {
        return Err(Cut::Message);
    }
    let Some(path) = path else { return Ok(shown) };
    if matches!(shown, Route::Illegal) {
        // The list goes on behind the number all the same.
        put!(page, "\n\t    (illegal prefix length)   Path Id: ", path);
        return Ok(Route::Takes(3));
    }
    put!(page, "   Path Id: ", path);
    *length += 4;
    Ok(shown)
}

/// Prints a prefix after `before`.
pub(super) fn prefix<const N: usize>(page: &mut Page<'_>, before: &str, route: Cursor<'_>) -> Told<Route> {
    if route.is_empty() {
        return Ok(Route::Ends);
    }
    let mut rest = route;
    let bits = rest.u8()?;
    if bits > Prefix::<N>::LONGEST {
        return Ok(Route::Illegal);
    }
    if rest.len() < Prefix::<N>::bytes(bits) {
        return Ok(Route::Ends);
    }
    let prefix = Prefix::<N>::read(&mut rest, bits)?;
    put!(page, before);
    prefix.put(page);
    Ok(Route::Takes(1 + Prefix::<N>::bytes(bits)))
}

/// Prints a prefix with its label (RFC 8277).
fn labeled<const N: usize>(page: &mut Page<'_>, route: Cursor<'_>) -> Told<Route> {
    if !route.has(4) {
        return Err(Cut::Message);
    }
    if route.len() < 4 {
        return Ok(Route::Ends);
    }
    let mut rest = route;
    let (bits, label) = (rest.u8()?, rest.u24()?);
    let Some(bits) = bits.checked_sub(24).filter(|&bits| bits <= Prefix::<N>::LONGEST) else {
        return Ok(Route::Illegal);
    };
    if N == 4 && rest.len() < Prefix::<N>::bytes(bits) {
        return Ok(Route::Ends);
    }
    let prefix = Prefix::<N>::read(&mut rest, bits)?;
    line(page, |page| {
        prefix.put(page);
        put_label(page, label);
        Ok(Route::Takes(4 + Prefix::<N>::bytes(bits)))
    })
}

/// Prints the prefix of network service access points.
fn network_service(page: &mut Page<'_>, route: Cursor<'_>) -> Told<Route> {
    let mut rest = route;
    let bits = rest.u8()?;
    if bits > Prefix::<19>::LONGEST {
        return Ok(Route::Illegal);
    }
    // What is shown begins three bytes late, as in the peer.
    rest.skip(3)?;
    let prefix = Prefix::<19>::read(&mut rest, bits)?;
    line(page, |page| {
        prefix.put(page);
        Ok(Route::Takes(1 + Prefix::<19>::bytes(bits)))
    })
}

/// A label has 20 bits, and one that says whether it is the last.
pub(super) fn put_label(page: &mut Page<'_>, label: u32) {
    let bottom = if label & 1 == 0 {
        " (BOGUS: Bottom of Stack NOT set!)"
    } else {
        " (bottom)"
    };
    put!(page, ", label:", label >> 4, bottom);
}

/// How much of one route is shown.
pub(super) const LONGEST_LINE: usize = 163;

#[cfg(test)]
mod tests {
    use super::super::sample::attribute;
    use super::has_paths;

    #[test]
    fn path_numbers_are_told_from_prefixes() {
        assert!(has_paths(&[0, 0, 0, 1, 8, 10], 6, 32));
        assert!(!has_paths(&[24, 192, 0, 2, 24, 192, 0, 3], 8, 32));
        assert!(!has_paths(&[8, 10], 2, 32));
    }

    #[test]
    fn labels_are_told() {
        let mut value = vec![0, 1, 4, 4, 192, 0, 2, 1, 0, 48, 0x00, 0x10, 0x01, 192, 0, 2];
        assert!(attribute(1, 14, &value).ends_with("\n\t      192.0.2.0/24, label:256 (bottom)"));
        value[12] = 0;
        assert!(attribute(1, 14, &value).ends_with(", label:256 (BOGUS: Bottom of Stack NOT set!)"));
        value[9] = 23;
        assert!(attribute(1, 14, &value).ends_with("\n\t    (illegal prefix length)"));
    }
}
