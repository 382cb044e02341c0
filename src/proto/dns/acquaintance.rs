//! What is known of a server, so that a query to it holds as much as can be held that a forger has to guess.
//!
//! Besides the id and the port (RFC 5452), a reply must repeat the upper and lower case in which the name was asked
//! for (draft-vixie-dnsext-dns0x20), which is drawn anew for each query, and the client's cookie (RFC 7873), which is
//! drawn once for each server; once the server has shown its own cookie, a reply without one is none. Not every
//! server does all of this: what one has shown that it does not do is not asked of it again.

use rand::{Rng, RngExt};

use crate::wire::dns::{Message, Query, QueryEdns, option_code};

/// What is known of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acquaintance {
    client_cookie: [u8; 8],
    /// The cookie that the server wants to see again; empty if it has shown none.
    server_cookie: Vec<u8>,
    edns: Edns,
    /// Whether it changes the case of names.
    folds_case: bool,
}

/// Whether a server knows EDNS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Edns {
    Unknown,
    Known,
    /// It did not answer a query with it, and is asked without.
    Doubted,
    Refused,
}

impl Acquaintance {
    /// A server of which nothing is known, with the cookie that it will be shown.
    pub fn new(client_cookie: [u8; 8]) -> Self {
        Self {
            client_cookie,
            server_cookie: Vec::new(),
            edns: Edns::Unknown,
            folds_case: false,
        }
    }

    /// Puts into a query what can be put there.
    pub(super) fn disguise<R: Rng>(&self, query: &mut Query, random: &mut R) {
        if let Some(question) = &mut query.question {
            question.name = if self.folds_case {
                question.name.with_case(|| false)
            } else {
                question.name.with_case(|| random.random())
            };
        }
        query.edns = self.is_asked_with_edns().then(|| QueryEdns {
            options: vec![(
                option_code::COOKIE,
                [&self.client_cookie, self.server_cookie.as_slice()].concat(),
            )],
            ..query.edns.take().unwrap_or_default()
        });
    }

    /// Whether a query to it has an OPT record.
    pub(super) fn is_asked_with_edns(&self) -> bool {
        matches!(self.edns, Edns::Unknown | Edns::Known)
    }

    /// Learns from a reply.
    pub(super) fn hear(&mut self, reply: &Message<'_>) {
        match reply.edns() {
            Some(edns) => {
                self.edns = Edns::Known;
                let mut options = edns.options().flatten();
                let cookie = options.find(|option| option.code == option_code::COOKIE);
                let server_cookie = cookie.and_then(|cookie| cookie.data.get(self.client_cookie.len()..));
                if let Some(cookie) = server_cookie.filter(|cookie| COOKIE_LENGTHS.contains(&cookie.len())) {
                    self.server_cookie = cookie.to_vec();
                }
            }
            None if self.edns == Edns::Doubted => self.edns = Edns::Refused,
            None => {}
        }
    }

    /// It says that it does not know EDNS.
    pub(super) fn refuses_edns(&mut self) {
        self.edns = Edns::Refused;
    }

    /// It did not repeat the case; whether it was asked to.
    pub(super) fn changed_case(&mut self) -> bool {
        !std::mem::replace(&mut self.folds_case, true)
    }

    /// It did not answer at all. Its cookie may have become another, so that it is no longer expected; and some
    /// drop what they do not know.
    pub(super) fn was_silent(&mut self) {
        self.server_cookie.clear();
        self.edns = match self.edns {
            Edns::Unknown => Edns::Doubted,
            Edns::Doubted => Edns::Unknown,
            known => known,
        };
    }
}

/// How long a server's cookie can be (RFC 7873 section 4).
const COOKIE_LENGTHS: std::ops::RangeInclusive<usize> = 8..=32;

#[cfg(test)]
mod tests {
    use super::super::testing::{Response, question};
    use super::*;
    use crate::wire::dns::RecordType;
    use rand::SeedableRng;
    use rand_pcg::Pcg32;

    fn disguised(known: &Acquaintance, seed: u64) -> Query {
        let mut query = Query::new(1, "www.Example.test".parse().unwrap(), RecordType::A);
        known.disguise(&mut query, &mut Pcg32::seed_from_u64(seed));
        query
    }

    fn name(query: &Query) -> String {
        query.question.as_ref().unwrap().name.to_string()
    }

    fn cookie(query: &Query) -> Option<Vec<u8>> {
        let (code, data) = query.edns.as_ref()?.options.first()?;
        assert_eq!(*code, option_code::COOKIE);
        Some(data.clone())
    }

    /// A reply with an OPT record with `options`.
    fn reply(options: &[u8]) -> Vec<u8> {
        let mut bytes = Response::to(&question("www.test.", RecordType::A)).bytes();
        bytes[11] = 1;
        bytes.extend_from_slice(b"\0\0\x29\x04\xd0\0\0\0\0\0");
        bytes.push(options.len().try_into().unwrap());
        bytes.extend_from_slice(options);
        bytes
    }

    fn known() -> Acquaintance {
        Acquaintance::new(*b"client!!")
    }

    #[test]
    fn each_query_has_its_letters_in_a_case_of_its_own() {
        let names: Vec<String> = (0..20).map(|seed| name(&disguised(&known(), seed))).collect();
        assert!(
            names
                .iter()
                .all(|name| name.eq_ignore_ascii_case("www.example.test."))
        );
        let mut different = names.clone();
        different.sort();
        different.dedup();
        assert!(different.len() > 15, "{names:?}");
    }

    #[test]
    fn a_server_that_changes_case_is_asked_in_lower_case() {
        let mut known = known();
        assert!(known.changed_case());
        assert!(!known.changed_case());
        assert_eq!(name(&disguised(&known, 1)), "www.example.test.");
    }

    #[test]
    fn the_cookie_of_the_server_is_shown_to_it_until_it_is_silent() {
        let mut known = known();
        assert_eq!(cookie(&disguised(&known, 1)).unwrap(), b"client!!");
        let bytes = reply(b"\0\x0a\0\x10client!!server!!");
        known.hear(&Message::parse(&bytes).unwrap());
        assert_eq!(cookie(&disguised(&known, 1)).unwrap(), b"client!!server!!");
        known.was_silent();
        assert_eq!(cookie(&disguised(&known, 1)).unwrap(), b"client!!");
    }

    #[test]
    fn a_cookie_of_no_possible_length_is_none() {
        let mut known = known();
        known.hear(&Message::parse(&reply(b"\0\x0a\0\x0cclient!!four")).unwrap());
        assert_eq!(cookie(&disguised(&known, 1)).unwrap(), b"client!!");
    }

    #[test]
    fn a_server_that_only_answers_without_edns_is_asked_without() {
        let plain = Response::to(&question("www.test.", RecordType::A)).bytes();
        let plain = Message::parse(&plain).unwrap();
        let mut one = known();
        one.was_silent();
        assert_eq!(disguised(&one, 1).edns, None);
        one.hear(&plain);
        one.was_silent();
        assert_eq!(disguised(&one, 1).edns, None, "for good");
        // One that answers neither has no opinion; one that has shown that it knows EDNS is never doubted.
        let mut other = known();
        other.was_silent();
        other.was_silent();
        assert!(disguised(&other, 1).edns.is_some());
        other.hear(&Message::parse(&reply(b"")).unwrap());
        other.was_silent();
        assert!(disguised(&other, 1).edns.is_some());
    }
}
