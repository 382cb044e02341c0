//! The elements of LWAPP's messages: their names, the least that they have, and which message may have which.

/// What is known of an element.
#[derive(Clone, Copy)]
pub(super) struct Element {
    number: u8,
    pub(super) name: &'static str,
    /// How many bytes it has at least (RFC 5412 with its errata).
    pub(super) least: u16,
}

/// What is known of the element of this number.
pub(super) fn named(number: u8) -> Option<Element> {
    ELEMENTS.iter().find(|known| known.number == number).copied()
}

/// Whether the RFC permits the element in the message (section 4.2.1.5).
pub(super) fn is_permitted(message: u8, element: u8) -> bool {
    let lists = PERMITTED
        .iter()
        .filter(|(messages, _)| messages.contains(&message));
    lists
        .flat_map(|(_, elements)| *elements)
        .any(|&known| known == element)
}

const fn element(number: u8, least: u16, name: &'static str) -> Element {
    Element { number, name, least }
}

#[rustfmt::skip]
const ELEMENTS: &[Element] = &[
    element(2, 7, "AC Address"),
    element(3, 16, "WTP Descriptor"),
    element(4, 2, "WTP Radio Information"),
    element(5, 1, "WTP Name"),
    element(6, 18, "AC Descriptor"),
    element(7, 298, "IEEE 802.11 Add WLAN"),
    element(8, 21, "IEEE 802.11 WTP WLAN Radio Configuration"),
    element(10, 8, "IEEE 802.11 Multi-Domain Capability"),
    element(11, 16, "IEEE 802.11 MAC Operation"),
    element(12, 4, "IEEE 802.11 Tx Power"),
    element(13, 4, "IEEE 802.11 Tx Power Level"),
    element(14, 8, "IEEE 802.11 Direct Sequence Control"),
    element(15, 8, "IEEE 802.11 OFDM Control"),
    element(16, 4, "IEEE 802.11 Rate Set"),
    element(18, 1, "Test"),
    element(26, 3, "Change State Event"),
    element(27, 2, "Administrative State"),
    element(28, 3, "IEEE 802.11 Delete WLAN"),
    element(29, 36, "Add Mobile"),
    element(30, 7, "Delete Mobile"),
    element(31, 1, "AC Name"),
    element(33, 3, "Image Data"),
    element(34, 43, "IEEE 802.11 Update WLAN"),
    element(35, 1, "Location Data"),
    element(37, 2, "Statistics Timer"),
    element(38, 3, "Decryption Error Report Period"),
    element(39, 8, "Decryption Error Report"),
    element(41, 8, "IEEE 802.11 Antenna"),
    element(44, 1, "Certificate"),
    element(45, 4, "Session ID"),
    element(48, 2, "IEEE 802.11 CFP Status"),
    element(50, 26, "WTP Board Data"),
    element(51, 1, "IEEE 802.11 Broadcast Probe Mode"),
    element(52, 1, "Data Transfer Mode"),
    element(53, 3, "Data Transfer Data"),
    element(54, 2, "IEEE 802.11 WTP Mode and Type"),
    element(57, 52, "IEEE 802.11 WTP Quality of Service"),
    element(58, 1, "Discovery Type"),
    element(59, 4, "AC IPv4 List"),
    element(60, 1, "Status"),
    element(61, 8, "IEEE 802.11 MIC Countermeasures"),
    element(65, 7, "Add Blacklist Entry"),
    element(66, 7, "Delete Blacklist Entry"),
    element(67, 7, "WTP Reboot Statistics"),
    element(68, 2, "LWAPP Timers"),
    element(70, 7, "Add Static Blacklist Entry"),
    element(71, 7, "Delete Static Blacklist Entry"),
    element(77, 10, "Duplicate IPv4 Address"),
    element(79, 14, "IEEE 802.11 MIC Error Report From Mobile"),
    element(82, 13, "WTP Static IP Address Information"),
    element(90, 2, "AC Name with Index"),
    element(91, 1, "WTP Fallback"),
    element(95, 4, "WTP Radio Fail Alarm Indication"),
    element(97, 4, "Idle Timeout"),
    element(99, 6, "WTP Manager Control IPv4 Address"),
    element(104, 7, "Vendor Specific"),
    element(105, 11, "IEEE 802.11 Mobile Session Key"),
    element(106, 14, "IEEE 802.11 Update Mobile QoS"),
    element(107, 16, "WNonce"),
    element(108, 16, "ANonce"),
    element(109, 2, "PSK-MIC"),
    element(111, 16, "XNonce"),
    element(137, 18, "WTP Manager Control IPv6 Address"),
    element(138, 4, "WTP Manager Data IPv4 Address"),
    element(139, 16, "WTP Manager Data IPv6 Address"),
    element(140, 8, "IEEE 802.11 Station QoS Profile"),
    element(141, 16, "AC IPv6 List"),
];

/// Messages, and elements that each of them may have.
const PERMITTED: &[(&[u8], &[u8])] = &[
    // Discovery (sections 5.1 to 5.4).
    (&[1, 32], &[58, 3, 4]),
    (&[2], &[2]),
    (&[2, 33], &[6, 31, 99, 137]),
    // Joining (6.1 to 6.4).
    (&[3], &[3, 2, 5, 35, 4, 44, 45, 18, 111]),
    (&[4], &[60, 44, 138, 139, 59, 141, 108, 109]),
    (&[5], &[45, 107, 109]),
    (&[6], &[45, 109]),
    // New keys (6.7 and 6.8).
    (&[30], &[45, 111]),
    (&[31], &[45, 108, 109]),
    // Configuration (7.2 to 7.4 and 11.9).
    (&[10], &[27, 31, 90, 50, 37, 82, 67, 13, 48, 54]),
    (&[11], &[38, 26, 68, 59, 141, 91, 97, 16, 51, 57]),
    (
        &[12],
        &[5, 26, 27, 37, 35, 38, 59, 141, 65, 66, 70, 71, 68, 90, 91, 97],
    ),
    (&[12], &[16, 48, 51, 54, 57, 79]),
    (&[10, 11, 12], &[8, 10, 11, 12, 14, 15, 41]),
    // What is told later (7.6, 8.1, 8.5, 8.7, 9.1 and 11.7).
    (&[16], &[26]),
    (&[24], &[33]),
    (&[14], &[39, 77]),
    (&[34], &[52, 53]),
    (&[39], &[30, 29, 105, 140, 106]),
    (&[37], &[7, 28, 34]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_element_belongs_to_its_messages() {
        assert!(is_permitted(2, 2) && !is_permitted(33, 2));
        assert!(is_permitted(10, 41) && is_permitted(12, 79) && !is_permitted(11, 79));
        assert!(!is_permitted(13, 2) && !is_permitted(0, 0));
    }

    #[test]
    fn every_permitted_element_is_known() {
        let permitted = PERMITTED.iter().flat_map(|(_, elements)| *elements);
        assert!(permitted.copied().all(|number| named(number).is_some()));
    }
}
