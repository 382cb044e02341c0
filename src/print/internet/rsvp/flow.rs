//! What a flow needs and gets: the parameters of integrated services (RFC 2210, RFC 2215).

use super::{Told, room};
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Hex2, Significant, name_of, put};

/// Prints the services of a flow specification, of a sender's, or of an advertisement.
pub(super) fn print(page: &mut Page<'_>, indent: &'static str, mut rest: Cursor<'_>) -> Told {
    room(rest, 4)?;
    let version = rest.u8()? >> 4;
    rest.skip(1)?;
    put!(
        page,
        indent,
        "  Msg-Version: ",
        version,
        ", length: ",
        words(rest.u16()?)
    );
    while rest.len() >= 4 {
        let (service, flags, length) = (rest.u8()?, rest.u8()?, words(rest.u16()?));
        let name = name_of(SERVICES, service).unwrap_or("unknown");
        put!(
            page,
            indent,
            "  Service Type: ",
            name,
            " (",
            service,
            "), break bit "
        );
        put!(
            page,
            if flags & 0x80 == 0 { "not " } else { "" },
            "set, Service length: ",
            length
        );
        // The length is counted down past zero by parameters that are longer than it, which then end only with
        // the object.
        let mut left = length;
        while left >= 4 {
            let Some(used) = parameter(page, rest)? else {
                break;
            };
            rest.advance(used);
            left = left.wrapping_sub(used);
        }
    }
    Ok(false)
}

/// A length in words of four bytes, in bytes.
fn words(length: u16) -> usize {
    usize::from(length) * 4
}

/// Prints a parameter and returns its length, unless there is no room for it.
fn parameter(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown<Option<usize>> {
    if rest.len() < 4 {
        return Ok(None);
    }
    let (id, flags, length) = (rest.u8()?, rest.u8()?, words(rest.u16()?));
    let name = name_of(PARAMETERS, id).unwrap_or("unknown");
    put!(
        page,
        "\n\t      Parameter ID: ",
        name,
        " (",
        id,
        "), length: ",
        length
    );
    put!(page, ", Flags: [0x", Hex2(flags), "]");
    if rest.len() < length {
        return Ok(None);
    }
    match (id, length) {
        (4, 4) => put!(page, "\n\t\tIS hop count: ", rest.u32()?),
        (6, 4) => rate(page, "\n\t\tPath b/w estimate: ", &mut rest)?,
        (8, 4) => {
            put!(page, "\n\t\tMinimum path latency: ");
            match rest.u32()? {
                u32::MAX => put!(page, "don't care"),
                latency => put!(page, latency),
            }
        }
        (10, 4) => put!(page, "\n\t\tComposed MTU: ", rest.u32()?, " bytes"),
        (127, 20) => {
            rate(page, "\n\t\tToken Bucket Rate: ", &mut rest)?;
            let size = f32::from_bits(rest.u32()?);
            put!(
                page,
                "\n\t\tToken Bucket Size: ",
                Significant(size.into()),
                " bytes"
            );
            rate(page, "\n\t\tPeak Data Rate: ", &mut rest)?;
            put!(page, "\n\t\tMinimum Policed Unit: ", rest.u32()?, " bytes");
            put!(page, "\n\t\tMaximum Packet Size: ", rest.u32()?, " bytes");
        }
        (130, 8) => {
            rate(page, "\n\t\tRate: ", &mut rest)?;
            put!(page, "\n\t\tSlack Term: ", rest.u32()?);
        }
        (133..=136, 4) => put!(page, "\n\t\tValue: ", rest.u32()?),
        (4 | 6 | 8 | 10 | 127 | 130 | 133..=136, _) => {}
        _ => {
            if !page.verbose(2) {
                page.hex("\n\t\t", rest.limited(length).bytes());
            }
        }
    }
    Ok(Some(4 + length))
}

/// A rate that is told in bytes a second.
fn rate(page: &mut Page<'_>, what: &str, rest: &mut Cursor<'_>) -> Shown {
    let rate = f32::from_bits(rest.u32()?) / 125_000.0;
    put!(page, what, Significant(rate.into()), " Mbps");
    Ok(())
}

const SERVICES: &[(u8, &str)] = &[
    (1, "Default/Global Information"),
    (2, "Guaranteed Service"),
    (5, "Controlled Load"),
];

const PARAMETERS: &[(u8, &str)] = &[
    (4, "IS hop cnt"),
    (6, "Path b/w estimate"),
    (8, "Minimum path latency"),
    (10, "Composed MTU"),
    (127, "Token Bucket TSpec"),
    (130, "Guaranteed Service RSpec"),
    (133, "End-to-end composed value for C"),
    (134, "End-to-end composed value for D"),
    (135, "Since-last-reshaping point composed C"),
    (136, "Since-last-reshaping point composed D"),
];

#[cfg(test)]
mod tests {
    use super::super::sample::told;

    #[test]
    fn a_sender_tells_its_token_bucket() {
        let mut body = vec![0, 0, 0, 7, 1, 0, 0, 6, 127, 0, 0, 5];
        for value in [125_000_f32, 1000.0, f32::INFINITY] {
            body.extend(value.to_bits().to_be_bytes());
        }
        body.extend([0, 0, 0, 20, 0, 0, 5, 220]);
        assert_eq!(
            told(12, 2, &body),
            "IntServ (2), length: 36\n\t    Msg-Version: 0, length: 28\
             \n\t    Service Type: Default/Global Information (1), break bit not set, Service length: 24\
             \n\t      Parameter ID: Token Bucket TSpec (127), length: 20, Flags: [0x00]\
             \n\t\tToken Bucket Rate: 1 Mbps\n\t\tToken Bucket Size: 1000 bytes\n\t\tPeak Data Rate: inf Mbps\
             \n\t\tMinimum Policed Unit: 20 bytes\n\t\tMaximum Packet Size: 1500 bytes"
        );
    }

    #[test]
    fn a_service_shorter_than_its_parameter_goes_on_to_the_end() {
        let body = [
            0x10, 0, 0, 0, 2, 0x80, 0, 1, 8, 0, 0, 1, 255, 255, 255, 255, 133, 0, 0, 1, 0, 0, 0, 9,
        ];
        let text = told(13, 2, &body);
        assert!(text.contains("break bit set, Service length: 4"));
        assert!(text.contains("Minimum path latency: don't care"));
        assert!(text.ends_with("\n\t\tValue: 9"));
    }
}
