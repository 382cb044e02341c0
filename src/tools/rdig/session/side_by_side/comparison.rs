//! Who agrees with whom, when several servers have been asked the same.

use super::statement::Statement;
use crate::wire::dns::Rcode;

/// What came of asking several servers, as far as it can be compared.
#[derive(Clone, Debug)]
pub(super) struct Comparison {
    /// Which of them says what most say: the first of those; none if nobody answered.
    pub(super) reference: Option<usize>,
    /// How each stands to that one, in the order in which they were asked.
    pub(super) standings: Vec<Standing>,
}

/// How a server stands to the one that says what most say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// It says the same, but for these details.
    Agrees(Vec<String>),
    /// It says something else: this.
    Differs(Vec<String>),
    /// It says nothing, for this reason.
    Silent(String),
}

impl Comparison {
    /// Compares what the servers say; an error is why one says nothing.
    pub(super) fn of(said: &[Result<Statement, String>]) -> Self {
        let reference = most(said);
        let standard = reference.and_then(|index| said.get(index)?.as_ref().ok());
        let standings = said
            .iter()
            .map(|said| match (said, standard) {
                (Ok(statement), Some(standard)) if statement.agrees(standard) => {
                    Standing::Agrees(statement.differences(standard))
                }
                (Ok(statement), Some(standard)) => Standing::Differs(statement.differences(standard)),
                (Ok(_), None) => Standing::Agrees(Vec::new()),
                (Err(reason), _) => Standing::Silent(reason.clone()),
            })
            .collect();
        Self { reference, standings }
    }

    /// Whether every server answered, and all the same.
    pub(super) fn is_unanimous(&self) -> bool {
        let agree = |standing: &Standing| matches!(standing, Standing::Agrees(_));
        self.standings.iter().all(agree)
    }

    /// How many agree, differ and are silent.
    pub(super) fn counts(&self) -> [usize; 3] {
        let mut counts = [0; 3];
        for standing in &self.standings {
            let [agree, differ, silent] = &mut counts;
            match standing {
                Standing::Agrees(_) => *agree += 1,
                Standing::Differs(_) => *differ += 1,
                Standing::Silent(_) => *silent += 1,
            }
        }
        counts
    }
}

/// The first of those with whom the most agree; among as many, who says something before who fails or refuses.
fn most(said: &[Result<Statement, String>]) -> Option<usize> {
    let mut best: Option<(usize, (usize, bool))> = None;
    for (index, statement) in said.iter().enumerate() {
        let Ok(statement) = statement else { continue };
        let agree = said.iter().flatten().filter(|other| other.agrees(statement));
        let weight = (
            agree.count(),
            [Rcode::NOERROR, Rcode::NXDOMAIN].contains(&statement.rcode),
        );
        if best.is_none_or(|(_, heaviest)| weight > heaviest) {
            best = Some((index, weight));
        }
    }
    best.map(|(index, _)| index)
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

    use super::*;
    use crate::wire::dns::Message;

    /// A server that says this response code, or nothing.
    fn says(rcode: u8) -> Result<Statement, String> {
        let bytes = [0, 7, 0x80, rcode, 0, 0, 0, 0, 0, 0, 0, 0];
        Ok(Statement::of(&Message::parse(&bytes).unwrap()))
    }

    fn silent() -> Result<Statement, String> {
        Err("timed out".to_owned())
    }

    #[test]
    fn most_servers_set_the_standard() {
        let comparison = Comparison::of(&[says(3), silent(), says(0), says(0)]);
        assert_eq!(comparison.reference, Some(2));
        assert_eq!(comparison.counts(), [2, 1, 1]);
        assert!(!comparison.is_unanimous());
        assert_eq!(
            comparison.standings[0],
            Standing::Differs(vec!["says NXDOMAIN instead of NOERROR".to_owned()])
        );
    }

    #[test]
    fn of_two_that_differ_the_first_is_right() {
        assert_eq!(Comparison::of(&[says(0), says(3)]).reference, Some(0));
        assert_eq!(Comparison::of(&[silent(), silent()]).reference, None);
    }

    #[test]
    fn who_fails_or_refuses_is_not_right_against_one_who_answers() {
        assert_eq!(Comparison::of(&[says(2), says(3)]).reference, Some(1));
        assert_eq!(Comparison::of(&[says(5), says(0), says(5)]).reference, Some(0));
    }

    #[test]
    fn a_silent_server_is_no_agreement() {
        assert!(Comparison::of(&[says(0), says(0)]).is_unanimous());
        assert!(!Comparison::of(&[says(0), silent()]).is_unanimous());
    }

    proptest! {
        #[test]
        fn everyone_is_counted_once_and_the_order_does_not_matter(codes in vec(0..4_u8, 1..9)) {
            let said = |codes: &[u8]| -> Vec<_> {
                codes.iter().map(|&code| if code == 3 { silent() } else { says(code) }).collect()
            };
            let comparison = Comparison::of(&said(&codes));
            prop_assert_eq!(comparison.counts().iter().sum::<usize>(), codes.len());
            let reversed: Vec<u8> = codes.iter().rev().copied().collect();
            let backwards = Comparison::of(&said(&reversed));
            // Who is the standard among equals depends on the order, how many agree with it does not.
            prop_assert_eq!(comparison.counts(), backwards.counts());
            prop_assert_eq!(comparison.is_unanimous(), backwards.is_unanimous());
            if let Some(reference) = comparison.reference {
                prop_assert!(matches!(&comparison.standings[reference], Standing::Agrees(said) if said.is_empty()));
            }
        }
    }
}
