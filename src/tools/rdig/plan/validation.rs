//! `+validate` and `+trust-anchor`.

use super::UsageError;
use super::lookup::{Globals, Lookup};

/// How the answer is validated by DNSSEC.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Validation {
    /// The file of trust anchors; the root's as IANA publishes them if there is none.
    pub(crate) anchors: Option<String>,
}

pub(super) fn validate(
    _: &mut Globals,
    lookup: &mut Lookup,
    on: bool,
    value: Option<&str>,
) -> Result<(), UsageError> {
    if value.is_some() {
        return Err(UsageError::Option("validate".to_owned()));
    }
    if on {
        built_in("validate")?;
        lookup.validation.get_or_insert_default();
    } else {
        lookup.validation = None;
    }
    Ok(())
}

/// Names the file, and asks for validation by it: it would be of no use without.
pub(super) fn trust_anchor(
    _: &mut Globals,
    lookup: &mut Lookup,
    on: bool,
    value: Option<&str>,
) -> Result<(), UsageError> {
    match value.filter(|value| !value.is_empty()) {
        None if !on => {
            if let Some(validation) = &mut lookup.validation {
                validation.anchors = None;
            }
        }
        Some(file) if on => {
            built_in("trust-anchor")?;
            lookup.validation.get_or_insert_default().anchors = Some(file.to_owned());
        }
        _ => return Err(UsageError::Option("trust-anchor".to_owned())),
    }
    Ok(())
}

fn built_in(option: &str) -> Result<(), UsageError> {
    UsageError::unless_built_in(option, "dnssec", cfg!(feature = "dnssec"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(feature = "dnssec")]
    fn a_file_of_anchors_asks_for_validation_and_can_be_taken_back() {
        let (mut globals, mut lookup) = (Globals::default(), Lookup::default());
        trust_anchor(&mut globals, &mut lookup, true, Some("keys")).unwrap();
        assert_eq!(lookup.validation.clone().unwrap().anchors.unwrap(), "keys");
        validate(&mut globals, &mut lookup, true, None).unwrap();
        assert_eq!(lookup.validation.clone().unwrap().anchors.unwrap(), "keys");
        trust_anchor(&mut globals, &mut lookup, false, None).unwrap();
        assert_eq!(lookup.validation, Some(Validation::default()));
        validate(&mut globals, &mut lookup, false, None).unwrap();
        assert_eq!(lookup.validation, None);
        assert!(trust_anchor(&mut globals, &mut lookup, true, None).is_err());
        assert!(trust_anchor(&mut globals, &mut lookup, true, Some("")).is_err());
    }

    #[test]
    #[cfg(not(feature = "dnssec"))]
    fn without_the_feature_the_options_are_refused_by_its_name() {
        let (mut globals, mut lookup) = (Globals::default(), Lookup::default());
        let refused = validate(&mut globals, &mut lookup, true, None).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "+validate needs the feature 'dnssec', which is not built in"
        );
        assert!(trust_anchor(&mut globals, &mut lookup, true, Some("keys")).is_err());
        validate(&mut globals, &mut lookup, false, None).unwrap();
        assert_eq!(lookup.validation, None);
    }
}
