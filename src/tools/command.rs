//! Commands that were typed as one argument, and how they end.

use std::ffi::OsStr;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus};

/// A command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum CommandLine {
    /// These words: a program and its arguments. At least one.
    Words(Vec<String>),
    /// This line, by `/bin/sh -c`.
    Shell(String),
}

impl CommandLine {
    /// A line for the shell.
    pub(super) fn shell(line: &str) -> Option<Self> {
        (!line.trim().is_empty()).then(|| Self::Shell(line.to_owned()))
    }

    /// The words of a line, with quotes and backslashes as the shell has them, but nothing else that it would do.
    /// `None` if there is no word, or a quote has no end.
    pub(super) fn words(line: &str) -> Option<Self> {
        let words = shlex::split(line).filter(|words| !words.is_empty())?;
        Some(Self::Words(words))
    }

    /// As `make` does: a line that the shell would treat no differently is run without one, for a shell costs more
    /// than most commands. `None` if there is no word.
    pub(super) fn cheapest(line: &str) -> Option<Self> {
        if line.contains(SPECIAL) {
            return Self::shell(line);
        }
        let words: Vec<_> = line.split_whitespace().map(str::to_owned).collect();
        (!words.is_empty()).then_some(Self::Words(words))
    }

    /// What runs it.
    pub(super) fn command(&self) -> Command {
        match self {
            Self::Words(words) => {
                let mut words = words.iter().map(OsStr::new);
                let mut command = Command::new(words.next().unwrap_or_default());
                command.args(words);
                command
            }
            Self::Shell(line) => {
                let mut command = Command::new("/bin/sh");
                command.arg("-c").arg(line);
                command
            }
        }
    }
}

/// The status as a shell tells it.
pub(super) fn code(status: ExitStatus) -> u8 {
    let code = status
        .code()
        .or_else(|| status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(u8::MAX)
}

/// What makes a line one for the shell.
const SPECIAL: &[char] = &[
    '|', '&', ';', '<', '>', '(', ')', '$', '`', '\\', '"', '\'', '*', '?', '[', ']', '#', '~', '=', '%',
    '{', '}', '!', '\n',
];

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Option<CommandLine> {
        Some(CommandLine::Words(
            words.iter().map(|word| (*word).to_owned()).collect(),
        ))
    }

    #[test]
    fn a_plain_line_is_run_without_a_shell() {
        assert_eq!(CommandLine::cheapest("tee  -a log"), words(&["tee", "-a", "log"]));
        assert!(matches!(
            CommandLine::cheapest("cat; date"),
            Some(CommandLine::Shell(_))
        ));
        assert_eq!(CommandLine::cheapest(" "), None);
    }

    #[test]
    fn words_have_quotes_and_no_other_magic() {
        assert_eq!(
            CommandLine::words(r#"printf '%s\n' "a b" c\ d $HOME *"#),
            words(&["printf", r"%s\n", "a b", "c d", "$HOME", "*"])
        );
        for line in ["", "  ", "'open", r#"a "b"#] {
            assert_eq!(CommandLine::words(line), None, "{line}");
        }
    }
}
