//! `rdig +validate` against a server that has a small signed root.

use super::{rdig, stderr};
use crate::support::name_server::{Asked, NameServer};

#[cfg(not(feature = "dnssec"))]
#[test]
fn without_the_feature_the_options_are_refused_by_its_name() {
    let server = NameServer::start(|asked: &Asked| vec![asked.denial(3)]);
    for option in ["validate", "trust-anchor=keys"] {
        let output = rdig(&server, &format!("www +{option}"));
        let name = option.split('=').next().unwrap();
        assert_eq!(output.status.code(), Some(1));
        let expected = format!("+{name} needs the feature 'dnssec', which is not built in");
        assert!(stderr(&output).contains(&expected), "{}", stderr(&output));
        assert!(server.queries().is_empty());
    }
}

#[cfg(feature = "dnssec")]
mod built_in {
    use std::fs;

    use fairloss::wire::dns::RecordType;

    use super::super::stdout;
    use super::*;
    use crate::support::name_server::Said;

    /// The key of the root, its signature of itself, and that of the address of `www`: Ed25519, good until 2065. Made
    /// by the zones of the library's own tests.
    const KEY: &str = "AQEDD4qI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c";
    const KEY_SIGNATURE: &str = "ADAPAAAADhCy0F4AXgvhAO17AL+/QFn+rIM5uwBIl4me9YCfTwUuNv7GZYbh7Gfea5QA/SPkqFNyCv1sb016tflPLzznkFW2dujDR7JNIUsw/QY=";
    const ADDRESS_SIGNATURE: &str = "AAEPAQAADhCy0F4AXgvhAO17AIoVEdzsxMhnwbF/tt2EeqwWE9dnCOfKtzRHzKYsqUwzpKrTW4SqeT5t85uW9vQEiFSXO3oNJcmydMhvj8El2AM=";

    fn data(base64: &str) -> Vec<u8> {
        data_encoding::BASE64
            .decode(base64.as_bytes())
            .expect("it is base64")
    }

    /// A server whose `www` has the address that was signed only if it is `honest`.
    fn server(honest: bool) -> NameServer {
        NameServer::start(move |asked| vec![said(asked, honest)])
    }

    fn said(asked: &Asked, honest: bool) -> Said {
        match (asked.name.as_str(), asked.rtype.as_str()) {
            (".", "DNSKEY") if !asked.tcp => asked.truncated(),
            (".", "DNSKEY") => asked.answer(&[
                (".", RecordType::DNSKEY, 60, data(KEY)),
                (".", RecordType::RRSIG, 60, data(KEY_SIGNATURE)),
            ]),
            ("www", "A") => asked.answer(&[
                (
                    "www",
                    RecordType::A,
                    60,
                    vec![192, 0, 2, if honest { 1 } else { 66 }],
                ),
                ("www", RecordType::RRSIG, 60, data(ADDRESS_SIGNATURE)),
            ]),
            _ => asked.failure(2),
        }
    }

    /// A file with the root's key.
    fn anchors() -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().expect("a folder for temporary files");
        let key = data(KEY);
        let public = data_encoding::BASE64.encode(&key[4..]);
        fs::write(file.path(), format!(". IN DNSKEY 257 3 15 {public}\n")).expect("a file can be written");
        file
    }

    fn run(honest: bool, options: &str) -> (Option<i32>, String, Vec<String>) {
        let (server, anchors) = (server(honest), anchors());
        let line = format!("+trust-anchor={} {options}", anchors.path().display());
        let output = rdig(&server, &line);
        (output.status.code(), stdout(&output), server.queries())
    }

    #[test]
    fn the_chain_of_trust_is_printed_behind_the_answer() {
        let (code, text, queries) = run(true, "www");
        let chain = text.split(";; VALIDATION SECTION:\n").nth(1).unwrap();
        assert_eq!(
            chain,
            ";; zone .: trust anchor DNSKEY 60795 (ED25519); DNSKEY 60795 signs the keys until 2065-01-24 05:20:00 UTC\n\
             ;; answer www. A: signed by key 60795 of . (ED25519) until 2065-01-24 05:20:00 UTC\n\
             ;; validation: secure\n\n"
        );
        assert_eq!(
            (code, queries),
            (
                Some(0),
                vec![
                    "www A".into(),
                    "www A".into(),
                    ". DNSKEY".into(),
                    ". DNSKEY tcp".into()
                ]
            )
        );
    }

    #[test]
    fn an_answer_that_came_with_do_and_cd_is_not_asked_for_again() {
        let (_, text, queries) = run(true, "www +dnssec +cdflag");
        assert!(text.contains(";; validation: secure\n"));
        assert_eq!(queries, ["www A", ". DNSKEY", ". DNSKEY tcp"]);
    }

    #[test]
    fn a_forged_answer_is_bogus() {
        let bogus = "RRSIG of www. A by key 60795 (ED25519) does not verify";
        let (code, text, _) = run(false, "www +short");
        assert_eq!(code, Some(0));
        let last = text.lines().last().expect("there is output");
        assert_eq!(last, format!(";; validation: bogus: {bogus}"));
        assert!(
            text.starts_with("192.0.2.66\n") && !text.contains("VALIDATION"),
            "{text}"
        );
        let (code, text, _) = run(false, "www +json +rcode-exit");
        let object: serde_json::Value = serde_json::from_str(text.lines().nth(1).unwrap()).unwrap();
        assert_eq!(
            (code, &object["validation"], &object["reason"]),
            (Some(14), &"bogus".into(), &bogus.into())
        );
        assert_eq!(object["steps"][0]["subject"], ".");
        let (_, text, _) = run(false, "www +yaml");
        let item = text.split("- type: VALIDATION\n").nth(1).unwrap();
        let expected = format!(
            "  name: \"www.\"\n  rtype: A\n  verdict: bogus\n  reason: \"{bogus}\"\n  steps:\n    - \"zone .: "
        );
        assert!(item.starts_with(&expected), "{item}");
    }

    #[test]
    fn what_the_server_does_not_say_is_indeterminate() {
        let (code, text, _) = run(true, "other +short +rcode-exit");
        let expected = ";; validation: indeterminate: the server answers other. A with SERVFAIL\n";
        assert_eq!((code, text.as_str()), (Some(15), expected));
    }

    #[test]
    fn a_file_that_holds_no_anchors_ends_the_run_before_anything_is_asked() {
        let server = server(true);
        let file = tempfile::NamedTempFile::new().expect("a folder for temporary files");
        fs::write(file.path(), ". DNSKEY 257 3 15 AAAA\n. A 192.0.2.1\n").expect("a file can be written");
        for (path, expected) in [
            (
                file.path().display().to_string(),
                "line 2: 'A' is neither DS nor DNSKEY",
            ),
            ("/nonexistent/keys".to_owned(), "No such file or directory"),
        ] {
            let output = rdig(&server, &format!("www +trust-anchor={path}"));
            assert_eq!(output.status.code(), Some(1));
            let text = stderr(&output);
            assert!(text.contains(&path) && text.contains(expected), "{text}");
        }
        assert!(server.queries().is_empty());
    }
}
