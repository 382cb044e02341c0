//! Record sets and their signatures, out of a reply.

use std::collections::HashMap;

use super::canonical::canonical;
use crate::wire::dns::{Class, Message, Name, Rcode, Record, RecordType, Section};
use crate::wire::{Reader, Writer};

/// All records of one name and type in one section, with the signatures that came with them.
#[derive(Clone, Debug)]
pub(super) struct RrSet {
    pub(super) name: Name,
    pub(super) rtype: RecordType,
    pub(super) ttl: u32,
    /// The data of each in canonical form, in canonical order, none twice (RFC 4034 section 6.3).
    pub(super) records: Vec<Vec<u8>>,
    pub(super) signatures: Vec<Signature>,
}

/// A signature, from the data of an RRSIG record (RFC 4034 section 3.1).
#[derive(Clone, Debug)]
pub(super) struct Signature {
    covered: RecordType,
    pub(super) algorithm: u8,
    pub(super) labels: u8,
    pub(super) original_ttl: u32,
    pub(super) expiration: u32,
    pub(super) inception: u32,
    pub(super) tag: u16,
    pub(super) signer: Name,
    pub(super) bytes: Vec<u8>,
}

/// What a reply says, in record sets.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    pub(super) rcode: Rcode,
    pub(super) answer: Sets,
    pub(super) authority: Sets,
}

/// The record sets of a section, in the order in which they began.
#[derive(Clone, Debug, Default)]
pub(super) struct Sets {
    sets: Vec<RrSet>,
    places: HashMap<(Name, RecordType), usize>,
}

impl Reply {
    /// Reads what can be read.
    pub(super) fn read(message: &Message<'_>) -> Self {
        Self {
            rcode: message.rcode(),
            answer: Sets::read(message, Section::Answer),
            authority: Sets::read(message, Section::Authority),
        }
    }
}

impl Sets {
    pub(super) fn read(message: &Message<'_>, section: Section) -> Self {
        let mut sets = Self::default();
        let records = || {
            message
                .section(section)
                .filter(|record| record.class == Class::IN)
        };
        for record in records().filter(|record| record.rtype != RecordType::RRSIG) {
            sets.add(&record);
        }
        for record in records().filter(|record| record.rtype == RecordType::RRSIG) {
            let Some(signature) = Signature::read(record.rdata.bytes()) else {
                continue;
            };
            let place = sets.places.get(&(record.name, signature.covered));
            if let Some(set) = place.and_then(|&place| sets.sets.get_mut(place)) {
                set.signatures.push(signature);
            }
        }
        for set in &mut sets.sets {
            set.records.sort_unstable();
            set.records.dedup();
        }
        sets
    }

    fn add(&mut self, record: &Record<'_>) {
        // Data that are not what their type says stay as they are: no signature fits them.
        let data = canonical(record.rtype, record.rdata).unwrap_or_else(|| record.rdata.bytes().to_vec());
        let next = self.sets.len();
        let place = *self
            .places
            .entry((record.name.clone(), record.rtype))
            .or_insert(next);
        match self.sets.get_mut(place) {
            Some(set) => {
                set.records.push(data);
                set.ttl = set.ttl.min(record.ttl);
            }
            None => self.sets.push(RrSet {
                name: record.name.clone(),
                rtype: record.rtype,
                ttl: record.ttl,
                records: vec![data],
                signatures: Vec::new(),
            }),
        }
    }

    pub(super) fn get(&self, name: &Name, rtype: RecordType) -> Option<&RrSet> {
        let place = *self.places.get(&(name.clone(), rtype))?;
        self.sets.get(place)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &RrSet> {
        self.sets.iter()
    }
}

impl RrSet {
    /// A set of one record without a signature.
    pub(super) fn unsigned(name: Name, rtype: RecordType, data: Vec<u8>) -> Self {
        Self {
            name,
            rtype,
            ttl: 0,
            records: vec![data],
            signatures: Vec::new(),
        }
    }

    /// Whether the two say the same.
    pub(super) fn same_records(&self, other: &Self) -> bool {
        self.name == other.name && self.rtype == other.rtype && self.records == other.records
    }

    /// The name in the data of the only record, for a type whose data is a name.
    pub(super) fn target(&self) -> Option<Name> {
        match self.records.as_slice() {
            [data] => Name::read(data, 0)
                .ok()
                .filter(|(_, end)| *end == data.len())
                .map(|(name, _)| name),
            _ => None,
        }
    }

    /// What `signature` signs (RFC 4034 section 3.1.8.1): its own fields, and the records as they were in the zone:
    /// those made from a wildcard under its name. `None` if it counts more labels than the name has.
    pub(super) fn signed_by(&self, signature: &Signature) -> Option<Vec<u8>> {
        let owner = self.source(signature)?.to_lowercase();
        let mut data =
            Vec::with_capacity(64 + self.records.iter().map(|data| data.len() + 64).sum::<usize>());
        Writer::new(&mut data)
            .u16(signature.covered.0)
            .u8(signature.algorithm)
            .u8(signature.labels)
            .u32(signature.original_ttl)
            .u32(signature.expiration)
            .u32(signature.inception)
            .u16(signature.tag)
            .bytes(signature.signer.to_lowercase().as_wire());
        for record in &self.records {
            Writer::new(&mut data)
                .bytes(owner.as_wire())
                .u16(self.rtype.0)
                .u16(Class::IN.0)
                .u32(signature.original_ttl)
                .u16(u16::try_from(record.len()).ok()?)
                .bytes(record);
        }
        Some(data)
    }

    /// The name under which `signature` says that the records stand in the zone.
    fn source(&self, signature: &Signature) -> Option<Name> {
        match self.next_closer(signature)? {
            None => Some(self.name.clone()),
            Some(next_closer) => wildcard(&next_closer.parent()?),
        }
    }

    /// If `signature` says that the records were made from a wildcard: the name that must not exist for that, one
    /// label below the wildcard's parent (RFC 4035 section 5.3.4). The outer `None`: the signature counts more labels
    /// than there are.
    pub(super) fn next_closer(&self, signature: &Signature) -> Option<Option<Name>> {
        let labels = self.name.label_count() - usize::from(is_wildcard(&self.name));
        let below = labels.checked_sub(usize::from(signature.labels))?;
        if below == 0 {
            return Some(None);
        }
        ancestor(&self.name, usize::from(signature.labels) + 1).map(Some)
    }
}

impl Signature {
    pub(super) fn read(rdata: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(rdata);
        let mut signature = Self {
            covered: RecordType(reader.u16().ok()?),
            algorithm: reader.u8().ok()?,
            labels: reader.u8().ok()?,
            original_ttl: reader.u32().ok()?,
            expiration: reader.u32().ok()?,
            inception: reader.u32().ok()?,
            tag: reader.u16().ok()?,
            signer: Name::root(),
            bytes: Vec::new(),
        };
        let (signer, length) = Name::read(reader.rest(), 0).ok()?;
        signature.signer = signer;
        signature.bytes = reader.rest().get(length..)?.to_vec();
        Some(signature)
    }
}

/// `*.` and the name, unless that is too long.
pub(super) fn wildcard(name: &Name) -> Option<Name> {
    Name::from_text("*").ok()?.with_suffix(name).ok()
}

fn is_wildcard(name: &Name) -> bool {
    name.labels().next() == Some(b"*")
}

/// The last `labels` labels of `name`, if it has so many.
pub(super) fn ancestor(name: &Name, labels: usize) -> Option<Name> {
    let above = name.label_count().checked_sub(labels)?;
    let mut name = name.clone();
    for _ in 0..above {
        name = name.parent()?;
    }
    Some(name)
}
