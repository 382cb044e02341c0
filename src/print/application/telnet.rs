//! Telnet (RFC 854): the commands at the beginning of a segment.

use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{Hex, Put, put};

/// Prints the commands that the segment begins with, in brackets; what follows them is data.
pub(super) fn print(page: &mut Page<'_>, segment: Cursor<'_>) -> Shown {
    page.enter("telnet");
    let mut rest = segment;
    let mut separator = " [telnet ";
    while !rest.is_empty() && rest.peek_u8(0)? == IAC {
        // A command is shown once it is known to be whole.
        let Some(command) = Command::parse(rest)? else {
            break;
        };
        put!(page, separator);
        separator = ", ";
        command.print(page);
        if command.length > rest.len() {
            return Err(Stop::Truncated);
        }
        rest.advance(command.length);
    }
    put!(page, if separator == ", " { "]" } else { "" });
    Ok(())
}

/// A command, its option and the parameters of a subnegotiation.
struct Command<'a> {
    code: u8,
    option: Option<u8>,
    parameters: Option<&'a [u8]>,
    length: usize,
}

impl<'a> Command<'a> {
    /// Reads the command at the beginning; `None` if it is none or goes on in another segment.
    fn parse(segment: Cursor<'a>) -> Shown<Option<Self>> {
        let mut rest = segment.after(1);
        if rest.is_empty() {
            return Ok(None);
        }
        let code = rest.u8()?;
        let mut command = Self {
            code,
            option: None,
            parameters: None,
            length: 2,
        };
        if code < FIRST {
            return Ok(None);
        }
        if code < SUBNEGOTIATION || code == IAC {
            return Ok(Some(command));
        }
        if rest.is_empty() {
            return Ok(None);
        }
        command.option = Some(rest.u8()?);
        command.length = 3;
        if code != SUBNEGOTIATION {
            return Ok(Some(command));
        }
        // A parameter was to come.
        if rest.is_empty() {
            return Err(Stop::Truncated);
        }
        let area = rest.limited(rest.len()).bytes();
        let Some(end) = area.windows(2).position(|pair| pair == [IAC, END]) else {
            // The end may be in the part that was not captured.
            if rest.captured() < rest.len() {
                return Err(Stop::Truncated);
            }
            // Half of the end is enough to show what came before it.
            let Some((&IAC, parameters)) = area.split_last() else {
                return Ok(None);
            };
            command.parameters = Some(parameters);
            command.length += area.len() + 1;
            return Ok(Some(command));
        };
        command.parameters = area.get(..end);
        command.length += end + 2;
        Ok(Some(command))
    }

    fn print(&self, page: &mut Page<'_>) {
        if self.code == IAC {
            return put!(page, "IAC IAC");
        }
        let name = COMMANDS.get(usize::from(self.code - FIRST)).copied();
        put!(page, name.unwrap_or_default());
        if let Some(option) = self.option {
            match OPTIONS.get(usize::from(option)) {
                Some(name) => put!(page, " ", *name),
                None => put!(page, " ", Number(option)),
            }
        }
        if let Some(parameters) = self.parameters {
            let named: &[&[&str]] = match self.option {
                Some(AUTHENTICATION) => &[AUTHENTICATION_COMMANDS, AUTHENTICATION_TYPES],
                Some(ENCRYPT) => &[ENCRYPT_COMMANDS, ENCRYPT_TYPES],
                _ => &[PARAMETERS],
            };
            for (index, &parameter) in parameters.iter().enumerate() {
                let names = named.get(index).copied().unwrap_or_default();
                match names.get(usize::from(parameter)).filter(|name| !name.is_empty()) {
                    Some(name) => put!(page, " ", *name),
                    None => put!(page, " ", Number(parameter)),
                }
            }
            put!(page, " SE");
        }
    }
}

/// A number in hexadecimal; zero has no prefix.
struct Number(u8);

impl Put for Number {
    fn put(self, out: &mut Vec<u8>) {
        match self.0 {
            0 => "0".put(out),
            other => ("0x", Hex(other.into())).put(out),
        }
    }
}

/// "Interpret as command", which begins each of them.
const IAC: u8 = 255;
/// The end of a subnegotiation, and its beginning.
const END: u8 = 240;
const SUBNEGOTIATION: u8 = 250;
/// The lowest of the commands.
const FIRST: u8 = 236;

const COMMANDS: [&str; 20] = [
    "EOF", "SUSP", "ABORT", "EOR", "SE", "NOP", "DMARK", "BRK", "IP", "AO", "AYT", "EC", "EL", "GA", "SB",
    "WILL", "WONT", "DO", "DONT", "IAC",
];

const OPTIONS: [&str; 40] = [
    "BINARY",
    "ECHO",
    "RCP",
    "SUPPRESS GO AHEAD",
    "NAME",
    "STATUS",
    "TIMING MARK",
    "RCTE",
    "NAOL",
    "NAOP",
    "NAOCRD",
    "NAOHTS",
    "NAOHTD",
    "NAOFFD",
    "NAOVTS",
    "NAOVTD",
    "NAOLFD",
    "EXTEND ASCII",
    "LOGOUT",
    "BYTE MACRO",
    "DATA ENTRY TERMINAL",
    "SUPDUP",
    "SUPDUP OUTPUT",
    "SEND LOCATION",
    "TERMINAL TYPE",
    "END OF RECORD",
    "TACACS UID",
    "OUTPUT MARKING",
    "TTYLOC",
    "3270 REGIME",
    "X.3 PAD",
    "NAWS",
    "TSPEED",
    "LFLOW",
    "LINEMODE",
    "XDISPLOC",
    "OLD-ENVIRON",
    "AUTHENTICATION",
    "ENCRYPT",
    "NEW-ENVIRON",
];

const AUTHENTICATION: u8 = 37;
const ENCRYPT: u8 = 38;

const PARAMETERS: &[&str] = &["IS", "SEND", "INFO"];
const AUTHENTICATION_COMMANDS: &[&str] = &["IS", "SEND", "REPLY", "NAME"];
const AUTHENTICATION_TYPES: &[&str] = &[
    "NULL",
    "KERBEROS_V4",
    "KERBEROS_V5",
    "SPX",
    "MINK",
    "SRP",
    "RSA",
    "SSL",
    "",
    "",
    "LOKI",
    "SSA",
    "KEA_SJ",
    "KEA_SJ_INTEG",
    "DSS",
    "NTLM",
];
const ENCRYPT_COMMANDS: &[&str] = &[
    "IS",
    "SUPPORT",
    "REPLY",
    "START",
    "END",
    "REQUEST-START",
    "REQUEST-END",
    "END_KEYID",
    "DEC_KEYID",
];
const ENCRYPT_TYPES: &[&str] = &[
    "NULL",
    "DES_CFB64",
    "DES_OFB64",
    "DES3_CFB64",
    "DES3_OFB64",
    "",
    "CAST5_40_CFB64",
    "CAST5_40_OFB64",
    "CAST128_CFB64",
    "CAST128_OFB64",
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, shown, tcp};
    use crate::wire::LinkType;

    fn segment(payload: &[u8]) -> Vec<u8> {
        tcp((23, 40000), (1, 2), 0x18, &[], payload)
    }

    #[test]
    fn commands_are_told_until_the_data_begins() {
        let text = shown(
            LinkType::RAW,
            &segment(b"\xff\xfd\x18\xff\xfa\x18\x01\x00\x80\xff\xf0\xff\xfblogin:"),
        );
        assert!(
            text.ends_with(
                ", length 19 [telnet DO TERMINAL TYPE, SB TERMINAL TYPE SEND 0 0x80 SE, WILL 0x6c]"
            )
        );
        assert!(shown(LinkType::RAW, &segment(b"login:")).ends_with(", length 6"));
    }

    #[test]
    fn a_subnegotiation_without_an_end_is_not_told() {
        assert!(shown(LinkType::RAW, &segment(b"\xff\xf1\xff\xfa\x25\x00\x02")).ends_with(" [telnet NOP]"));
        let half = segment(b"\xff\xfa\x18\x01\xff");
        assert!(shown(LinkType::RAW, &half).ends_with(" [telnet SB TERMINAL TYPE SEND SE [|telnet]"));
    }

    #[test]
    fn every_cut_is_told() {
        assert_every_cut_is_told(LinkType::RAW, &segment(b"\xff\xfa\x26\x01\x01\xff\xf0"));
    }
}
