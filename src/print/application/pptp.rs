//! The control connection of the point-to-point tunneling protocol (RFC 2637).

use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Escaped, HexPad, name_of, put};

/// Prints the message that a segment begins with.
pub(super) fn print(page: &mut Page<'_>, segment: Cursor<'_>) -> Shown {
    page.enter("pptp");
    put!(page, ": pptp");
    let mut rest = segment;
    let length = segment.peek_u16(0);
    if page.verbose(1) {
        put!(page, " Length=", length?);
        put!(
            page,
            " ",
            name_of(CLASSES, segment.peek_u16(2)?).unwrap_or("UNKNOWN-MSG-TYPE")
        );
    }
    let cookie = segment.peek_u32(4)?;
    if cookie != COOKIE {
        put!(page, " UNEXPECTED Magic-Cookie!!(", HexPad(cookie.into(), 8), ")");
    }
    if page.verbose(1) || cookie != COOKIE {
        put!(page, " Magic-Cookie=", HexPad(cookie.into(), 8));
    }
    let kind = segment.peek_u16(8)?;
    rest.advance(10);
    let Some((name, fields)) = MESSAGES.get(usize::from(kind)) else {
        put!(page, " UNKNOWN_CTRL_MSGTYPE(", kind, ")");
        return field(page, Field::Reserved, &mut rest, &mut Lengths::default());
    };
    put!(page, " CTRL_MSGTYPE=", *name);
    let mut lengths = Lengths::default();
    field(page, Field::Reserved, &mut rest, &mut lengths)?;
    for &of in *fields {
        field(page, of, &mut rest, &mut lengths)?;
    }
    Ok(())
}

/// What a message has behind its header.
#[derive(Clone, Copy)]
enum Field {
    /// Two bytes, or one, that must be zero.
    Reserved,
    Reserved1,
    /// A label and a number of two or four bytes.
    Number2(&'static str),
    Number4(&'static str),
    /// The same in hexadecimal.
    Bits(&'static str),
    /// A number of one or four bytes that has a name; that of one byte is told with its name under `-v`.
    Code(&'static str, &'static [(u8, &'static str)]),
    Named(&'static str, &'static [(u32, &'static str)]),
    /// Capabilities: what is told if the first and if the second of two bits is set.
    Able(&'static str, [(u32, &'static str); 2]),
    Version,
    /// A string of so many bytes that a zero may end.
    Text(&'static str, usize),
    /// The length of a string that comes later.
    Length(&'static str),
    /// A string of at most 64 bytes whose length came before.
    Dialed(&'static str),
}

/// The lengths of strings that are to come, the first one first.
#[derive(Default)]
struct Lengths([usize; 2], usize);

fn field(page: &mut Page<'_>, field: Field, rest: &mut Cursor<'_>, lengths: &mut Lengths) -> Shown {
    match field {
        Field::Reserved => reserved(page, rest.u16()?),
        Field::Reserved1 => reserved(page, rest.u8()?.into()),
        Field::Number2(label) => put!(page, " ", label, "(", rest.u16()?, ")"),
        Field::Number4(label) => put!(page, " ", label, "(", rest.u32()?, ")"),
        Field::Bits(label) => put!(page, " ", label, "(0x", HexPad(rest.u32()?.into(), 8), ")"),
        Field::Code(label, names) => {
            let code = rest.u8()?;
            put!(page, " ", label, "(", code);
            if page.verbose(1) {
                put!(page, ":", name_of(names, code).unwrap_or("?"));
            }
            put!(page, ")");
        }
        Field::Named(label, names) => {
            let name = name_of(names, rest.u32()?).unwrap_or("?");
            put!(page, " ", label, "(", name, ")");
        }
        Field::Able(label, [first, second]) => {
            let bits = rest.u32()?;
            let name = |(bit, name)| if bits & bit != 0 { name } else { "" };
            put!(page, " ", label, "(", name(first), name(second), ")");
        }
        Field::Version => put!(page, " PROTO_VER(", rest.u8()?, ".", rest.u8()?, ")"),
        Field::Text(label, size) => text(page, label, rest, size, size)?,
        Field::Length(label) => {
            let length = rest.u16()?;
            put!(page, " ", label, "(", length, ")");
            if let Some(place) = lengths.0.get_mut(lengths.1) {
                *place = length.into();
            }
            lengths.1 += 1;
        }
        Field::Dialed(label) => {
            let [first, second] = lengths.0;
            lengths.0 = [second, 0];
            text(page, label, rest, first.min(64), 64)?;
        }
    }
    Ok(())
}

fn reserved(page: &mut Page<'_>, value: u16) {
    if value != 0 {
        put!(page, " [ERROR: reserved=", value, " must be zero]");
    }
}

/// A string in a field of `size` bytes, of which at most `most` belong to it.
fn text(page: &mut Page<'_>, label: &str, rest: &mut Cursor<'_>, most: usize, size: usize) -> Shown {
    put!(page, " ", label, "(");
    let bytes = rest.limited(most).bytes();
    let end = bytes.iter().position(|&byte| byte == 0);
    put!(
        page,
        Escaped(bytes.get(..end.unwrap_or(bytes.len())).unwrap_or_default())
    );
    if end.is_none() {
        rest.need(most)?;
    }
    put!(page, ")");
    rest.advance(size);
    Ok(())
}

const COOKIE: u32 = 0x1a2b_3c4d;
const CLASSES: &[(u16, &str)] = &[(1, "CTRL-MSG"), (2, "MGMT-MSG")];

const CALL: Field = Field::Number2("CALL_ID");
const PEER_CALL: Field = Field::Number2("PEER_CALL_ID");
const SERIAL: Field = Field::Number2("CALL_SER_NUM");
const CAUSE: Field = Field::Number2("CAUSE_CODE");
const SPEED: Field = Field::Number4("CONN_SPEED");
const WINDOW: Field = Field::Number2("RECV_WIN");
const DELAY: Field = Field::Number2("PROC_DELAY");
const CHANNEL: Field = Field::Number4("PHY_CHAN_ID");
const CHANNELS: Field = Field::Number2("MAX_CHAN");
const FIRMWARE: Field = Field::Number2("FIRM_REV");
const HOST: Field = Field::Text("HOSTNAME", 64);
const VENDOR: Field = Field::Text("VENDOR", 64);
const SUBADDRESS: Field = Field::Text("SUB_ADDR", 64);
const FRAMINGS: Field = Field::Able("FRAME_CAP", [(1, "A"), (2, "S")]);
const BEARERS: Field = Field::Able("BEARER_CAP", [(2, "D"), (1, "A")]);
const FRAMING: Field = Field::Named("FRAME_TYPE", &[(1, "A"), (2, "S"), (3, "E")]);
const BEARER: Field = Field::Named("BEARER_TYPE", &[(1, "A"), (2, "D"), (3, "Any")]);
const ERROR: Field = Field::Code(
    "ERR_CODE",
    &[
        (0, "None"),
        (1, "Not-Connected"),
        (2, "Bad-Format"),
        (3, "Bad-Value"),
        (4, "No-Resource"),
        (5, "Bad-Call-ID"),
        (6, "PAC-Error"),
    ],
);
const STARTED: Field = Field::Code(
    "RESULT_CODE",
    &[
        (1, "Successful channel establishment"),
        (2, "General error"),
        (3, "Command channel already exists"),
        (4, "Requester is not authorized to establish a command channel"),
        (5, "The protocol version of the requester is not supported"),
    ],
);
const ECHOED: Field = Field::Code("RESULT_CODE", &[(1, "OK"), (2, "General Error")]);
const CALLED: Field = Field::Code(
    "RESULT_CODE",
    &[
        (1, "Connected"),
        (2, "General Error"),
        (3, "No Carrier"),
        (4, "Busy"),
        (5, "No Dial Tone"),
        (6, "Time-out"),
        (7, "Do Not Accept"),
    ],
);
const ANSWERED: Field = Field::Code(
    "RESULT_CODE",
    &[(1, "Connect"), (2, "General Error"), (3, "Do Not Accept")],
);
const ENDED: Field = Field::Code(
    "RESULT_CODE",
    &[
        (1, "Lost Carrier"),
        (2, "General Error"),
        (3, "Admin Shutdown"),
        (4, "Request"),
    ],
);
const STOPPED: Field = Field::Code(
    "REASON",
    &[(1, "None"), (2, "Stop-Protocol"), (3, "Stop-Local-Shutdown")],
);

/// By type: the name, and what follows the header.
const MESSAGES: [(&str, &[Field]); 16] = [
    ("NOT_DEFINED", &[]),
    (
        "SCCRQ",
        &[
            Field::Version,
            Field::Reserved,
            FRAMINGS,
            BEARERS,
            CHANNELS,
            FIRMWARE,
            HOST,
            VENDOR,
        ],
    ),
    (
        "SCCRP",
        &[
            Field::Version,
            STARTED,
            ERROR,
            FRAMINGS,
            BEARERS,
            CHANNELS,
            FIRMWARE,
            HOST,
            VENDOR,
        ],
    ),
    ("StopCCRQ", &[STOPPED, Field::Reserved1, Field::Reserved]),
    ("StopCCRP", &[ECHOED, ERROR, Field::Reserved]),
    ("ECHORQ", &[Field::Number4("ID")]),
    ("ECHORP", &[Field::Number4("ID"), ECHOED, ERROR, Field::Reserved]),
    (
        "OCRQ",
        &[
            CALL,
            SERIAL,
            Field::Number4("MIN_BPS"),
            Field::Number4("MAX_BPS"),
            BEARER,
            FRAMING,
            WINDOW,
            DELAY,
            Field::Length("PHONE_NO_LEN"),
            Field::Reserved,
            Field::Dialed("PHONE_NO"),
            SUBADDRESS,
        ],
    ),
    (
        "OCRP",
        &[
            CALL, PEER_CALL, CALLED, ERROR, CAUSE, SPEED, WINDOW, DELAY, CHANNEL,
        ],
    ),
    (
        "ICRQ",
        &[
            CALL,
            SERIAL,
            BEARER,
            CHANNEL,
            Field::Length("DIALED_NO_LEN"),
            Field::Length("DIALING_NO_LEN"),
            Field::Dialed("DIALED_NO"),
            Field::Dialed("DIALING_NO"),
            SUBADDRESS,
        ],
    ),
    (
        "ICRP",
        &[CALL, PEER_CALL, ANSWERED, ERROR, WINDOW, DELAY, Field::Reserved],
    ),
    (
        "ICCN",
        &[PEER_CALL, Field::Reserved, SPEED, WINDOW, DELAY, FRAMING],
    ),
    ("CCRQ", &[CALL, Field::Reserved]),
    (
        "CDN",
        &[
            CALL,
            ENDED,
            ERROR,
            CAUSE,
            Field::Reserved,
            Field::Text("CALL_STATS", 128),
        ],
    ),
    (
        "WEN",
        &[
            PEER_CALL,
            Field::Reserved,
            Field::Number4("CRC_ERR"),
            Field::Number4("FRAMING_ERR"),
            Field::Number4("HARDWARE_OVERRUN"),
            Field::Number4("BUFFER_OVERRUN"),
            Field::Number4("TIMEOUT_ERR"),
            Field::Number4("ALIGN_ERR"),
        ],
    ),
    (
        "SLI",
        &[
            PEER_CALL,
            Field::Reserved,
            Field::Bits("SEND_ACCM"),
            Field::Bits("RECV_ACCM"),
        ],
    ),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, shown, tcp, verbose};
    use crate::wire::LinkType;

    const RAW: LinkType = LinkType::RAW;

    fn message(kind: u8, body: &[u8]) -> Vec<u8> {
        let mut message = vec![0, 16, 0, 1, 0x1a, 0x2b, 0x3c, 0x4d, 0, kind, 0, 0];
        message.extend_from_slice(body);
        tcp((40000, 1723), (1, 2), 0x18, &[], &message)
    }

    #[test]
    fn results_have_names_under_v() {
        let reply = message(6, &[0, 0, 0, 7, 1, 0, 0, 0]);
        assert!(shown(RAW, &reply).ends_with(": pptp CTRL_MSGTYPE=ECHORP ID(7) RESULT_CODE(1) ERR_CODE(0)"));
        assert!(verbose(1, RAW, &reply).ends_with(
            ": pptp Length=16 CTRL-MSG Magic-Cookie=1a2b3c4d CTRL_MSGTYPE=ECHORP ID(7) RESULT_CODE(1:OK) \
             ERR_CODE(0:None)"
        ));
        assert_every_cut_is_told(RAW, &reply);
    }

    #[test]
    fn numbers_that_are_dialed_have_their_own_lengths() {
        let mut body = vec![0, 1, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 3, 0, 2];
        for text in [&b"123456"[..], b"987", b"sub"] {
            let start = body.len();
            body.extend_from_slice(text);
            body.resize(start + 64, 0);
        }
        assert!(shown(RAW, &message(9, &body)).ends_with(
            " CALL_ID(1) CALL_SER_NUM(2) BEARER_TYPE(Any) PHY_CHAN_ID(4) DIALED_NO_LEN(3) DIALING_NO_LEN(2) \
             DIALED_NO(123) DIALING_NO(98) SUB_ADDR(sub)"
        ));
    }
}
