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
