//! The walk from the root to the servers of a name, reply by reply: what `+trace` shows, and how `+nssearch` finds
//! the servers that it asks.
//!
//! ```text
//!   question ──▶ (asked by the driver) ──▶ take(reply) ──▶ Referral: ask these servers next
//!                                                     └──▶ Done: there is nobody further to ask
//! ```

use crate::wire::dns::{Class, Message, Name, Question, RecordType, Section};

use super::target;

/// What is being looked for, and how far down the tree the walk is.
///
/// It ends: every referral counts, and a reply adds a bounded number of servers.
#[derive(Clone, Debug)]
pub struct Trace {
    sought: Question,
    goal: Goal,
    at: At,
    referrals: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Goal {
    /// Follow referrals to the answer.
    Answer,
    /// Ask every server of the zone.
    Servers,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum At {
    /// The question is whose servers there are: the root's, or the zone's.
    Start,
    /// The servers of this zone have been asked for what is sought.
    Zone(Name),
}

/// What a reply leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// There are servers to ask next.
    Refer(Referral),
    /// There are none: the walk is over.
    Done,
    /// There would be, but the walk has gone on for long enough.
    TooLong,
}

/// Whom to ask next.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Referral {
    /// The names of the servers, in the order of the reply.
    pub servers: Vec<Name>,
    /// It refers to the zone that was asked.
    pub horizontal: bool,
    /// It also refers to where no servant of that zone may refer: not downwards.
    pub upward: bool,
}

impl Trace {
    /// A walk from the root to the answer of `sought`.
    pub fn to_answer(sought: Question) -> Self {
        Self::new(sought, Goal::Answer)
    }

    /// A walk from any resolver to the servers of the zone that `sought` names; then they are asked for its SOA
    /// record.
    pub fn to_servers(sought: Question) -> Self {
        Self::new(sought, Goal::Servers)
    }

    fn new(sought: Question, goal: Goal) -> Self {
        Self {
            sought,
            goal,
            at: At::Start,
            referrals: 0,
        }
    }

    /// What is to be asked now.
    pub fn question(&self) -> Question {
        match (&self.at, self.goal) {
            (At::Start, Goal::Answer) => Question {
                name: Name::root(),
                rtype: RecordType::NS,
                class: self.class(),
            },
            (At::Start, Goal::Servers) | (At::Zone(_), Goal::Answer) => self.sought.clone(),
            (At::Zone(_), Goal::Servers) => Question {
                rtype: RecordType::SOA,
                ..self.sought.clone()
            },
        }
    }

    fn class(&self) -> Class {
        self.sought.class
    }

    /// Whether servers are asked that should know the answer themselves.
    pub fn is_below_start(&self) -> bool {
        self.at != At::Start
    }

    /// Takes the reply to the question.
    pub fn take(&mut self, reply: &Message<'_>) -> Step {
        let sections: &[Section] = match (&self.at, self.goal) {
            (At::Start, _) => &[Section::Answer, Section::Authority],
            (At::Zone(_), Goal::Answer) if reply.header().answers == 0 => &[Section::Authority],
            _ => &[],
        };
        let mut followed = None;
        for &section in sections {
            followed = self.follow(reply, section);
            if followed.is_some() {
                break;
            }
        }
        let Some((zone, referral)) = followed else {
            return Step::Done;
        };
        if self.referrals == MAX_REFERRALS {
            return Step::TooLong;
        }
        self.referrals += 1;
        self.at = At::Zone(zone);
        Step::Refer(referral)
    }

    /// The servers that a section names, and of which zone.
    fn follow(&self, reply: &Message<'_>, section: Section) -> Option<(Name, Referral)> {
        let mut referral = Referral::default();
        let mut zone = None;
        for record in reply.section(section) {
            // A denial: there is nothing below.
            if section == Section::Authority && record.rtype == RecordType::SOA {
                return None;
            }
            if record.rtype != RecordType::NS || referral.servers.len() == MAX_SERVERS {
                continue;
            }
            let Some(server) = target(&record) else { continue };
            if let (At::Zone(asked), Goal::Answer) = (&self.at, self.goal) {
                if record.name == *asked {
                    referral.horizontal = true;
                } else if !record.name.is_within(asked) {
                    referral.upward = true;
                    continue;
                }
            }
            zone.get_or_insert(record.name);
            referral.servers.push(server);
        }
        match zone {
            Some(zone) => Some((zone, referral)),
            // dig says of such a referral what it is, and ends.
            None if referral.upward => Some((Name::root(), referral)),
            None => None,
        }
    }
}

/// How many referrals are followed; the tree is never as deep, but servers can refer to each other.
const MAX_REFERRALS: usize = 32;
/// How many servers of one reply are asked.
const MAX_SERVERS: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;

    /// A record on the wire.
    fn record(name: &str, rtype: RecordType, data: &[u8]) -> Vec<u8> {
        let mut bytes = Name::from_text(name).unwrap().as_wire().to_vec();
        bytes.extend_from_slice(&rtype.0.to_be_bytes());
        bytes.extend_from_slice(b"\0\x01\0\0\0\x3c");
        bytes.extend_from_slice(&u16::try_from(data.len()).unwrap().to_be_bytes());
        bytes.extend_from_slice(data);
        bytes
    }

    fn ns(zone: &str, server: &str) -> Vec<u8> {
        record(zone, RecordType::NS, Name::from_text(server).unwrap().as_wire())
    }

    fn message(answers: &[Vec<u8>], authorities: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = vec![0, 1, 0x80, 0, 0, 0];
        for count in [answers.len(), authorities.len(), 0] {
            bytes.extend_from_slice(&u16::try_from(count).unwrap().to_be_bytes());
        }
        bytes.extend(answers.concat());
        bytes.extend(authorities.concat());
        bytes
    }

    fn sought(name: &str) -> Question {
        Question {
            name: Name::from_text(name).unwrap(),
            rtype: RecordType::A,
            class: Class::IN,
        }
    }

    fn take(trace: &mut Trace, answers: &[Vec<u8>], authorities: &[Vec<u8>]) -> Step {
        trace.take(&Message::parse(&message(answers, authorities)).unwrap())
    }

    fn servers(step: Step) -> Vec<String> {
        match step {
            Step::Refer(referral) => referral.servers.iter().map(Name::to_string).collect(),
            step => panic!("{step:?}"),
        }
    }

    #[test]
    fn the_walk_goes_down_to_the_answer() {
        let mut trace = Trace::to_answer(sought("www.a.test"));
        assert!(trace.question().name.is_root() && !trace.is_below_start());
        assert_eq!(servers(take(&mut trace, &[ns(".", "r.lab")], &[])), ["r.lab."]);
        assert_eq!(trace.question(), sought("www.a.test"));
        assert_eq!(servers(take(&mut trace, &[], &[ns("test", "t.lab")])), ["t.lab."]);
        let below = [ns("a.test", "n1.lab"), ns("a.test", "n2.lab")];
        assert_eq!(servers(take(&mut trace, &[], &below)), ["n1.lab.", "n2.lab."]);
        let answer = [record("www.a.test", RecordType::A, &[127, 0, 0, 1])];
        assert_eq!(take(&mut trace, &answer, &below), Step::Done);
    }

    #[test]
    fn a_denial_ends_the_walk() {
        let mut trace = Trace::to_answer(sought("a.test"));
        take(&mut trace, &[ns(".", "r.lab")], &[]);
        let soa = record("test", RecordType::SOA, &[0; 22]);
        assert_eq!(take(&mut trace, &[], &[soa, ns("test", "t.lab")]), Step::Done);
        assert_eq!(take(&mut trace, &[], &[]), Step::Done);
    }

    #[test]
    fn a_referral_that_does_not_go_down_is_told() {
        let mut trace = Trace::to_answer(sought("www.a.test"));
        take(&mut trace, &[ns(".", "r.lab")], &[]);
        take(&mut trace, &[], &[ns("a.test", "n.lab")]);
        let Step::Refer(same) = take(&mut trace, &[], &[ns("a.test", "n.lab")]) else {
            panic!("it is followed");
        };
        assert!(same.horizontal && !same.upward && same.servers.len() == 1);
        let Step::Refer(up) = take(&mut trace, &[], &[ns(".", "r.lab")]) else {
            panic!("it is told");
        };
        assert!(up.upward && up.servers.is_empty());
    }

    #[test]
    fn servers_that_refer_to_each_other_are_not_followed_for_ever() {
        let mut trace = Trace::to_answer(sought("www.a.test"));
        let mut steps = 0;
        while let Step::Refer(_) = take(&mut trace, &[], &[ns("a.test", "n.lab")]) {
            steps += 1;
        }
        assert_eq!(steps, MAX_REFERRALS);
        assert_eq!(take(&mut trace, &[], &[ns("a.test", "n.lab")]), Step::TooLong);
    }

    #[test]
    fn a_reply_adds_a_bounded_number_of_servers() {
        let many: Vec<Vec<u8>> = (0..100).map(|n| ns(".", &format!("r{n}.lab"))).collect();
        let mut trace = Trace::to_answer(sought("a.test"));
        assert_eq!(servers(take(&mut trace, &many, &[])).len(), MAX_SERVERS);
    }

    #[test]
    fn the_servers_of_a_zone_are_asked_for_its_soa_record() {
        let asked = Question {
            rtype: RecordType::NS,
            ..sought("a.test")
        };
        let mut trace = Trace::to_servers(asked.clone());
        assert_eq!(trace.question(), asked);
        assert_eq!(
            servers(take(&mut trace, &[], &[ns("a.test", "n.lab")])),
            ["n.lab."]
        );
        assert_eq!(trace.question().rtype, RecordType::SOA);
        assert_eq!(take(&mut trace, &[], &[ns("a.test", "n.lab")]), Step::Done);
    }
}
