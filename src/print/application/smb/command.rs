//! The commands of SMB and their layouts (MS-CIFS, section 2.2.4).

use super::item::Item;
use super::item::Item::{
    All, Attributes8, Attributes16, Buffer, CountedText, DosDate, DosTime, FileTime, Hex8, Hex16, Hex32, I32,
    Len16, Padded, Say as Also, Text, TextOfBytes, U8, U16, U32, U64,
};
use super::layout::Layout;
use super::layout::Step::{Field, IfMore, Line, Repeat, Say};

/// A command.
pub(super) struct Command {
    code: u8,
    pub(super) name: &'static str,
    /// Whether another one may follow in the same message.
    pub(super) is_chain: bool,
    pub(super) shape: Shape,
}

/// The layouts of the words and of the data, as far as they are known.
type Parts = (Option<Layout>, Option<Layout>);

/// How the parts of a command are shown.
pub(super) enum Shape {
    Fields { request: Parts, reply: Parts },
    Negotiation,
    Session,
    Locking,
    Transaction,
    Transaction2,
}

/// The command of a code.
pub(super) fn find(code: u8) -> &'static Command {
    COMMANDS
        .iter()
        .find(|command| command.code == code)
        .unwrap_or(&UNKNOWN)
}

const fn plain(code: u8, name: &'static str) -> Command {
    fields(code, name, (None, None), (None, None))
}

const fn fields(code: u8, name: &'static str, request: Parts, reply: Parts) -> Command {
    shaped(code, name, Shape::Fields { request, reply })
}

const fn shaped(code: u8, name: &'static str, shape: Shape) -> Command {
    Command {
        code,
        name,
        is_chain: false,
        shape,
    }
}

/// The same, with another command behind it.
const fn chain(mut command: Command) -> Command {
    command.is_chain = true;
    command
}

static UNKNOWN: Command = plain(0, "SMBunknown");

const NO: Parts = (None, None);
const PATH: Parts = (None, Some(&[Line("Path=", Buffer)]));
const HANDLE: Parts = (Some(&[Line("Handle=", U16)]), None);
const COUNT: Parts = (Some(&[Line("Count=", U16)]), None);
const GROUP: Parts = (Some(&[Line("GroupID=", U16)]), None);
const ENDS: Parts = (None, Some(&[Line("Source=", Buffer), Line("Dest=", Buffer)]));
const CREATE: Parts = (
    Some(&[Line("Attrib=", Attributes16), Field("Time=", DosDate)]),
    PATH.1,
);
#[rustfmt::skip]
const TRANSFER: Parts = (
    Some(&[Line("Handle=", U16), Line("ByteCount=", U16), Line("Offset=", I32), Line("CountLeft=", U16)]), None,
);
const READ: Parts = (
    Some(&[Line("Count=", U16), Field("Res=(", FOUR_WORDS), Say(")\n")]),
    None,
);
const LOCK: Parts = (
    Some(&[Line("Handle=", U16), Line("Count=", U32), Line("Offset=", I32)]),
    None,
);
#[rustfmt::skip]
const COPY: Parts = (
    Some(&[Line("TreeID2=", U16), Line("OFun=", Hex16), Line("Flags=", Hex16)]),
    Some(&[Line("Path=", Text), Line("NewPath=", Text)]),
);
const COPIED: Option<Layout> = Some(&[IfMore, Line("ErrStr=", Text)]);
const FIND: Option<Layout> = Some(&[Line("Count=", U16), Line("Attrib=", Attributes16)]);
#[rustfmt::skip]
const RESUME: Option<Layout> = Some(&[
    Line("Path=", Buffer), Line("BlkType=", Hex8), Line("BlkLen=", U16), IfMore, Line("Res1=", Hex8),
    Line("Mask=", Padded(11)), Line("Srv1=", Hex8), Line("DirIndex=", U16), Line("Srv2=", Hex16),
]);
#[rustfmt::skip]
const FOUND: Parts = (COUNT.0, Some(&[
    Line("BlkType=", Hex8), Line("BlkLen=", U16), Repeat, Say("\n"), Line("Res1=", Hex8), Line("Mask=", Padded(11)),
    Line("Srv1=", Hex8), Line("DirIndex=", U16), Line("Srv2=", Hex16), Line("Res2=", Hex32),
    Line("Attrib=", Attributes8), Field("Time=", DosTime), Line("Size=", U32), Line("Name=", Padded(13)),
]));

const TWO_WORDS: Item = All(&[Hex16, Also(","), Hex16]);
const FOUR_WORDS: Item = All(&[Hex16, Also(","), Hex16, Also(","), Hex16, Also(","), Hex16]);
#[rustfmt::skip]
const FIVE_WORDS: Item = All(&[
    Hex16, Also(","), Hex16, Also(","), Hex16, Also(","), Hex16, Also(","), Hex16,
]);
#[rustfmt::skip]
const SIX_WORDS: Item = All(&[
    Hex16, Also(","), Hex16, Also(","), Hex16, Also(","), Hex16, Also(","), Hex16, Also(","), Hex16,
]);

#[rustfmt::skip]
const COMMANDS: &[Command] = &[
    fields(0x00, "SMBmkdir", PATH, NO),
    fields(0x01, "SMBrmdir", PATH, NO),
    fields(0x02, "SMBopen", (Some(&[Line("Mode=", Hex16), Line("Attribute=", Attributes16)]), PATH.1), (Some(&[
        Line("Handle=", U16), Line("OAttrib=", Attributes16), Field("Time=", DosDate), Line("Size=", U32),
        Line("Access=", Hex16),
    ]), None)),
    fields(0x03, "SMBcreate", CREATE, HANDLE),
    fields(0x04, "SMBclose", (Some(&[Line("Handle=", U16), Field("Time=", DosDate)]), None), NO),
    fields(0x05, "SMBflush", HANDLE, NO),
    fields(0x06, "SMBunlink", (Some(&[Line("Attrib=", Attributes16)]), PATH.1), NO),
    fields(0x07, "SMBmv", (
        Some(&[Line("Attrib=", Attributes16)]), Some(&[Line("OldPath=", Buffer), Line("NewPath=", Buffer)]),
    ), NO),
    fields(0x08, "SMBgetatr", PATH, (Some(&[
        Line("Attribute=", Attributes16), Field("Time=", DosDate), Line("Size=", U32), Field("Res=(", FIVE_WORDS),
        Say(")\n"),
    ]), None)),
    fields(0x09, "SMBsetatr", (Some(&[
        Line("Attribute=", Attributes16), Field("Time=", DosDate), Field("Res=(", FIVE_WORDS), Say(")\n"),
    ]), PATH.1), NO),
    fields(0x0a, "SMBread", TRANSFER, READ),
    fields(0x0b, "SMBwrite", TRANSFER, COUNT),
    fields(0x0c, "SMBlock", LOCK, NO),
    fields(0x0d, "SMBunlock", LOCK, NO),
    plain(0x0e, "SMBctemp"),
    fields(0x0f, "SMBmknew", CREATE, HANDLE),
    fields(0x10, "SMBchkpth", PATH, NO),
    plain(0x11, "SMBexit"),
    fields(0x12, "SMBlseek", (
        Some(&[Line("Handle=", U16), Line("Mode=", Hex16), Line("Offset=", I32)]), Some(&[Line("Offset=", I32)]),
    ), NO),
    fields(0x13, "SMBlockread", TRANSFER, READ),
    fields(0x14, "SMBwriteunlock", TRANSFER, COUNT),
    fields(0x1a, "SMBreadbraw", (Some(&[
        Line("Handle=", U16), Line("Offset=", I32), Line("MaxCount=", U16), Line("MinCount=", U16),
        Line("TimeOut=", I32), Line("Res=", U16),
    ]), None), NO),
    fields(0x1b, "SMBreadBmpx", (Some(&[
        Line("Handle=", U16), Line("Offset=", I32), Line("MaxCount=", U16), Line("MinCount=", U16),
        Line("TimeOut=", I32), Line("Res=", Hex16),
    ]), None), (Some(&[
        Line("Offset=", I32), Line("TotCount=", U16), Line("Remaining=", U16), Field("Res=(", TWO_WORDS), Say(")\n"),
        Line("DataSize=", U16), Line("DataOff=", U16),
    ]), None)),
    plain(0x1c, "SMBreadBs"),
    fields(0x1d, "SMBwritebraw", (Some(&[
        Line("Handle=", U16), Line("TotalCount=", U16), Line("Res=", Hex16), Line("Offset=", I32),
        Line("TimeOut=", I32), Line("WMode=", Hex16), Line("Res2=", Hex32), IfMore, Line("DataSize=", U16),
        Line("DataOff=", U16),
    ]), None), (Some(&[Say("WriteRawAck")]), None)),
    fields(0x1e, "SMBwriteBmpx", (Some(&[
        Line("Handle=", U16), Line("TotCount=", U16), Line("Res=", Hex16), Line("Offset=", I32), Line("TimeOut=", I32),
        Line("WMode=", Hex16), Line("Res2=", Hex32), Line("DataSize=", U16), Line("DataOff=", U16),
    ]), None), (Some(&[Line("Remaining=", U16)]), None)),
    fields(0x1f, "SMBwriteBs", (Some(&[
        Line("Handle=", U16), Line("TotCount=", U16), Line("Offset=", I32), Line("Res=", Hex32), Line("DataSize=", U16),
        Line("DataOff=", U16),
    ]), None), COUNT),
    fields(0x20, "SMBwritec", NO, COUNT),
    fields(0x22, "SMBsetattrE", (Some(&[
        Line("Handle=", U16), Field("CreationTime=", DosDate), Field("AccessTime=", DosDate),
        Field("ModifyTime=", DosDate),
    ]), None), NO),
    fields(0x23, "SMBgetattrE", HANDLE, (Some(&[
        Field("CreationTime=", DosDate), Field("AccessTime=", DosDate), Field("ModifyTime=", DosDate),
        Line("Size=", U32), Line("AllocSize=", U32), Line("Attribute=", Attributes16),
    ]), None)),
    chain(shaped(0x24, "SMBlockingX", Shape::Locking)),
    shaped(0x25, "SMBtrans", Shape::Transaction),
    plain(0x26, "SMBtranss"),
    plain(0x27, "SMBioctl"),
    plain(0x28, "SMBioctls"),
    fields(0x29, "SMBcopy", COPY, (Some(&[Line("CopyCount=", U16)]), COPIED)),
    fields(0x2a, "SMBmove", COPY, (Some(&[Line("MoveCount=", U16)]), COPIED)),
    fields(0x2b, "SMBecho", (Some(&[Line("ReverbCount=", U16)]), None), (Some(&[Line("SequenceNum=", U16)]), None)),
    fields(0x2c, "SMBwriteclose", (Some(&[
        Line("Handle=", U16), Line("Count=", U16), Line("Offset=", I32), Field("Time=", DosDate),
        Field("Res=(", SIX_WORDS), Say(")"),
    ]), None), COUNT),
    chain(fields(0x2d, "SMBopenX", (Some(&[
        Line("Com2=", Hex16), Line("Off2=", U16), Line("Flags=", Hex16), Line("Mode=", Hex16),
        Line("SearchAttrib=", Attributes16), Line("Attrib=", Attributes16), Field("Time=", DosDate),
        Line("OFun=", Hex16), Line("Size=", U32), Line("TimeOut=", I32), Line("Res=", Hex32),
    ]), Some(&[Line("Path=", Text)])), (Some(&[
        Line("Com2=", Hex16), Line("Off2=", U16), Line("Handle=", U16), Line("Attrib=", Attributes16),
        Field("Time=", DosDate), Line("Size=", U32), Line("Access=", Hex16), Line("Type=", Hex16),
        Line("State=", Hex16), Line("Action=", Hex16), Line("FileID=", Hex32), Line("Res=", Hex16),
    ]), None))),
    chain(fields(0x2e, "SMBreadX", (Some(&[
        Line("Com2=", Hex16), Line("Off2=", U16), Line("Handle=", U16), Line("Offset=", I32), Line("MaxCount=", U16),
        Line("MinCount=", U16), Line("TimeOut=", I32), Line("CountLeft=", U16),
    ]), None), (Some(&[
        Line("Com2=", Hex16), Line("Off2=", U16), Line("Remaining=", U16), Line("Res=", Hex32), Line("DataSize=", U16),
        Line("DataOff=", U16), Field("Res=(", FOUR_WORDS), Say(")\n"),
    ]), None))),
    chain(fields(0x2f, "SMBwriteX", (Some(&[
        Line("Com2=", Hex16), Line("Off2=", U16), Line("Handle=", U16), Line("Offset=", I32), Line("TimeOut=", I32),
        Line("WMode=", Hex16), Line("CountLeft=", U16), Line("Res=", Hex16), Line("DataSize=", U16),
        Line("DataOff=", U16),
    ]), None), (Some(&[
        Line("Com2=", Hex16), Line("Off2=", U16), Line("Count=", U16), Line("Remaining=", U16), Line("Res=", Hex32),
    ]), None))),
    shaped(0x32, "SMBtrans2", Shape::Transaction2),
    plain(0x33, "SMBtranss2"),
    fields(0x34, "SMBfindclose", HANDLE, NO),
    fields(0x35, "SMBfindnclose", HANDLE, NO),
    fields(0x70, "SMBtcon", (None, Some(&[
        Line("Path=", Buffer), Line("Password=", Buffer), Line("Device=", Buffer),
    ])), (Some(&[Line("MaxXmit=", U16), Line("TreeId=", U16)]), None)),
    plain(0x71, "SMBtdis"),
    shaped(0x72, "SMBnegprot", Shape::Negotiation),
    chain(shaped(0x73, "SMBsesssetupX", Shape::Session)),
    chain(plain(0x74, "SMBulogoffX")),
    chain(fields(0x75, "SMBtconX", (Some(&[
        Line("Com2=", Hex16), Line("Off2=", U16), Line("Flags=", Hex16), Line("PassLen=", U16),
        Say("Passwd&Path&Device=\n"),
    ]), None), (
        Some(&[Line("Com2=", Hex16), Line("Off2=", U16)]), Some(&[Line("ServiceType=", TextOfBytes)]),
    ))),
    fields(0x80, "SMBdskattr", NO, (Some(&[
        Line("TotalUnits=", U16), Line("BlocksPerUnit=", U16), Line("BlockSize=", U16), Line("FreeUnits=", U16),
        Line("Media=", Hex16),
    ]), None)),
    fields(0x81, "SMBsearch", (FIND, Some(&[
        Line("Path=", Buffer), Line("BlkType=", Hex8), Line("BlkLen=", U16), IfMore, Line("Res1=", Hex8),
        Line("Mask=", Padded(11)), Line("Srv1=", Hex8), Line("DirIndex=", U16), Line("Srv2=", Hex16),
        Line("Res2=", Hex32),
    ])), FOUND),
    fields(0x82, "SMBffirst", (FIND, RESUME), FOUND),
    fields(0x83, "SMBfunique", (FIND, RESUME), FOUND),
    fields(0x84, "SMBfclose", (FIND, RESUME), FOUND),
    plain(0xa0, "SMBnttrans"),
    plain(0xa1, "SMBnttranss"),
    chain(fields(0xa2, "SMBntcreateX", (Some(&[
        Line("Com2=", Hex16), Line("Off2=", U16), Line("Res=", U8), Line("NameLen=", Len16), Line("Flags=", Hex32),
        Line("RootDirectoryFid=", U32), Line("AccessMask=", Hex32), Line("AllocationSize=", U64),
        Line("ExtFileAttributes=", Hex32), Line("ShareAccess=", Hex32), Line("CreateDisposition=", Hex32),
        Line("CreateOptions=", Hex32), Line("ImpersonationLevel=", Hex32), Line("SecurityFlags=", U8),
    ]), Some(&[Line("Path=", CountedText)])), (Some(&[
        Line("Com2=", Hex16), Line("Off2=", U16), Line("OplockLevel=", U8), Line("Fid=", U16),
        Line("CreateAction=", Hex32), Field("CreateTime=", FileTime), Field("LastAccessTime=", FileTime),
        Field("LastWriteTime=", FileTime), Field("ChangeTime=", FileTime), Line("ExtFileAttributes=", Hex32),
        Line("AllocationSize=", U64), Line("EndOfFile=", U64), Line("FileType=", Hex16), Line("DeviceState=", Hex16),
        Line("Directory=", U8),
    ]), None))),
    plain(0xa4, "SMBntcancel"),
    fields(0xc0, "SMBsplopen", (
        Some(&[Line("SetupLen=", U16), Line("Mode=", Hex16)]), Some(&[Line("Ident=", Buffer)]),
    ), HANDLE),
    fields(0xc1, "SMBsplwr", HANDLE, NO),
    fields(0xc2, "SMBsplclose", HANDLE, NO),
    fields(0xc3, "SMBsplretq", (Some(&[Line("MaxCount=", U16), Line("StartIndex=", U16)]), None), (
        Some(&[Line("Count=", U16), Line("Index=", U16)]),
        Some(&[
            Repeat, Field("Time=", DosDate), Line("Status=", Hex8), Line("JobID=", U16), Line("Size=", U32),
            Field("Res=", Hex8), Line("Name=", Padded(16)),
        ]),
    )),
    fields(0xd0, "SMBsends", ENDS, NO),
    fields(0xd1, "SMBsendb", ENDS, NO),
    plain(0xd2, "SMBfwdname"),
    plain(0xd3, "SMBcancelf"),
    plain(0xd4, "SMBgetmac"),
    fields(0xd5, "SMBsendstrt", ENDS, GROUP),
    fields(0xd6, "SMBsendend", GROUP, NO),
    fields(0xd7, "SMBsendtxt", GROUP, NO),
];
