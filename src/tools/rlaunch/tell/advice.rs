//! What can be done about a call that was not simply launched.

use std::path::Path;

use crate::proto::launch::{Doubt, Ending};
use crate::tools::rlaunch::endpoint::Servers;
use crate::wire::rlaunch::Status;

/// What was typed to make a call, as far as it must be typed again.
#[derive(Clone, Copy, Debug)]
pub(in crate::tools::rlaunch) struct Typed<'a> {
    /// The server.
    pub(in crate::tools::rlaunch) server: &'a Servers,
    /// The file of the secret.
    pub(in crate::tools::rlaunch) key: Option<&'a Path>,
    /// The client's journal.
    pub(in crate::tools::rlaunch) journal: Option<&'a Path>,
    /// What the action gets, where it is known.
    pub(in crate::tools::rlaunch) payload: Option<&'a [u8]>,
}

impl Typed<'_> {
    /// What can be done about a call that was not simply launched.
    pub(in crate::tools::rlaunch) fn advice(&self, ending: &Ending, id: &str) -> Option<String> {
        let (again, cancel) = (self.again(id), self.cancel(id));
        Some(match ending {
            Ending::Launched(_) => return None,
            Ending::NotLaunched => "to launch it anew is safe".to_owned(),
            Ending::Unknown(Doubt::InDoubt) => format!(
                "it is not run again: look whether it was performed, and where the server runs say \
                 `rlaunch resolve --store DIR {} launched` or `not-launched`; then `{again}` answers",
                quoted(id)
            ),
            Ending::Unknown(Doubt::Gone) => {
                "look whether it was performed: nobody will ever tell, and nothing will ever launch it".to_owned()
            }
            Ending::Unknown(Doubt::Working | Doubt::Silent) => {
                if again == cancel {
                    format!("to ask again: `{again}`")
                } else {
                    format!("to ask again: `{again}`; to rule it out: `{cancel}`")
                }
            }
            Ending::Refused(Status::Stale) => {
                "its result was taken before, and nothing was launched now".to_owned()
            }
            Ending::Refused(Status::Conflict) => {
                "nothing was launched for this payload: another call needs another id".to_owned()
            }
            Ending::Refused(Status::Full | Status::Window) => {
                format!("a late copy may yet be launched: `{again}` later, or rule it out: `{cancel}`")
            }
            Ending::Refused(Status::RolledBack) => {
                "an old copy of the store was put back: its operator has to look, and nothing was launched now"
                    .to_owned()
            }
            Ending::Refused(_) => return None,
        })
    }

    /// The command line that asks for the call again, as it was asked for.
    pub(in crate::tools::rlaunch) fn again(&self, id: &str) -> String {
        if self.journal.is_none() && self.payload.is_none() {
            self.cancel(id)
        } else {
            self.resume(id)
        }
    }

    fn resume(&self, id: &str) -> String {
        let mut line = format!(
            "rlaunch resume {} {}",
            quoted(&self.server.to_string()),
            quoted(id)
        );
        match (self.journal, self.payload) {
            (Some(journal), _) => line += &format!(" --journal {}", path(journal)),
            (None, Some(payload)) => line += &format!(" {}", argument(payload)),
            (None, None) => {}
        }
        line + &self.with_key()
    }

    /// The command line that rules the call out, if it was not begun.
    fn cancel(&self, id: &str) -> String {
        let line = format!(
            "rlaunch cancel {} {}",
            quoted(&self.server.to_string()),
            quoted(id)
        );
        line + &self.with_key()
    }

    fn with_key(&self) -> String {
        self.key
            .map(|key| format!(" --key {}", path(key)))
            .unwrap_or_default()
    }
}

/// A payload as it is typed: what is long or no text is to come from standard input.
fn argument(payload: &[u8]) -> String {
    let text = std::str::from_utf8(payload).ok();
    text.filter(|text| text.len() <= TYPED && !text.contains(char::is_control) && *text != "-")
        .map_or_else(|| "-".to_owned(), quoted)
}

fn path(path: &Path) -> String {
    quoted(&path.to_string_lossy())
}

/// A word as a shell reads it.
fn quoted(word: &str) -> String {
    let quoted = shlex::try_quote(word);
    quoted.map_or_else(|_| "...".to_owned(), std::borrow::Cow::into_owned)
}

/// As long as a person would paste.
const TYPED: usize = 200;

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;
    use crate::proto::launch::Outcome;
    use crate::tools::rlaunch::tell::ending::samples::endings;

    static SERVER: LazyLock<Servers> = LazyLock::new(|| "[::1]:4517".parse().expect("an address"));
    static TYPED: LazyLock<Typed<'static>> = LazyLock::new(|| Typed {
        server: &SERVER,
        key: None,
        journal: None,
        payload: Some(b"two coffees"),
    });

    #[test]
    fn there_is_something_to_do_about_everything_but_a_launch() {
        for ending in &endings() {
            assert!(TYPED.advice(ending, "x").is_some(), "{ending:?}");
        }
        let launched = Ending::Launched(Outcome {
            exit: 0,
            truncated: false,
            result: Vec::new(),
        });
        assert_eq!(TYPED.advice(&launched, "x"), None);
    }

    #[test]
    fn the_line_that_resumes_can_be_typed_as_it_stands() {
        assert_eq!(
            TYPED.resume("invoice 42"),
            "rlaunch resume '[::1]:4517' 'invoice 42' 'two coffees'"
        );
        let journal = Typed {
            journal: Some(Path::new("/a b")),
            key: Some(Path::new("k")),
            ..*TYPED
        };
        assert_eq!(
            journal.resume("x"),
            "rlaunch resume '[::1]:4517' x --journal '/a b' --key k"
        );
        assert_eq!(journal.cancel("x"), "rlaunch cancel '[::1]:4517' x --key k");
    }

    #[test]
    fn a_payload_that_cannot_be_typed_comes_from_standard_input() {
        for payload in [b"\xff".as_slice(), b"a\nb", b"-", &[b'x'; 300]] {
            assert_eq!(argument(payload), "-");
        }
        assert_eq!(argument(b""), "''");
    }
}
