//! Denial by hashed names: NSEC3 (RFC 5155).

use data_encoding::BASE32HEX_NOPAD;

use super::budget::Budget;
use super::crypto;
use super::types::Types;
use crate::wire::Reader;
use crate::wire::dns::{Name, RecordType};

/// A signed statement: between these two hashes there is nothing, and the name with the first has these types.
#[derive(Clone, Debug)]
pub(super) struct Nsec3 {
    owner: Vec<u8>,
    next: Vec<u8>,
    opt_out: bool,
    pub(super) how: Hashing,
    types: Types,
}

/// How names are hashed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hashing {
    pub(super) iterations: u16,
    salt: Vec<u8>,
}

/// The NSEC3 records of one zone in a reply, each of them verified and all with the same parameters.
#[derive(Debug)]
pub(super) struct Chain<'a> {
    pub(super) zone: &'a Name,
    pub(super) links: &'a [Nsec3],
}

/// The proof that a name does not exist (RFC 5155 section 7.2.1).
#[derive(Debug)]
pub(super) struct Gap<'a> {
    /// The deepest name above that exists.
    pub(super) encloser: Name,
    at: &'a Nsec3,
    over: &'a Nsec3,
}

impl Nsec3 {
    /// `None` if the data is not that of an NSEC3 record of `zone` with a hash and flags that we know.
    pub(super) fn read(owner: &Name, zone: &Name, rdata: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(rdata);
        let (algorithm, flags) = (reader.u8().ok()?, reader.u8().ok()?);
        let iterations = reader.u16().ok()?;
        let mut string = || {
            let length = reader.u8().ok()?;
            reader.take(length.into()).ok().map(<[u8]>::to_vec)
        };
        let (salt, next) = (string()?, string()?);
        let types = Types::read(reader.rest())?;
        let label = owner.labels().next()?.to_ascii_uppercase();
        let owner_hash = BASE32HEX_NOPAD.decode(&label).ok()?;
        let known = algorithm == SHA1 && flags & !OPT_OUT == 0;
        let sizes = owner_hash.len() == SHA1_LENGTH && next.len() == SHA1_LENGTH;
        (known && sizes && owner.parent()? == *zone).then_some(Self {
            owner: owner_hash,
            next,
            opt_out: flags & OPT_OUT != 0,
            how: Hashing { iterations, salt },
            types,
        })
    }

    pub(super) fn types(&self) -> &Types {
        &self.types
    }

    /// The record in short.
    pub(super) fn text(&self) -> String {
        let hash = |bytes: &[u8]| BASE32HEX_NOPAD.encode(bytes);
        format!("NSEC3 {} -> {}", hash(&self.owner), hash(&self.next))
    }

    fn covers(&self, hash: &[u8]) -> bool {
        let (owner, next) = (self.owner.as_slice(), self.next.as_slice());
        if owner < next {
            owner < hash && hash < next
        } else {
            owner < hash || hash < next
        }
    }
}

impl Hashing {
    #[cfg(test)]
    pub(super) fn new(iterations: u16, salt: &[u8]) -> Self {
        Self {
            iterations,
            salt: salt.to_vec(),
        }
    }

    /// The hash of a name (RFC 5155 section 5).
    pub(super) fn hash(&self, name: &Name) -> Vec<u8> {
        let mut hash = crypto::digest(SHA1, &[name.to_lowercase().as_wire(), &self.salt]).unwrap_or_default();
        for _ in 0..self.iterations {
            hash = crypto::digest(SHA1, &[&hash, &self.salt]).unwrap_or_default();
        }
        hash
    }
}

impl<'a> Chain<'a> {
    fn hash(&self, name: &Name, budget: &mut Budget) -> Option<Vec<u8>> {
        budget.hash()?;
        Some(self.links.first()?.how.hash(name))
    }

    /// The record of `name` itself.
    pub(super) fn at(&self, name: &Name, budget: &mut Budget) -> Option<&'a Nsec3> {
        let hash = self.hash(name, budget)?;
        self.links.iter().find(|link| link.owner == hash)
    }

    /// The record that says that `name` does not exist: not alone a proof, for the name above must be known to.
    pub(super) fn over(&self, name: &Name, budget: &mut Budget) -> Option<&'a Nsec3> {
        let hash = self.hash(name, budget)?;
        self.links.iter().find(|link| link.covers(&hash))
    }

    /// The record that says that `name` exists without `rtype`.
    pub(super) fn lacks(&self, name: &Name, rtype: RecordType, budget: &mut Budget) -> Option<&'a Nsec3> {
        self.at(name, budget)
            .filter(|link| link.types.lack(rtype, name.is_root()))
    }

    /// The proof that there is nothing at `name` nor below: the deepest name above that exists, and the name below
    /// that one that does not (RFC 5155 section 8.3).
    pub(super) fn gap(&self, name: &Name, budget: &mut Budget) -> Option<Gap<'a>> {
        let mut next_closer = name.clone();
        loop {
            let encloser = next_closer.parent().filter(|above| above.is_within(self.zone))?;
            if let Some(at) = self.at(&encloser, budget) {
                // What is below a delegation or a DNAME is not this zone's to deny (RFC 6840 section 4.1).
                if at.types.ends_authority() {
                    return None;
                }
                let over = self.over(&next_closer, budget)?;
                return Some(Gap { encloser, at, over });
            }
            next_closer = encloser;
        }
    }
}

impl Gap<'_> {
    /// Whether there may be unsigned delegations in the gap.
    pub(super) fn opt_out(&self) -> bool {
        self.over.opt_out
    }

    pub(super) fn text(&self) -> String {
        format!("{}, {}", self.at.text(), self.over.text())
    }
}

impl Nsec3 {
    /// Whether there may be unsigned delegations between its hashes.
    pub(super) fn opt_out(&self) -> bool {
        self.opt_out
    }
}

const SHA1: u8 = 1;
const SHA1_LENGTH: usize = 20;
const OPT_OUT: u8 = 0x01;

#[cfg(test)]
mod tests {
    use super::super::testing::{bitmap, name};
    use super::*;

    const HOW: &[u8] = b"\0\x0c\x04\xaa\xbb\xcc\xdd";

    fn example() -> Hashing {
        Hashing {
            iterations: 12,
            salt: vec![0xaa, 0xbb, 0xcc, 0xdd],
        }
    }

    #[test]
    fn the_hashes_of_rfc_5155_appendix_a() {
        for (plain, hash) in [
            ("example", "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom"),
            ("a.example", "35mthgpgcu1qg68fab165klnsnk3dpvl"),
            ("ai.example", "gjeqe526plbf1g8mklp59enfd789njgi"),
            ("ns1.example", "2t7b4g4vsa5smi47k61mv5bv1a22bojr"),
            ("ns2.example", "q04jkcevqvmu85r014c7dkba38o0ji5r"),
            ("w.example", "k8udemvp1j2f7eg6jebps17vp3n8i58h"),
            ("*.w.Example", "r53bq7cc2uvmubfu5ocmm6pers9tk9en"),
            ("x.w.example", "b4um86eghhds6nea196smvmlo4ors995"),
            ("y.w.example", "ji6neoaepv8b5o6k4ev33abha8ht9fgc"),
            ("x.y.w.example", "2vptu5timamqttgl4luu9kg21e0aor3s"),
            ("xx.example", "t644ebqk9bibcna874givr6joj62mlhv"),
        ] {
            let encoded = BASE32HEX_NOPAD.encode(&example().hash(&name(plain)));
            assert_eq!(encoded.to_ascii_lowercase(), hash, "{plain}");
        }
    }

    fn link(owner: &str, next: &str, flags: u8, types: &[RecordType]) -> Nsec3 {
        let next = BASE32HEX_NOPAD
            .decode(next.to_ascii_uppercase().as_bytes())
            .unwrap();
        let mut data = vec![1, flags];
        data.extend_from_slice(HOW);
        data.push(20);
        data.extend(next);
        data.extend(bitmap(types));
        Nsec3::read(&name(&format!("{owner}.example")), &name("example"), &data).unwrap()
    }

    /// The three records of RFC 5155 appendix B.1, which deny a.c.x.w.example.
    fn name_error() -> [Nsec3; 3] {
        use RecordType as T;
        [
            link(
                "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom",
                "2t7b4g4vsa5smi47k61mv5bv1a22bojr",
                1,
                &[T::NS, T::SOA, T::MX],
            ),
            link(
                "b4um86eghhds6nea196smvmlo4ors995",
                "gjeqe526plbf1g8mklp59enfd789njgi",
                1,
                &[T::MX],
            ),
            link(
                "35mthgpgcu1qg68fab165klnsnk3dpvl",
                "b4um86eghhds6nea196smvmlo4ors995",
                1,
                &[T::NS, T::DS],
            ),
        ]
    }

    #[test]
    fn the_name_error_of_rfc_5155_appendix_b_is_proved_and_needs_each_of_its_records() {
        let proof = |links: &[Nsec3]| {
            let zone = name("example");
            let chain = Chain { zone: &zone, links };
            let budget = &mut Budget::default();
            let gap = chain.gap(&name("a.c.x.w.example"), budget)?;
            chain.over(&name(&format!("*.{}", gap.encloser)), budget)?;
            Some(gap.encloser.to_string())
        };
        let links = name_error();
        assert_eq!(proof(&links).unwrap(), "x.w.example.");
        for without in 0..3 {
            let mut rest = links.to_vec();
            rest.remove(without);
            assert_eq!(proof(&rest), None, "without {without}");
        }
    }

    #[test]
    fn a_delegation_encloses_nothing() {
        let mut links = name_error();
        links[1] = link(
            "b4um86eghhds6nea196smvmlo4ors995",
            "gjeqe526plbf1g8mklp59enfd789njgi",
            1,
            &[RecordType::NS],
        );
        let zone = name("example");
        let chain = Chain {
            zone: &zone,
            links: &links,
        };
        assert!(
            chain
                .gap(&name("a.c.x.w.example"), &mut Budget::default())
                .is_none()
        );
    }

    #[test]
    fn the_last_hash_wraps_around_and_hashing_ends_with_the_budget() {
        let last = link(
            "t644ebqk9bibcna874givr6joj62mlhv",
            "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom",
            0,
            &[],
        );
        assert!(last.covers(&[0; 20]) && last.covers(&[0xff; 20]) && !last.covers(&[0x40; 20]));
        let zone = name("example");
        let links = [last];
        let chain = Chain {
            zone: &zone,
            links: &links,
        };
        let budget = &mut Budget::default();
        while budget.hash().is_some() {}
        assert!(chain.at(&name("xx.example"), budget).is_none());
    }

    #[test]
    fn records_of_other_zones_hashes_and_flags_are_not_read() {
        let data = |algorithm: u8, flags: u8| [&[algorithm, flags], HOW, &[20], &[7; 20]].concat();
        let owner = name("t644ebqk9bibcna874givr6joj62mlhv.example");
        assert!(Nsec3::read(&owner, &name("example"), &data(1, 0)).is_some());
        assert!(Nsec3::read(&owner, &name("test"), &data(1, 0)).is_none());
        assert!(Nsec3::read(&owner, &name("example"), &data(2, 0)).is_none());
        assert!(Nsec3::read(&owner, &name("example"), &data(1, 2)).is_none());
        assert!(Nsec3::read(&name("t644.example"), &name("example"), &data(1, 0)).is_none());
    }
}
