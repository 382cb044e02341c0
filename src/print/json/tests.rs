//! The objects of packets, as serde_json reads them.

use serde_json::{Value, json};

use crate::print::sample::{ether, ipv4, options, tcp, udp, verbose};
use crate::print::{Form, Options, Packet, Printer, Timestamp};
use crate::wire::LinkType;

const ETHERNET: LinkType = LinkType::ETHERNET;
const RAW: LinkType = LinkType::RAW;

/// The object of a packet of which so many bytes were captured.
fn object_cut(link: LinkType, bytes: &[u8], captured: usize) -> Value {
    let options = Options {
        form: Form::Json,
        ..options(1)
    };
    let packet = Packet {
        number: 7,
        interface: Some("eth0"),
        time: Timestamp {
            secs: 1_700_000_000,
            nanos: 5,
        },
        link,
        wire_len: u32::try_from(bytes.len()).unwrap(),
        bytes: &bytes[..captured],
    };
    let mut out = Vec::new();
    Printer::new(options).print(&packet, &mut out);
    assert_eq!(out.pop(), Some(b'\n'));
    serde_json::from_slice(&out).unwrap_or_else(|error| panic!("{error}: {}", out.escape_ascii()))
}

fn object(link: LinkType, bytes: &[u8]) -> Value {
    object_cut(link, bytes, bytes.len())
}

#[test]
fn a_packet_has_its_protocols_and_their_fields() {
    let mut tagged = vec![0xb0, 5, 8, 0];
    tagged.extend(tcp(
        (40000, 443),
        (1000, 2000),
        0x18,
        &[1, 1, 2, 4, 5, 180],
        b"abc",
    ));
    // The header has room for two more bytes of options.
    let packet = object(ETHERNET, &ether(0x8100, &tagged[..tagged.len()]));
    assert_eq!(packet["number"], 7);
    assert_eq!(packet["time"], "2023-11-14T22:13:20.000000005Z");
    assert_eq!(packet["epoch"], 1_700_000_000.0);
    assert_eq!(
        (&packet["interface"], &packet["link"]),
        (&json!("eth0"), &json!("EN10MB"))
    );
    assert_eq!(packet["protocols"], json!(["eth", "ip", "tcp"]));
    assert_eq!(
        packet["eth"],
        json!({"src": "02:00:00:00:00:01", "dst": "02:00:00:00:00:02", "type": "0x8100",
            "vlan": [{"id": 5, "priority": 5, "dei": true}]})
    );
    assert_eq!(packet["ip"]["src"], "192.0.2.1");
    assert_eq!(packet["ip"]["ttl"], 64);
    assert_eq!(packet["ip"]["flags"], "DF");
    assert_eq!(packet["ip"]["proto"], 6);
    assert_eq!(packet["tcp"]["sport"], 40000);
    assert_eq!(packet["tcp"]["flags"], "P.");
    assert_eq!(packet["tcp"]["seq"], 1000);
    assert_eq!(packet["tcp"]["next_seq"], 1005);
    assert_eq!(packet["tcp"]["cksum_ok"], true);
}

#[test]
fn options_are_elements_of_a_list() {
    let options = [2, 4, 5, 180, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2, 1, 1];
    let packet = object(RAW, &tcp((1, 2), (3, 0), 2, &options, &[]));
    assert_eq!(
        packet["tcp"]["options"],
        json!([{"kind": 2, "name": "mss", "mss": 1460}, {"kind": 8, "name": "TS", "val": 1, "ecr": 2},
            {"kind": 1, "name": "nop"}, {"kind": 1, "name": "nop"}])
    );
}

#[test]
fn a_name_of_the_dns_is_one_value() {
    let reply = b"\x12\x34\x84\0\0\x01\0\x01\0\0\0\0\x07example\x03org\0\0\x01\0\x01\
        \xc0\x0c\0\x01\0\x01\0\0\x0e\x10\0\x04\xc0\0\x02\x07";
    let packet = object(RAW, &udp(53, 9, reply));
    let dns = &packet["dns"];
    assert_eq!(
        (&dns["id"], &dns["rcode"], &dns["aa"]),
        (&json!(4660), &json!(0), &json!(true))
    );
    assert_eq!(
        dns["answers"],
        json!([{"name": "example.org.", "ttl": 3600, "type": "A", "data": "192.0.2.7"}])
    );
}

#[test]
fn a_protocol_that_comes_again_has_a_number() {
    let inner = udp(1000, 33434, b"abc");
    let mut message = vec![3, 3, 0, 0, 0, 0, 0, 0];
    message.extend_from_slice(&inner);
    let packet = object(RAW, &ipv4(1, &message));
    assert_eq!(packet["protocols"], json!(["ip", "icmp", "ip_2", "udp"]));
    assert_eq!(packet["ip_2"]["length"], inner.len());
    assert_eq!(packet["icmp"]["port"], 33434);
    assert_eq!(packet["udp"]["dport"], 33434);
}

#[test]
fn what_has_no_names_of_its_own_is_called_by_its_labels() {
    let mut message = vec![0x24, 2, 6, 0xec];
    message.resize(48, 0);
    let packet = object(RAW, &udp(123, 123, &message));
    assert_eq!(packet["ntp"]["stratum"], 2);
    assert_eq!(packet["ntp"]["poll"], 6);
    assert_eq!(packet["ntp"]["precision"], -20);
}

#[test]
fn lines_with_a_name_are_elements_of_a_list() {
    let mut request = vec![1, 5, 0, 0];
    request.resize(20, 0xab);
    request.extend([1, 5, b'b', b'o', b'b', 4, 6, 192, 0, 2, 1]);
    request[3] = u8::try_from(request.len()).unwrap();
    let packet = object(RAW, &udp(1812, 1812, &request));
    let radius = &packet["radius"];
    assert_eq!(
        (&radius["type"], &radius["type_number"], &radius["id"]),
        (&json!("Access-Request"), &json!(1), &json!(5))
    );
    assert_eq!(
        radius["attributes"],
        json!([{"name": "User-Name", "type": 1, "length": 5, "value": "bob"},
            {"name": "NAS-IP-Address", "type": 4, "length": 6, "value": "192.0.2.1"}])
    );
}

#[test]
fn lists_are_nested_as_the_lines_are() {
    let mut open = vec![0xff; 16];
    open.extend([0, 0, 1, 4, 0xfd, 0xe8, 0, 180, 192, 0, 2, 1, 10]);
    open.extend([2, 8, 1, 4, 0, 1, 0, 1, 2, 0]);
    open[17] = u8::try_from(open.len()).unwrap();
    open.extend([0xff; 16]);
    open.extend([0, 19, 4]);
    let packet = object(RAW, &tcp((179, 9), (1, 2), 0x18, &[], &open));
    assert_eq!(
        packet["bgp"]["messages"],
        json!([{"name": "Open", "type": 1, "length": 39, "version": 4, "my_as": 65000, "holdtime": 180,
            "id": "192.0.2.1", "parameters_length": 10, "parameters": [
                {"name": "Capabilities Advertisement", "type": 2, "length": 8, "capabilities": [
                    {"name": "Multiprotocol Extensions", "type": 1, "length": 4, "afi": "IPv4", "afi_number": 1,
                        "safi": "Unicast", "safi_number": 1},
                    {"name": "Route Refresh", "type": 2, "length": 0}]}]},
            {"name": "Keepalive", "type": 4, "length": 19}])
    );
}

#[test]
fn options_within_options_are_within_their_objects() {
    let mut advertise = vec![2, 0, 0, 9, 0, 3, 0, 40, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3];
    advertise.extend([0, 5, 0, 24, 0x20, 1, 0xd, 0xb8]);
    advertise.extend([0; 12]);
    advertise.extend([0, 0, 0, 4, 0, 0, 0, 5, 0, 7, 0, 1, 6]);
    let packet = object(RAW, &udp(547, 546, &advertise));
    assert_eq!(packet["protocols"], json!(["ip", "udp", "dhcpv6"]));
    assert_eq!(
        packet["dhcpv6"],
        json!({"type": 2, "type_name": "advertise", "xid": 9, "options": [
            {"code": 3, "name": "IA_NA", "length": 40, "iaid": 1, "t1": 2, "t2": 3, "options": [
                {"code": 5, "name": "IA_ADDR", "length": 24, "address": "2001:db8::", "pltime": 4, "vltime": 5}]},
            {"code": 7, "name": "preference", "length": 1, "value": 6}]})
    );
}

#[test]
fn spans_of_time_are_seconds() {
    let mut hello = vec![0, 0, 16, 3, 10, 100, 1, 0];
    hello.extend(b"cisco\0\0\0");
    hello.extend([192, 0, 2, 1]);
    let packet = object(RAW, &udp(1985, 1985, &hello));
    let hsrp = &packet["hsrp"];
    assert_eq!(
        (&hsrp["hellotime"], &hsrp["holdtime"], &hsrp["type_name"]),
        (&json!(3), &json!(10), &json!("hello"))
    );
}

#[test]
fn a_packet_that_ends_early_says_where() {
    let bytes = tcp((1, 2), (3, 4), 0x10, &[], &[]);
    let packet = object_cut(RAW, &bytes, 30);
    assert_eq!(
        (&packet["truncated"], &packet["caplen"]),
        (&json!("tcp"), &json!(30))
    );
    let packet = object(LinkType::IPV4, &[0x60; 20]);
    assert_eq!(packet["invalid"], "ip");
    let empty = object(RAW, &[]);
    assert_eq!(
        (&empty["invalid"], &empty["text"]),
        (&json!("header"), &json!("[Invalid header: caplen==0, len==0]"))
    );
}

#[test]
fn the_text_is_that_of_v() {
    let bytes = ether(0x0800, &udp(53, 9, b"\"\\\x1b"));
    assert_eq!(object(ETHERNET, &bytes)["text"], verbose(1, ETHERNET, &bytes));
}
