//! Radiotap: how a frame was received or sent (<https://www.radiotap.org>). Its fields are in the order of the
//! bits that announce them, each at a multiple of its size.

use super::element::half_megabits;
use super::{Layout, print, rates};
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Named, put};

/// A captured frame behind its radiotap header.
pub(in crate::print::link) fn frame(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("802.11_radio");
    let length = packet.after(2).u16_le().map_or(0, usize::from);
    if length < SHORTEST || !packet.has(length) {
        page.truncated();
        page.link_len += packet.captured();
        return Ok(());
    }
    let header = packet.limited(length);
    let mut words = 1;
    while present(header, words - 1).is_some_and(|bits| bits & EXTENDED != 0) {
        words += 1;
    }
    if present(header, words - 1).is_none() {
        page.truncated();
        page.link_len += packet.captured();
        return Ok(());
    }
    let fields = Fields {
        header,
        at: 4 + 4 * words,
    };
    let flags = fields.print(page, words);
    let layout = Layout {
        padded: flags & PADDED != 0,
        check: if flags & HAS_CHECK != 0 { 4 } else { 0 },
    };
    let inner = print(page, packet.after(length), layout)?;
    page.link_len += length + inner;
    Ok(())
}

/// A word of the bitmap, if it is within the header.
fn present(header: Cursor<'_>, word: usize) -> Option<u32> {
    header.after(4 + 4 * word).u32_le().ok()
}

/// The fields behind the bitmap.
struct Fields<'a> {
    header: Cursor<'a>,
    /// Where the next one begins, but for alignment.
    at: usize,
}

impl Fields<'_> {
    /// Prints all that are known. Returns what the flags among them say.
    fn print(mut self, page: &mut Page<'_>, words: usize) -> u8 {
        let mut flags = 0;
        let mut first_bit = 0;
        let mut is_vendors = false;
        let mut vendors_length = 0;
        for word in 0..words {
            let Some(bits) = present(self.header, word) else {
                break;
            };
            if is_vendors {
                if self.at + vendors_length > self.header.captured() {
                    break;
                }
                self.at += vendors_length;
                vendors_length = 0;
            } else if !self.word(page, bits, first_bit, &mut flags) {
                break;
            }
            match bits & (OWN_SPACE | VENDORS_SPACE) {
                0 => first_bit += 32,
                OWN_SPACE => {
                    first_bit = 0;
                    is_vendors = false;
                    vendors_length = 0;
                }
                VENDORS_SPACE => {
                    first_bit = 0;
                    is_vendors = true;
                    match self.vendor() {
                        Some(length) => vendors_length = length,
                        None => page.truncated(),
                    }
                }
                // No such thing; neither counts.
                _ => {}
            }
        }
        flags
    }

    /// The fields of one word. Returns false if what follows cannot be found.
    fn word(&mut self, page: &mut Page<'_>, bits: u32, first_bit: u32, flags: &mut u8) -> bool {
        for bit in (0..OWN_SPACE.trailing_zeros()).filter(|bit| bits >> bit & 1 != 0) {
            match self.field(page, first_bit + bit, bits, flags) {
                Some(true) => {}
                Some(false) => return false,
                None => {
                    page.truncated();
                    return false;
                }
            }
        }
        true
    }

    /// One field; `None` if it is not within the header, false if its length is not known.
    fn field(&mut self, page: &mut Page<'_>, bit: u32, bits: u32, flags: &mut u8) -> Option<bool> {
        match bit {
            0 => put!(page, Named("tsft", u64::from_le_bytes(self.take(8)?)), "us tsft "),
            FLAGS => {
                *flags = self.u8()?;
                for (mask, name) in FLAG_NAMES {
                    if *flags & mask != 0 {
                        put!(page, Named("flags", *name));
                    }
                }
            }
            2 => match self.u8()? {
                // Some systems tell an index of 802.11n in this way.
                index @ 0x80..=0x8f => put!(page, "MCS ", Named("mcs", index & 0x7f), " "),
                rate => {
                    page.one("rate", |page| half_megabits(page, rate));
                    put!(page, " Mb/s ");
                }
            },
            3 => {
                let (frequency, kind) = (self.u16()?, self.u16()?);
                if bits & 1 << WIDE_CHANNEL == 0 {
                    channel(page, frequency, kind.into(), bits);
                }
            }
            4 => put!(page, "fhset ", self.u8()?, " fhpat ", self.u8()?, " "),
            5 => put!(page, Named("signal_dbm", self.i8()?), "dBm signal "),
            6 => put!(page, Named("noise_dbm", self.i8()?), "dBm noise "),
            7 => put!(page, Named("signal_quality", self.u16()?), " sq "),
            8 => put!(
                page,
                Named(
                    "tx_attenuation",
                    i32::from(self.u16()?.cast_signed()).wrapping_neg()
                ),
                " tx power "
            ),
            9 => put!(
                page,
                Named("tx_attenuation_db", i32::from(self.i8()?).wrapping_neg()),
                "dB tx attenuation "
            ),
            10 => put!(page, Named("tx_power_dbm", self.i8()?), "dBm tx power "),
            11 => put!(page, "antenna ", Named("antenna", self.u8()?), " "),
            12 => put!(page, Named("signal_db", self.u8()?), "dB signal "),
            13 => put!(page, Named("noise_db", self.u8()?), "dB noise "),
            14 => {
                self.u16()?;
            }
            WIDE_CHANNEL => {
                let kind = u32::from_le_bytes(self.take(4)?);
                let frequency = self.u16()?;
                self.take::<1>(1)?;
                self.take::<1>(1)?;
                channel(page, frequency, kind, bits);
            }
            HIGH_THROUGHPUT => {
                let (known, kind, index) = (self.u8()?, self.u8()?, self.u8()?);
                high_throughput(page, known, kind, index);
            }
            20 => {
                self.take::<4>(4)?;
                self.u16()?;
                self.u8()?;
                self.u8()?;
            }
            21 => self.very_high_throughput(page)?,
            _ => {
                put!(page, "[bit ", bit, "] ");
                return Some(false);
            }
        }
        Some(true)
    }

    fn very_high_throughput(&mut self, page: &mut Page<'_>) -> Option<()> {
        let known = self.u16()?;
        let (kind, bandwidth) = (self.u8()?, self.u8()?);
        let users = [self.u8()?, self.u8()?, self.u8()?, self.u8()?];
        let coding = self.u8()?;
        self.u8()?;
        self.u16()?;
        for (number, user) in (0_u8..).zip(users).filter(|(_, user)| user & 0x0f != 0) {
            put!(page, "User ", number, " MCS ", user >> 4, " ");
            correction(page, coding >> number & 1 != 0);
        }
        if known & 0x40 != 0 {
            let index = bandwidth & 0x1f;
            match VHT_BANDWIDTHS.get(usize::from(index)) {
                Some(name) => put!(page, *name, " "),
                None => put!(page, "unknown (", index, ") "),
            }
        }
        if known & 4 != 0 {
            guard_interval(page, kind & 4 != 0);
        }
        Some(())
    }

    /// The name of a vendor's space, of which only the length is of interest.
    fn vendor(&mut self) -> Option<usize> {
        if self.at.next_multiple_of(2) + 2 > self.header.captured() {
            return None;
        }
        for _ in 0..4 {
            self.u8()?;
        }
        self.u16().map(usize::from)
    }

    /// The next field of `N` bytes, at a multiple of `align`.
    fn take<const N: usize>(&mut self, align: usize) -> Option<[u8; N]> {
        let start = self.at.next_multiple_of(align);
        let field = self.header.after(start).array().ok()?;
        self.at = start + N;
        Some(field)
    }

    fn u8(&mut self) -> Option<u8> {
        self.take::<1>(1).map(|[byte]| byte)
    }

    fn i8(&mut self) -> Option<i8> {
        self.u8().map(u8::cast_signed)
    }

    fn u16(&mut self) -> Option<u16> {
        self.take(2).map(u16::from_le_bytes)
    }
}

fn channel(page: &mut Page<'_>, frequency: u16, kind: u32, bits: u32) {
    const CCK_2GHZ: u32 = 0x00a0;
    const OFDM_2GHZ: u32 = 0x00c0;
    const DYNAMIC_2GHZ: u32 = 0x0480;
    const GFSK_2GHZ: u32 = 0x0880;
    const OFDM_5GHZ: u32 = 0x0140;
    let is = |wanted: u32| kind & wanted == wanted;
    put!(page, Named("frequency", frequency), " MHz");
    if bits & 1 << HIGH_THROUGHPUT != 0 {
        put!(page, " 11n");
    } else {
        let width = match kind & 0xc000 {
            0 => "",
            0x8000 => "/5Mhz",
            _ => "/10Mhz",
        };
        if is(GFSK_2GHZ) {
            put!(page, " FHSS");
        }
        if is(OFDM_5GHZ) {
            put!(page, " 11a", width);
        }
        if is(OFDM_2GHZ) || is(DYNAMIC_2GHZ) {
            put!(page, " 11g", width);
        } else if is(CCK_2GHZ) {
            put!(page, " 11b");
        }
        if kind & 0x10 != 0 {
            put!(page, " Turbo");
        }
    }
    for (mask, name) in [(0x1_0000, " ht/20"), (0x4_0000, " ht/40-"), (0x2_0000, " ht/40+")] {
        if kind & mask != 0 {
            put!(page, name);
            break;
        }
    }
    put!(page, " ");
}

fn high_throughput(page: &mut Page<'_>, known: u8, kind: u8, index: u8) {
    const BANDWIDTH: u8 = 1;
    const GUARD_INTERVAL: u8 = 4;
    let is_short = kind & 4 != 0;
    let bandwidth = usize::from(kind & 3);
    if known & 2 != 0 {
        let rate = if known & (BANDWIDTH | GUARD_INTERVAL) != 0 {
            rates::high_throughput(index, bandwidth == 1, is_short)
        } else {
            None
        };
        if let Some(tenths) = rate {
            page.one("rate", |page| put!(page, tenths / 10, ".", tenths % 10));
            put!(page, " Mb/s ");
        }
        put!(page, "MCS ", Named("mcs", index), " ");
    }
    if known & BANDWIDTH != 0 {
        put!(page, VHT_BANDWIDTHS.get(bandwidth).copied().unwrap_or(""), " ");
    }
    if known & GUARD_INTERVAL != 0 {
        guard_interval(page, is_short);
    }
    if known & 8 != 0 {
        put!(page, if kind & 8 != 0 { "greenfield " } else { "mixed " });
    }
    if known & 0x10 != 0 {
        correction(page, kind & 0x10 != 0);
    }
    if known & 0x20 != 0 {
        put!(page, "RX-STBC", kind >> 5 & 3, " ");
    }
}

fn guard_interval(page: &mut Page<'_>, is_short: bool) {
    put!(page, if is_short { "short GI " } else { "long GI " });
}

fn correction(page: &mut Page<'_>, is_parity_check: bool) {
    put!(page, if is_parity_check { "LDPC FEC " } else { "BCC FEC " });
}

const SHORTEST: usize = 8;

const FLAGS: u32 = 1;
const WIDE_CHANNEL: u32 = 18;
const HIGH_THROUGHPUT: u32 = 19;
const OWN_SPACE: u32 = 1 << 29;
const VENDORS_SPACE: u32 = 1 << 30;
const EXTENDED: u32 = 1 << 31;

const HAS_CHECK: u8 = 0x10;
const PADDED: u8 = 0x20;
const FLAG_NAMES: &[(u8, &str)] = &[
    (0x01, "cfp "),
    (0x02, "short preamble "),
    (0x04, "wep "),
    (0x08, "fragmented "),
    (0x40, "bad-fcs "),
];

/// Where in a wider channel a narrower one is; the first four are those of 802.11n too.
#[rustfmt::skip]
const VHT_BANDWIDTHS: [&str; 26] = [
    "20 MHz", "40 MHz", "20 MHz (L)", "20 MHz (U)",
    "80 MHz", "80 MHz (L)", "80 MHz (U)", "80 MHz (LL)", "80 MHz (LU)", "80 MHz (UL)", "80 MHz (UU)",
    "160 MHz", "160 MHz (L)", "160 MHz (U)", "160 MHz (LL)", "160 MHz (LU)", "160 MHz (UL)", "160 MHz (UU)",
    "160 MHz (LLL)", "160 MHz (LLU)", "160 MHz (LUL)", "160 MHz (UUU)", "160 MHz (ULL)", "160 MHz (ULU)",
    "160 MHz (UUL)", "160 MHz (UUU)",
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, shown};
    use crate::wire::LinkType;

    const LINK: LinkType = LinkType::IEEE802_11_RADIO;
    const ACK: [u8; 10] = [0xd4, 0, 0, 0, 2, 0, 0, 0, 0, 1];
    const TOLD: &str = "Acknowledgment RA:02:00:00:00:00:01 ";

    /// An acknowledgment behind these presence words and fields.
    fn received(present: &[u32], fields: &[u8]) -> Vec<u8> {
        let length = u16::try_from(4 + 4 * present.len() + fields.len()).unwrap();
        let mut packet = vec![0, 0];
        packet.extend(length.to_le_bytes());
        packet.extend(present.iter().flat_map(|word| word.to_le_bytes()));
        packet.extend_from_slice(fields);
        packet.extend(ACK);
        packet
    }

    #[test]
    fn fields_are_found_at_multiples_of_their_size() {
        let packet = received(&[0x2e], &[0x06, 11, 0x6c, 0x09, 0xa0, 0, 3]);
        assert_eq!(
            shown(LINK, &packet),
            format!("short preamble wep 5.5 Mb/s 2412 MHz 11b 3dBm signal {TOLD}")
        );
        assert_every_cut_is_told(LINK, &packet);
    }

    #[test]
    fn of_a_field_that_is_not_known_nothing_behind_it_is_told() {
        assert_eq!(
            shown(LINK, &received(&[1 << 22 | 1 << 1], &[0])),
            format!("[bit 22] {TOLD}")
        );
        let extended = received(&[1 << 31, 1], &[0]);
        assert_eq!(shown(LINK, &extended), format!("[bit 32] {TOLD}"));
        let vendor = received(
            &[1 << 31 | 1 << 30, 1 << 31 | 1 << 29, 1 << 11],
            &[0, 1, 2, 0, 1, 0, 9, 4],
        );
        assert_eq!(shown(LINK, &vendor), format!("antenna 4 {TOLD}"));
        assert_eq!(
            shown(LINK, &received(&[1 << 3], &[1])),
            format!(" [|802.11_radio]{TOLD}")
        );
    }

    #[test]
    fn a_frame_check_sequence_and_padding_are_no_part_of_the_frame() {
        let mut packet = received(&[2], &[0x10]);
        packet.extend([1, 2, 3, 4]);
        assert_eq!(shown(LINK, &packet), TOLD);
        assert_eq!(shown(LINK, &received(&[2], &[0x10])), " [|802.11]");
        assert_eq!(shown(LINK, &received(&[2], &[0x20])), " [|802.11]");
    }

    #[test]
    fn modulation_is_told_as_far_as_it_is_known() {
        let packet = received(&[1 << 19], &[0x3f, 0x54, 7]);
        assert_eq!(
            shown(LINK, &packet),
            format!("72.2 Mb/s MCS 7 20 MHz short GI mixed LDPC FEC RX-STBC2 {TOLD}")
        );
        let packet = received(&[1 << 21], &[0x44, 0, 4, 4, 0x91, 0, 0x71, 0, 4, 0, 0, 0]);
        assert_eq!(
            shown(LINK, &packet),
            format!("User 0 MCS 9 BCC FEC User 2 MCS 7 LDPC FEC 80 MHz short GI {TOLD}")
        );
    }
}
