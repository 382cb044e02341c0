//! The import rules of the house, read off the source: imports point down, rooms on one floor do not import
//! each other, and some crates are named in some rooms only.

use std::fs;
use std::path::{Path, PathBuf};

/// The rooms (top-level modules) by floor. `cli` is below `tools` on the top floor; `bin` is outside the library.
const FLOORS: [&[&str]; 6] = [
    &["wire"],
    &["proto", "filter", "print"],
    &["net", "store", "capture"],
    &["cli"],
    &["tools"],
    &["bin"],
];

/// Crates that only some places may name: (crate, places as path prefixes below `src/`).
const CRATES: &[(&str, &[&str])] = &[
    ("clap", &["cli", "tools"]),
    ("anyhow", &["cli", "tools"]),
    ("hickory_proto", &["wire/dns"]),
    ("tokio", &["net", "store", "capture", "cli", "tools"]),
    ("socket2", &["net", "capture"]),
    ("libc", &["net/sys", "capture/sys"]),
    ("ring", &["proto/dns/validate", "net"]),
    ("rustix", &["net", "store", "capture", "cli", "tools"]),
    ("std::fs", &["net", "store", "capture", "cli", "tools"]),
    ("std::env", &["cli", "tools"]),
    ("std::net::UdpSocket", &["net", "capture", "tools"]),
    ("std::net::TcpStream", &["net", "capture", "tools"]),
];

#[test]
fn imports_point_down() {
    let mut offences = Vec::new();
    for (file, text) in sources() {
        let from = room(&file);
        for (number, line) in code_lines(&text) {
            for to in rooms_named(line) {
                if to != from && floor(&to) >= floor(&from) {
                    offences.push(format!(
                        "{file}:{number}: {from} must not import {to}: {}",
                        line.trim()
                    ));
                }
            }
        }
    }
    assert!(
        offences.is_empty(),
        "imports that do not point down:\n{}",
        offences.join("\n")
    );
}

#[test]
fn crates_are_named_only_in_their_rooms() {
    let mut offences = Vec::new();
    for (file, text) in sources() {
        for (number, line) in code_lines(&text) {
            for (name, places) in CRATES {
                let allowed = file.starts_with("bin/") || places.iter().any(|place| is_in(&file, place));
                if !allowed && names_crate(line, name) {
                    offences.push(format!(
                        "{file}:{number}: {name} is for {places:?} only: {}",
                        line.trim()
                    ));
                }
            }
        }
    }
    assert!(
        offences.is_empty(),
        "crates out of their rooms:\n{}",
        offences.join("\n")
    );
}

#[test]
fn unsafe_code_is_in_the_two_sys_rooms() {
    for (file, text) in sources() {
        let allowed = ["capture/sys", "net/sys"].iter().any(|room| is_in(&file, room));
        for (number, line) in code_lines(&text) {
            let words = line.split(|c: char| !c.is_alphanumeric() && c != '_');
            assert!(
                allowed || !words.clone().any(|word| word == "unsafe"),
                "src/{file}:{number}: unsafe code"
            );
        }
    }
}

#[test]
fn every_room_is_on_a_floor() {
    for (file, _) in sources() {
        if file != "lib.rs" {
            assert!(
                FLOORS.iter().any(|floor| floor.contains(&room(&file).as_str())),
                "src/{file} is on no floor"
            );
        }
    }
}

/// Every file below `src/`, by its path there, with its text up to the tests at its foot.
fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&root, &mut files);
    assert!(
        files.len() > 20,
        "the source was not found below {}",
        root.display()
    );
    files
        .into_iter()
        .map(|path| {
            let name = path
                .strip_prefix(&root)
                .expect("it was found below the root")
                .display()
                .to_string();
            let text = fs::read_to_string(&path).expect("source is readable text");
            let code = text
                .split("#[cfg(test)]\nmod tests")
                .next()
                .unwrap_or_default()
                .to_owned();
            (name, code)
        })
        .collect()
}

/// Whether a file is that of a module, or of one below it.
fn is_in(file: &str, module: &str) -> bool {
    file.strip_prefix(module)
        .is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a source folder can be listed") {
        let path = entry.expect("an entry can be read").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
}

/// The lines that are not comments, numbered from 1.
fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line))
        .filter(|(_, l)| !l.trim_start().starts_with("//"))
}

fn room(file: &str) -> String {
    file.split(['/', '.']).next().unwrap_or_default().to_owned()
}

fn floor(room: &str) -> usize {
    FLOORS
        .iter()
        .position(|floor| floor.contains(&room))
        .unwrap_or(usize::MAX)
}

/// The rooms that a line names: `crate::net::…`, and each of `crate::{net, wire::…}`.
fn rooms_named(line: &str) -> Vec<String> {
    let mut rooms = Vec::new();
    for (at, _) in line.match_indices("crate::") {
        let rest = &line[at + "crate::".len()..];
        let list = rest
            .strip_prefix('{')
            .map_or(rest, |inner| inner.split('}').next().unwrap_or(inner));
        let parts: Vec<&str> = if rest.starts_with('{') {
            list.split(',').collect()
        } else {
            vec![list]
        };
        for part in parts {
            let name = part
                .trim()
                .split(|c: char| !c.is_alphanumeric() && c != '_')
                .next()
                .unwrap_or_default();
            if floor(name) != usize::MAX {
                rooms.push(name.to_owned());
            }
        }
    }
    rooms
}

fn names_crate(line: &str, name: &str) -> bool {
    line.match_indices(name).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = &line[at + name.len()..];
        let starts = before.is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != ':' && c != '.');
        starts
            && (after.starts_with("::")
                || (line.trim_start().starts_with("use ") && after.starts_with([';', ' '])))
    })
}

#[test]
fn the_rules_can_fail() {
    assert_eq!(rooms_named("use crate::{cli, wire::Reader};"), ["cli", "wire"]);
    assert_eq!(rooms_named("use crate::tools::rnc;"), ["tools"]);
    assert!(names_crate("use libc::c_int;", "libc"));
    assert!(names_crate("    let _ = tokio::spawn(async {});", "tokio"));
    assert!(!names_crate("use crate::net::tokio_like::X;", "tokio"));
    assert!(is_in("net/sys.rs", "net/sys") && is_in("net/sys/x.rs", "net/sys") && is_in("net/x.rs", "net"));
    assert!(!is_in("net/system.rs", "net/sys"));
}
