//! How a call ended, in words: one word, why, and what can be done about it.

use crate::proto::launch::{Doubt, Ending};
use crate::wire::rlaunch::Status;

/// The word for an ending.
pub(in crate::tools::rlaunch) fn word(ending: &Ending) -> &'static str {
    match ending {
        Ending::Launched(_) => "launched",
        Ending::NotLaunched => "not-launched",
        Ending::Unknown(_) => "unknown",
        Ending::Refused(_) => "refused",
    }
}

/// Why a call ended as it did; `hint` is what the server said last that was not final.
pub(in crate::tools::rlaunch) fn why(ending: &Ending, hint: Option<Status>) -> Why {
    use Doubt::{Gone, InDoubt, Silent, Working};
    use Ending::{Launched, NotLaunched, Refused, Unknown};

    let (code, reason) = match (ending, hint) {
        (Launched(_), _) => ("launched", "launched"),
        (NotLaunched, Some(Status::Full)) => ("full", "the server has no room for another session or name"),
        (NotLaunched, Some(Status::Window)) => {
            ("window", "too many earlier calls of the session are unsettled")
        }
        (NotLaunched, Some(Status::Busy)) => ("busy", "the server was busy until the deadline"),
        (NotLaunched, Some(Status::Working | Status::NotLaunched)) => {
            ("not-begun", "the server could not begin its action")
        }
        (NotLaunched, _) => ("ruled-out", "ruled out for ever"),
        (Unknown(InDoubt), _) => ("in-doubt", "the server died while it performed the action"),
        (Unknown(Gone), _) => ("gone", "the server does not know the session any more"),
        (Unknown(Working), _) => ("working", "the server is still performing the action"),
        (Unknown(Silent), Some(Status::Busy)) => ("silent", "the server was busy, and answers no more"),
        (Unknown(Silent), _) => ("silent", "the server does not answer"),
        (Refused(status), _) => match status {
            Status::Stale => ("stale", "this call was settled before"),
            Status::Conflict => ("conflict", "the id was used with another payload"),
            Status::Window => ("window", "too many earlier calls of the session are unsettled"),
            Status::Full => ("full", "the server has no room for another session or name"),
            Status::RolledBack => (
                "rolled-back",
                "the server's store is older than what it has told before",
            ),
            _ => ("other", "the server does not say why"),
        },
    };
    Why { code, reason }
}

/// Why a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tools::rlaunch) struct Why {
    /// For a program.
    pub(in crate::tools::rlaunch) code: &'static str,
    /// For a person.
    pub(in crate::tools::rlaunch) reason: &'static str,
}

#[cfg(test)]
pub(super) mod samples {
    use super::*;

    /// All that a call may end with but a launch.
    pub(in crate::tools::rlaunch::tell) fn endings() -> Vec<Ending> {
        let doubts = [Doubt::InDoubt, Doubt::Gone, Doubt::Working, Doubt::Silent];
        let refusals = [
            Status::Stale,
            Status::Conflict,
            Status::Window,
            Status::Full,
            Status::RolledBack,
        ];
        let doubts = doubts.into_iter().map(Ending::Unknown);
        let refusals = refusals.into_iter().map(Ending::Refused);
        doubts.chain(refusals).chain([Ending::NotLaunched]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ending_has_words_of_its_own() {
        let endings = samples::endings();
        let mut reasons: Vec<_> = endings.iter().map(|ending| why(ending, None).reason).collect();
        let mut codes: Vec<_> = endings.iter().map(|ending| why(ending, None).code).collect();
        for words in [&mut reasons, &mut codes] {
            words.sort_unstable();
            words.dedup();
            assert_eq!(words.len(), endings.len(), "{words:?}");
        }
    }
}
