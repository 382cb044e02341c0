//! Messages of our own making, and their text.

use crate::print::sample::{assert_every_cut_is_told, ether, options, shown, tcp, texts, udp, verbose};
use crate::wire::LinkType;

const RAW: LinkType = LinkType::RAW;

/// A segment from or to the port of a service.
fn segment(port: u16, bytes: &[u8]) -> Vec<u8> {
    tcp((40000, port), (1, 1), 0x10, &[], bytes)
}

/// A message of SMB: its command, its first flags, words and data.
fn message(command: u8, flags: u8, words: &[u8], data: &[u8]) -> Vec<u8> {
    let mut message = b"\xffSMB".to_vec();
    message.extend_from_slice(&[command, 0, 0, 0, 0, flags, 0, 0]);
    message.resize(32, 0);
    message.push(u8::try_from(words.len() / 2).unwrap());
    message.extend_from_slice(words);
    message.extend(u16::try_from(data.len()).unwrap().to_le_bytes());
    message.extend_from_slice(data);
    message
}

/// The same behind the length that goes before it over TCP.
fn over_tcp(message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).unwrap().to_be_bytes();
    segment(445, &[&length[..], message].concat())
}

/// What is told of it at `-vv` behind its header.
fn told(message: &[u8]) -> String {
    let text = verbose(2, RAW, &over_tcp(message));
    text.split_once("Word Count    =  ").unwrap().1.to_owned()
}

/// A NetBIOS name in the letters of RFC 1001, with its length and the empty label behind.
fn name(plain: &[u8; 15], kind: u8) -> Vec<u8> {
    let mut name = vec![32];
    for byte in plain.iter().chain([&kind]) {
        name.extend_from_slice(&[b'A' + (byte >> 4), b'A' + (byte & 15)]);
    }
    name.push(0);
    name
}

#[test]
fn messages_are_told_by_their_kind() {
    let query = shown(RAW, &udp(137, 137, &[0, 1, 1, 0x10, 0, 1, 0, 0, 0, 0, 0, 0]));
    assert!(
        query.ends_with(": NBT UDP PACKET(137): QUERY; REQUEST; BROADCAST"),
        "{query}"
    );
    let rejected = shown(RAW, &segment(139, &[0x83, 0, 0, 4, 0x8f, 0, 0, 0]));
    assert!(rejected.ends_with(" Session Reject, Unspecified error 0x8F"));
    assert!(shown(RAW, &segment(139, &[0x83, 0, 0, 1, 0x8f])).ends_with(" NBT Session Packet:  [|nbt_tcp]"));
    let unknown = shown(RAW, &segment(139, &[0x99, 0, 0, 0]));
    assert!(
        unknown.ends_with(" Unknown packet type 0x99Data: (3 bytes)\n[000] 00 00 00                                          ^@^@^@ \n"),
        "{unknown}"
    );
    let reply = shown(RAW, &segment(445, b"\0\0\0\x0a\xffSMB\x72\0\0\0\0\x80"));
    assert!(
        reply.ends_with(", length 14 SMB PACKET: SMBnegprot (REPLY)"),
        "{reply}"
    );
    assert!(shown(RAW, &segment(445, b"\0\0\0\x0a\xfeSMB")).ends_with("(raw data or continuation?)\n"));
    assert!(shown(RAW, &segment(445, b"\0\0\0\x20\xffSMB\x72")).ends_with(" later TCP segments\n [|smb]"));
}

#[test]
fn a_command_has_its_words_and_its_data() {
    let mkdir = message(0x00, 0, &[], b"\x04a\x1bb\0");
    assert_eq!(told(&mkdir), "0 (0x0)\nsmb_bcc=5\nPath=a.b\n");
    let not_a_text = message(0x00, 0, &[], b"\x05a\0");
    assert_eq!(
        told(&not_a_text),
        "0 (0x0)\nsmb_bcc=3\nPath=Error! ASCIIZ buffer of type 5\n"
    );
    let read = message(0x0a, 0, &[7, 0, 0, 2, 0xfe, 0xff, 0xff, 0xff], &[]);
    assert_eq!(
        told(&read),
        "4 (0x4)\nHandle=7 (0x7)\nByteCount=512 (0x200)\nOffset=-2 (0xfffffffe)\nCountLeft=smb_bcc=0\n"
    );
    let unknown = message(0x99, 0x80, &[1, 2], b"hi");
    let dump = "[000] 68 69                                             hi \n";
    assert_eq!(
        told(&unknown),
        format!("1 (0x1)\nsmb_vwv[0]=513 (0x201)\nsmb_bcc=2\nsmb_buf[]=\n{dump}")
    );
    let cut = &mkdir[..mkdir.len() - 1];
    assert_eq!(told(cut), "0 (0x0)\nsmb_bcc=5\nPath= [|smb]");
}

#[test]
fn dates_are_those_of_dos_and_of_windows() {
    // The date is in the upper half for one of them, in the lower one for the other: 2004-03-23 15:17:28.
    let date = (24_u32 << 9 | 3 << 5 | 23) << 16 | 15 << 11 | 17 << 5 | 14;
    let close = [&[1, 0][..], &date.rotate_left(16).to_le_bytes()].concat();
    assert!(told(&message(0x04, 0, &close, &[])).contains("Time=2004-03-23 15:17:28\nsmb_bcc=0"));
    assert!(told(&message(0x04, 0, &[1, 0, 0xff, 0xff, 0xff, 0xff], &[])).contains("Time=NULL\n"));
    // A month of zero is the one before January.
    let close = [&[1, 0][..], &(24_u32 << 9 | 1).to_le_bytes()].concat();
    assert!(told(&message(0x04, 0, &close, &[])).contains("Time=2003-12-01 00:00:00\n"));

    let mut words = vec![0; 34];
    words[23..31].copy_from_slice(&0x01c4_10e9_f3fb_b400_u64.to_le_bytes());
    let negotiated = told(&message(0x72, 0x80, &words, &[]));
    assert!(
        negotiated.contains("ServerTime=2004-03-23 15:17:28\n"),
        "{negotiated}"
    );
    words[23..31].copy_from_slice(&u64::MAX.to_le_bytes());
    let negotiated = told(&message(0x72, 0x80, &words, &[]));
    assert!(
        negotiated.contains("ServerTime=60056-05-28 05:36:11\n"),
        "{negotiated}"
    );
}

#[test]
fn errors_are_told_by_class_and_by_status() {
    let mut refused = message(0x00, 0x80, &[], &[]);
    refused[5] = 1;
    refused[7] = 5;
    let text = verbose(2, RAW, &over_tcp(&refused));
    assert!(text.contains("SMBError = ERRDOS - ERRnoaccess (Access denied.)\n"));
    refused[5] = 2;
    refused[7] = 4;
    let text = verbose(2, RAW, &over_tcp(&refused));
    let error = text.split_once("SMBError = ").unwrap().1.lines().next().unwrap();
    assert_eq!(error.len(), 127, "longer ones are cut");
    refused[11] = 0x40;
    for (code, name) in [
        (0xc000_0022_u32, "STATUS_ACCESS_DENIED"),
        (0xc000_0038, "STATUS_DEVICE_ALREADY_ATTACHED"),
        (0xc002_100b, "RPC_P_TIMEOUT"),
        (0xc000_0036, "0xc0000036"),
    ] {
        refused[5..9].copy_from_slice(&code.to_le_bytes());
        let text = verbose(2, RAW, &over_tcp(&refused));
        assert!(text.contains(&format!("NTError = {name}\n")), "{text}");
    }
}

#[test]
fn commands_are_chained_forwards_and_not_without_end() {
    // Logging off, and a file opened behind it.
    let mut off = message(0x74, 0, &[0x2d, 0, 39, 0], &[]);
    off.extend_from_slice(&[0, 0, 0]);
    let text = told(&off);
    assert!(
        text.ends_with("\nSMB PACKET: SMBopenX (REQUEST) (CHAINED)\nsmb_bcc=0\n"),
        "{text}"
    );
    let back = told(&message(0x74, 0, &[0x74, 0, 32, 0], &[]));
    assert!(back.ends_with("Bad andX offset: 32 <= 32\n"), "{back}");

    // Each chain has one word more than the next one reads.
    let mut long = message(0x74, 0, &[], &[]);
    long.truncate(32);
    for place in 1..40_u16 {
        long.extend_from_slice(&[2, 0x74, 0]);
        long.extend((32 + 7 * place).to_le_bytes());
        long.extend_from_slice(&[0, 0]);
    }
    let text = told(&long);
    assert!(text.ends_with("Too many chained commands\n"), "{text}");
    assert!(text.len() < 2000);
}

/// A request of SMBtrans2, the parameters of which follow the words.
fn request(number: u8, parameters: &[u8]) -> Vec<u8> {
    let mut words = [0; 30];
    words[18] = u8::try_from(parameters.len()).unwrap();
    words[20] = 32 + 1 + 30 + 2;
    words[28] = number;
    message(0x32, 0, &words, parameters)
}

#[test]
fn a_reply_is_read_by_the_latest_request() {
    let mut words = [0; 20];
    words[12] = 18;
    words[14] = 32 + 1 + 20 + 2;
    let reply = over_tcp(&message(
        0x32,
        0x80,
        &words,
        b"\x01\0\0\0\x02\0\0\0\x03\0\0\0\x04\0\0\0\0\x02",
    ));
    let request = over_tcp(&request(3, &[1, 0]));
    let told = texts(&options(2), RAW, &[&reply, &request, &reply]);
    assert!(told[0].contains("TRANSACT2_OPEN param_length=0 data_length=18\n"));
    assert!(told[1].ends_with("smb_bcc=2\nInfoLevel=1 (0x1)\n"), "{}", told[1]);
    let told_of = "idFileSystem=0x1\nSectorUnit=2 (0x2)\nUnit=3 (0x3)\nAvail=4 (0x4)\nSectorSize=512 (0x200)\ndata:\n[000] 01 ";
    assert!(told[2].contains(told_of), "{}", told[2]);
}

#[test]
fn texts_are_of_bytes_or_of_pairs_of_them() {
    let parameters = b"\x10\0\x05\0\x06\0\x04\x01\0\0\0\0\0*\0\x80\0\0\0";
    let text = |unicode: bool| {
        let mut find = request(1, parameters);
        if unicode {
            find[11] = 0x80;
        }
        told(&find)
    };
    // The text begins at an odd offset; before a wide one there is a byte.
    assert!(
        text(false).contains("Level=260 (0x104)\nFile=\n"),
        "{}",
        text(false)
    );
    assert!(
        text(true).contains("Level=260 (0x104)\nFile=*.\n"),
        "{}",
        text(true)
    );
}

#[test]
fn names_are_followed_and_shown_without_what_is_not_text() {
    let mut packet = vec![0, 1, 0x29, 0x10, 0, 1, 0, 0, 0, 0, 0, 1];
    packet.extend(name(b"HOST\x1b          ", 0x20));
    packet.extend_from_slice(&[0, 0x20, 0, 1, 0xc0, 12, 0, 0x20, 0, 1, 0, 0, 1, 0, 0, 6, 0, 0]);
    packet.extend_from_slice(&[192, 0, 2, 7]);
    let text = verbose(2, RAW, &udp(137, 137, &packet));
    let expected = "\n>>> NBT UDP PACKET(137): REGISTRATION; REQUEST; BROADCAST\n\
        TrnID=0x1\nOpCode=5\nNmFlags=0x11\nRcode=0\nQueryCount=1\nAnswerCount=0\nAuthorityCount=0\n\
        AddressRecCount=1\nQuestionRecords:\nName=HOST^[           NameType=0x20 (Server)\nQuestionType=0x20\n\
        QuestionClass=0x1\n\nResourceRecords:\nName=HOST^[           NameType=0x20 (Server)\nResType=0x20\n\
        ResClass=0x1\nTTL=256 (0x100)\nResourceLength=6\nResourceData=\nAddrType=0x0\n\
        Address=192 (0xc0).0 (0x0).2 (0x2).7 (0x7)\n";
    assert!(text.ends_with(expected), "{text}");
    assert_every_cut_is_told(RAW, &udp(137, 137, &packet));
    // One that points to itself is none.
    packet[46 + 5] = 50;
    let text = verbose(2, RAW, &udp(137, 137, &packet));
    assert!(text.contains("\nResourceRecords:\nName= "), "{text}");
}

#[test]
fn the_names_of_a_node_have_flags() {
    let mut packet = vec![0, 1, 0x84, 0, 0, 0, 0, 1, 0, 0, 0, 0];
    packet.extend(name(b"*\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 0));
    packet.extend_from_slice(&[0, 0x21, 0, 1, 0, 0, 0, 0, 0, 19, 1]);
    packet.extend_from_slice(b"GROUP          \x1e\xc4\0");
    let text = verbose(2, RAW, &udp(137, 137, &packet));
    let expected = "NumNames=0x1\nName=GROUP           NameType=0x1E (Browser Server)\t<GROUP> M <ACTIVE> \n";
    assert!(text.ends_with(expected), "{text}");
}

#[test]
fn netbeui_and_ipx_carry_messages_too() {
    let mut frame = vec![0xf0, 0xf0, 3, 44, 0, 0xff, 0xef, 0x08];
    frame.resize(8 + 7, 0);
    frame.extend_from_slice(b"TO             \0FROM           \x20");
    frame.extend(message(0x0e, 0, &[], &[]));
    let length = u16::try_from(frame.len()).unwrap();
    let frame = ether(length, &frame);
    assert_eq!(shown(LinkType::ETHERNET, &frame), "NBF Packet: Datagram");
    let text = verbose(2, LinkType::ETHERNET, &frame);
    let expected = "\n>>> NBF Packet\nType=0x3 Length=44 (0x2c) Signature=0xEFFF Command=0x8\nDatagram:\n\
        Destination=TO              NameType=0x00 (Workstation)\nSource=FROM            NameType=0x20 (Server)\n\n\
        SMB PACKET: SMBctemp (REQUEST)\n";
    assert!(text.starts_with(expected), "{text}");

    let mut packet = vec![0xff; 30];
    packet[2..4].copy_from_slice(&200_u16.to_be_bytes());
    packet[16..18].copy_from_slice(&[0x04, 0x55]);
    let mut carrying = packet.clone();
    carrying.extend_from_slice(b"ab");
    carrying.extend(message(0x0e, 0, &[], &[]));
    let text = shown(LinkType::ETHERNET, &ether(0x8137, &carrying));
    let expected = ": ipx-netbios 170\n>>> IPX transport Data: (2 bytes)\n\
        [000] 61 62                                             ab \nSMB PACKET: SMBctemp (REQUEST)";
    assert!(text.ends_with(expected), "{text}");
    packet.resize(30 + 170, b'x');
    let text = shown(LinkType::ETHERNET, &ether(0x8137, &packet));
    assert!(
        text.contains("\n>>> Unknown IPX Data: (170 bytes)\n[000] 78 "),
        "{text}"
    );
}

#[test]
fn a_browser_frame_is_told_by_its_command() {
    let name = b"\\MAILSLOT\\BROWSE\0";
    let data = [&name[..], b"\x02\x01WS\0"].concat();
    let mut words = [0; 34];
    let start = 32 + 1 + 34 + 2 + name.len();
    words[20] = u8::try_from(start).unwrap();
    words[22] = 5;
    words[24] = u8::try_from(start).unwrap();
    let text = told(&message(0x25, 0, &words, &data));
    let expected = "smb_bcc=22\nName=\\MAILSLOT\\BROWSE\nBROWSE PACKET\nBROWSE PACKET:\n\
        Type=0x2 (AnnouncementRequest)\nFlags=0x1\nReplySystemName=WS\n";
    assert!(text.ends_with(expected), "{text}");
}
