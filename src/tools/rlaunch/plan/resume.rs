//! `rlaunch resume` and `rlaunch cancel`.

use std::os::unix::ffi::OsStringExt;

use anyhow::{Result, anyhow, bail, ensure};

use super::{Conduct, checked};
use crate::proto::launch::Id;
use crate::tools::rlaunch::args;

/// What `rlaunch resume` is to do.
#[derive(Debug)]
pub(in crate::tools::rlaunch) struct Resume {
    pub(in crate::tools::rlaunch) conduct: Conduct,
    pub(in crate::tools::rlaunch) what: What,
}

/// What is resumed.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::tools::rlaunch) enum What {
    /// All that the journal has.
    All,
    /// This call, as the journal has it.
    Noted(Known),
    /// This call, with this payload; `None` reads it from standard input.
    Typed(Known, Option<Vec<u8>>),
}

/// What `rlaunch cancel` is to do.
#[derive(Debug)]
pub(in crate::tools::rlaunch) struct Cancel {
    pub(in crate::tools::rlaunch) conduct: Conduct,
    pub(in crate::tools::rlaunch) call: Known,
}

/// A call that somebody has an id of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::tools::rlaunch) struct Known {
    /// The store, if the id tells it.
    pub(in crate::tools::rlaunch) instance: Option<u64>,
    pub(in crate::tools::rlaunch) id: Id,
}

impl Resume {
    pub(in crate::tools::rlaunch) fn new(args: args::Resume) -> Result<Self> {
        let id = args.id.as_deref().map(Known::parse).transpose()?;
        let payload = args.payload.map(OsStringExt::into_vec);
        let what = match (id, payload, &args.journal) {
            (_, Some(_), Some(_)) => bail!("PAYLOAD: the journal has it, with --journal"),
            (None, _, Some(_)) => What::All,
            (Some(known), None, Some(_)) => What::Noted(known),
            (Some(known), Some(payload), None) if payload == b"-" => What::Typed(known, None),
            (Some(known), Some(payload), None) => {
                What::Typed(known.clone(), Some(fitting(&known.id, payload)?))
            }
            _ => bail!("without --journal, ID and PAYLOAD have to be given: it is asked for as it was first"),
        };
        Ok(Self {
            conduct: Conduct::new(
                &args.address,
                args.secret,
                args.journal,
                &args.patience,
                &args.grace,
            )?,
            what,
        })
    }
}

impl Cancel {
    pub(in crate::tools::rlaunch) fn new(args: args::Cancel) -> Result<Self> {
        Ok(Self {
            call: Known::parse(&args.id)?,
            conduct: Conduct::new(&args.address, args.secret, None, &args.patience, "0")?,
        })
    }
}

impl Known {
    fn parse(typed: &str) -> Result<Self> {
        let (instance, id) = Id::parse(typed).map_err(|error| anyhow!("{typed}: {error}"))?;
        Ok(Self { instance, id })
    }
}

/// A payload that fits into one request beside the name of its call.
///
/// # Errors
/// When it does not.
pub(in crate::tools::rlaunch) fn fitting(id: &Id, payload: Vec<u8>) -> Result<Vec<u8>> {
    if let Id::Named(name) = id {
        let length = name.as_str().len() + payload.len();
        let most = crate::wire::rlaunch::MAX_PAYLOAD;
        ensure!(
            length <= most,
            "name and payload: {length} bytes are more than the {most} of one request"
        );
    }
    checked(payload)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::tools::rlaunch::Args;
    use crate::tools::rlaunch::args::Verb;
    use crate::wire::rlaunch::CallId;

    fn resume(typed: &[&str]) -> Result<What, String> {
        let words = ["rlaunch", "resume", "[::1]:1"].iter().chain(typed);
        match Args::try_parse_from(words)
            .map_err(|error| error.to_string())?
            .verb
        {
            Verb::Resume(args) => Resume::new(args)
                .map(|plan| plan.what)
                .map_err(|error| error.to_string()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_journal_knows_the_payloads_and_otherwise_it_is_typed() {
        let known = Known::parse("000000000000004d-9-3").unwrap();
        assert_eq!(known.instance, Some(77));
        assert_eq!(known.id, Id::Call(CallId { session: 9, seq: 3 }));
        let id = "000000000000004d-9-3";
        assert_eq!(resume(&["--journal", "d"]), Ok(What::All));
        assert_eq!(resume(&[id, "--journal", "d"]), Ok(What::Noted(known.clone())));
        assert_eq!(
            resume(&[id, "tea"]),
            Ok(What::Typed(known.clone(), Some(b"tea".to_vec())))
        );
        assert_eq!(resume(&[id, "-"]), Ok(What::Typed(known, None)));
        for wrong in [&[][..], &[id], &[id, "tea", "--journal", "d"]] {
            assert!(resume(wrong).unwrap_err().contains("--journal"), "{wrong:?}");
        }
    }

    #[test]
    fn what_is_no_id_is_refused() {
        let error = resume(&["a\u{7}", "tea"]).unwrap_err();
        assert!(error.contains("a control character"), "{error}");
        assert!(resume(&["", "tea"]).is_err());
    }

    #[test]
    fn a_name_takes_its_room_from_the_payload() {
        let named = Id::Named("x".repeat(255).parse().unwrap());
        assert!(fitting(&named, vec![0; 1112 - 255]).is_ok());
        let error = fitting(&named, vec![0; 1112 - 254]).unwrap_err();
        assert!(error.to_string().contains("1113 bytes are more than the 1112"));
    }
}
