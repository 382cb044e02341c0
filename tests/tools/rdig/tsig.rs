//! Signed queries: what is said of replies that are not signed, and that the secret is never shown.

use super::{lines, rdig, stderr, stdout, zone};
use crate::support::name_server::NameServer;

const SECRET: &str = "MDEyMzQ1Njc4OWFiY2RlZg==";

#[test]
fn a_reply_without_a_signature_is_shown_and_not_trusted() {
    let server = NameServer::start(zone);
    let output = rdig(&server, &format!("-y hmac-sha256:k:{SECRET} www.test"));
    let lines = lines(&output);
    assert!(lines.contains(&";; Couldn't verify signature: expected a TSIG or SIG(0)".to_owned()));
    assert!(lines.contains(&"www.test.\t\t60\tIN\tA\t192.0.2.1".to_owned()));
    assert!(lines.contains(&";; WARNING -- Some TSIG could not be validated".to_owned()));
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn the_query_is_signed_once_for_each_try() {
    let server = NameServer::start(zone);
    let line = format!("-y hmac-sha1-80:k:{SECRET} +qr +noall +additional big.test");
    let shown = stdout(&rdig(&server, &line));
    let signatures = shown
        .lines()
        .filter(|line| line.contains("\tANY\tTSIG\thmac-sha1. "))
        .count();
    assert_eq!(signatures, 2, "{shown}");
    assert!(shown.contains(" 300 10 "), "{shown}");
}

#[test]
fn the_secret_is_never_shown() {
    let server = NameServer::start(zone);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("names");
    std::fs::write(&file, format!("-y k:{SECRET} www.test\n")).unwrap();
    for line in [
        format!("-y hmac-sha256:k:{SECRET} www.test +qr"),
        format!("-4yk:{SECRET} www.test +yaml +qr"),
        format!("-y foo:k:{SECRET} www.test"),
        format!("-y a..b:{SECRET} www.test"),
        format!("-y {SECRET} www.test"),
        format!("-y hmac-sha256-x:k:{SECRET} www.test"),
        format!("-y k:{SECRET}! www.test"),
        format!("-f {}", file.display()),
    ] {
        let output = rdig(&server, &line);
        let shown = stdout(&output) + &stderr(&output);
        assert!(!shown.is_empty() && !shown.contains(SECRET), "{line}: {shown}");
    }
}

#[test]
fn a_key_can_be_read_from_a_file() {
    let server = NameServer::start(zone);
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("key");
    std::fs::write(
        &key,
        format!("key \"k\" {{ algorithm hmac-sha512; secret \"{SECRET}\"; }};\n"),
    )
    .unwrap();
    let line = format!("-k {} +qr +noall +additional www.test", key.display());
    assert!(stdout(&rdig(&server, &line)).starts_with("k.\t\t\t0\tANY\tTSIG\thmac-sha512. "));
    let missing = rdig(&server, "-k /nonexistent +short www.test");
    assert_eq!(
        stderr(&missing),
        "Couldn't read key from /nonexistent: file not found\n"
    );
    assert_eq!(stdout(&missing), "192.0.2.1\n192.0.2.2\n");
}
