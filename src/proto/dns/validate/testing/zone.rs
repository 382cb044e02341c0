//! Zones that are signed in a test.

use std::collections::BTreeMap;

use data_encoding::BASE32HEX_NOPAD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair};

use super::super::crypto;
use super::super::nsec3::Hashing;
use super::super::rrset::{RrSet, Signature, wildcard};
use super::message::Rec;
use super::{bitmap, name, rrsig};
use crate::wire::dns::{Name, RecordType};
use crate::wire::rdata::key_tag;

/// The time of the tests, and how long the signatures last around it.
pub(in super::super) const NOW: i64 = 1_800_000_000;
pub(in super::super) const DAY: u32 = 86_400;

/// A zone, and how it is signed.
pub(in super::super) struct Zone {
    pub(in super::super) name: Name,
    pub(in super::super) key: Option<SigningKey>,
    pub(in super::super) denial: Denial,
    pub(in super::super) records: BTreeMap<(Name, u16), Vec<Vec<u8>>>,
    /// Inception and expiration of its signatures.
    pub(in super::super) times: (u32, u32),
}

/// How a zone denies.
#[derive(Clone, Debug)]
pub(in super::super) enum Denial {
    Nsec,
    Nsec3 { iterations: u16, opt_out: bool },
}

pub(in super::super) enum SigningKey {
    Ed25519(Ed25519KeyPair),
    P256(EcdsaKeyPair),
}

impl SigningKey {
    pub(in super::super) fn ed25519(seed: u8) -> Self {
        Self::Ed25519(Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap())
    }

    pub(in super::super) fn p256() -> Self {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random);
        Self::P256(pair.unwrap())
    }

    pub(in super::super) fn algorithm(&self) -> u8 {
        match self {
            Self::Ed25519(_) => 15,
            Self::P256(_) => 13,
        }
    }

    /// The data of the DNSKEY record.
    pub(in super::super) fn dnskey(&self) -> Vec<u8> {
        let public = match self {
            Self::Ed25519(pair) => pair.public_key().as_ref(),
            Self::P256(pair) => &pair.public_key().as_ref()[1..],
        };
        [&[1, 1, 3, self.algorithm()], public].concat()
    }

    fn sign(&self, data: &[u8]) -> Vec<u8> {
        match self {
            Self::Ed25519(pair) => pair.sign(data).as_ref().to_vec(),
            Self::P256(pair) => pair.sign(&SystemRandom::new(), data).unwrap().as_ref().to_vec(),
        }
    }

    /// The data of a DS record for `zone`.
    pub(in super::super) fn ds(&self, zone: &Name, kind: u8) -> Vec<u8> {
        let dnskey = self.dnskey();
        let digest = crypto::digest(kind, &[zone.as_wire(), &dnskey]).unwrap();
        let [high, low] = key_tag(&dnskey).to_be_bytes();
        [&[high, low, self.algorithm(), kind], digest.as_slice()].concat()
    }
}

impl Zone {
    /// A zone with SOA and NS records, signed unless `key` is `None`.
    pub(in super::super) fn new(zone: &str, key: Option<SigningKey>, denial: Denial) -> Self {
        let now = u32::try_from(NOW).unwrap();
        let mut zone = Self {
            name: name(zone),
            key,
            denial,
            records: BTreeMap::new(),
            times: (now - DAY, now + DAY),
        };
        let apex = zone.name.clone();
        let soa = [&[0, 0][..], &[0; 16], &[0, 0, 0, 60]].concat();
        zone.put(&apex, RecordType::SOA, soa);
        zone.put(&apex, RecordType::NS, b"\x02ns\x04test\0".to_vec());
        if let Some(dnskey) = zone.key.as_ref().map(SigningKey::dnskey) {
            zone.put(&apex, RecordType::DNSKEY, dnskey);
        }
        zone
    }

    pub(in super::super) fn put(&mut self, owner: &Name, rtype: RecordType, data: Vec<u8>) {
        self.records
            .entry((owner.clone(), rtype.0))
            .or_default()
            .push(data);
    }

    /// An address record.
    pub(in super::super) fn with_a(self, owner: &str) -> Self {
        self.with(owner, RecordType::A, vec![192, 0, 2, 1])
    }

    pub(in super::super) fn with(mut self, owner: &str, rtype: RecordType, data: Vec<u8>) -> Self {
        self.put(&name(owner), rtype, data);
        self
    }

    /// A record whose data is a name.
    pub(in super::super) fn with_name(self, owner: &str, rtype: RecordType, target: &str) -> Self {
        self.with(owner, rtype, name(target).as_wire().to_vec())
    }

    /// Delegates to `child`, with a DS record if that is signed.
    pub(in super::super) fn delegate(&mut self, child: &Self) {
        self.put(&child.name, RecordType::NS, b"\x02ns\x04test\0".to_vec());
        if let Some(key) = &child.key {
            self.put(&child.name, RecordType::DS, key.ds(&child.name, 2));
        }
    }

    /// The records of `owner` and `rtype` as `shown` has them, which is another name if `owner` is a wildcard, with
    /// their signature.
    pub(in super::super) fn set(&self, owner: &Name, rtype: RecordType, shown: &Name) -> Vec<Rec> {
        let Some(data) = self.records.get(&(owner.clone(), rtype.0)) else {
            return Vec::new();
        };
        self.signed(owner, rtype, data.clone(), shown)
    }

    /// Records with their signature, if the zone signs them.
    pub(in super::super) fn signed(
        &self,
        owner: &Name,
        rtype: RecordType,
        data: Vec<Vec<u8>>,
        shown: &Name,
    ) -> Vec<Rec> {
        let rec = |rtype, data| Rec {
            name: shown.clone(),
            rtype,
            data,
        };
        let mut recs: Vec<Rec> = data.iter().map(|data| rec(rtype, data.clone())).collect();
        let delegation = rtype == RecordType::NS && *owner != self.name;
        if let Some(key) = self.key.as_ref().filter(|_| !delegation) {
            recs.push(rec(RecordType::RRSIG, self.signature(key, owner, rtype, data)));
        }
        recs
    }

    /// The data of the RRSIG record by `key` over a set.
    pub(in super::super) fn signature(
        &self,
        key: &SigningKey,
        owner: &Name,
        rtype: RecordType,
        mut data: Vec<Vec<u8>>,
    ) -> Vec<u8> {
        data.sort();
        let mut set = RrSet::unsigned(owner.clone(), rtype, Vec::new());
        set.records = data;
        let labels = owner.labels().filter(|label| *label != b"*").count();
        let (inception, expiration) = self.times;
        let fields = |bytes: &[u8]| {
            let labels = u8::try_from(labels).unwrap();
            let tag = key_tag(&key.dnskey());
            rrsig(
                rtype,
                key.algorithm(),
                labels,
                [3600, expiration, inception],
                tag,
                &self.name,
                bytes,
            )
        };
        let input = set.signed_by(&Signature::read(&fields(&[])).unwrap()).unwrap();
        fields(&key.sign(&input))
    }

    /// The NSEC or NSEC3 record at or over a name, as the zone has it.
    pub(in super::super) fn link(&self, denied: &Name, exact: bool) -> Option<Vec<Rec>> {
        let links = self.links();
        let key = self.place(denied);
        let found = links.iter().position(|(place, _)| *place == key);
        let index = match (exact, found) {
            (true, found) => found?,
            (false, Some(_)) => return None,
            (false, None) => links
                .iter()
                .rposition(|(place, _)| *place < key)
                .unwrap_or(links.len() - 1),
        };
        let (place, types) = &links[index];
        let (next, _) = &links[(index + 1) % links.len()];
        Some(self.link_record(place, next, types))
    }

    /// The record at the n-th place of the chain.
    pub(in super::super) fn nth_link(&self, index: usize) -> Vec<Rec> {
        let links = self.links();
        let (place, types) = &links[index % links.len()];
        self.link_record(place, &links[(index + 1) % links.len()].0, types)
    }

    fn link_record(&self, place: &Place, next: &Place, types: &[RecordType]) -> Vec<Rec> {
        match (place, next, &self.denial) {
            (Place::Name(owner), Place::Name(next), _) => {
                let data = [next.as_wire(), &bitmap(types)].concat();
                self.signed(owner, RecordType::NSEC, vec![data], owner)
            }
            (Place::Hash(hash), Place::Hash(next), Denial::Nsec3 { iterations, opt_out }) => {
                let mut data = vec![1, u8::from(*opt_out)];
                data.extend(iterations.to_be_bytes());
                data.extend([2, 0xab, 0xcd, 20]);
                data.extend(next);
                data.extend(bitmap(types));
                let owner = name(&BASE32HEX_NOPAD.encode(hash))
                    .with_suffix(&self.name)
                    .unwrap();
                self.signed(&owner, RecordType::NSEC3, vec![data], &owner)
            }
            _ => unreachable!("a chain is of one kind"),
        }
    }

    fn place(&self, name: &Name) -> Place {
        match self.denial {
            Denial::Nsec => Place::Name(name.clone()),
            Denial::Nsec3 { iterations, .. } => {
                Place::Hash(Hashing::new(iterations, &[0xab, 0xcd]).hash(name))
            }
        }
    }

    /// The places of the chain in order, with their types.
    fn links(&self) -> Vec<(Place, Vec<RecordType>)> {
        let mut links = Vec::new();
        for name in self.names() {
            let mut types: Vec<RecordType> = self
                .records
                .keys()
                .filter(|(owner, _)| *owner == name)
                .map(|(_, rtype)| RecordType(*rtype))
                .collect();
            let insecure = self.is_cut(&name) && !types.contains(&RecordType::DS);
            match self.denial {
                Denial::Nsec if types.is_empty() => continue,
                Denial::Nsec => types.extend([RecordType::NSEC, RecordType::RRSIG]),
                Denial::Nsec3 { opt_out: true, .. } if insecure => continue,
                Denial::Nsec3 { .. } if types.is_empty() || insecure => {}
                Denial::Nsec3 { .. } => types.push(RecordType::RRSIG),
            }
            links.push((self.place(&name), types));
        }
        links.sort_by(|a, b| a.0.cmp(&b.0));
        links
    }

    /// The names with records, and the empty ones above them, in canonical order.
    pub(in super::super) fn names(&self) -> Vec<Name> {
        let mut names: Vec<Name> = Vec::new();
        for (owner, _) in self.records.keys() {
            let mut above = Some(owner.clone());
            while let Some(name) = above.filter(|name| name.is_within(&self.name) && !names.contains(name)) {
                above = name.parent();
                names.push(name);
            }
        }
        names.sort();
        names
    }

    /// Whether `name` is delegated by this zone.
    pub(in super::super) fn is_cut(&self, name: &Name) -> bool {
        *name != self.name && self.records.contains_key(&(name.clone(), RecordType::NS.0))
    }

    /// The deepest name at or above `name` that exists.
    pub(in super::super) fn encloser(&self, name: &Name) -> Name {
        let names = self.names();
        let mut name = name.clone();
        while !names.contains(&name) {
            name = name.parent().unwrap();
        }
        name
    }

    pub(in super::super) fn wildcard_for(&self, name: &Name) -> Option<Name> {
        wildcard(&self.encloser(name)).filter(|star| self.names().contains(star))
    }
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Name(Name),
    Hash(Vec<u8>),
}
