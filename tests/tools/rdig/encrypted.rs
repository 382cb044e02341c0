//! `rdig` over TLS, HTTPS, HTTP and QUIC, against servers in the test.

use std::process::Output;

use super::{lines, stderr, stdout, zone};
use crate::support::secure_server::{Manner, SecureServer, Speaks};
use crate::support::tool;

fn rdig(server: &SecureServer, line: &str) -> Output {
    let mut program = tool("rdig");
    program
        .env("HOME", "/dev/null")
        .env("SSL_CERT_FILE", "/nonexistent")
        .env("SSL_CERT_DIR", "/nonexistent")
        .args(["@127.0.0.1", "-p", &server.port(), "+tries=1"])
        .args(line.split(' '));
    program.output().expect("the program starts")
}

static OLD: &[&rustls::SupportedProtocolVersion] = &[&rustls::version::TLS12];

const ADDRESSES: &str = "192.0.2.1\n192.0.2.2\n";

#[test]
fn an_answer_comes_over_each_transport_and_its_name_is_below_it() {
    for (speaks, option, name) in [
        (Speaks::Tls, "+tls", "TLS"),
        (Speaks::Https, "+https", "HTTPS"),
        (Speaks::Https, "+https-get", "HTTPS-GET"),
        (Speaks::Http, "+http-plain", "HTTP"),
        (Speaks::Http, "+http-plain-get", "HTTP-GET"),
        (Speaks::Quic, "+quic", "QUIC"),
    ] {
        let server = SecureServer::start(speaks, zone);
        assert_eq!(
            stdout(&rdig(&server, &format!("{option} +short www.test"))),
            ADDRESSES,
            "{name}"
        );
        let lines = lines(&rdig(&server, &format!("{option} www.test")));
        let footer = format!(";; SERVER: 127.0.0.1#{}(127.0.0.1) ({name})", server.port());
        assert!(lines.contains(&footer), "{name}: {lines:?}");
        assert!(!lines.iter().any(|line| line.contains("VERIFIED")), "{name}");
    }
}

#[test]
fn a_server_is_verified_when_an_authority_or_a_name_is_given_and_the_footer_says_so() {
    for (speaks, option) in [
        (Speaks::Tls, "+tls"),
        (Speaks::Https, "+https"),
        (Speaks::Quic, "+quic"),
    ] {
        let server = SecureServer::start(speaks, zone);
        let ca = format!("+tls-ca={}", server.authority());
        for (options, name) in [("", "127.0.0.1"), (" +tls-hostname=ns.test", "ns.test")] {
            let output = rdig(&server, &format!("{option} {ca}{options} www.test"));
            let verified = format!(";; VERIFIED: {name} (TLSv1.3)");
            assert!(
                lines(&output).contains(&verified),
                "{option}: {}",
                stdout(&output)
            );
        }
        let json = stdout(&rdig(&server, &format!("{option} {ca} +json www.test")));
        assert!(
            json.contains("\"verifiedName\":\"127.0.0.1\""),
            "{option}: {json}"
        );
        let failed = |why: &str| {
            let endpoint = format!("127.0.0.1#{}", server.port());
            format!(";; TLS peer certificate verification for {endpoint} failed: {why}\n")
        };
        for (options, why) in [
            (format!("{ca} +tls-hostname=wrong.test"), "hostname mismatch"),
            (format!("{ca} +tls-hostname=127.0.0.2"), "IP address mismatch"),
            (format!("{ca} +tls-hostname=no_name!"), "hostname mismatch"),
        ] {
            let output = rdig(&server, &format!("{option} {options} www.test"));
            assert_eq!(stdout(&output), failed(why), "{option} {options}");
            assert_eq!(output.status.code(), Some(0), "as with dig");
            let output = rdig(&server, &format!("{option} {options} +rcode-exit www.test"));
            assert_eq!(output.status.code(), Some(9), "{option} {options}");
        }
        let other = SecureServer::start(speaks, zone);
        let output = rdig(
            &server,
            &format!("{option} +tls-ca={} www.test", other.authority()),
        );
        assert_eq!(
            stdout(&output),
            failed("unable to get local issuer certificate"),
            "{option}"
        );
    }
}

#[test]
fn a_server_for_which_nobody_else_vouches_is_told_apart() {
    let manner = Manner {
        self_signed: true,
        ..Manner::default()
    };
    let server = SecureServer::with(Speaks::Tls, manner, zone);
    let output = rdig(&server, &format!("+tls-ca={} www.test", server.authority()));
    assert!(
        stdout(&output).ends_with(" failed: self-signed certificate\n"),
        "{}",
        stdout(&output)
    );
    assert_eq!(stdout(&rdig(&server, "+tls +short www.test")), ADDRESSES);
}

#[test]
fn files_that_cannot_be_used_are_no_client() {
    let server = SecureServer::start(Speaks::Tls, zone);
    let [certificate, key] = server.client();
    for (options, said) in [
        (
            "+tls-ca=/nonexistent".to_owned(),
            ";; TLS context cannot be created\n",
        ),
        (format!("+tls-ca={key}"), ";; TLS context cannot be created\n"),
        ("+tls-ca".to_owned(), ";; TLS context cannot be created\n"),
        (
            format!("+tls-certfile={certificate}"),
            ";; both TLS client certificate and key file must be specified a the same time\n",
        ),
    ] {
        let output = rdig(&server, &format!("{options} www.test"));
        assert_eq!(
            (stdout(&output).as_str(), output.status.code()),
            (said, Some(0)),
            "{options}"
        );
    }
    assert_eq!(server.connections(), 0);
}

#[test]
fn a_client_can_show_who_it_is() {
    for (speaks, option) in [
        (Speaks::Tls, "+tls"),
        (Speaks::Https, "+https"),
        (Speaks::Quic, "+quic"),
    ] {
        let manner = Manner {
            knows_clients: true,
            ..Manner::default()
        };
        let server = SecureServer::with(speaks, manner, zone);
        let [certificate, key] = server.client();
        let options = format!(
            "{option} +tls-ca={} +tls-certfile={certificate} +tls-keyfile={key}",
            server.authority()
        );
        assert_eq!(
            stdout(&rdig(&server, &format!("{options} +short www.test"))),
            ADDRESSES,
            "{option}"
        );
        let unknown = stdout(&rdig(&server, &format!("{option} +short www.test")));
        assert!(!unknown.contains("192.0.2.1"), "{option}: {unknown}");
    }
}

#[test]
fn http_that_brings_no_message_is_a_failure() {
    for (speaks, option) in [(Speaks::Https, "+https"), (Speaks::Http, "+http-plain-get")] {
        let server = SecureServer::start(speaks, zone);
        for line in [
            format!("{option}=/nope www.test"),
            format!("{option} type.test"),
            format!("{option} big.http.test"),
        ] {
            let output = rdig(&server, &line);
            let said = format!(
                ";; communications error to 127.0.0.1#{}: failure\n",
                server.port()
            );
            assert!(stdout(&output).starts_with(&said), "{line}: {}", stdout(&output));
            assert!(
                stdout(&output).ends_with(";; no servers could be reached\n"),
                "{line}"
            );
            assert_eq!(output.status.code(), Some(9), "{line}");
        }
    }
}

#[test]
fn a_server_that_speaks_something_else_is_noticed() {
    let server = SecureServer::start(Speaks::Http, zone);
    let output = rdig(&server, "+https www.test");
    let connection = format!(
        ";; Connection to 127.0.0.1#{}(127.0.0.1) for www.test failed:",
        server.port()
    );
    assert_eq!(
        stdout(&output),
        format!("{connection} TLS error.\n;; no servers could be reached\n")
    );
    assert_eq!(output.status.code(), Some(9));
    let output = rdig(&server, "+tls www.test");
    assert_eq!(
        (stdout(&output), stderr(&output)),
        (String::new(), String::new()),
        "as with dig"
    );
    let json = stdout(&rdig(&server, "+tls +json www.test"));
    assert!(
        json.contains("\"protocol\"") && json.contains("TLS error"),
        "{json}"
    );
    let server = SecureServer::with(
        Speaks::Https,
        Manner {
            protocol: Some(b"http/1.1"),
            ..Manner::default()
        },
        zone,
    );
    let refused = stdout(&rdig(&server, "+https www.test"));
    assert!(refused.contains(" failed: TLS error.\n"), "{refused}");
}

#[test]
fn a_zone_comes_over_tls_if_both_sides_mean_the_dns_and_over_quic() {
    let records = "zone.test.\t\t60\tIN\tSOA\tns.test. host.test. 0 0 0 0 0";
    for (speaks, option) in [(Speaks::Tls, "+tls"), (Speaks::Quic, "+quic")] {
        let server = SecureServer::start(speaks, zone);
        let zone = stdout(&rdig(
            &server,
            &format!("{option} zone.test AXFR +noall +answer +stats"),
        ));
        assert_eq!(zone.matches(records).count(), 2, "{option}: {zone}");
        assert!(
            zone.contains(";; XFR size: 4 records (messages 2, "),
            "{option}: {zone}"
        );
    }
    let old = Manner {
        versions: OLD,
        ..Manner::default()
    };
    let server = SecureServer::with(Speaks::Tls, old, zone);
    let ca = format!("+tls-ca={}", server.authority());
    let answer = stdout(&rdig(&server, &format!("{ca} www.test")));
    assert!(answer.contains(";; VERIFIED: 127.0.0.1 (TLSv1.2)\n"), "{answer}");
    let refused = stdout(&rdig(&server, "+tls zone.test AXFR"));
    let said = ";; zone transfers over the established TLS connection are not allowed: it is not TLS 1.3\n";
    assert!(refused.ends_with(said), "{refused}");
}

#[test]
fn a_connection_is_kept_open_for_lookups_that_ask_in_the_same_way() {
    for (speaks, option) in [
        (Speaks::Tls, "+tls"),
        (Speaks::Https, "+https"),
        (Speaks::Http, "+http-plain"),
        (Speaks::Quic, "+quic"),
    ] {
        let server = SecureServer::start(speaks, zone);
        let twice = format!("{option} +short www.test www.test");
        assert_eq!(stdout(&rdig(&server, &twice)), ADDRESSES.repeat(2), "{option}");
        assert_eq!(server.connections(), 2, "{option}");
        let output = rdig(&server, &format!("+keepopen {twice}"));
        assert_eq!(stdout(&output), ADDRESSES.repeat(2), "{option}");
        assert_eq!(server.connections(), 3, "{option}");
    }
    // A connection for which nobody was verified is not used where somebody must be.
    let server = SecureServer::start(Speaks::Tls, zone);
    let line = format!("+keepopen www.test +tls www.test +tls-ca={}", server.authority());
    let shown = stdout(&rdig(&server, &line));
    assert_eq!(shown.matches(";; VERIFIED: 127.0.0.1 ").count(), 1, "{shown}");
    assert_eq!(server.connections(), 2);
}

#[test]
fn nobody_there_is_said_as_dig_says_it() {
    let port = crate::support::free_port();
    for option in ["+tls", "+https", "+http-plain"] {
        let mut program = tool("rdig");
        program.args([
            "@127.0.0.1",
            "-p",
            &port.to_string(),
            "+tries=1",
            option,
            "www.test",
        ]);
        let output = program
            .env("HOME", "/dev/null")
            .output()
            .expect("the program starts");
        let said = format!(
            ";; Connection to 127.0.0.1#{port}(127.0.0.1) for www.test failed: connection refused.\n;; no servers could be reached\n"
        );
        assert_eq!(
            (stdout(&output), output.status.code()),
            (said, Some(9)),
            "{option}"
        );
    }
}
