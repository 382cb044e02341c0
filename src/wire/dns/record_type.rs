//! Record types (the IANA registry "Resource Record (RR) TYPEs").

use super::registry::registry;

registry! {
    /// The type of a record, or of what a question asks for.
    RecordType, "TYPE", {
        /// An IPv4 address.
        A = 1 "A",
        /// A name server.
        NS = 2 "NS",
        /// A mail destination (obsolete).
        MD = 3 "MD",
        /// A mail forwarder (obsolete).
        MF = 4 "MF",
        /// The canonical name of an alias.
        CNAME = 5 "CNAME",
        /// The start of a zone of authority.
        SOA = 6 "SOA",
        /// A mailbox domain name.
        MB = 7 "MB",
        /// A mail group member.
        MG = 8 "MG",
        /// A mail rename domain name.
        MR = 9 "MR",
        /// Anything at all.
        NULL = 10 "NULL",
        /// Well-known services.
        WKS = 11 "WKS",
        /// A pointer to another name.
        PTR = 12 "PTR",
        /// Host information.
        HINFO = 13 "HINFO",
        /// Mailbox information.
        MINFO = 14 "MINFO",
        /// A mail exchange.
        MX = 15 "MX",
        /// Text.
        TXT = 16 "TXT",
        /// The responsible person.
        RP = 17 "RP",
        /// An AFS database server.
        AFSDB = 18 "AFSDB",
        /// An X.25 address.
        X25 = 19 "X25",
        /// An ISDN address.
        ISDN = 20 "ISDN",
        /// A route through another host.
        RT = 21 "RT",
        /// An OSI address.
        NSAP = 22 "NSAP",
        /// A pointer for OSI addresses.
        NSAP_PTR = 23 "NSAP-PTR",
        /// A signature (obsolete, RFC 2535).
        SIG = 24 "SIG",
        /// A key (obsolete, RFC 2535).
        KEY = 25 "KEY",
        /// X.400 mapping.
        PX = 26 "PX",
        /// A geographical position.
        GPOS = 27 "GPOS",
        /// An IPv6 address.
        AAAA = 28 "AAAA",
        /// A location.
        LOC = 29 "LOC",
        /// The next name (obsolete, RFC 2535).
        NXT = 30 "NXT",
        /// An endpoint identifier.
        EID = 31 "EID",
        /// A Nimrod locator.
        NIMLOC = 32 "NIMLOC",
        /// The location of a service.
        SRV = 33 "SRV",
        /// An ATM address.
        ATMA = 34 "ATMA",
        /// A naming authority pointer.
        NAPTR = 35 "NAPTR",
        /// A key exchanger.
        KX = 36 "KX",
        /// A certificate.
        CERT = 37 "CERT",
        /// An IPv6 address in pieces (historic).
        A6 = 38 "A6",
        /// The alias of a subtree.
        DNAME = 39 "DNAME",
        /// The kitchen sink.
        SINK = 40 "SINK",
        /// EDNS (RFC 6891).
        OPT = 41 "OPT",
        /// A list of address prefixes.
        APL = 42 "APL",
        /// A delegation signer.
        DS = 43 "DS",
        /// The fingerprint of an SSH key.
        SSHFP = 44 "SSHFP",
        /// An IPsec key.
        IPSECKEY = 45 "IPSECKEY",
        /// The signature of a record set.
        RRSIG = 46 "RRSIG",
        /// The next secure name.
        NSEC = 47 "NSEC",
        /// A zone's key.
        DNSKEY = 48 "DNSKEY",
        /// A DHCP identifier.
        DHCID = 49 "DHCID",
        /// The next secure name, hashed.
        NSEC3 = 50 "NSEC3",
        /// The parameters of NSEC3.
        NSEC3PARAM = 51 "NSEC3PARAM",
        /// A TLS certificate association.
        TLSA = 52 "TLSA",
        /// An S/MIME certificate association.
        SMIMEA = 53 "SMIMEA",
        /// A host identity.
        HIP = 55 "HIP",
        /// Zone status information.
        NINFO = 56 "NINFO",
        /// A resource key.
        RKEY = 57 "RKEY",
        /// A trust anchor link.
        TALINK = 58 "TALINK",
        /// The child's copy of DS.
        CDS = 59 "CDS",
        /// The child's copy of DNSKEY.
        CDNSKEY = 60 "CDNSKEY",
        /// An OpenPGP key.
        OPENPGPKEY = 61 "OPENPGPKEY",
        /// Child-to-parent synchronisation.
        CSYNC = 62 "CSYNC",
        /// The digest of a zone.
        ZONEMD = 63 "ZONEMD",
        /// A service binding.
        SVCB = 64 "SVCB",
        /// A service binding for HTTPS.
        HTTPS = 65 "HTTPS",
        /// Where to send notifications (RFC 9859).
        DSYNC = 66 "DSYNC",
        /// A drone's hierarchical host identity tag (RFC 9886).
        HHIT = 67 "HHIT",
        /// A drone's broadcast identifier (RFC 9886).
        BRID = 68 "BRID",
        /// The sender policy (obsolete).
        SPF = 99 "SPF",
        /// User information.
        UINFO = 100 "UINFO",
        /// A user's number.
        UID = 101 "UID",
        /// A group's number.
        GID = 102 "GID",
        /// Unspecified.
        UNSPEC = 103 "UNSPEC",
        /// A node identifier.
        NID = 104 "NID",
        /// A 32-bit locator.
        L32 = 105 "L32",
        /// A 64-bit locator.
        L64 = 106 "L64",
        /// A pointer to locators.
        LP = 107 "LP",
        /// A 48-bit hardware address.
        EUI48 = 108 "EUI48",
        /// A 64-bit hardware address.
        EUI64 = 109 "EUI64",
        /// A transaction key.
        TKEY = 249 "TKEY",
        /// A transaction signature.
        TSIG = 250 "TSIG",
        /// An incremental zone transfer.
        IXFR = 251 "IXFR",
        /// A zone transfer.
        AXFR = 252 "AXFR",
        /// Mailbox records.
        MAILB = 253 "MAILB",
        /// Mail agent records.
        MAILA = 254 "MAILA",
        /// All records.
        ANY = 255 "ANY",
        /// A uniform resource identifier.
        URI = 256 "URI",
        /// Which authorities may certify.
        CAA = 257 "CAA",
        /// Application visibility and control.
        AVC = 258 "AVC",
        /// A digital object.
        DOA = 259 "DOA",
        /// An AMT relay.
        AMTRELAY = 260 "AMTRELAY",
        /// A resolver's information.
        RESINFO = 261 "RESINFO",
        /// Where to pay.
        WALLET = 262 "WALLET",
        /// A trust anchor.
        TA = 32768 "TA",
        /// A look-aside validation anchor.
        DLV = 32769 "DLV",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_have_names_and_numbers() {
        assert_eq!("aaaa".parse(), Ok(RecordType::AAAA));
        assert_eq!("TYPE15".parse(), Ok(RecordType::MX));
        assert_eq!(RecordType(65280).to_string(), "TYPE65280");
        assert_eq!(RecordType::NSAP_PTR.to_string(), "NSAP-PTR");
        assert!("AXFR1".parse::<RecordType>().is_err());
    }
}
