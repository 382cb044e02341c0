//! What we ask: messages built by hickory-proto, the only place that names it.

use hickory_proto::ProtoError;
use hickory_proto::op::{Message, MessageType, OpCode, Query as Question};
use hickory_proto::rr::rdata::opt::{EdnsCode, EdnsOption};
use hickory_proto::rr::rdata::{OPT, SOA};
use hickory_proto::rr::{DNSClass, Name as WireName, RData, Record};
use thiserror::Error;

use super::{Class, Flags, Header, Name, Opcode, RecordType, option_code};

/// A query to be sent.
///
/// ```
/// use fairloss::wire::dns::{Flags, Name, Query, RecordType};
///
/// let name = Name::from_text("www.example.test").unwrap();
/// let bytes = Query::new(4660, name, RecordType::A).to_bytes().unwrap();
/// assert_eq!(bytes[..4], [0x12, 0x34, 0x01, 0x00]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// What ties a reply to this query: to be drawn at random.
    pub id: u16,
    /// The operation.
    pub opcode: Opcode,
    /// The flags; QR is not sent.
    pub flags: Flags,
    /// What is asked, unless only the header is to be sent.
    pub question: Option<super::Question>,
    /// For IXFR: the serial number of the zone that the asker has (RFC 1995).
    pub serial: Option<u32>,
    /// The OPT record, if any.
    pub edns: Option<QueryEdns>,
}

/// The OPT record of a query (RFC 6891).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryEdns {
    /// The largest UDP message that is taken, in bytes.
    pub udp_size: u16,
    /// The version of EDNS.
    pub version: u8,
    /// The flags, DO (0x8000) among them.
    pub flags: u16,
    /// The options, by number, in the order in which they are sent.
    pub options: Vec<(u16, Vec<u8>)>,
    /// Pad the message to a multiple of so many bytes (RFC 7830); 0 for no padding.
    pub pad_to: u16,
}

/// A query that cannot be put into bytes.
#[derive(Debug, Error)]
pub enum BuildError {
    /// It is longer than a message can be.
    #[error("the query does not fit into a message")]
    TooLong(#[source] ProtoError),
}

impl Default for QueryEdns {
    /// EDNS version 0 with the message size of the DNS flag day 2020, which avoids fragments.
    fn default() -> Self {
        Self {
            udp_size: 1232,
            version: 0,
            flags: 0,
            options: Vec::new(),
            pad_to: 0,
        }
    }
}

impl Query {
    /// A standard query of class IN that desires recursion, without EDNS.
    pub fn new(id: u16, name: Name, rtype: RecordType) -> Self {
        Self {
            id,
            opcode: Opcode::QUERY,
            flags: Flags::RD,
            question: Some(super::Question {
                name,
                rtype,
                class: Class::IN,
            }),
            serial: None,
            edns: None,
        }
    }

    /// The same with the default OPT record.
    pub fn with_edns(self) -> Self {
        Self {
            edns: Some(QueryEdns::default()),
            ..self
        }
    }

    /// The message.
    ///
    /// # Errors
    /// When its options are longer than a message can be.
    pub fn to_bytes(&self) -> Result<Vec<u8>, BuildError> {
        let bytes = self.encode(None)?;
        match &self.edns {
            Some(edns) if edns.pad_to > 0 => {
                let unpadded = bytes.len() + OPTION_HEAD;
                let padding = unpadded.next_multiple_of(usize::from(edns.pad_to)) - unpadded;
                self.encode(Some(padding))
            }
            _ => Ok(bytes),
        }
    }

    fn encode(&self, padding: Option<usize>) -> Result<Vec<u8>, BuildError> {
        let mut message = Message::new(self.id, MessageType::Query, OpCode::from_u8(self.opcode.code()));
        message.metadata.authoritative = self.flags.contains(Flags::AA);
        message.metadata.truncation = self.flags.contains(Flags::TC);
        message.metadata.recursion_desired = self.flags.contains(Flags::RD);
        message.metadata.recursion_available = self.flags.contains(Flags::RA);
        message.metadata.authentic_data = self.flags.contains(Flags::AD);
        message.metadata.checking_disabled = self.flags.contains(Flags::CD);
        if let Some(question) = &self.question {
            let name = wire_name(&question.name)?;
            if let Some(serial) = self.serial {
                let soa = SOA::new(WireName::root(), WireName::root(), serial, 0, 0, 0, 0);
                let mut record = Record::from_rdata(name.clone(), 0, RData::SOA(soa));
                record.dns_class = DNSClass::from(question.class.0);
                message.add_authority(record);
            }
            let mut asked = Question::query(name, question.rtype.0.into());
            asked.query_class = DNSClass::from(question.class.0);
            message.add_query(asked);
        }
        if let Some(edns) = &self.edns {
            message.add_additional(opt_record(edns, padding));
        }
        let mut bytes = message.to_vec().map_err(BuildError::TooLong)?;
        if self.flags.contains(Flags::Z)
            && let Some(low) = bytes.get_mut(..Header::LEN).and_then(|header| header.get_mut(3))
        {
            // hickory-proto has no name for the bit that must be zero.
            *low |= 0x40;
        }
        Ok(bytes)
    }
}

/// The length of an option's code and length fields.
const OPTION_HEAD: usize = 4;

/// The OPT record, made by hand: `Edns` and `DNSClass::OPT` of hickory-proto do not send a size below 512.
fn opt_record(edns: &QueryEdns, padding: Option<usize>) -> Record {
    let option = |code: u16, data: Vec<u8>| (EdnsCode::from(code), EdnsOption::Unknown(code, data));
    let mut options: Vec<_> = edns
        .options
        .iter()
        .map(|(code, data)| option(*code, data.clone()))
        .collect();
    options.extend(padding.map(|length| option(option_code::PADDING, vec![0; length])));
    let [flags_high, flags_low] = edns.flags.to_be_bytes();
    let ttl = u32::from_be_bytes([0, edns.version, flags_high, flags_low]);
    let mut record = Record::from_rdata(WireName::root(), ttl, RData::OPT(OPT::new(options)));
    record.dns_class = DNSClass::Unknown(edns.udp_size);
    record
}

fn wire_name(name: &Name) -> Result<WireName, BuildError> {
    let mut wire = WireName::from_labels(name.labels()).map_err(BuildError::TooLong)?;
    wire.set_fqdn(true);
    Ok(wire)
}

#[cfg(test)]
mod tests {
    use super::super::{Edns, Message};
    use super::*;

    fn query() -> Query {
        Query::new(7, Name::from_text(r"Foo\.x.test").unwrap(), RecordType(65280))
    }

    #[test]
    fn the_question_is_sent_as_it_was_asked() {
        let bytes = query().to_bytes().unwrap();
        assert_eq!(
            bytes,
            b"\0\x07\x01\0\0\x01\0\0\0\0\0\0\x05Foo.x\x04test\0\xff\0\0\x01"
        );
    }

    #[test]
    fn every_flag_and_opcode_can_be_sent() {
        let all = Flags::AA | Flags::TC | Flags::RD | Flags::RA | Flags::Z | Flags::AD | Flags::CD;
        let bytes = Query {
            flags: all,
            opcode: Opcode::new(15).unwrap(),
            ..query()
        }
        .to_bytes()
        .unwrap();
        let header = *Message::parse(&bytes).unwrap().header();
        assert_eq!((header.flags, header.opcode.code()), (all, 15));
    }

    #[test]
    fn an_opt_record_says_what_was_asked_for() {
        let mut query = query().with_edns();
        query.edns = Some(QueryEdns {
            udp_size: 0,
            version: 5,
            flags: Edns::DO | 0x40,
            options: vec![(3, Vec::new()), (65001, vec![1, 2]), (3, vec![9])],
            pad_to: 0,
        });
        let bytes = query.to_bytes().unwrap();
        let edns = Message::parse(&bytes).unwrap().edns().unwrap();
        assert_eq!((edns.udp_size, edns.version, edns.flags), (0, 5, 0x8040));
        let options: Vec<_> = edns
            .options()
            .map(|option| option.unwrap())
            .map(|o| (o.code, o.data))
            .collect();
        assert_eq!(options, [(3, &[][..]), (65001, &[1, 2]), (3, &[9])]);
    }

    #[test]
    fn padding_fills_the_message_to_a_multiple() {
        let mut query = query().with_edns();
        if let Some(edns) = &mut query.edns {
            edns.pad_to = 128;
        }
        assert_eq!(query.to_bytes().unwrap().len(), 128);
    }

    #[test]
    fn an_ixfr_query_carries_the_serial_in_a_soa() {
        let mut query = query();
        query.serial = Some(3);
        let bytes = query.to_bytes().unwrap();
        let message = Message::parse(&bytes).unwrap();
        let soa = message.records().next().unwrap().unwrap();
        assert_eq!(
            (soa.rtype, soa.name.to_string().as_str()),
            (RecordType::SOA, r"Foo\.x.test.")
        );
        assert_eq!(soa.rdata.bytes()[2..6], [0, 0, 0, 3]);
    }
}
