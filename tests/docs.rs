//! What is written about the flags says the same as the parsers: the man pages and the completions.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command as Process;

use clap::Command;
use fairloss::tools;

#[path = "../examples/gen.rs"]
mod generated;

#[test]
fn man_pages_document_exactly_the_flags_that_exist() {
    for mut command in tools::commands() {
        command.build();
        let name = command.get_name().to_owned();
        let parsed = flags(&command);
        let written = flags_of_page(&fs::read_to_string(page(&name)).expect("every tool has a man page"));
        let missing: Vec<_> = parsed.difference(&written).collect();
        let invented: Vec<_> = written.difference(&parsed).collect();
        assert!(missing.is_empty(), "man/{name}.1 does not document {missing:?}");
        assert!(
            invented.is_empty(),
            "man/{name}.1 documents {invented:?}, which {name} does not know"
        );
    }
}

#[test]
fn man_pages_have_every_section_a_reader_looks_for() {
    for command in tools::commands() {
        let name = command.get_name();
        let text = fs::read_to_string(page(name)).expect("every tool has a man page");
        for section in [
            "NAME",
            "SYNOPSIS",
            "DESCRIPTION",
            "EXIT STATUS",
            "EXAMPLES",
            "SEE ALSO",
        ] {
            assert!(
                text.lines().any(|line| line == format!(".Sh {section}")),
                "man/{name}.1 has no {section}"
            );
        }
    }
}

#[test]
#[expect(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "it may skip, and says so"
)]
fn mandoc_finds_nothing_to_say() {
    for command in tools::commands() {
        let page = page(command.get_name());
        let Ok(output) = Process::new("mandoc")
            .args(["-T", "lint", "-W", "warning"])
            .arg(&page)
            .output()
        else {
            assert!(
                std::env::var_os("FAIRLOSS_REQUIRE_PEERS").is_none(),
                "nothing is skipped in CI"
            );
            eprintln!("SKIPPED: mandoc is not installed");
            return;
        };
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stdout)
        );
    }
}

#[test]
fn completions_are_those_of_the_parsers() {
    for (file, text) in generated::completions() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(&file);
        let committed = fs::read(&path).unwrap_or_default();
        assert!(
            committed == text,
            "{} is out of date: run `cargo run --example gen`",
            file.display()
        );
    }
}

/// Every flag of a command and its subcommands, as typed.
fn flags(command: &Command) -> BTreeSet<String> {
    let mut flags = BTreeSet::new();
    for arg in command.get_arguments().filter(|arg| !arg.is_hide_set()) {
        flags.extend(
            arg.get_short_and_visible_aliases()
                .into_iter()
                .flatten()
                .map(|short| format!("-{short}")),
        );
        flags.extend(
            arg.get_long_and_visible_aliases()
                .into_iter()
                .flatten()
                .map(|long| format!("--{long}")),
        );
    }
    for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
        flags.extend(self::flags(sub));
    }
    flags
}

/// Every flag that an mdoc page lists: the `Fl` words of its `.It` lines.
fn flags_of_page(text: &str) -> BTreeSet<String> {
    let mut flags = BTreeSet::new();
    for line in text
        .lines()
        .filter(|line| line.starts_with(".It ") && line.contains("Fl "))
    {
        let mut words = line.split_whitespace();
        while words.any(|word| word == "Fl") {
            let flag = words.next().unwrap_or_default();
            flags.insert(format!("-{}", flag.replace("\\-", "-").replace("\\&", "")));
        }
    }
    flags
}

fn page(tool: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("man")
        .join(format!("{tool}.1"))
}

#[test]
fn a_page_is_read_as_it_is_written() {
    let page = ".It Fl v\n.It Fl w Ar seconds\n.It Fl n , Fl -numeric\n.It Cm +short\ntext Fl q\n";
    let expected = ["--numeric", "-n", "-v", "-w"].map(str::to_owned);
    assert_eq!(flags_of_page(page), BTreeSet::from(expected));
}
