//! Denial by NSEC (RFC 4034 section 4, RFC 4035 section 5.4, RFC 6840 section 4).

use super::types::Types;
use crate::wire::dns::{Name, RecordType};

/// A signed statement: between these two names there is nothing, and the first has these types.
#[derive(Clone, Debug)]
pub(super) struct Nsec {
    owner: Name,
    next: Name,
    types: Types,
}

/// The NSEC records of one zone in a reply, each of them verified.
#[derive(Debug)]
pub(super) struct Chain<'a> {
    pub(super) zone: &'a Name,
    pub(super) links: &'a [Nsec],
}

/// What a chain says of a name that it denies.
#[derive(Debug)]
pub(super) struct Gap<'a> {
    link: &'a Nsec,
    /// The deepest name above that exists.
    pub(super) encloser: Name,
}

impl Nsec {
    /// `None` if the data is not that of an NSEC record.
    pub(super) fn read(owner: &Name, rdata: &[u8]) -> Option<Self> {
        let (next, end) = Name::read(rdata, 0).ok()?;
        let types = Types::read(rdata.get(end..)?)?;
        Some(Self {
            owner: owner.clone(),
            next,
            types,
        })
    }

    pub(super) fn types(&self) -> &Types {
        &self.types
    }

    /// The record in short.
    pub(super) fn text(&self) -> String {
        format!("NSEC {} -> {}", self.owner, self.next)
    }
}

impl<'a> Chain<'a> {
    /// The record of `name` itself.
    pub(super) fn at(&self, name: &Name) -> Option<&'a Nsec> {
        self.links.iter().find(|link| link.owner == *name)
    }

    /// The record that says that `name` does not exist, though names below it may.
    fn over(&self, name: &Name) -> Option<&'a Nsec> {
        self.links.iter().find(|link| {
            let last = link.next <= link.owner;
            let over = link.owner < *name && (last || *name < link.next);
            // What is below a delegation or a DNAME is not this zone's to deny (RFC 6840 section 4.1).
            let foreign = name.is_within(&link.owner) && link.types.ends_authority();
            over && !foreign && (!last || link.next == *self.zone)
        })
    }

    /// The record that says that there is nothing at `name`, but something below (an empty non-terminal).
    pub(super) fn empty(&self, name: &Name) -> Option<&'a Nsec> {
        self.over(name).filter(|link| link.next.is_within(name))
    }

    /// The record that says that there is nothing at `name` nor below.
    pub(super) fn gap(&self, name: &Name) -> Option<Gap<'a>> {
        let link = self.over(name).filter(|link| !link.next.is_within(name))?;
        let shared = shared_labels(name, &link.owner).max(shared_labels(name, &link.next));
        let encloser = super::rrset::ancestor(name, shared)?;
        encloser.is_within(self.zone).then_some(Gap { link, encloser })
    }

    /// The record that says that `name` exists without `rtype`.
    pub(super) fn lacks(&self, name: &Name, rtype: RecordType) -> Option<&'a Nsec> {
        self.at(name)
            .filter(|link| link.types.lack(rtype, name.is_root()))
    }
}

impl Gap<'_> {
    pub(super) fn text(&self) -> String {
        self.link.text()
    }
}

/// How many labels two names have in common at their ends.
fn shared_labels(a: &Name, b: &Name) -> usize {
    let reversed = |name: &Name| {
        let mut labels: Vec<Vec<u8>> = name.labels().map(<[u8]>::to_ascii_lowercase).collect();
        labels.reverse();
        labels
    };
    let (a, b) = (reversed(a), reversed(b));
    a.iter().zip(&b).take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{bitmap, name};
    use super::*;

    fn link(owner: &str, next: &str, types: &[RecordType]) -> Nsec {
        let data = [name(next).as_wire(), &bitmap(types)].concat();
        Nsec::read(&name(owner), &data).unwrap()
    }

    fn gap(links: &[Nsec], denied: &str) -> Option<String> {
        let zone = name("ex");
        let chain = Chain { zone: &zone, links };
        chain.gap(&name(denied)).map(|gap| gap.encloser.to_string())
    }

    #[test]
    fn a_gap_is_between_two_names_and_the_last_ends_at_the_apex() {
        let links = [
            link("b.ex", "d.x.ex", &[RecordType::A]),
            link("y.ex", "ex", &[RecordType::A]),
        ];
        assert_eq!(gap(&links, "c.ex").unwrap(), "ex.");
        assert_eq!(gap(&links, "a.x.ex").unwrap(), "x.ex.");
        assert_eq!(gap(&links, "a.b.ex").unwrap(), "b.ex.");
        assert_eq!(gap(&links, "z.ex").unwrap(), "ex.");
        for exists in ["b.ex", "a.ex", "d.x.ex", "x.ex", "ex", "c.other", "y.ex"] {
            assert_eq!(gap(&links, exists), None, "{exists}");
        }
        let chain = Chain {
            zone: &name("ex"),
            links: &links,
        };
        assert!(chain.empty(&name("x.ex")).is_some());
        assert!(chain.empty(&name("c.ex")).is_none());
    }

    #[test]
    fn a_last_record_that_does_not_point_at_the_apex_denies_nothing() {
        assert_eq!(gap(&[link("y.ex", "b.ex", &[])], "z.ex"), None);
    }

    #[test]
    fn a_delegation_or_a_dname_denies_nothing_below_itself() {
        let delegation = [RecordType::NS, RecordType::RRSIG, RecordType::NSEC];
        for types in [&delegation[..], &[RecordType::DNAME]] {
            let links = [link("b.ex", "d.ex", types)];
            assert_eq!(gap(&links, "www.b.ex"), None);
            assert_eq!(gap(&links, "c.ex").unwrap(), "ex.");
        }
        // At an apex there are NS and SOA.
        assert!(gap(&[link("ex", "d.ex", &[RecordType::NS, RecordType::SOA])], "c.ex").is_some());
    }

    #[test]
    fn a_type_is_denied_by_the_side_that_has_authority_over_it() {
        let lacks = |types: &[RecordType], rtype| {
            let links = [link("b.ex", "d.ex", types)];
            Chain {
                zone: &name("ex"),
                links: &links,
            }
            .lacks(&name("B.ex"), rtype)
            .is_some()
        };
        assert!(lacks(&[RecordType::A], RecordType::AAAA));
        assert!(!lacks(&[RecordType::A], RecordType::A));
        assert!(!lacks(&[RecordType::CNAME], RecordType::A));
        assert!(lacks(&[RecordType::NS], RecordType::DS));
        assert!(!lacks(&[RecordType::NS], RecordType::A));
        assert!(!lacks(&[RecordType::NS, RecordType::SOA], RecordType::DS));
        assert!(lacks(&[RecordType::NS, RecordType::SOA], RecordType::A));
    }
}
