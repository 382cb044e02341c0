//! The manual lists every `+option` that there is.

use std::fs;
use std::path::Path;

#[test]
fn the_manual_lists_every_plus_option() {
    let manual = Path::new(env!("CARGO_MANIFEST_DIR")).join("man/rdig.1");
    let text = fs::read_to_string(manual).expect("the manual can be read");
    let items: String = text.lines().filter(|line| line.starts_with(".It Cm +")).collect();
    let words: Vec<&str> = items
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '+')
        .map(|word| word.trim_start_matches('+'))
        .collect();
    for option in fairloss::tools::rdig::plus_options() {
        assert!(words.contains(&option), "+{option} is not in man/rdig.1");
    }
}

#[test]
fn the_manual_says_which_options_dig_does_not_have() {
    let manual = Path::new(env!("CARGO_MANIFEST_DIR")).join("man/rdig.1");
    let text = fs::read_to_string(manual).expect("the manual can be read");
    let (_, section) = text
        .split_once(".Sh DIFFERENCES FROM DIG")
        .expect("there is such a section");
    let section = section.split(".Sh ").next().unwrap_or_default();
    for option in fairloss::tools::rdig::own_options() {
        let listed = section
            .split_whitespace()
            .any(|word| word == format!("+{option}"));
        assert!(listed, "+{option} is not among the differences in man/rdig.1");
    }
}
