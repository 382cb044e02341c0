//! The elements behind the fixed fields of a management frame, as far as they are told.

use crate::print::cursor::Cursor;
use crate::print::page::Page;
use crate::print::text::{Escaped, Named, Truth, put};

/// What the first element of each kind says.
#[derive(Clone, Copy, Default)]
pub(super) struct Elements<'a> {
    network: Option<&'a [u8]>,
    rates: Option<&'a [u8]>,
    channel: Option<u8>,
    /// Whether all of them could be read.
    pub(super) are_whole: bool,
}

impl<'a> Elements<'a> {
    /// Reads the elements up to the end, or to the first that cannot be.
    pub(super) fn read(mut rest: Cursor<'a>) -> Self {
        let mut elements = Self::default();
        while !rest.is_empty() {
            let Some((kind, value)) = next(&mut rest) else {
                return elements;
            };
            match (kind, value) {
                (NETWORK, _) if value.len() > 32 => return elements,
                (RATES, _) if value.len() > 16 => return elements,
                (CHALLENGE, _) if value.len() > 253 => return elements,
                (TRAFFIC_MAP, _) if value.len() > 254 => return elements,
                (NETWORK, _) => elements.network = elements.network.or(Some(value)),
                // Some stations send one without a rate before the real one.
                (RATES, [_, ..]) => elements.rates = elements.rates.or(Some(value)),
                (CHANNEL, &[channel]) => elements.channel = elements.channel.or(Some(channel)),
                _ => {}
            }
        }
        elements.are_whole = true;
        elements
    }

    /// ` (name)` of the network.
    pub(super) fn put_network(&self, page: &mut Page<'_>) {
        if let Some(name) = self.network {
            let end = name.iter().position(|&byte| byte == 0).unwrap_or(name.len());
            put!(
                page,
                " (",
                Named("ssid", Escaped(name.get(..end).unwrap_or(name))),
                ")"
            );
        }
    }

    /// ` [1.0* 2.0 Mbit]`: the rates, the basic ones with an asterisk.
    pub(super) fn put_rates(&self, page: &mut Page<'_>) {
        let Some(rates) = self.rates else { return };
        let mut separator = " [";
        for rate in rates {
            put!(page, separator);
            page.one("rates", |page| half_megabits(page, rate & 0x7f));
            put!(page, Named("", if rate & 0x80 != 0 { "*" } else { "" }));
            separator = " ";
        }
        put!(page, " Mbit]");
    }

    /// ` CH: 1, PRIVACY`.
    pub(super) fn put_channel(&self, page: &mut Page<'_>, is_private: bool) {
        if let Some(channel) = self.channel {
            put!(page, " CH: ", Named("channel", channel));
        }
        page.field("privacy", Truth(is_private));
        put!(page, Named("", if is_private { ", PRIVACY" } else { "" }));
    }
}

/// A rate in units of 500 kbit/s.
pub(super) fn half_megabits(page: &mut Page<'_>, rate: u8) {
    put!(page, rate / 2, if rate & 1 == 0 { ".0" } else { ".5" });
}

fn next<'a>(rest: &mut Cursor<'a>) -> Option<(u8, &'a [u8])> {
    let (kind, length) = (rest.u8().ok()?, rest.u8().ok()?);
    let value = rest.take(length.into()).ok()?;
    Some((kind, value))
}

const NETWORK: u8 = 0;
const RATES: u8 = 1;
const CHANNEL: u8 = 3;
const TRAFFIC_MAP: u8 = 5;
const CHALLENGE: u8 = 16;
