//! The names of the managed objects that everybody knows: MIB-II (RFC 1213), the frameworks of version 3 (RFC 3411,
//! RFC 3412, RFC 3414), and the first enterprises.

/// The objects below one: those without any below them that are numbered from one on, and the others.
#[derive(Clone, Copy, Debug)]
pub(super) struct Objects {
    leaves: &'static [&'static str],
    nodes: &'static [Node],
}

#[derive(Debug)]
struct Node {
    number: u32,
    name: &'static str,
    below: Objects,
}

/// The beginning of an identifier that is shown shortly or not at all, and what is below it.
pub(super) struct Branch {
    /// It, encoded.
    pub(super) begin: &'static [u8],
    /// What is shown for it.
    pub(super) prefix: &'static str,
    /// What is below it.
    pub(super) below: Objects,
}

impl Objects {
    /// What is at the top of the tree.
    pub(super) const fn top() -> Self {
        TOP
    }

    /// What is below objects without a name.
    pub(super) const fn none() -> Self {
        NONE
    }

    /// The name of the object with this number, and what is below it.
    pub(super) fn find(self, number: u32) -> Option<(&'static str, Self)> {
        let place = number
            .checked_sub(1)
            .and_then(|place| usize::try_from(place).ok());
        if let Some(name) = place.and_then(|place| self.leaves.get(place)) {
            return Some((name, NONE));
        }
        let node = self.nodes.iter().find(|node| node.number == number)?;
        Some((node.name, node.below))
    }
}

/// The branch that an encoded identifier is on.
pub(super) fn branch(encoded: &[u8]) -> Option<&'static Branch> {
    BRANCHES.iter().find(|branch| encoded.starts_with(branch.begin))
}

const BRANCHES: &[Branch] = &[
    Branch {
        begin: &[0x2b, 6, 1, 2, 1],
        prefix: "",
        below: MIB_2,
    },
    Branch {
        begin: &[0x2b, 6, 1, 4, 1],
        prefix: "E:",
        below: ENTERPRISES,
    },
    Branch {
        begin: &[0x2b, 6, 1, 3],
        prefix: "X:",
        below: NONE,
    },
    Branch {
        begin: &[0x2b, 6, 1, 6, 3],
        prefix: "S:",
        below: SNMP_MODULES,
    },
];

const NONE: Objects = Objects {
    leaves: &[],
    nodes: &[],
};

const fn node(
    number: u32,
    name: &'static str,
    leaves: &'static [&'static str],
    nodes: &'static [Node],
) -> Node {
    Node {
        number,
        name,
        below: Objects { leaves, nodes },
    }
}

const fn leaf(number: u32, name: &'static str) -> Node {
    node(number, name, &[], &[])
}

#[rustfmt::skip]
const TOP: Objects = Objects {
    leaves: &[],
    nodes: &[node(1, "iso", &[], &[node(3, "org", &[], &[node(6, "dod", &[], &[
        node(1, "internet", &["directory", "mgmt"], &[leaf(4, "private"), leaf(5, "security"), leaf(6, "snmpV2")]),
    ])])])],
};

#[rustfmt::skip]
const MIB_2: Objects = Objects {
    leaves: &[],
    nodes: &[
        node(1, "system", &[
            "sysDescr", "sysObjectID", "sysUpTime", "sysContact", "sysName", "sysLocation", "sysServices",
        ], &[]),
        node(2, "interfaces", &["ifNumber"], &[
            node(2, "ifTable", &[], &[
                node(1, "ifEntry", &[
                    "ifIndex", "ifDescr", "ifType", "ifMtu", "ifSpeed", "ifPhysAddress", "ifAdminStatus",
                    "ifOperStatus", "ifLastChange", "ifInOctets", "ifInUcastPkts", "ifInNUcastPkts", "ifInDiscards",
                    "ifInErrors", "ifInUnknownProtos", "ifOutOctets", "ifOutUcastPkts", "ifOutNUcastPkts",
                    "ifOutDiscards", "ifOutErrors", "ifOutQLen", "ifSpecific",
                ], &[]),
            ]),
        ]),
        node(3, "at", &[], &[
            node(1, "atTable", &[], &[
                node(1, "atEntry", &["atIfIndex", "atPhysAddress", "atNetAddress"], &[]),
            ]),
        ]),
        node(4, "ip", &[
            "ipForwarding", "ipDefaultTTL", "ipInReceives", "ipInHdrErrors", "ipInAddrErrors", "ipForwDatagrams",
            "ipInUnknownProtos", "ipInDiscards", "ipInDelivers", "ipOutRequests", "ipOutDiscards", "ipOutNoRoutes",
            "ipReasmTimeout", "ipReasmReqds", "ipReasmOKs", "ipReasmFails", "ipFragOKs", "ipFragFails",
            "ipFragCreates",
        ], &[
            node(20, "ipAddrTable", &[], &[
                node(1, "ipAddrEntry", &[
                    "ipAdEntAddr", "ipAdEntIfIndex", "ipAdEntNetMask", "ipAdEntBcastAddr", "ipAdEntReasmMaxSize",
                ], &[]),
            ]),
            node(21, "ipRoutingTable", &[], &[
                node(1, "ipRouteEntry", &[
                    "ipRouteDest", "ipRouteIfIndex", "ipRouteMetric1", "ipRouteMetric2", "ipRouteMetric3",
                    "ipRouteMetric4", "ipRouteNextHop", "ipRouteType", "ipRouteProto", "ipRouteAge", "ipRouteMask",
                ], &[]),
            ]),
            node(22, "ipNetToMediaTable", &[], &[
                node(1, "ipNetToMediaEntry", &[
                    "ipNetToMediaIfIndex", "ipNetToMediaPhysAddress", "ipNetToMediaNetAddress", "ipNetToMediaType",
                ], &[]),
            ]),
        ]),
        node(5, "icmp", &[
            "icmpInMsgs", "icmpInErrors", "icmpInDestUnreachs", "icmpInTimeExcds", "icmpInParmProbs",
            "icmpInSrcQuenchs", "icmpInRedirects", "icmpInEchos", "icmpInEchoReps", "icmpInTimestamps",
            "icmpInTimestampReps", "icmpInAddrMasks", "icmpInAddrMaskReps", "icmpOutMsgs", "icmpOutErrors",
            "icmpOutDestUnreachs", "icmpOutTimeExcds", "icmpOutParmProbs", "icmpOutSrcQuenchs", "icmpOutRedirects",
            "icmpOutEchos", "icmpOutEchoReps", "icmpOutTimestamps", "icmpOutTimestampReps", "icmpOutAddrMasks",
            "icmpOutAddrMaskReps",
        ], &[]),
        node(6, "tcp", &[
            "tcpRtoAlgorithm", "tcpRtoMin", "tcpRtoMax", "tcpMaxConn", "tcpActiveOpens", "tcpPassiveOpens",
            "tcpAttemptFails", "tcpEstabResets", "tcpCurrEstab", "tcpInSegs", "tcpOutSegs", "tcpRetransSegs",
        ], &[
            node(13, "tcpConnTable", &[], &[
                node(1, "tcpConnEntry", &[
                    "tcpConnState", "tcpConnLocalAddress", "tcpConnLocalPort", "tcpConnRemAddress", "tcpConnRemPort",
                ], &[]),
            ]),
            leaf(14, "tcpInErrs"),
            leaf(15, "tcpOutRsts"),
        ]),
        node(7, "udp", &["udpInDatagrams", "udpNoPorts", "udpInErrors", "udpOutDatagrams"], &[
            node(5, "udpTable", &[], &[
                node(1, "udpEntry", &["udpLocalAddress", "udpLocalPort"], &[]),
            ]),
        ]),
        node(8, "egp", &["egpInMsgs", "egpInErrors", "egpOutMsgs", "egpOutErrors"], &[
            node(5, "egpNeighTable", &[], &[
                node(1, "egpNeighEntry", &[
                    "egpNeighState", "egpNeighAddr", "egpNeighAs", "egpNeighInMsgs", "egpNeighInErrs",
                    "egpNeighOutMsgs", "egpNeighOutErrs", "egpNeighInErrMsgs", "egpNeighOutErrMsgs",
                    "egpNeighStateUps", "egpNeighStateDowns", "egpNeighIntervalHello", "egpNeighIntervalPoll",
                    "egpNeighMode", "egpNeighEventTrigger",
                ], &[]),
            ]),
            leaf(6, "egpAs"),
        ]),
        leaf(10, "transmission"),
        node(11, "snmp", &[
            "snmpInPkts", "snmpOutPkts", "snmpInBadVersions", "snmpInBadCommunityNames", "snmpInBadCommunityUses",
            "snmpInASNParseErrs", "snmpInBadTypes", "snmpInTooBigs", "snmpInNoSuchNames", "snmpInBadValues",
            "snmpInReadOnlys", "snmpInGenErrs", "snmpInTotalReqVars", "snmpInTotalSetVars", "snmpInGetRequests",
            "snmpInGetNexts", "snmpInSetRequests", "snmpInGetResponses", "snmpInTraps", "snmpOutTooBigs",
            "snmpOutNoSuchNames", "snmpOutBadValues", "snmpOutReadOnlys", "snmpOutGenErrs", "snmpOutGetRequests",
            "snmpOutGetNexts", "snmpOutSetRequests", "snmpOutGetResponses", "snmpOutTraps", "snmpEnableAuthTraps",
        ], &[]),
    ],
};

#[rustfmt::skip]
const SNMP_MODULES: Objects = Objects {
    leaves: &[],
    nodes: &[
        node(10, "snmpFrameworkMIB", &["snmpFrameworkAdmin"], &[
            node(2, "snmpFrameworkMIBObjects", &[], &[
                node(1, "snmpEngine", &["snmpEngineID", "snmpEngineBoots", "snmpEngineTime", "snmpEngineMaxMessageSize"], &[]),
            ]),
            leaf(3, "snmpFrameworkMIBConformance"),
        ]),
        node(11, "snmpMPDMIB", &["snmpMPDAdmin"], &[
            node(2, "snmpMPDMIBObjects", &[], &[
                node(1, "snmpMPDStats", &["snmpUnknownSecurityModels", "snmpInvalidMsgs", "snmpUnknownPDUHandlers"], &[]),
            ]),
            node(3, "snmpMPDMIBConformance", &["snmpMPDMIBCompliances", "snmpMPDMIBGroups"], &[]),
        ]),
        node(15, "snmpUsmMIB", &[], &[
            node(1, "usmMIBObjects", &[], &[
                node(1, "usmStats", &[
                    "usmStatsUnsupportedSecLevels", "usmStatsNotInTimeWindows", "usmStatsUnknownUserNames",
                    "usmStatsUnknownEngineIDs", "usmStatsWrongDigests", "usmStatsDecryptionErrors",
                ], &[]),
                node(2, "usmUser", &["usmUserSpinLock"], &[
                    node(2, "usmUserTable", &[], &[
                        node(1, "usmUserEntry", &[
                            "usmUserEngineID", "usmUserName", "usmUserSecurityName", "usmUserCloneFrom",
                            "usmUserAuthProtocol", "usmUserAuthKeyChange", "usmUserOwnAuthKeyChange",
                            "usmUserPrivProtocol", "usmUserPrivKeyChange", "usmUserOwnPrivKeyChange",
                            "usmUserPublic", "usmUserStorageType", "usmUserStatus",
                        ], &[]),
                    ]),
                ]),
            ]),
            node(2, "usmMIBConformance", &["usmMIBCompliances", "usmMIBGroups"], &[]),
        ]),
    ],
};

#[rustfmt::skip]
const ENTERPRISES: Objects = Objects {
    leaves: &[
        "proteon", "ibm", "cmu", "unix", "acc", "twg", "cayman", "nysernet", "cisco", "nsc", "hp", "epilogue",
        "utennessee", "bbn", "xylogics", "unisys", "canstar", "wellfleet", "trw", "mit", "eon", "spartacus",
        "excelan", "spider", "nsfnet", "sytek", "intergraph", "interlan", "vitalink", "ulana", "nswc",
        "santacruzoperation", "xyplex", "cray", "bellnorthernresearch", "dec", "touch", "networkresearchcorp",
        "baylor", "nmfeccllnl", "sri", "sun", "3com", "cmc", "synoptics", "cheyenne", "prime", "mcnc", "chipcom",
        "opticaldatasystems", "gated", "cabletron", "apollo", "desktalksystems", "ssds", "castlerock", "mips", "tgv",
        "silicongraphics", "ubc", "merit", "fibercom", "apple", "gandalf", "dartmouth", "davidsystems", "reuter",
        "cornell", "tmac", "locus", "nasa", "retix", "boeing", "att", "ungermannbass", "digitalanalysis", "hplanman",
        "netlabs", "icl", "auspex", "lannet", "ncd", "raycom", "pirellifocom", "datability", "networkappltech",
        "link", "nyu", "rnd", "intercon", "learningtree", "webstercomputer", "frontier", "nokia", "allenbradley",
        "cern", "sigma", "emergingtech", "snmpresearch", "ohiostate", "ultra",
    ],
    nodes: &[
        leaf(136, "ccur"),
    ],
};

#[cfg(test)]
mod tests {
    use super::*;

    /// Every name below, and whether each is found by its number.
    fn count(objects: Objects) -> usize {
        let mut count = 0;
        for (number, name) in (1..).zip(objects.leaves) {
            assert_eq!(objects.find(number).map(|found| found.0), Some(*name));
            count += 1;
        }
        for node in objects.nodes {
            let (name, below) = objects.find(node.number).expect(node.name);
            assert_eq!(name, node.name, "two have the same number");
            count += 1 + self::count(below);
        }
        count
    }

    #[test]
    fn each_object_is_found_by_its_number() {
        assert_eq!(count(TOP), 9);
        assert_eq!(
            BRANCHES.iter().map(|branch| count(branch.below)).sum::<usize>(),
            349
        );
    }
}
