//! The services of the Andrew file system, each at a port of its own, and their procedures.

use super::arguments::Item;
use Item::{
    Callbacks, Date, Entry, Fid, Fids, Kind, Label as L, Long, Opaque, Rights, Server, Servers, Signed,
    SignedList, Status, SyncSite, Text, Unsigned, Uuid, Version, Volumes, Wide, Wides,
};

/// A service.
pub(super) struct Service {
    port: u16,
    /// Its short name.
    pub(super) name: &'static str,
    /// Whether its database has replicas, which talk with each other at the same port.
    pub(super) replicated: bool,
    /// Whether replies without a body are told.
    pub(super) short_replies: bool,
    /// What can be called.
    pub(super) procedures: &'static [Procedure],
}

/// A procedure: its number, its name, and what is told of a call and of the reply.
pub(super) struct Procedure {
    pub(super) number: u32,
    pub(super) name: &'static str,
    pub(super) call: &'static [Item],
    pub(super) reply: &'static [Item],
}

impl Service {
    /// The service at a port.
    pub(super) fn at(port: u16) -> Option<&'static Self> {
        SERVICES.iter().find(|service| service.port == port)
    }
}

/// Whether an operation is one that the replicas of a database have among themselves.
pub(super) fn is_of_replicas(operation: u32) -> bool {
    matches!(operation, 10_000..=10_007 | 20_000..=20_013)
}

const fn service(
    port: u16,
    name: &'static str,
    replicated: bool,
    procedures: &'static [Procedure],
) -> Service {
    Service {
        port,
        name,
        replicated,
        short_replies: false,
        procedures,
    }
}

const fn p(number: u32, name: &'static str, call: &'static [Item], reply: &'static [Item]) -> Procedure {
    Procedure {
        number,
        name,
        call,
        reply,
    }
}

/// A procedure of which only the name is told.
const fn n(number: u32, name: &'static str) -> Procedure {
    p(number, name, &[], &[])
}

const SERVICES: &[Service] = &[
    service(7000, "fs", false, FILES),
    service(7001, "cb", false, CALLBACKS),
    Service {
        short_replies: true,
        ..service(7002, "pt", true, PROTECTION)
    },
    Service {
        short_replies: true,
        ..service(7003, "vldb", true, LOCATIONS)
    },
    service(7004, "kauth", true, AUTHENTICATION),
    service(7005, "vol", false, VOLUMES),
    service(7007, "bos", false, OVERSEER),
];

/// The replicas of a database among themselves.
pub(super) const UBIK: Service = service(0, "ubik", false, REPLICAS);
/// A vote, which is given as an error.
pub(super) const BEACON: u32 = 10_000;

const NAME: Item = Text(256);
const FID: &[Item] = &[Fid];
const FID_NAME: &[Item] = &[Fid, NAME];
const NEW_FID: &[Item] = &[L("new"), Fid];

#[rustfmt::skip]
const FILES: &[Procedure] = &[
    p(130, "fetch-data", &[Fid, L("offset"), Unsigned, L("length"), Unsigned], &[]),
    p(131, "fetch-acl", FID, &[Rights]), p(132, "fetch-status", FID, &[]),
    p(133, "store-data", &[Fid, Status, L("offset"), Unsigned, L("length"), Unsigned, L("flen"), Unsigned], &[]),
    p(134, "store-acl", &[Fid, Rights], &[]), p(135, "store-status", &[Fid, Status], &[]),
    p(136, "remove-file", FID_NAME, &[]), p(137, "create-file", &[Fid, NAME, Status], NEW_FID),
    p(138, "rename", &[L("old"), Fid, NAME, L("new"), Fid, NAME], &[]),
    p(139, "symlink", &[Fid, NAME, L("link to"), NAME], &[]), p(140, "link", &[Fid, NAME, L("link to"), Fid], &[]),
    p(141, "makedir", &[Fid, NAME, Status], NEW_FID), p(142, "rmdir", FID_NAME, &[]),
    p(143, "oldsetlock", FID, &[]), p(144, "oldextlock", FID, &[]), p(145, "oldrellock", FID, &[]),
    n(146, "get-stats"), n(147, "give-cbs"), p(148, "get-vlinfo", &[NAME], &[]),
    p(149, "get-vlstats", &[L("volid"), Unsigned], &[]), p(150, "set-vlstats", &[L("volid"), Unsigned], &[]),
    p(151, "get-rootvl", &[], &[L("root volume"), NAME]), n(152, "check-token"), p(153, "get-time", &[], &[Date]),
    p(154, "nget-vlinfo", &[L("volname"), NAME], &[]), p(155, "bulk-stat", &[Fids], &[]),
    p(156, "setlock", FID, &[]), p(157, "extlock", FID, &[]), p(158, "rellock", FID, &[]),
    n(159, "xstat-ver"), n(160, "get-xstat"), n(161, "dfs-lookup"), n(162, "dfs-flushcps"), n(163, "dfs-symlink"),
    n(220, "residency"), p(65536, "inline-bulk-status", &[Fids], &[]),
    p(65537, "fetch-data-64", &[Fid, L("offset"), Long, L("length"), Long], &[]),
    p(65538, "store-data-64", &[Fid, Status, L("offset"), Long, L("length"), Long, L("flen"), Long], &[]),
    n(65539, "give-up-all-cbs"), n(65540, "get-caps"), p(65541, "cb-rx-conn-addr", &[L("addr"), Unsigned], &[]),
];

#[rustfmt::skip]
const CALLBACKS: &[Procedure] = &[
    p(204, "callback", &[Callbacks], &[]), n(205, "initcb"), n(206, "probe"), n(207, "getlock"), n(208, "getce"),
    n(209, "xstatver"), n(210, "getxstat"), n(211, "initcb2"), n(212, "whoareyou"), p(213, "initcb3", &[], &[Uuid]),
    p(214, "probeuuid", &[L("afsuuid"), Uuid], &[]), n(215, "getsrvprefs"), n(216, "getcellservdb"),
    n(217, "getlocalcell"), n(218, "getcacheconf"), n(65536, "getce64"), n(65537, "getcellbynum"),
    n(65538, "tellmeaboutyourself"),
];

const ID: &[Item] = &[L("id"), Signed];
const MEMBER: &[Item] = &[L("uid"), Signed, L("gid"), Signed];
const IDS: &[Item] = &[SignedList];
const LABELLED_IDS: &[Item] = &[L("ids:"), SignedList];

#[rustfmt::skip]
const PROTECTION: &[Procedure] = &[
    p(500, "new-user", &[Text(64), L("id"), Signed, L("oldid"), Signed], &[]), p(501, "where-is-it", ID, &[]),
    p(502, "dump-entry", &[L("pos"), Signed], &[]), p(503, "add-to-group", MEMBER, &[]),
    p(504, "name-to-id", &[Wides(64)], LABELLED_IDS), p(505, "id-to-name", LABELLED_IDS, &[Wides(64)]),
    p(506, "delete", ID, &[]), p(507, "remove-from-group", MEMBER, &[]), p(508, "get-cps", ID, IDS),
    p(509, "new-entry", &[Text(64), L("flag"), Signed, L("oid"), Signed], &[]),
    p(510, "list-max", &[], &[L("maxuid"), Signed, L("maxgid"), Signed]),
    p(511, "set-max", &[L("id"), Signed, L("gflag"), Signed], &[]), p(512, "list-entry", ID, &[]),
    p(513, "change-entry", &[L("id"), Signed, Text(64), L("oldid"), Signed, L("newid"), Signed], &[]),
    p(514, "list-elements", ID, IDS), p(515, "same-mbr-of", MEMBER, &[]), n(516, "set-fld-sentry"),
    p(517, "list-owned", ID, IDS), p(518, "get-cps2", ID, IDS), p(519, "get-host-cps", ID, IDS),
    p(520, "update-entry", &[L("id"), Signed, Text(64)], &[]), n(521, "list-entries"), p(530, "list-super-groups", ID, &[]),
];

const VOLUME: &[Item] = &[L("volid"), Signed, Kind];
const REPLACE: &[Item] = &[L("volid"), Signed, Kind, Wide(65)];
const VOLUME_NAME: &[Item] = &[Text(65)];
const INDEX: &[Item] = &[L("index"), Signed];
const OLD: &[Item] = &[Entry(8, false)];
const NEW: &[Item] = &[Entry(13, false)];
const NEXT: &[Item] = &[L("count"), Signed, L("nextindex"), Signed, Entry(13, false)];

#[rustfmt::skip]
const LOCATIONS: &[Procedure] = &[
    p(501, "create-entry", &[Wide(65)], &[]), p(502, "delete-entry", VOLUME, &[]), p(503, "get-entry-by-id", VOLUME, OLD),
    p(504, "get-entry-by-name", VOLUME_NAME, OLD),
    p(505, "get-new-volume-id", &[L("bump"), Signed], &[L("newvol"), Unsigned]), p(506, "replace-entry", REPLACE, &[]),
    p(507, "update-entry", VOLUME, &[]), p(508, "setlock", VOLUME, &[]), p(509, "releaselock", VOLUME, &[]),
    p(510, "list-entry", INDEX, &[L("count"), Signed, L("nextindex"), Signed, Entry(8, false)]), n(511, "list-attrib"),
    n(512, "linked-list"), n(513, "get-stats"), n(514, "probe"), n(515, "get-addrs"), n(516, "change-addr"),
    p(517, "create-entry-n", &[Wide(65)], &[]), p(518, "get-entry-by-id-n", VOLUME, NEW),
    p(519, "get-entry-by-name-n", VOLUME_NAME, NEW), p(520, "replace-entry-n", REPLACE, &[]),
    p(521, "list-entry-n", INDEX, NEXT), n(522, "list-attrib-n"), n(523, "linked-list-n"),
    p(524, "update-entry-by-name", VOLUME_NAME, &[]), n(525, "create-entry-u"),
    p(526, "get-entry-by-id-u", &[], &[Entry(13, true)]), p(527, "get-entry-by-name-u", VOLUME_NAME, &[Entry(13, true)]),
    n(528, "replace-entry-u"), p(529, "list-entry-u", &[], NEXT), n(530, "list-attrib-u"), n(531, "linked-list-u"),
    n(532, "regaddr"), n(533, "get-addrs-u"), n(534, "list-attrib-n2"),
];

const PRINCIPAL: &[Item] = &[L("principal"), Text(64), Text(64)];
const TICKET: &[Item] = &[
    L("kvno"),
    Signed,
    L("domain"),
    Text(64),
    Opaque,
    L("principal"),
    Text(64),
    Text(64),
];

#[rustfmt::skip]
const AUTHENTICATION: &[Procedure] = &[
    p(1, "auth-old", PRINCIPAL, &[]), p(21, "authenticate", PRINCIPAL, &[]), p(22, "authenticate-v2", PRINCIPAL, &[]),
    p(2, "change-pw", PRINCIPAL, &[]), p(3, "get-ticket-old", TICKET, &[]), p(23, "get-ticket", TICKET, &[]),
    p(4, "set-pw", &[L("principal"), Text(64), Text(64), L("kvno"), Signed], &[]), p(5, "set-fields", PRINCIPAL, &[]),
    p(6, "create-user", PRINCIPAL, &[]), p(7, "delete-user", PRINCIPAL, &[]), p(8, "get-entry", PRINCIPAL, &[]),
    n(9, "list-entry"), n(10, "get-stats"), n(11, "debug"), p(12, "get-pw", &[L("name"), Text(64)], &[]),
    n(13, "get-random-key"), p(14, "unlock", PRINCIPAL, &[]), p(15, "lock-status", PRINCIPAL, &[]),
];

const TRANSACTION: &[Item] = &[L("trans"), Unsigned];
const TID: &[Item] = &[L("tid"), Unsigned];
const FROM: &[Item] = &[L("fromtrans"), Unsigned, L("fromdate"), Date];
const VOLUME_ON: &[Item] = &[L("partid"), Unsigned, L("volid"), Unsigned];

#[rustfmt::skip]
const STATE: &[Item] = &[
    L("volid"), Unsigned, L("nextuniq"), Unsigned, L("type"), Unsigned, L("parentid"), Unsigned, L("clone"), Unsigned,
    L("backup"), Unsigned, L("restore"), Unsigned, L("maxquota"), Unsigned, L("minquota"), Unsigned, L("owner"), Unsigned,
    L("create"), Date, L("access"), Date, L("update"), Date, L("expire"), Date, L("backup"), Date, L("copy"), Date,
];

#[rustfmt::skip]
const VOLUMES: &[Procedure] = &[
    p(100, "create-volume", &[L("partition"), Unsigned, L("name"), NAME, L("type"), Unsigned, L("parent"), Unsigned],
        &[L("volid"), Unsigned, L("trans"), Unsigned]),
    p(101, "delete-volume", TRANSACTION, &[]), p(102, "restore", &[L("totrans"), Unsigned, L("flags"), Unsigned], &[]),
    p(103, "forward", &[L("fromtrans"), Unsigned, L("fromdate"), Date, Server, L("desttrans"), Signed], &[]),
    p(104, "end-trans", TRANSACTION, &[Unsigned]),
    p(105, "clone", &[L("trans"), Unsigned, L("purgevol"), Unsigned, L("newtype"), Unsigned, L("newname"), NAME],
        &[L("newvol"), Unsigned]),
    p(106, "set-flags", &[L("trans"), Unsigned, L("flags"), Unsigned], &[]), p(107, "get-flags", TRANSACTION, &[Unsigned]),
    p(108, "trans-create", &[L("vol"), Unsigned, L("partition"), Unsigned, L("flags"), Unsigned], TRANSACTION),
    p(109, "dump", FROM, &[]),
    p(110, "get-nth-volume", &[L("index"), Unsigned], &[L("volume"), Unsigned, L("partition"), Unsigned]),
    p(111, "set-forwarding", &[L("tid"), Unsigned, L("newsite"), Unsigned], &[]), p(112, "get-name", &[L("tid")], &[NAME]),
    p(113, "get-status", &[L("tid")], STATE),
    p(114, "sig-restore", &[L("name"), NAME, L("type"), Unsigned, L("pid"), Unsigned, L("cloneid"), Unsigned], &[]),
    n(115, "list-partitions"), p(116, "list-volumes", &[L("partition"), Unsigned, L("flags"), Unsigned], &[Volumes]),
    p(117, "set-id-types", &[
        L("tid"), Unsigned, L("name"), NAME, L("type"), Unsigned, L("pid"), Unsigned, L("clone"), Unsigned, L("backup"),
        Unsigned,
    ], &[]),
    n(118, "monitor"), p(119, "partition-info", &[L("name"), NAME], &[]), p(120, "reclone", TID, &[]),
    p(121, "list-one-volume", VOLUME_ON, &[Volumes]), p(122, "nuke", VOLUME_ON, &[]),
    p(123, "set-date", &[L("tid"), Unsigned, L("date"), Date], &[]), p(124, "x-list-volumes", VOLUME_ON, &[]),
    p(125, "x-list-one-volume", VOLUME_ON, &[]), p(126, "set-info", TID, &[]), n(127, "x-list-partitions"),
    p(128, "forward-multiple", &[L("fromtrans"), Unsigned, L("fromdate"), Date, Servers], &[]),
    p(65536, "convert-ro", VOLUME_ON, &[]), n(65537, "get-size"),
    p(65538, "dump-v2", &[L("fromtrans"), Unsigned, L("fromdate"), Date, L("flags"), Unsigned], &[]),
    // A misprint that tcpdump has for the size.
    p(655_537, "", FROM, &[]),
];

const ONE_NAME: &[Item] = &[NAME];
const SET_STATUS: &[Item] = &[NAME, L("status"), Signed];
const NUMBER: &[Item] = &[Signed];

#[rustfmt::skip]
const OVERSEER: &[Procedure] = &[
    p(80, "create-bnode", &[L("type"), NAME, L("instance"), NAME], &[]), p(81, "delete-bnode", ONE_NAME, &[]),
    p(82, "set-status", SET_STATUS, &[]), p(83, "get-status", ONE_NAME, &[]), p(84, "enumerate-instance", NUMBER, &[]),
    p(85, "get-instance-info", ONE_NAME, &[]), p(86, "get-instance-parm", &[NAME, L("num"), Signed], &[]),
    p(87, "add-superuser", ONE_NAME, &[]), p(88, "delete-superuser", ONE_NAME, &[]), p(89, "list-superusers", NUMBER, &[]),
    p(90, "list-keys", NUMBER, &[]), p(91, "add-key", NUMBER, &[]), p(92, "delete-key", NUMBER, &[]),
    p(93, "set-cell-name", ONE_NAME, &[]), n(94, "get-cell-name"), p(95, "get-cell-host", NUMBER, &[]),
    p(96, "add-cell-host", ONE_NAME, &[]), p(97, "delete-cell-host", ONE_NAME, &[]), p(98, "set-t-status", SET_STATUS, &[]),
    n(99, "shutdown-all"), n(100, "restart-all"), n(101, "startup-all"), n(102, "set-noauth-flag"), n(103, "re-bozo"),
    p(104, "restart", ONE_NAME, &[]),
    p(105, "start-bozo-install", &[NAME, L("size"), Signed, L("flags"), Signed, L("date"), Signed], &[]),
    p(106, "uninstall", ONE_NAME, &[]), n(107, "get-dates"), p(108, "exec", ONE_NAME, &[]), n(109, "prune"),
    n(110, "set-restart-time"), n(111, "get-restart-time"), p(112, "start-bozo-log", ONE_NAME, &[]), n(113, "wait-all"),
    p(114, "get-instance-strings", ONE_NAME, &[]), n(115, "get-restricted"), n(116, "set-restricted"),
];

const OF: &[Item] = &[L("tid"), Version];

#[rustfmt::skip]
const REPLICAS: &[Procedure] = &[
    p(BEACON, "vote-beacon",
        &[SyncSite, L("votestart"), Date, L("dbversion"), Version, L("tid"), Version], &[L("vote no")]),
    n(10001, "vote-debug-old"), n(10002, "vote-sdebug-old"), p(10003, "vote-getsyncsite", &[L("site"), Unsigned], &[]),
    n(10004, "vote-debug"), n(10005, "vote-sdebug"), n(10006, "vote-xdebug"), n(10007, "vote-xsdebug"),
    p(20000, "disk-begin", OF, &[]), p(20001, "disk-commit", OF, &[]),
    p(20002, "disk-lock", &[L("tid"), Version, L("file"), Signed, L("pos"), Signed, L("length"), Signed], &[]),
    p(20003, "disk-write", &[L("tid"), Version, L("file"), Signed, L("pos"), Signed], &[]),
    p(20004, "disk-getversion", &[], &[L("dbversion"), Version]), p(20005, "disk-getfile", &[L("file"), Signed], &[]),
    p(20006, "disk-sendfile", &[L("file"), Signed, L("length"), Signed, L("dbversion"), Version], &[]),
    p(20007, "disk-abort", OF, &[]), p(20008, "disk-releaselocks", OF, &[]),
    p(20009, "disk-truncate", &[L("tid"), Version, L("file"), Signed, L("length"), Signed], &[]),
    p(20010, "disk-probe", OF, &[]), n(20011, "disk-writev"),
    p(20012, "disk-interfaceaddr", &[L("tid"), Version, L("oldversion"), Version, L("newversion"), Version], &[]),
    n(20013, "disk-setversion"),
];

pub(super) const FILE_ERRORS: &[(u32, &str)] = &[
    (101, "salvage volume"),
    (102, "no such vnode"),
    (103, "no such volume"),
    (104, "volume exist"),
    (105, "no service"),
    (106, "volume offline"),
    (107, "voline online"),
    (108, "diskfull"),
    (109, "diskquota exceeded"),
    (110, "volume busy"),
    (111, "volume moved"),
    (112, "AFS IO error"),
    (100_u32.wrapping_neg(), "restarting fileserver"),
];
