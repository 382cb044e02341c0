//! What the user wants to see of a packet.

use jiff::tz::TimeZone;

use super::application::{DecodeAs, Decoder};
use super::secrets::Secrets;

/// How packets are printed; the letters are tcpdump's.
#[derive(Clone, Debug)]
pub struct Options {
    /// The form in which packets are printed.
    pub form: Form,
    /// How much detail, how often `-v` was given.
    pub verbosity: u8,
    /// Less detail (`-q`), and much less at 2.
    pub quiet: u8,
    /// The link-layer header on each line (`-e`).
    pub link_header: bool,
    /// TCP sequence numbers as they are on the wire (`-S`).
    pub absolute_seq: bool,
    /// No checksums are verified (`-K`).
    pub no_checksums: bool,
    /// Only the first label of host names (`-N`).
    pub no_domain: bool,
    /// Numbers of autonomous systems above 65535 in two halves (`-b`).
    pub as_dot: bool,
    /// Payloads are printed by this printer, whatever their ports are (`-T`).
    pub packet_type: Option<Decoder>,
    /// Payloads of these ports are printed by these printers (`--decode-as`).
    pub decode_as: Vec<DecodeAs>,
    /// File handles of NFS as they are on the wire (`-u`).
    pub undecoded_handles: bool,
    /// QoS data frames of 802.11 may have a mesh header (`-H`).
    pub mesh: bool,
    /// No line break after the header of IPv4 under `-v` (`-g`).
    pub one_line: bool,
    /// The time stamp that begins each line (`-t` to `-ttttt`).
    pub time: TimeStyle,
    /// Time stamps with nine digits of the second instead of six.
    pub nanos: bool,
    /// The dump after each packet's text (`-x`, `-X`, `-A`), if any.
    pub dump: Option<Dump>,
    /// The number of the packet before the time stamp (`-#`).
    pub number: bool,
    /// The captured and the original length before the time stamp (`--lengths`).
    pub lengths: bool,
    /// The key with which the signatures of TCP, RSVP and IS-IS are checked (`-M`), if any.
    pub signature_key: Option<Box<[u8]>>,
    /// The keys with which encrypted packets are opened (`-E`).
    pub secrets: Secrets,
    /// The interfaces of this machine by their index, which captures of all of them tell.
    pub interfaces: Vec<(u32, String)>,
    /// The zone of the time stamps that are a time of day or a date.
    pub zone: TimeZone,
}

/// The form in which packets are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// Text.
    #[default]
    Text,
    /// Text with the colours of a terminal (`--color`).
    Coloured,
    /// One object of JSON a line (`--json`).
    Json,
}

/// What each line begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeStyle {
    /// `13:37:00.123456`, the time of day.
    TimeOfDay,
    /// Nothing (`-t`).
    Off,
    /// `1700000000.123456`, seconds since 1970 (`-tt`).
    Epoch,
    /// ` 00:00:00.000012`, since the packet before (`-ttt`).
    SinceLast,
    /// `2023-11-14 13:37:00.123456` (`-tttt`).
    DateTime,
    /// ` 00:00:01.000012`, since the first packet (`-ttttt`).
    SinceFirst,
}

/// A dump of the packet's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dump {
    /// In which form.
    pub form: DumpForm,
    /// With the link-layer header (`-xx`, `-XX`, `-AA`).
    pub link_header: bool,
}

/// The form of a dump.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DumpForm {
    /// Hexadecimal (`-x`).
    Hex,
    /// Hexadecimal and ASCII side by side (`-X`).
    HexAscii,
    /// ASCII alone (`-A`).
    Ascii,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            form: Form::Text,
            verbosity: 0,
            quiet: 0,
            link_header: false,
            absolute_seq: false,
            no_checksums: false,
            no_domain: false,
            as_dot: false,
            packet_type: None,
            decode_as: Vec::new(),
            undecoded_handles: false,
            mesh: false,
            one_line: false,
            time: TimeStyle::TimeOfDay,
            nanos: false,
            dump: None,
            number: false,
            lengths: false,
            signature_key: None,
            secrets: Secrets::default(),
            interfaces: Vec::new(),
            zone: TimeZone::UTC,
        }
    }
}
