//! Names for people: what the resolver does with a short name, with `/etc/hosts`, and with an address.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::pin;

use super::family::order;
use super::lookup_error::bare;
use super::{Family, Found, LookupError, Resolver, system};
use crate::proto::dns::{candidates, target};
use crate::wire::dns::{Class, Name, Question, RecordType, TypedName};

impl Resolver {
    /// The records of type `rtype` and class IN of `text`, which the search list completes.
    ///
    /// # Errors
    /// When no candidate has such records; of several reasons the one that says most.
    pub async fn lookup(&self, text: &str, rtype: RecordType) -> Result<Found, LookupError> {
        let mut search = Search::new(self, text)?;
        while let Some(name) = search.next() {
            match self.answer(&ask(&name, rtype)).await {
                Ok(found) => return Ok(found),
                Err(error) => search.note(error)?,
            }
        }
        Err(search.over())
    }

    /// The addresses of `host` with `port`, in the order in which to try them: those that this host has a way to
    /// first, IPv6 before IPv4, otherwise as they came. `host` may be an address, a name of `/etc/hosts`, or a
    /// name that the search list completes; A and AAAA records are asked for side by side.
    ///
    /// # Errors
    /// When there is none.
    pub async fn lookup_ip(
        &self,
        host: &str,
        port: u16,
        family: Family,
    ) -> Result<Vec<SocketAddr>, LookupError> {
        let mut addresses = Vec::new();
        self.lookup_each(host, port, family, &mut |some| addresses.extend(some))
            .await?;
        order(&mut addresses);
        Ok(addresses)
    }

    /// The same addresses, shown to `came` as soon as they are known, one family after the other: for who can do
    /// something with the first meanwhile.
    ///
    /// # Errors
    /// When there is none.
    pub async fn lookup_each(
        &self,
        host: &str,
        port: u16,
        family: Family,
        came: &mut dyn FnMut(Vec<SocketAddr>),
    ) -> Result<(), LookupError> {
        if let Some(address) = system::literal(host, port) {
            if !family.has(address.ip()) {
                return Err(LookupError::NoAddress(host.to_owned()));
            }
            came(vec![address]);
            return Ok(());
        }
        let mut came = |ips: Vec<IpAddr>| came(ips.into_iter().map(|ip| (ip, port).into()).collect());
        let known = self.known(host, family);
        if known.is_empty() {
            return self.addresses(host, family, &mut came).await;
        }
        came(known);
        Ok(())
    }

    /// The names of `address`: those of `/etc/hosts`, or else of its PTR records, without the final dot.
    ///
    /// # Errors
    /// When it has none.
    pub async fn reverse(&self, address: IpAddr) -> Result<Vec<String>, LookupError> {
        let known = self.hosts.names(address);
        if !known.is_empty() {
            return Ok(known.to_vec());
        }
        let question = ask(&Name::reverse(address), RecordType::PTR);
        let found = self.answer(&question).await?;
        let records = found.answer().map(|answer| answer.records).unwrap_or_default();
        let names: Vec<String> = records
            .iter()
            .filter_map(target)
            .map(|name| bare(&name))
            .collect();
        if names.is_empty() {
            return Err(LookupError::NoData {
                name: question.name,
                rtype: RecordType::PTR,
            });
        }
        Ok(names)
    }

    /// What is known of `host` without asking: `/etc/hosts`, and `localhost` (RFC 6761 section 6.3).
    fn known(&self, host: &str, family: Family) -> Vec<IpAddr> {
        let bare = host.trim_end_matches('.').to_ascii_lowercase();
        let listed = self.hosts.addresses(&bare);
        let local = [IpAddr::V6(Ipv6Addr::LOCALHOST), IpAddr::V4(Ipv4Addr::LOCALHOST)];
        let known = if listed.is_empty() && (bare == "localhost" || bare.ends_with(".localhost")) {
            &local
        } else {
            listed
        };
        known.iter().copied().filter(|&ip| family.has(ip)).collect()
    }

    async fn addresses(
        &self,
        host: &str,
        family: Family,
        came: &mut dyn FnMut(Vec<IpAddr>),
    ) -> Result<(), LookupError> {
        let options = &self.conf.options;
        let wants_v6 = family.has(Ipv6Addr::UNSPECIFIED.into()) && !options.no_aaaa;
        let wants_v4 = family.has(Ipv4Addr::UNSPECIFIED.into());
        let mut search = Search::new(self, host)?;
        while let Some(name) = search.next() {
            let mut v6 = pin!(self.answer_if(wants_v6, &name, RecordType::AAAA));
            let mut v4 = pin!(self.answer_if(wants_v4, &name, RecordType::A));
            let (mut any, mut errors) = (false, Vec::new());
            let mut hear = |answer: Option<Result<Found, LookupError>>| match answer {
                Some(Ok(found)) => {
                    let ips = ips(&found);
                    any |= !ips.is_empty();
                    came(ips);
                }
                Some(Err(error)) => errors.push(error),
                None => {}
            };
            if options.single_request {
                hear(v4.await);
                hear(v6.await);
            } else {
                let second = tokio::select! {
                    biased;
                    answer = &mut v6 => {
                        hear(answer);
                        v4
                    }
                    answer = &mut v4 => {
                        hear(answer);
                        v6
                    }
                };
                hear(second.await);
            }
            if any {
                return Ok(());
            }
            search.note(no_address(&name, errors))?;
        }
        Err(search.over())
    }

    async fn answer_if(
        &self,
        wanted: bool,
        name: &Name,
        rtype: RecordType,
    ) -> Option<Result<Found, LookupError>> {
        if wanted {
            Some(self.answer(&ask(name, rtype)).await)
        } else {
            None
        }
    }
}

/// A walk through the candidates for a name, which remembers why each was not the one.
struct Search {
    typed: Name,
    names: std::vec::IntoIter<Name>,
    best: Option<LookupError>,
}

impl Search {
    fn new(resolver: &Resolver, text: &str) -> Result<Self, LookupError> {
        let typed = TypedName::parse_idna(text).map_err(|problem| LookupError::BadName {
            text: text.to_owned(),
            problem,
        })?;
        Ok(Self {
            names: candidates(&typed, &resolver.conf).into_iter(),
            typed: typed.name,
            best: None,
        })
    }

    fn next(&mut self) -> Option<Name> {
        self.names.next()
    }

    /// Notes a miss. A name without the records wanted says more than a server that failed, and that more than no
    /// name at all; when nobody replies, the other candidates will do no better.
    fn note(&mut self, error: LookupError) -> Result<(), LookupError> {
        let weight = |error: &LookupError| match error {
            LookupError::NoData { .. } | LookupError::NoAddress(_) => 2,
            LookupError::NoName(_) => 0,
            _ => 1,
        };
        if let LookupError::Silent(_) = error {
            return Err(error);
        }
        if self
            .best
            .as_ref()
            .is_none_or(|best| weight(&error) > weight(best))
        {
            self.best = Some(error);
        }
        Ok(())
    }

    /// Why nothing was found. When no candidate exists, it is the name as typed that does not.
    fn over(self) -> LookupError {
        match self.best {
            Some(LookupError::NoName(_)) | None => LookupError::NoName(self.typed),
            Some(error) => error,
        }
    }
}

/// Why `name` has no address, from what came of asking for both families: as long as one of the two is unknown, no
/// more is known of the name.
fn no_address(name: &Name, errors: Vec<LookupError>) -> LookupError {
    let known = |error: &LookupError| matches!(error, LookupError::NoName(_) | LookupError::NoData { .. });
    let nothing = LookupError::NoAddress(bare(name));
    match errors.into_iter().min_by_key(known) {
        None | Some(LookupError::NoData { .. }) => nothing,
        Some(error) => error,
    }
}

fn ask(name: &Name, rtype: RecordType) -> Question {
    Question {
        name: name.clone(),
        rtype,
        class: Class::IN,
    }
}

/// The addresses of A and AAAA records; data of any other length is none.
fn ips(found: &Found) -> Vec<IpAddr> {
    let records = found.answer().map(|answer| answer.records).unwrap_or_default();
    let ip = |data: &[u8]| match data.len() {
        4 => <[u8; 4]>::try_from(data).ok().map(IpAddr::from),
        _ => <[u8; 16]>::try_from(data).ok().map(IpAddr::from),
    };
    records
        .iter()
        .filter_map(|record| ip(record.rdata.bytes()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Reply, TestServer, a_record, run};
    use super::*;
    use crate::proto::dns::{Hosts, ResolvConf};

    /// Has `www.b.test`, and denies all else.
    fn zone(asked: &Question) -> Reply {
        match (asked.name.to_string().as_str(), asked.rtype) {
            ("www.b.test.", RecordType::A) => Reply::records(&[a_record("www.b.test.", 60)]),
            ("www.b.test.", RecordType::AAAA) => {
                Reply::records(&[("www.b.test.", 28, 60, Ipv6Addr::LOCALHOST.octets().to_vec())])
            }
            ("www.a.test.", _) => Reply::denial(0),
            ("1.2.0.192.in-addr.arpa.", RecordType::PTR) => Reply::records(&[(
                "1.2.0.192.in-addr.arpa.",
                12,
                60,
                b"\x03www\x01b\x04test\0".to_vec(),
            )]),
            ("broken.test.", _) | ("half.test.", RecordType::A) => Reply::denial(2),
            ("half.test.", _) => Reply::denial(0),
            _ => Reply::denial(3),
        }
    }

    #[test]
    fn the_search_list_completes_a_short_name() {
        run(async {
            let server = TestServer::start(zone).await;
            let resolver = server.resolver("search a.test b.test\n");
            let found = resolver.lookup("www", RecordType::A).await.unwrap();
            assert_eq!(found.question.name.to_string(), "www.b.test.");
        });
    }

    #[test]
    fn both_families_are_found_side_by_side_and_ipv6_comes_first() {
        run(async {
            let server = TestServer::start(zone).await;
            let resolver = server.resolver("");
            let texts = async |family| -> Vec<String> {
                let found = resolver.lookup_ip("www.b.test", 80, family).await.unwrap();
                found.iter().map(SocketAddr::to_string).collect()
            };
            assert_eq!(texts(Family::V4).await, ["192.0.2.1:80"]);
            assert_eq!(texts(Family::V6).await, ["[::1]:80"]);
            assert_eq!(texts(Family::Any).await.len(), 2);
            assert_eq!(server.queries(), 2);
        });
    }

    #[test]
    fn each_family_is_shown_when_it_is_known() {
        run(async {
            let server = TestServer::start(zone).await;
            let mut shown = Vec::new();
            let mut came = |some: Vec<SocketAddr>| shown.push(some);
            let resolver = server.resolver("search a.test b.test\n");
            resolver
                .lookup_each("www", 80, Family::Any, &mut came)
                .await
                .unwrap();
            shown.sort();
            let one = |text: &str| vec![text.parse::<SocketAddr>().unwrap()];
            assert_eq!(shown, [one("192.0.2.1:80"), one("[::1]:80")]);
        });
    }

    #[test]
    fn with_no_aaaa_nobody_asks_for_ipv6() {
        run(async {
            let server = TestServer::start(zone).await;
            let resolver = server.resolver("options no-aaaa\n");
            let found = resolver.lookup_ip("www.b.test", 80, Family::Any).await.unwrap();
            assert_eq!(found, ["192.0.2.1:80".parse().unwrap()]);
            assert_eq!(server.queries(), 1);
        });
    }

    #[test]
    fn what_is_an_address_or_in_the_hosts_file_is_not_asked_for() {
        run(async {
            let hosts = Hosts::parse("192.0.2.7 printer\n");
            let resolver = Resolver::new(ResolvConf::parse("nameserver 127.0.0.1", None, None), hosts, 1);
            let found = async |host| resolver.lookup_ip(host, 9, Family::V4).await.unwrap();
            assert_eq!(found("printer").await, ["192.0.2.7:9".parse().unwrap()]);
            assert_eq!(found("192.0.2.8").await, ["192.0.2.8:9".parse().unwrap()]);
            assert_eq!(found("localhost").await, ["127.0.0.1:9".parse().unwrap()]);
            let names = resolver.reverse("192.0.2.7".parse().unwrap()).await.unwrap();
            assert_eq!(names, ["printer"]);
        });
    }

    #[test]
    fn an_address_of_the_other_family_is_none() {
        run(async {
            let server = TestServer::start(zone).await;
            let error = server
                .resolver("")
                .lookup_ip("::1", 80, Family::V4)
                .await
                .unwrap_err();
            assert_eq!(error, LookupError::NoAddress("::1".to_owned()));
        });
    }

    #[test]
    fn an_address_has_the_names_of_its_ptr_records() {
        run(async {
            let server = TestServer::start(zone).await;
            let names = server
                .resolver("")
                .reverse("192.0.2.1".parse().unwrap())
                .await
                .unwrap();
            assert_eq!(names, ["www.b.test"]);
        });
    }

    #[test]
    fn a_name_of_which_one_family_is_unknown_is_not_without_address() {
        run(async {
            let server = TestServer::start(zone).await;
            let resolver = server.resolver("");
            let miss = async |host| {
                let error = resolver.lookup_ip(host, 80, Family::Any).await.unwrap_err();
                error.to_string()
            };
            assert_eq!(
                miss("half.test").await,
                "half.test: the servers cannot answer: SERVFAIL"
            );
            assert_eq!(miss("www.a.test").await, "www.a.test: no address");
        });
    }

    #[test]
    fn of_several_misses_the_one_that_says_most_is_told() {
        run(async {
            let server = TestServer::start(zone).await;
            let resolver = server.resolver("search a.test test\n");
            let miss = async |name| {
                resolver
                    .lookup(name, RecordType::A)
                    .await
                    .unwrap_err()
                    .to_string()
            };
            assert_eq!(miss("www").await, "www.a.test: no A record");
            assert_eq!(
                miss("broken").await,
                "broken.test: the servers cannot answer: SERVFAIL"
            );
            assert_eq!(miss("no").await, "no: no such name");
            assert_eq!(miss("a..b").await, "a..b: not a name: empty label");
        });
    }
}
