//! sFlow, version 5: samples of the frames and the counters of a switch.

use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{name_of, put};

/// Prints a datagram; its samples only under `-v`.
pub(super) fn print(page: &mut Page<'_>, datagram: Cursor<'_>) -> Shown {
    page.enter("sflow");
    let mut rest = datagram;
    let (version, family) = (rest.u32()?, rest.u32()?);
    let header = if family == 1 { HEADER_V4 } else { HEADER_V6 };
    if matches!(family, 1 | 2) && datagram.len() < header {
        put!(page, "sFlowv", version);
        // The reference names the shorter of the two headers for both.
        return Err(page.refuse("length", datagram.len(), "<", HEADER_V4));
    }
    datagram.need(HEADER_V4)?;
    if version != 5 {
        put!(page, "sFlow version ", version, " packet not supported");
        return Ok(());
    }
    if family == 2 {
        datagram.need(HEADER_V6)?;
    }
    put!(page, "sFlowv5, ");
    if family == 1 {
        put!(page, "IPv4 agent ");
        page.host(rest.ipv4()?);
    } else {
        put!(page, "IPv6 agent ");
        page.host(rest.ipv6()?);
    }
    put!(page, ", agent-id ", rest.u32()?);
    if !page.verbose(1) {
        put!(page, ", length ", datagram.len());
        return Ok(());
    }
    put!(page, ", seqnum ", rest.u32()?, ", uptime ", rest.u32()?);
    let samples = rest.u32()?;
    put!(page, ", samples ", samples, ", length ", datagram.len());
    if datagram.len() < header {
        return Err(page.refuse("tlen", datagram.len(), "<", header));
    }
    match print_samples(page, samples, rest) {
        Err(Stop::Invalid) => {
            page.invalid();
            rest.need(rest.len())
        }
        shown => shown,
    }
}

fn print_samples(page: &mut Page<'_>, count: u32, mut rest: Cursor<'_>) -> Shown {
    for _ in 0..count {
        if rest.is_empty() {
            break;
        }
        let (kind, length) = (rest.peek_u32(0)? & 0xfff, rest.peek_u32(4)?);
        rest.claims(8)?;
        rest.skip(8)?;
        put!(
            page,
            "\n\t",
            name_of(SAMPLES, kind).unwrap_or("Unknown"),
            " (",
            kind,
            "), length ",
            length,
            ","
        );
        if kind == 0 || length == 0 {
            return Ok(());
        }
        let length = length as usize;
        rest.claims(length)?;
        rest.need(length)?;
        match kind {
            1..=4 => sample(page, kind, rest)?,
            _ if !page.verbose(2) => page.hex("\n\t    ", rest.limited(length).bytes()),
            _ => {}
        }
        rest.advance(length);
    }
    Ok(())
}

/// Prints a sample and its records. They may go on past its end, up to that of the datagram.
fn sample(page: &mut Page<'_>, kind: u32, mut rest: Cursor<'_>) -> Shown {
    let (flow, expanded) = (kind % 2 == 1, kind > 2);
    rest.claims(match (flow, expanded) {
        (true, false) => 32,
        (true, true) => 44,
        (false, false) => 12,
        (false, true) => 16,
    })?;
    put!(page, " seqnum ", rest.u32()?);
    if expanded {
        put!(page, ", type ", rest.u32()?, ", idx ", rest.u32()?);
    } else {
        put!(page, ", type ", rest.u8()?, ", idx ", rest.u24()?);
    }
    if flow {
        put!(
            page,
            ", rate ",
            rest.u32()?,
            ", pool ",
            rest.u32()?,
            ", drops ",
            rest.u32()?
        );
        if expanded {
            for direction in [", input ", ", output "] {
                let format = rest.u32()?;
                put!(page, direction, rest.u32()?, " (", format, ")");
            }
            put!(page, ",");
        } else {
            put!(page, ", input ", rest.u32()?, " output ", rest.u32()?);
        }
        put!(page, " records ");
    } else {
        put!(page, ", records ");
    }
    let records = rest.u32()?;
    put!(page, records);
    for _ in 0..records {
        record(page, flow, &mut rest)?;
    }
    Ok(())
}

fn record(page: &mut Page<'_>, flow: bool, rest: &mut Cursor<'_>) -> Shown {
    rest.claims(8)?;
    let (format, length) = (rest.u32()?, rest.u32()?);
    let kind = format & 0xfff;
    // The number of the enterprise begins at another bit in counters, as the reference has it.
    let (enterprise, comma, names) = if flow {
        (format >> 12, "", FLOWS)
    } else {
        (format >> 20, ",", COUNTERS)
    };
    let name = name_of(names, kind)
        .filter(|_| enterprise == 0)
        .unwrap_or("Unknown");
    put!(
        page,
        "\n\t    enterprise ",
        enterprise,
        comma,
        " ",
        name,
        " (",
        kind,
        ") length ",
        length
    );
    let length = length as usize;
    rest.claims(length)?;
    if enterprise == 0 {
        let forms = if flow { FLOW_FORMS } else { COUNTER_FORMS };
        if let Some((_, size, form)) = forms.iter().find(|(known, ..)| *known == kind) {
            rest.claims(*size)?;
            form(page, *rest)?;
        } else if name_of(names, kind).is_none() && !page.verbose(2) {
            page.hex("\n\t\t", rest.limited(length).bytes());
        }
    }
    rest.advance(length);
    Ok(())
}

/// The fields of a line, each with four bytes.
fn fields(page: &mut Page<'_>, rest: &mut Cursor<'_>, names: &[&str]) -> Shown {
    for name in names {
        put!(page, *name, " ", rest.u32()?);
    }
    Ok(())
}

type Form = fn(&mut Page<'_>, Cursor<'_>) -> Shown;

fn raw(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    let protocol = rest.u32()?;
    put!(
        page,
        "\n\t      protocol ",
        name_of(PROTOCOLS, protocol).unwrap_or("Unknown"),
        " (",
        protocol,
        ")"
    );
    fields(
        page,
        &mut rest,
        &[", length", ", stripped bytes", ", header_size"],
    )
}

fn ethernet_frame(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    put!(page, "\n\t      frame len ", rest.u32()?);
    rest.skip(16)?;
    put!(page, ", type ", rest.u32()?);
    Ok(())
}

fn switch(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    fields(
        page,
        &mut rest,
        &["\n\t      src vlan", ", src pri", ", dst vlan", ", dst pri"],
    )
}

fn generic(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    fields(page, &mut rest, &["\n\t      ifindex", ", iftype"])?;
    put!(page, ", ifspeed ", rest.u64()?);
    let direction = rest.u32()?;
    put!(
        page,
        ", ifdirection ",
        direction,
        " (",
        name_of(DIRECTIONS, direction).unwrap_or("Unknown"),
        ")"
    );
    let status = rest.u32()?;
    let state = |bit: u32| if status & bit != 0 { "up" } else { "down" };
    put!(
        page,
        "\n\t      ifstatus ",
        status,
        ", adminstatus: ",
        state(1),
        ", operstatus: ",
        state(2)
    );
    put!(page, "\n\t      In octets ", rest.u64()?);
    fields(page, &mut rest, PACKETS)?;
    fields(page, &mut rest, &["\n\t      In errors", ", unknown protos"])?;
    put!(page, "\n\t      Out octets ", rest.u64()?);
    fields(page, &mut rest, PACKETS)?;
    fields(page, &mut rest, &["\n\t      Out errors", ", promisc mode"])
}

#[rustfmt::skip]
fn ethernet(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    fields(page, &mut rest, &[
        "\n\t      align errors", ", fcs errors", ", single collision", ", multiple collision", ", test error",
        "\n\t      deferred", ", late collision", ", excessive collision", ", mac trans error",
        "\n\t      carrier error", ", frames too long", ", mac receive errors", ", symbol errors",
    ])
}

fn token_ring(_page: &mut Page<'_>, _rest: Cursor<'_>) -> Shown {
    Ok(())
}

fn base_vg(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    put!(
        page,
        "\n\t      in high prio frames ",
        rest.u32()?,
        ", in high prio octets ",
        rest.u64()?
    );
    put!(
        page,
        "\n\t      in norm prio frames ",
        rest.u32()?,
        ", in norm prio octets ",
        rest.u64()?
    );
    let errors = [
        "\n\t      in ipm errors",
        ", oversized",
        ", in data errors",
        ", null addressed frames",
    ];
    fields(page, &mut rest, &errors)?;
    put!(
        page,
        "\n\t      out high prio frames ",
        rest.u32()?,
        ", out high prio octets ",
        rest.u64()?
    );
    put!(page, ", trans into frames ", rest.u32()?);
    put!(page, "\n\t      in hc high prio octets ", rest.u64()?);
    put!(
        page,
        ", in hc norm prio octets ",
        rest.u64()?,
        ", out hc high prio octets ",
        rest.u64()?
    );
    Ok(())
}

fn vlan(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    put!(page, "\n\t      vlan_id ", rest.u32()?, ", octets ", rest.u64()?);
    fields(
        page,
        &mut rest,
        &[
            ", unicast_pkt",
            ", multicast_pkt",
            ", broadcast_pkt",
            ", discards",
        ],
    )
}

fn processor(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    fields(page, &mut rest, &["\n\t      5sec", ", 1min", ", 5min"])?;
    // Both are called total.
    put!(page, ", total_mem ", rest.u64()?, ", total_mem ", rest.u64()?);
    Ok(())
}

const HEADER_V4: usize = 28;
const HEADER_V6: usize = 40;

const PACKETS: &[&str] = &[
    ", unicast pkts",
    ", multicast pkts",
    ", broadcast pkts",
    ", discards",
];

const FLOW_FORMS: &[(u32, usize, Form)] = &[(1, 16, raw), (2, 24, ethernet_frame), (1001, 16, switch)];

#[rustfmt::skip]
const COUNTER_FORMS: &[(u32, usize, Form)] = &[
    (1, 88, generic), (2, 52, ethernet), (3, 0, token_ring), (4, 80, base_vg), (5, 28, vlan), (1001, 28, processor),
];

const SAMPLES: &[(u32, &str)] = &[
    (1, "flow sample"),
    (2, "counter sample"),
    (3, "expanded flow sample"),
    (4, "expanded counter sample"),
];

const PROTOCOLS: &[(u32, &str)] = &[(1, "Ethernet"), (11, "IPv4"), (12, "IPv6")];

const DIRECTIONS: &[(u32, &str)] = &[
    (0, "unknown"),
    (1, "full-duplex"),
    (2, "half-duplex"),
    (3, "in"),
    (4, "out"),
];

#[rustfmt::skip]
const FLOWS: &[(u32, &str)] = &[
    (1, "Raw packet"), (2, "Ethernet frame"), (3, "IPv4 Data"), (4, "IPv6 Data"), (1001, "Extended Switch data"),
    (1002, "Extended Router data"), (1003, "Extended Gateway data"), (1004, "Extended User data"),
    (1005, "Extended URL data"), (1006, "Extended MPLS data"), (1007, "Extended NAT data"),
    (1008, "Extended MPLS tunnel"), (1009, "Extended MPLS VC"), (1010, "Extended MPLS FEC"),
    (1011, "Extended MPLS LVP FEC"), (1012, "Extended VLAN Tunnel"),
];

#[rustfmt::skip]
const COUNTERS: &[(u32, &str)] = &[
    (1, "Generic counter"), (2, "Ethernet counter"), (3, "Token ring counter"), (4, "100 BaseVG counter"),
    (5, "Vlan counter"), (1001, "Processor counter"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, shown, udp, verbose};
    use crate::wire::LinkType;

    const RAW: LinkType = LinkType::RAW;

    fn datagram(words: &[u32]) -> Vec<u8> {
        let head = [5, 1, 0xc000_0201, 9, 1, 2, 1];
        let bytes: Vec<u8> = head
            .iter()
            .chain(words)
            .flat_map(|word| word.to_be_bytes())
            .collect();
        udp(6343, 6343, &bytes)
    }

    #[test]
    fn a_sample_and_its_records_are_told_under_v() {
        let packet = datagram(&[2, 28, 7, 8, 1, 5, 0, 0, 0]);
        assert!(shown(RAW, &packet).ends_with(": sFlowv5, IPv4 agent 192.0.2.1, agent-id 9, length 64"));
        let packet = datagram(&[1, 56, 7, 8, 100, 200, 0, 3, 4, 1, 1, 16, 1, 64, 4, 60]);
        assert!(verbose(1, RAW, &packet).ends_with(
            ", samples 1, length 92\n\tflow sample (1), length 56, seqnum 7, type 0, idx 8, rate 100, pool 200, drops \
             0, input 3 output 4 records 1\n\t    enterprise 0 Raw packet (1) length 16\n\t      protocol Ethernet \
             (1), length 64, stripped bytes 4, header_size 60"
        ));
        assert_every_cut_is_told(RAW, &packet);
    }

    #[test]
    fn more_records_than_there_is_room_for_are_refused() {
        let packet = datagram(&[2, 12, 7, 8, 0xffff_ffff]);
        assert!(verbose(1, RAW, &packet).ends_with("records 4294967295 (invalid)"));
    }
}
