//! The words of a file of trust anchors, with their lines.

/// A word, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) text: String,
    /// The line, from 1.
    pub(super) line: usize,
    /// Whether it begins in the first column: in a master file, an owner.
    pub(super) starts_line: bool,
}

/// The words of each entry of a master file (RFC 1035 section 5.1): `;` begins a comment, and within brackets an entry
/// goes on over lines.
pub(super) fn zone_words(text: &str) -> Vec<Vec<Word>> {
    let mut entries: Vec<Vec<Word>> = Vec::new();
    let mut depth = 0_usize;
    for (index, line) in text.lines().enumerate() {
        let code = line.split(';').next().unwrap_or_default();
        if depth == 0 {
            entries.push(Vec::new());
        }
        let Some(entry) = entries.last_mut() else {
            continue;
        };
        let mut push = |word: &str, column: usize| {
            if !word.is_empty() {
                let starts_line = depth == 0 && column == 0;
                entry.push(Word {
                    text: word.to_owned(),
                    line: index + 1,
                    starts_line,
                });
            }
        };
        let mut start = 0;
        for (column, mark) in code.char_indices() {
            if !mark.is_ascii_whitespace() && !"()\"".contains(mark) {
                continue;
            }
            push(code.get(start..column).unwrap_or_default(), start);
            start = column + 1;
        }
        push(code.get(start..).unwrap_or_default(), start);
        let count = |bracket: char| code.matches(bracket).count();
        depth = (depth + count('(')).saturating_sub(count(')'));
    }
    entries.retain(|entry| !entry.is_empty());
    entries
}

/// The words of a file in BIND's form, `{`, `}` and `;` among them, if it is in that form: if its first word names a
/// statement with trust anchors.
pub(super) fn bind_words(text: &str) -> Option<Vec<Word>> {
    let mut words: Vec<Word> = Vec::new();
    let mut word = String::new();
    let mut rest = text;
    let mut line = 1;
    let mut quoted = false;
    while let Some(mark) = rest.chars().next() {
        let comment = match rest {
            _ if quoted => 0,
            _ if rest.starts_with("//") || mark == '#' => rest.find('\n').unwrap_or(rest.len()),
            _ if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            _ => 0,
        };
        let single = !quoted && "{};".contains(mark);
        if comment > 0 || single || mark == '"' || mark.is_ascii_whitespace() {
            if !word.is_empty() {
                words.push(Word {
                    text: std::mem::take(&mut word),
                    line,
                    starts_line: false,
                });
            }
            if single {
                words.push(Word {
                    text: mark.to_string(),
                    line,
                    starts_line: false,
                });
            }
        } else {
            word.push(mark);
        }
        quoted ^= mark == '"' && comment == 0;
        let (passed, after) = rest.split_at(comment.max(mark.len_utf8()));
        line += passed.matches('\n').count();
        rest = after;
    }
    let first = words.first()?.text.as_str();
    ["trust-anchors", "trusted-keys", "managed-keys"]
        .contains(&first)
        .then_some(words)
}
