//! `--json` and `--color`.

use serde_json::Value;

use super::capture::Capture;
use super::{printed, rdump, said};

#[test]
fn each_packet_is_one_object_with_the_text_that_it_has_without() {
    let capture = Capture::mixed().bytes();
    let text = printed(&rdump(&["-tnv", "-r", "-"], &capture));
    let lines = printed(&rdump(&["-n", "--json", "-r", "-"], &capture));
    let objects: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).expect("an object"))
        .collect();
    let texts: Vec<&str> = objects
        .iter()
        .filter_map(|object| object["text"].as_str())
        .collect();
    assert_eq!(format!("{}\n", texts.join("\n")), text);
    for (number, object) in (1_u64..).zip(&objects) {
        assert_eq!(object["number"], number);
        let protocols = object["protocols"].as_array().expect("a list");
        for protocol in protocols {
            let name = protocol.as_str().expect("a name");
            assert!(object[name].is_object(), "{name}: {object}");
        }
    }
}

#[test]
fn a_filter_and_a_count_choose_the_packets() {
    let capture = Capture::mixed().bytes();
    let lines = printed(&rdump(&["-n", "--json", "-c", "1", "-r", "-", "tcp"], &capture));
    assert_eq!(lines.lines().count(), 1);
    let object: Value = serde_json::from_str(&lines).expect("an object");
    assert!(
        object["tcp"]["sport"].is_u64() && object["tcp"]["flags"].is_string(),
        "{object}"
    );
}

#[test]
fn what_json_has_no_place_for_is_refused() {
    for (flag, why) in [
        ("-x", "a dump is no field"),
        ("-q", "JSON tells everything"),
        ("-t", "one form of time stamp"),
        ("--nano", "one form of time stamp"),
        ("--color=always", "JSON has no colours"),
        ("--count", "no packet is printed"),
        ("-w/dev/null", "no packet is printed without --print"),
        ("-D", "JSON is for packets"),
    ] {
        let output = rdump(&["--json", flag, "-r", "-"], &Capture::mixed().bytes());
        assert_eq!(output.status.code(), Some(1), "{flag}");
        let said = said(&output);
        assert!(
            said.starts_with("rdump: --json and ") && said.contains(why),
            "{flag}: {said}"
        );
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}

#[test]
fn colours_come_when_they_are_asked_for() {
    let capture = Capture::mixed().bytes();
    let plain = printed(&rdump(&["-n", "-r", "-"], &capture));
    for flag in ["--color", "--color=auto", "--color=never"] {
        assert_eq!(
            printed(&rdump(&["-n", flag, "-r", "-"], &capture)),
            plain,
            "{flag}"
        );
    }
    let coloured = printed(&rdump(&["-n", "--color=always", "-r", "-"], &capture));
    assert!(coloured.starts_with("\x1b[2m00:00:"), "{coloured:?}");
    let mut without = String::new();
    for (index, part) in coloured.split("\x1b[").enumerate() {
        without += if index == 0 {
            part
        } else {
            part.split_once('m').expect("an end").1
        };
    }
    assert_eq!(without, plain);
}
