//! Types that carry certificates, fingerprints and other opaque data.

use super::Malformed;
use super::algorithm::algorithm_name;
use super::cursor::Cursor;
use super::writer::Writer;

type Written = Result<(), Malformed>;

/// CERT (RFC 4398).
pub(super) fn cert(rdata: &mut Cursor<'_>, out: &mut Writer<'_>) -> Written {
    let kind = rdata.u16()?;
    match CERTIFICATES.iter().find(|(number, _)| *number == kind) {
        Some((_, name)) => out.text(name),
        None => out.number(kind),
    };
    out.space().number(rdata.u16()?).space();
    let algorithm = rdata.u8()?;
    match algorithm_name(algorithm) {
        Some(name) => out.text(name),
        None => out.number(algorithm),
    };
    let certificate = rdata.some_rest()?;
    // Not left out by `+nocrypto`.
    out.multiline(" (")
        .line_break()
        .base64(certificate)
        .multiline(" )");
    Ok(())
}

/// Kinds of certificates (the IANA registry "CERT RR Certificate Types").
const CERTIFICATES: [(u16, &str); 10] = [
    (1, "PKIX"),
    (2, "SPKI"),
    (3, "PGP"),
    (4, "IPKIX"),
    (5, "ISPKI"),
    (6, "IPGP"),
    (7, "ACPKIX"),
    (8, "IACPKIX"),
    (253, "URI"),
    (254, "OID"),
];

/// SSHFP (RFC 4255).
pub(super) fn sshfp(rdata: &mut Cursor<'_>, out: &mut Writer<'_>) -> Written {
    out.number(rdata.u8()?).space().number(rdata.u8()?);
    out.bracketed_hex(rdata.some_rest()?);
    Ok(())
}

/// TLSA (RFC 6698), SMIMEA (RFC 8162).
pub(super) fn tlsa(rdata: &mut Cursor<'_>, out: &mut Writer<'_>) -> Written {
    out.number(rdata.u8()?).space().number(rdata.u8()?).space();
    let data = rdata
        .u8()
        .and_then(|matching| Ok((matching, rdata.some_rest()?)))?;
    // Not left out by `+nocrypto`.
    out.number(data.0)
        .multiline(" (")
        .line_break()
        .hex(data.1)
        .multiline(" )");
    Ok(())
}

/// OPENPGPKEY (RFC 7929).
pub(super) fn openpgpkey(rdata: &mut Cursor<'_>, out: &mut Writer<'_>) -> Written {
    let key = rdata.some_rest()?;
    out.multiline("( ");
    out.crypto(|out| {
        out.base64(key);
    });
    out.multiline(" )");
    Ok(())
}

/// DHCID (RFC 4701).
pub(super) fn dhcid(rdata: &mut Cursor<'_>, out: &mut Writer<'_>) -> Written {
    let data = rdata.some_rest()?;
    out.multiline("( ").base64(data);
    if let ([high, low, kind, digest @ ..], true) = (data, out.style().multiline) {
        let identifier = u16::from_be_bytes([*high, *low]);
        out.format(format_args!(" ) ; {identifier} {kind} {}", digest.len()));
    } else {
        out.multiline(" )");
    }
    Ok(())
}

/// SINK (draft-eastlake-kitchen-sink).
pub(super) fn sink(rdata: &mut Cursor<'_>, out: &mut Writer<'_>) -> Written {
    out.number(rdata.u8()?).space().number(rdata.u8()?).space();
    out.number(rdata.u8()?);
    let data = rdata.rest();
    if !data.is_empty() {
        out.multiline(" (").line_break().base64(data).multiline(" )");
    }
    Ok(())
}
