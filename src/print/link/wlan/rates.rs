//! The rates of 802.11n (IEEE 802.11-2020 section 19.5).

/// The rate of an index of 802.11n in units of 100 kbit/s. All are multiples of that of one stream of BPSK at a
/// code rate of 1/2, which depends on the width and on the guard interval.
pub(super) fn high_throughput(index: u8, is_40_mhz: bool, is_short: bool) -> Option<u32> {
    const STREAM: [u32; 8] = [1, 2, 3, 4, 6, 8, 9, 10];
    const DUPLICATE: u8 = 32;
    if index == DUPLICATE {
        return is_40_mhz.then_some(if is_short { 67 } else { 60 });
    }
    let units = if index < DUPLICATE {
        let streams = u32::from(index / 8) + 1;
        STREAM.get(usize::from(index % 8)).copied()? * streams
    } else {
        u32::from(*UNEQUAL.get(usize::from(index - DUPLICATE - 1))?)
    };
    Some(match (is_40_mhz, is_short) {
        (false, false) => units * 65,
        (false, true) => (units * 6500 / 9 + 5) / 10,
        (true, false) => units * 135,
        (true, true) => units * 150,
    })
}

/// The same multiples of the indices from 33 on, whose streams are modulated each in its own way.
#[rustfmt::skip]
const UNEQUAL: [u8; 44] = [
    6, 8, 10, 9, 12, 15,
    8, 10, 10, 12, 14, 14, 16, 12, 15, 15, 18, 21, 21, 24,
    10, 12, 14, 12, 14, 16, 18, 16, 18, 20, 20, 22, 15, 18, 21, 18, 21, 24, 27, 24, 27, 30, 30, 33,
];

#[cfg(test)]
mod tests {
    use super::high_throughput as rate;

    #[test]
    fn rates_follow_from_streams_width_and_interval() {
        for (index, rates) in [
            (7, [650, 722, 1350, 1500]),
            (8, [130, 144, 270, 300]),
            (31, [2600, 2889, 5400, 6000]),
            (33, [390, 433, 810, 900]),
            (43, [910, 1011, 1890, 2100]),
            (76, [2145, 2383, 4455, 4950]),
        ] {
            let told = [(false, false), (false, true), (true, false), (true, true)]
                .map(|(wide, short)| rate(index, wide, short).unwrap());
            assert_eq!(told, rates);
        }
        assert_eq!(
            (
                rate(32, true, true),
                rate(32, false, true),
                rate(77, false, false)
            ),
            (Some(67), None, None)
        );
    }
}
