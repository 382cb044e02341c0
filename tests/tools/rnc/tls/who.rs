//! Who is trusted, and what is said of those who are not.

use rcgen::date_time_ymd;

use super::{Authority, client, ends_well, fails_with, listener};
use crate::rnc::Nc;

/// A listener that shows the certificate of `member`.
fn shows(certificate: &str, key: &str, flags: &[&str]) -> (Nc, String, String) {
    listener(&[&["--cert", certificate, "--key", key], flags].concat())
}

#[test]
fn whom_nobody_known_vouches_for_is_refused_and_told_so() {
    let (server, port, fingerprint) = listener(&[]);
    client(&[], &port).fails(&format!(
        "rnc: TLS handshake: nobody vouches for the certificate but itself ({fingerprint})"
    ));
    fails_with(server, ": the peer ended it with the alert \"unknown CA\" (48)");

    let (ours, others) = (Authority::new(), Authority::new());
    let member = ours.member("server", &["127.0.0.1"]);
    let (server, port, _) = shows(&member.certificate, &member.key, &[]);
    let stranger = client(&["--ca", &others.file()], &port);
    let (status, _, said) = stranger.end();
    assert_eq!(status.code(), Some(1));
    assert!(
        said.contains("no known authority vouches for the certificate: its issuer is CN=authority "),
        "{said}"
    );
    drop(server);
}

#[test]
fn whom_the_authority_vouches_for_is_taken_by_name_and_by_address() {
    let authority = Authority::new();
    let member = authority.member("server", &["127.0.0.1", "www.test"]);
    for name in [None, Some("www.test")] {
        let (mut server, port, _) = shows(&member.certificate, &member.key, &[]);
        let sni = name.map(|name| ["--sni", name]);
        let file = authority.file();
        let flags = [
            &["-N", "--ca", &file][..],
            sni.as_ref().map_or(&[], |sni| &sni[..]),
        ]
        .concat();
        let mut client = client(&flags, &port);
        client.say("hello\n");
        client.eof();
        server.prints("hello\n");
        server.eof();
        client.ends_well();
        ends_well(server);
    }
}

#[test]
fn a_certificate_for_another_name_is_told_with_its_names() {
    let authority = Authority::new();
    let member = authority.member("server", &["www.test", "mail.test"]);
    let (_server, port, _) = shows(&member.certificate, &member.key, &["-k"]);
    client(&["--ca", &authority.file()], &port)
        .fails("rnc: TLS handshake: the certificate is not for 127.0.0.1, but for www.test, mail.test");
    client(&["--ca", &authority.file(), "--sni", "ftp.test"], &port)
        .fails("rnc: TLS handshake: the certificate is not for ftp.test, but for www.test, mail.test");
}

#[test]
fn a_certificate_of_another_time_is_told_with_its_times() {
    let authority = Authority::new();
    let old = authority.member_like("old", &["127.0.0.1"], |params| {
        params.not_before = date_time_ymd(2001, 2, 3);
        params.not_after = date_time_ymd(2004, 5, 6);
    });
    let (_server, port, print) = shows(&old.certificate, &old.key, &["-k"]);
    client(&["--ca", &authority.file()], &port)
        .fails("rnc: TLS handshake: the certificate has expired: it was valid until 2004-05-06 00:00:00 UTC");
    // With a pin alone nothing else counts; with an authority it does.
    client(&["--ca", &authority.file(), "--fingerprint", &print], &port)
        .fails("rnc: TLS handshake: the certificate has expired: it was valid until 2004-05-06 00:00:00 UTC");
    let mut pinned = client(&["-N", "--fingerprint", &print], &port);
    pinned.eof();
    drop(pinned);

    let young = authority.member_like("young", &["127.0.0.1"], |params| {
        params.not_before = date_time_ymd(2222, 2, 3);
        params.not_after = date_time_ymd(2224, 5, 6);
    });
    let (_server, port, _) = shows(&young.certificate, &young.key, &["-k"]);
    client(&["--ca", &authority.file()], &port)
        .fails("rnc: TLS handshake: the certificate is not valid before 2222-02-03 00:00:00 UTC");
}

#[test]
fn a_pin_takes_one_certificate_and_no_other() {
    let (_server, port, fingerprint) = listener(&["-k"]);
    let other = format!("SHA256:{}", "0".repeat(64));
    client(&["--fingerprint", &other], &port).fails(&format!(
        "rnc: TLS handshake: the certificate is another than the one that is pinned: it has {fingerprint}"
    ));
}

#[test]
fn insecure_takes_anyone_and_says_so() {
    let (mut server, port, _) = listener(&[]);
    let mut client = client(&["-N", "--insecure"], &port);
    assert_eq!(
        client.message(),
        "rnc: --insecure: the server is not verified: whoever answers for it reads all that is sent"
    );
    client.say("anyone?\n");
    client.eof();
    server.prints("anyone?\n");
    server.eof();
    client.ends_well();
    ends_well(server);
}

#[test]
fn clients_are_verified_where_they_are_asked() {
    let (authority, others) = (Authority::new(), Authority::new());
    let member = authority.member("server", &["127.0.0.1"]);
    let (known, stranger) = (authority.member("client", &[]), others.member("stranger", &[]));
    let file = authority.file();
    let (mut server, port, _) = shows(&member.certificate, &member.key, &["-k", "--ca", &file]);
    let trusting = ["-N", "--ca", &file];

    let mut without = client(&trusting, &port);
    without.eof();
    fails_with(
        without,
        "the peer ended it with the alert \"certificate required\" (116)",
    );
    server.message();
    let said = server.message();
    assert!(said.ends_with(": the client shows no certificate"), "{said}");

    let shown = ["--cert", &stranger.certificate, "--key", &stranger.key];
    let mut wrong = client(&[&trusting[..], &shown].concat(), &port);
    wrong.eof();
    fails_with(wrong, "the peer ended it with the alert \"unknown CA\" (48)");
    server.message();
    let said = server.message();
    assert!(
        said.contains("no known authority vouches for the certificate"),
        "{said}"
    );

    let shown = ["--cert", &known.certificate, "--key", &known.key];
    let mut right = client(&[&trusting[..], &shown].concat(), &port);
    right.say("it is me\n");
    server.prints("it is me\n");
    server.message();
    let session = server.message();
    assert!(
        session.contains("; peer CN=client, issued by CN=authority "),
        "{session}"
    );
}

#[test]
fn a_client_can_be_pinned_too() {
    let authority = Authority::new();
    let (one, other) = (authority.member("one", &[]), authority.member("other", &[]));
    // What a certificate is known by is what a listener that shows it says.
    let (_, _, pin) = shows(&one.certificate, &one.key, &[]);
    let (mut server, port, fingerprint) = listener(&["-k", "--fingerprint", &pin]);
    let flags = ["-N", "--fingerprint", &fingerprint];
    let mut wrong = client(
        &[&flags[..], &["--cert", &other.certificate, "--key", &other.key]].concat(),
        &port,
    );
    wrong.eof();
    assert_eq!(wrong.end().0.code(), Some(1));
    server.message();
    let said = server.message();
    assert!(said.contains("another than the one that is pinned"), "{said}");
    let mut right = client(
        &[&flags[..], &["--cert", &one.certificate, "--key", &one.key]].concat(),
        &port,
    );
    right.say("it is me\n");
    server.prints("it is me\n");
}

#[test]
fn files_that_are_of_no_use_are_named_and_not_quoted() {
    let authority = Authority::new();
    let (one, other) = (authority.member("one", &[]), authority.member("other", &[]));
    let secret = authority.path("secret");
    let write = |text: &str| std::fs::write(&secret, text).expect("the folder can be written to");
    let refused = |flags: &[&str], why: &str| {
        Nc::ours(&[&["--tls"], flags, &["127.0.0.1", "9"]].concat()).fails(&format!("rnc: {why}"));
    };
    refused(&["--ca", "/nowhere"], "read /nowhere: No such file or directory");
    refused(
        &["--ca", &one.key],
        &format!("read {}: there is no certificate in it", one.key),
    );
    refused(
        &["--cert", &one.certificate],
        &format!(
            "read {}: there is no private key in it, or none without a password",
            one.certificate
        ),
    );
    let mismatch = ["--cert", &one.certificate, "--key", &other.key, "--insecure"];
    let (status, _, said) = Nc::ours(&[&["--tls"], &mismatch[..], &["127.0.0.1", "9"]].concat()).end();
    assert_eq!(status.code(), Some(1));
    assert!(said.contains("use the certificate of the client: "), "{said}");
    write("-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n");
    refused(
        &["--cert", &one.certificate, "--key", &secret],
        &format!("read {secret}: it ends before an END line"),
    );
    write("-----BEGIN PRIVATE KEY-----\n!secret!\n-----END PRIVATE KEY-----\n");
    refused(
        &["--cert", &one.certificate, "--key", &secret],
        &format!("read {secret}: it is not PEM"),
    );
}
