//! The options of DHCP for IPv6 (RFC 8415 section 21 and its successors).

use super::{dhcp6, dns};
use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{Escaped, Hex2, Hex4, HexPad, HexRun, Named, name_of, put};

/// Prints the options that fill `bytes`, each in parentheses.
pub(super) fn print(page: &mut Page<'_>, bytes: &[u8]) -> Shown {
    let mut rest = Cursor::new(bytes, bytes.len());
    while !rest.is_empty() {
        let (Ok(kind), Ok(length)) = (rest.peek_u16(0), rest.peek_u16(2)) else {
            page.truncated();
            return Ok(());
        };
        rest.advance(4);
        if !rest.has(length.into()) {
            page.truncated();
            return Ok(());
        }
        let body = rest.sub(length.into());
        page.item("options", |page| {
            page.field("code", kind);
            put!(page, " (");
            page.one("name", |page| put_name(page, kind));
            page.field("length", length);
            match print_body(page, kind, body) {
                Ok(()) => {}
                // All of the option is here, so it is the option that is too short for what it should hold.
                Err(Stop::Truncated | Stop::Invalid) => put!(page, " ?"),
            }
        });
        // The parenthesis behind a relayed message is that of the message, as tcpdump has it.
        if kind != RELAY_MESSAGE {
            put!(page, ")");
        }
    }
    Ok(())
}

fn put_name(page: &mut Page<'_>, kind: u16) {
    match name_of(NAMES, kind) {
        Some(name) => put!(page, name),
        None => put!(page, "opt_", kind),
    }
}

/// Prints what is in an option. It stops if the option is too short, before anything that is not there.
fn print_body(page: &mut Page<'_>, kind: u16, body: Cursor<'_>) -> Shown {
    let mut rest = body;
    match kind {
        CLIENT_ID | SERVER_ID => unique_id(page, body)?,
        IA_NA | IA_PD => {
            let (id, renew, rebind) = (rest.u32()?, rest.u32()?, rest.u32()?);
            put!(page, " IAID:", id, " T1:", renew, " T2:", rebind);
            nested(page, rest)?;
        }
        IA_TA => {
            put!(page, " IAID:", rest.u32()?);
            nested(page, rest)?;
        }
        IA_ADDRESS => {
            let (address, preferred, valid) = (rest.ipv6()?, rest.u32()?, rest.u32()?);
            put!(
                page,
                " ",
                Named("address", address),
                " pltime:",
                preferred,
                " vltime:",
                valid
            );
            nested(page, rest)?;
        }
        IA_PREFIX => {
            let (preferred, valid) = (rest.u32()?, rest.u32()?);
            let (length, prefix) = (rest.u8()?, rest.ipv6()?);
            put!(
                page,
                " ",
                Named("prefix", prefix),
                "/",
                Named("prefix_length", length)
            );
            put!(page, " pltime:", preferred, " vltime:", valid);
            nested(page, rest)?;
        }
        OPTION_REQUEST | ECHO_REQUEST => {
            multiple_of(body, 2)?;
            while let Ok(requested) = rest.u16() {
                put!(page, " ");
                page.one("requested", |page| put_name(page, requested));
            }
        }
        PREFERENCE => {
            exactly(body, 1)?;
            put!(page, " ", rest.u8()?);
        }
        ELAPSED_TIME => {
            exactly(body, 2)?;
            put!(page, " ", rest.u16()?);
        }
        LIFETIME | CLIENT_TIME => {
            exactly(body, 4)?;
            put!(page, " ", rest.u32()?);
        }
        RELAY_MESSAGE => {
            put!(page, " (");
            let shown = page.deeper(|page| dhcp6::print(page, body));
            if shown.is_err() {
                page.truncated();
            }
            put!(page, ")");
        }
        AUTHENTICATION => authentication(page, body)?,
        STATUS_CODE => {
            let code = rest.u16()?;
            match name_of(STATUS, code) {
                Some(name) => put!(page, " ", name),
                None if code > 255 => put!(page, " INVALID code"),
                None => put!(page, " code", code),
            }
        }
        VENDOR_CLASS => {
            put!(page, " enterprise ", rest.u32()?);
            while !rest.is_empty() {
                let length = rest.u16()?;
                let text = rest.take(length.into())?;
                put!(page, " (len ", length, " data ", Escaped(text), ")");
            }
        }
        VENDOR_OPTIONS => {
            put!(page, " enterprise ", rest.u32()?);
            while !rest.is_empty() {
                let (code, length) = (rest.u16()?, rest.u16()?);
                let data = rest.take(length.into())?;
                put!(page, " (code ", code, " len ", length, " data ");
                digits(page, data);
                put!(page, ")");
            }
        }
        INTERFACE_ID | SUBSCRIBER_ID => {
            put!(page, " ");
            digits(page, body.bytes());
        }
        REMOTE_ID => {
            put!(page, " ", rest.u32()?, " ");
            digits(page, rest.bytes());
        }
        RECONFIGURE_MESSAGE => {
            exactly(body, 1)?;
            match rest.u8()? {
                5 => put!(page, " for renew"),
                11 => put!(page, " for inf-req"),
                other => put!(page, " for ???(", Hex2(other), ")"),
            }
        }
        SIP_SERVERS | DNS_SERVERS | SNTP_SERVERS | NIS_SERVERS | NISP_SERVERS | BCMCS_SERVERS
        | PANA_AGENTS | QUERY_LINKS => {
            multiple_of(body, 16)?;
            while let Ok(address) = rest.ipv6() {
                put!(page, " ", address);
            }
        }
        SIP_DOMAINS | SEARCH_LIST => {
            let mut at = 0;
            while at < body.len() {
                put!(page, " ");
                at = dns::name(page, body.bytes(), at)?;
            }
        }
        QUERY => {
            let kind = rest.u8()?;
            let address = rest.ipv6()?;
            match kind {
                1 => put!(page, " by-address"),
                2 => put!(page, " by-clientID"),
                other => put!(page, " type_", other),
            }
            put!(page, " ", address);
            nested(page, rest)?;
        }
        CLIENT_DATA => nested(page, rest)?,
        RELAY_DATA => {
            put!(page, " ", rest.ipv6()?, " ");
            digits(page, rest.bytes());
        }
        NTP_SERVER => time_servers(page, body)?,
        AFTR_NAME => tunnel_name(page, body)?,
        POSIX_TIMEZONE | NAMED_TIMEZONE | MUD_URL => {
            body.claims(5)?;
            put!(page, " ", Escaped(body.bytes()));
        }
        _ => {}
    }
    Ok(())
}

/// Options within an option.
fn nested(page: &mut Page<'_>, rest: Cursor<'_>) -> Shown {
    page.deeper(|page| print(page, rest.bytes()))
}

fn exactly(body: Cursor<'_>, length: usize) -> Shown {
    if body.len() == length {
        Ok(())
    } else {
        Err(Stop::Invalid)
    }
}

fn multiple_of(body: Cursor<'_>, unit: usize) -> Shown {
    if body.len().is_multiple_of(unit) {
        Ok(())
    } else {
        Err(Stop::Invalid)
    }
}

/// Bytes that are the sender's own business: ten of them, or all from `-vv` on.
fn digits(page: &mut Page<'_>, bytes: &[u8]) {
    match bytes.get(..10) {
        Some(first) if bytes.len() > 10 && !page.verbose(2) => put!(page, HexRun(first), "..."),
        _ => put!(page, HexRun(bytes)),
    }
}

/// The identifier of a client or a server (RFC 8415 section 11, RFC 6355).
fn unique_id(page: &mut Page<'_>, body: Cursor<'_>) -> Shown {
    let mut rest = body;
    match rest.u16()? {
        1 => {
            let (hardware, time) = (rest.u16()?, rest.u32()?);
            put!(page, " hwaddr/time type ", Named("hwaddr_type", hardware));
            put!(
                page,
                " time ",
                Named("time", time),
                " ",
                Named("hwaddr", HexRun(rest.bytes()))
            );
        }
        2 => put!(page, " vid ", HexRun(rest.take(8)?)),
        3 => {
            put!(page, " hwaddr type ", Named("hwaddr_type", rest.u16()?));
            put!(page, " ", Named("hwaddr", HexRun(rest.bytes())));
        }
        4 => put!(page, " uuid ", HexRun(rest.take(16)?)),
        other => put!(page, " type ", other),
    }
    Ok(())
}

fn authentication(page: &mut Page<'_>, body: Cursor<'_>) -> Shown {
    body.claims(11)?;
    let mut rest = body;
    let (protocol, algorithm, detection) = (rest.u8()?, rest.u8()?, rest.u8()?);
    match protocol {
        DELAYED => put!(page, " proto: delayed"),
        RECONFIGURE => put!(page, " proto: reconfigure"),
        other => put!(page, " proto: ", other),
    }
    match algorithm {
        1 => put!(page, ", alg: HMAC-MD5"),
        other => put!(page, ", alg: ", other),
    }
    match detection {
        0 => put!(page, ", RDM: mono"),
        other => put!(page, ", RDM: ", other),
    }
    put!(page, ", RD:");
    for _ in 0..4 {
        put!(page, " ", Hex4(rest.u16()?));
    }
    match (protocol, rest.len()) {
        (DELAYED, 0) => {}
        (DELAYED, 20..) => {
            let realm = rest.take(rest.len() - 20)?;
            if !realm.is_empty() {
                put!(page, ", realm: ", HexRun(realm));
            }
            put!(page, ", key ID: ", HexPad(rest.u32()?.into(), 8), ", HMAC-MD5:");
            words(page, rest);
        }
        (RECONFIGURE, 17) => {
            match rest.u8()? {
                1 => put!(page, " reconfig-key"),
                2 => put!(page, " type: HMAC-MD5"),
                _ => put!(page, " type: ??"),
            }
            put!(page, " value:");
            words(page, rest);
        }
        _ => put!(page, " ??"),
    }
    Ok(())
}

fn words(page: &mut Page<'_>, mut rest: Cursor<'_>) {
    while let Ok(word) = rest.u32() {
        put!(page, " ", HexPad(word.into(), 8));
    }
}

/// The time servers, each in an option of its own (RFC 5908).
fn time_servers(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    while !rest.is_empty() {
        let (kind, length) = (rest.u16()?, rest.u16()?);
        let server = rest.take(length.into())?;
        put!(page, " subopt:", kind, " ");
        match kind {
            1 | 2 if length == 16 => put!(page, Cursor::new(server, server.len()).ipv6()?),
            3 => {
                dns::name(page, server, 0)?;
            }
            _ => put!(page, "?"),
        }
    }
    Ok(())
}

/// The name of a tunnel's far end, without the dot of the root (RFC 6334).
fn tunnel_name(page: &mut Page<'_>, body: Cursor<'_>) -> Shown {
    body.claims(3)?;
    put!(page, " ");
    let mut rest = body;
    let mut dot = "";
    loop {
        match rest.u8()? {
            0 => return Ok(()),
            length => put!(page, dot, Escaped(rest.take(length.into())?)),
        }
        dot = ".";
    }
}

const CLIENT_ID: u16 = 1;
const SERVER_ID: u16 = 2;
const IA_NA: u16 = 3;
const IA_TA: u16 = 4;
const IA_ADDRESS: u16 = 5;
const OPTION_REQUEST: u16 = 6;
const PREFERENCE: u16 = 7;
const ELAPSED_TIME: u16 = 8;
const RELAY_MESSAGE: u16 = 9;
const AUTHENTICATION: u16 = 11;
const STATUS_CODE: u16 = 13;
const VENDOR_CLASS: u16 = 16;
const VENDOR_OPTIONS: u16 = 17;
const INTERFACE_ID: u16 = 18;
const RECONFIGURE_MESSAGE: u16 = 19;
const SIP_DOMAINS: u16 = 21;
const SIP_SERVERS: u16 = 22;
const DNS_SERVERS: u16 = 23;
const SEARCH_LIST: u16 = 24;
const IA_PD: u16 = 25;
const IA_PREFIX: u16 = 26;
const NIS_SERVERS: u16 = 27;
const NISP_SERVERS: u16 = 28;
const SNTP_SERVERS: u16 = 31;
const LIFETIME: u16 = 32;
const BCMCS_SERVERS: u16 = 34;
const REMOTE_ID: u16 = 37;
const SUBSCRIBER_ID: u16 = 38;
const PANA_AGENTS: u16 = 40;
const POSIX_TIMEZONE: u16 = 41;
const NAMED_TIMEZONE: u16 = 42;
const ECHO_REQUEST: u16 = 43;
const QUERY: u16 = 44;
const CLIENT_DATA: u16 = 45;
const CLIENT_TIME: u16 = 46;
const RELAY_DATA: u16 = 47;
const QUERY_LINKS: u16 = 48;
const NTP_SERVER: u16 = 56;
const AFTR_NAME: u16 = 64;
const MUD_URL: u16 = 112;

/// The protocols of authentication.
const DELAYED: u8 = 2;
const RECONFIGURE: u8 = 3;

const NAMES: &[(u16, &str)] = &[
    (CLIENT_ID, "client-ID"),
    (SERVER_ID, "server-ID"),
    (IA_NA, "IA_NA"),
    (IA_TA, "IA_TA"),
    (IA_ADDRESS, "IA_ADDR"),
    (OPTION_REQUEST, "option-request"),
    (PREFERENCE, "preference"),
    (ELAPSED_TIME, "elapsed-time"),
    (RELAY_MESSAGE, "relay-message"),
    (AUTHENTICATION, "authentication"),
    (12, "server-unicast"),
    (STATUS_CODE, "status-code"),
    (14, "rapid-commit"),
    (15, "user-class"),
    (VENDOR_CLASS, "vendor-class"),
    (VENDOR_OPTIONS, "vendor-specific-info"),
    (INTERFACE_ID, "interface-ID"),
    (RECONFIGURE_MESSAGE, "reconfigure-message"),
    (20, "reconfigure-accept"),
    (SIP_DOMAINS, "SIP-servers-domain"),
    (SIP_SERVERS, "SIP-servers-address"),
    (DNS_SERVERS, "DNS-server"),
    (SEARCH_LIST, "DNS-search-list"),
    (IA_PD, "IA_PD"),
    (IA_PREFIX, "IA_PD-prefix"),
    (NIS_SERVERS, "NIS-server"),
    (NISP_SERVERS, "NIS+-server"),
    (29, "NIS-domain-name"),
    (30, "NIS+-domain-name"),
    (SNTP_SERVERS, "SNTP-servers"),
    (LIFETIME, "lifetime"),
    (33, "BCMCS-domain-name"),
    (BCMCS_SERVERS, "BCMCS-server"),
    (36, "Geoconf-Civic"),
    (REMOTE_ID, "Remote-ID"),
    (SUBSCRIBER_ID, "Subscriber-ID"),
    (39, "Client-FQDN"),
    (PANA_AGENTS, "PANA-agent"),
    (POSIX_TIMEZONE, "POSIX-timezone"),
    (NAMED_TIMEZONE, "POSIX-tz-database"),
    (ECHO_REQUEST, "Echo-request-option"),
    (QUERY, "Lease-query"),
    (CLIENT_DATA, "LQ-client-data"),
    (CLIENT_TIME, "Clt-time"),
    (RELAY_DATA, "LQ-relay-data"),
    (QUERY_LINKS, "LQ-client-link"),
    (NTP_SERVER, "NTP-server"),
    (AFTR_NAME, "AFTR-Name"),
    (MUD_URL, "MUD-URL"),
];

const STATUS: &[(u16, &str)] = &[
    (0, "Success"),
    (1, "UnspecFail"),
    (2, "NoAddrsAvail"),
    (3, "NoBinding"),
    (4, "NotOnLink"),
    (5, "UseMulticast"),
    (6, "NoPrefixAvail"),
    (7, "UnknownQueryType"),
    (8, "MalformedQuery"),
    (9, "NotConfigured"),
    (10, "NotAllowed"),
];
