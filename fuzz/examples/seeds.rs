//! Writes seeds for the targets that print packets, out of captures: `seeds CORPUS CAPTURE...`
//!
//! Each capture becomes inputs of a few packets for the target of its link type, and its packets become inputs
//! for the others that they can be made to fit: what is in Ethernet is put behind the headers of other links.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use fairloss::capture::File;
use fairloss::wire::LinkType;

/// So many packets are one input, and so many inputs are taken of one capture.
const PACKETS: usize = 4;
const INPUTS: usize = 12;
/// Longer packets would keep the fuzzer from the many short ones.
const LONGEST: usize = 1024;

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args_os().skip(1);
    let corpus = PathBuf::from(args.next().ok_or("usage: seeds CORPUS CAPTURE...")?);
    for capture in args {
        let capture = Path::new(&capture);
        let name = capture
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let packets = read(capture);
        let Some((link, _)) = packets.first() else {
            continue;
        };
        let link = *link;
        let packets: Vec<Vec<u8>> = packets.into_iter().map(|(_, bytes)| bytes).collect();
        let (target, prefix) = target(link);
        write(&corpus.join(target), &name, &prefix, &packets)?;
        if link == LinkType::ETHERNET {
            for (target, dressed) in dressed(&packets) {
                write(&corpus.join(target), &name, &[], &dressed)?;
            }
        }
    }
    Ok(())
}

/// The packets that can be read of a capture, whatever becomes of the rest.
fn read(capture: &Path) -> Vec<(LinkType, Vec<u8>)> {
    let mut packets = Vec::new();
    if let Ok(mut file) = File::open(capture) {
        while let Ok(Some(frame)) = file.next_frame() {
            if frame.bytes.len() <= LONGEST {
                packets.push((frame.link, frame.bytes.to_vec()));
            }
            if packets.len() == PACKETS * INPUTS {
                break;
            }
        }
    }
    packets
}

/// The target that prints packets of a link type, and what it wants before its input.
fn target(link: LinkType) -> (&'static str, Vec<u8>) {
    let name = match link {
        LinkType::ETHERNET => "print_ethernet",
        LinkType::RAW => "print_raw",
        LinkType::NULL => "print_null",
        LinkType::LOOP => "print_loop",
        LinkType::LINUX_SLL => "print_sll",
        LinkType::LINUX_SLL2 => "print_sll2",
        LinkType::IPV4 => "print_ipv4",
        LinkType::IPV6 => "print_ipv6",
        LinkType(number) => {
            let number = u16::try_from(number).unwrap_or(u16::MAX);
            return ("print_other_links", number.to_be_bytes().into());
        }
    };
    (name, Vec::new())
}

/// Packets of Ethernet as other links would have them.
fn dressed(frames: &[Vec<u8>]) -> Vec<(&'static str, Vec<Vec<u8>>)> {
    let of_kind = |kind: u16| {
        let kind = kind.to_be_bytes();
        frames
            .iter()
            .filter(move |frame| frame.get(12..14) == Some(&kind))
            .map(|frame| frame[14..].to_vec())
    };
    let ipv4: Vec<_> = of_kind(0x0800).collect();
    let ipv6: Vec<_> = of_kind(0x86dd).collect();
    let both: Vec<_> = ipv4.iter().chain(&ipv6).cloned().collect();
    let family = |family: [u8; 4]| ipv4.iter().map(|packet| [&family[..], packet].concat()).collect();
    let cooked = |frame: &Vec<u8>| {
        [&[0, 0, 0, 1, 0, 6], frame.get(6..12)?, &[0, 0], frame.get(12..)?]
            .concat()
            .into()
    };
    let cooked_2 = |frame: &Vec<u8>| {
        let header = [0, 0, 0, 0, 0, 2, 0, 1, 0, 6];
        [
            frame.get(12..14)?,
            &header,
            frame.get(6..12)?,
            &[0, 0],
            frame.get(14..)?,
        ]
        .concat()
        .into()
    };
    vec![
        ("print_raw", both),
        ("print_ipv4", ipv4.clone()),
        ("print_ipv6", ipv6),
        ("print_null", family([2, 0, 0, 0])),
        ("print_loop", family([0, 0, 0, 2])),
        ("print_sll", frames.iter().filter_map(cooked).collect()),
        ("print_sll2", frames.iter().filter_map(cooked_2).collect()),
    ]
}

fn write(folder: &Path, name: &str, prefix: &[u8], packets: &[Vec<u8>]) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    for (number, few) in packets.chunks(PACKETS).enumerate() {
        // All detail, and with each input another dump or none.
        let how = [3 | u8::try_from(number % 4)? << 5, 0, 0, 0];
        let mut input = [prefix, &how].concat();
        for packet in few {
            input.extend(u16::try_from(packet.len())?.to_be_bytes());
            input.push(0);
            input.extend(packet);
        }
        fs::write(folder.join(format!("{name}.{number}")), input)?;
    }
    Ok(())
}
