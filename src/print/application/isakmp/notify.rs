//! Notifications: errors and the state of an exchange.

use super::payload::{Cut, Numbered, Payload, Printed, digits, known, protocol_name, some_data};
use super::{attributes, v1::IPSEC};
use crate::print::page::Page;
use crate::print::text::put;

/// A notification of version 1 (RFC 2408, section 3.14; RFC 2407, section 4.6.3).
pub(super) fn v1<'a>(page: &mut Page<'_>, payload: &Payload<'a>) -> Printed<'a> {
    payload.need(12)?;
    let mut rest = payload.body();
    let interpretation = rest.u32()?;
    let (protocol, spi, kind) = (rest.u8()?, usize::from(rest.u8()?), rest.u16()?);
    let ours = interpretation == IPSEC;
    if ours {
        put!(page, " doi=ipsec proto=", protocol_name(protocol));
    } else {
        put!(page, " doi=", interpretation, " proto=", protocol);
    }
    put!(page, " type=", name_v1(kind, ours));
    if spi > 0 {
        put!(page, " spi=");
        digits(page, rest, spi)?;
    }
    rest.advance(spi);
    if !ours {
        return Ok(rest);
    }
    if rest.captured() == 0 {
        return Ok(payload.end());
    }
    match kind {
        RESPONDER_LIFETIME => {
            put!(page, " attrs=(");
            let shown = attributes::print(page, rest, payload.end(), attributes::OAKLEY);
            if !matches!(shown, Err(Cut::Packet(_))) {
                put!(page, ")");
            }
            shown?;
        }
        REPLAY_STATUS => {
            put!(page, " status=(");
            let enabled = rest.u32()? != 0;
            put!(
                page,
                "replay detection ",
                if enabled { "en" } else { "dis" },
                "abled)"
            );
        }
        _ if page.verbose(4) => {
            put!(page, " data=(");
            digits(page, rest, rest.captured())?;
            put!(page, ")");
        }
        _ => some_data(page, rest),
    }
    Ok(payload.end())
}

/// The numbers are counted anew in each of four ranges, two of which are those of IPsec.
fn name_v1(kind: u16, ours: bool) -> Numbered {
    let (table, first) = match kind {
        0..=8191 => (ERRORS, 0),
        8192..=16383 if ours => (&[(0, "RESERVED")][..], 8192),
        16384..=24575 => (&[(0, "CONNECTED")][..], 16384),
        24576..=32767 if ours => (STATUSES, 24576),
        _ => (&[][..], 0),
    };
    known(table, kind - first)
}

/// A notification of version 2 (RFC 7296, section 3.10).
pub(super) fn v2<'a>(page: &mut Page<'_>, payload: &Payload<'a>) -> Printed<'a> {
    payload.need(8)?;
    put!(page, "n", payload.mark());
    let mut rest = payload.body();
    let (protocol, spi, kind) = (rest.u8()?, usize::from(rest.u8()?), rest.u16()?);
    put!(page, " prot_id=", protocol_name(protocol), " type=", kind, "(");
    let found = NOTIFICATIONS.iter().find(|(known, ..)| *known == kind);
    let (name, has_spi) = match found {
        Some((_, name, has_spi)) => (*name, *has_spi),
        None => (range_of(kind), true),
    };
    put!(page, name, ")");
    if has_spi && spi > 0 {
        put!(page, " spi=");
        digits(page, rest, spi)?;
    }
    rest.advance(spi);
    if rest.captured() > 0 {
        let cookie = kind == COOKIE;
        if page.verbose(4) || (cookie && rest.captured() < 30) {
            put!(page, " data=(");
            digits(page, rest, rest.captured())?;
            put!(page, ")");
        } else if cookie {
            some_data(page, rest);
        }
    }
    Ok(payload.end())
}

fn range_of(kind: u16) -> &'static str {
    match kind {
        0..=8191 => "error",
        8192..=16383 => "private-error",
        16384..=40959 => "status",
        _ => "private-status",
    }
}

const RESPONDER_LIFETIME: u16 = 24576;
const REPLAY_STATUS: u16 = 24577;
const COOKIE: u16 = 16390;

const STATUSES: &[(u16, &str)] = &[
    (0, "RESPONDER-LIFETIME"),
    (1, "REPLAY-STATUS"),
    (2, "INITIAL-CONTACT"),
];

#[rustfmt::skip]
const ERRORS: &[(u16, &str)] = &[
    (1, "INVALID-PAYLOAD-TYPE"), (2, "DOI-NOT-SUPPORTED"), (3, "SITUATION-NOT-SUPPORTED"), (4, "INVALID-COOKIE"),
    (5, "INVALID-MAJOR-VERSION"), (6, "INVALID-MINOR-VERSION"), (7, "INVALID-EXCHANGE-TYPE"),
    (8, "INVALID-FLAGS"), (9, "INVALID-MESSAGE-ID"), (10, "INVALID-PROTOCOL-ID"), (11, "INVALID-SPI"),
    (12, "INVALID-TRANSFORM-ID"), (13, "ATTRIBUTES-NOT-SUPPORTED"), (14, "NO-PROPOSAL-CHOSEN"),
    (15, "BAD-PROPOSAL-SYNTAX"), (16, "PAYLOAD-MALFORMED"), (17, "INVALID-KEY-INFORMATION"),
    (18, "INVALID-ID-INFORMATION"), (19, "INVALID-CERT-ENCODING"), (20, "INVALID-CERTIFICATE"),
    (21, "CERT-TYPE-UNSUPPORTED"), (22, "INVALID-CERT-AUTHORITY"), (23, "INVALID-HASH-INFORMATION"),
    (24, "AUTHENTICATION-FAILED"), (25, "INVALID-SIGNATURE"), (26, "ADDRESS-NOTIFICATION"),
    (27, "NOTIFY-SA-LIFETIME"), (28, "CERTIFICATE-UNAVAILABLE"), (29, "UNSUPPORTED-EXCHANGE-TYPE"),
    (30, "UNEQUAL-PAYLOAD-LENGTHS"),
];

/// IANA's registry of notifications, and which of them are shown with the SPI they are about.
#[rustfmt::skip]
const NOTIFICATIONS: &[(u16, &str, bool)] = &[
    (1, "unsupported_critical_payload", false), (4, "invalid_ike_spi", true),
    (5, "invalid_major_version", false), (7, "invalid_syntax", true), (9, "invalid_message_id", true),
    (11, "invalid_spi", true), (14, "no_proposal_chosen", true), (17, "invalid_ke_payload", true),
    (24, "authentication_failed", true), (34, "single_pair_required", true), (35, "no_additional_sas", false),
    (36, "internal_address_failure", false), (37, "failed_cp_required", false),
    // Spelled as the reference does.
    (38, "ts_unnacceptable", false), (39, "invalid_selectors", false), (40, "unacceptable_addresses", false),
    (41, "unexpected_nat_detected", false), (42, "use_assigned_hoa", false), (43, "temporary_failure", false),
    (44, "child_sa_not_found", false), (45, "invalid_group_id", false), (46, "authorization_failed", false),
    (47, "state_not_found", false),
    (16384, "initial_contact", false), (16385, "set_window_size", false), (16386, "additional_ts_possible", false),
    (16387, "ipcomp_supported", false), (16388, "nat_detection_source_ip", true),
    (16389, "nat_detection_destination_ip", true), (COOKIE, "cookie", true), (16391, "use_transport_mode", false),
    (16392, "http_cert_lookup_supported", false), (16393, "rekey_sa", true),
    (16394, "tfc_padding_not_supported", false), (16395, "non_first_fragment_also", false),
    (16396, "mobike_supported", false), (16397, "additional_ip4_address", false),
    (16398, "additional_ip6_address", false), (16399, "no_additional_addresses", false),
    (16400, "update_sa_addresses", false), (16401, "cookie2", false), (16402, "no_nats_allowed", false),
    (16403, "auth_lifetime", false), (16404, "multiple_auth_supported", false),
    (16405, "another_auth_follows", false), (16406, "redirect_supported", false), (16407, "redirect", false),
    (16408, "redirected_from", false), (16409, "ticket_lt_opaque", false), (16410, "ticket_request", false),
    (16411, "ticket_ack", false), (16412, "ticket_nack", false), (16413, "ticket_opaque", false),
    (16414, "link_id", false), (16415, "use_wesp_mode", false), (16416, "rohc_supported", false),
    (16417, "eap_only_authentication", false), (16418, "childless_ikev2_supported", false),
    (16419, "quick_crash_detection", false), (16420, "ikev2_message_id_sync_supported", false),
    (16421, "ipsec_replay_counter_sync_supported", false), (16422, "ikev2_message_id_sync", false),
    (16423, "ipsec_replay_counter_sync", false), (16424, "secure_password_methods", false),
    (16425, "psk_persist", false), (16426, "psk_confirm", false), (16427, "erx_supported", false),
    (16428, "ifom_capability", false), (16429, "sender_request_id", false),
    (16430, "ikev2_fragmentation_supported", false), (16431, "signature_hash_algorithms", false),
    (16432, "clone_ike_sa_supported", false), (16433, "clone_ike_sa", false), (16434, "puzzle", false),
    (16435, "use_ppk", false), (16436, "ppk_identity", false), (16437, "no_ppk_auth", false),
    (16438, "intermediate_exchange_supported", false), (16439, "ip4_allowed", false),
    (16440, "ip6_allowed", false), (16441, "additional_key_exchange", false), (16442, "use_aggfrag", false),
];
