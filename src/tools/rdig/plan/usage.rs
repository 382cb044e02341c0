//! What is printed about the options, in dig's words: scripts and people look for them.

/// How the words go together, and where the list of options is: what a usage error prints below itself.
pub(crate) const USAGE: &str = concat!(
    include_str!("usage.txt"),
    "\nUse \"dig -h\" (or \"dig -h | more\") for complete list of options\n"
);

/// The list of the options that dig has, too: what it does not have is in the manual.
pub(crate) const HELP: &str = concat!(include_str!("usage.txt"), include_str!("help.txt"));
