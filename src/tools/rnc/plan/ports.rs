//! Ports as they are typed: numbers, ranges, names.

use anyhow::bail;

use super::number::Number;

/// A port as it was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) enum Port {
    /// By number.
    Number(u16),
    /// By the name of its service, which `/etc/services` knows.
    Name(String),
}

impl Port {
    /// A number in range, or what may be the name of a service.
    pub(super) fn parse(text: &str) -> anyhow::Result<Self> {
        if text.is_empty() || text.bytes().any(|byte| byte.is_ascii_alphabetic()) {
            return Ok(Self::Name(text.to_owned()));
        }
        Ok(Self::Number(number(text, 0)?))
    }
}

/// The ports of a list of numbers, names and ranges `lo-hi` (or `hi-lo`).
pub(super) fn parse(texts: &[String]) -> anyhow::Result<Vec<Port>> {
    if texts.is_empty() {
        bail!("missing port number");
    }
    let mut ports = Vec::new();
    for text in texts {
        match text.split_once('-') {
            // A name may have a dash in it; a range begins with a digit.
            Some((from, to)) if text.starts_with(|c: char| c.is_ascii_digit()) => {
                let (from, to) = (number(from, 1)?, number(to, 1)?);
                ports.extend((from.min(to)..=from.max(to)).map(Port::Number));
            }
            _ if text.bytes().any(|byte| byte.is_ascii_alphabetic()) => ports.push(Port::Name(text.clone())),
            _ => ports.push(Port::Number(number(text, 1)?)),
        }
    }
    Ok(ports)
}

fn number(text: &str, least: i64) -> anyhow::Result<u16> {
    let number = Number::new("port number", least..=i64::from(u16::MAX)).parse(text)?;
    Ok(u16::try_from(number)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(texts: &[&str]) -> Vec<Port> {
        parse(&texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn a_range_counts_up_whichever_end_is_first() {
        let up = [Port::Number(20), Port::Number(21), Port::Number(22)];
        assert_eq!(numbers(&["20-22"]), up);
        assert_eq!(numbers(&["22-20"]), up);
    }

    #[test]
    fn a_list_is_taken_in_order() {
        assert_eq!(
            numbers(&["9", "http-alt", "7"]),
            [
                Port::Number(9),
                Port::Name("http-alt".to_owned()),
                Port::Number(7)
            ]
        );
    }

    #[test]
    fn what_is_no_port_is_said() {
        let complaint = |text: &str| parse(&[text.to_owned()]).unwrap_err().to_string();
        assert_eq!(complaint("0"), "port number too small: 0");
        assert_eq!(complaint("65536"), "port number too large: 65536");
        assert_eq!(complaint("5-3x"), "port number invalid: 3x");
        assert_eq!(parse(&[]).unwrap_err().to_string(), "missing port number");
    }
}
