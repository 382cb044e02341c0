//! The handshakes with a proxy: whatever it says, cut wherever, they end at most once and lose none of the
//! bytes behind its answer.
#![no_main]

use fairloss::proto::relay::proxy::{
    Credentials, Handshake, Host, HttpConnect, Input, Login, Output, Protocol, Socks4, Socks5, Target,
};
use fairloss::proto::{Instant, Machine};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((&cut, bytes)) = data.split_first() else {
        return;
    };
    let target = || Target {
        host: Host::V4([127, 0, 0, 1].into()),
        port: 80,
    };
    let login = || {
        Login::Known(Credentials {
            user: "user".to_owned(),
            password: "password".to_owned(),
        })
    };
    let whole = [
        run(Socks4::new(target(), ""), &[bytes]),
        run(Socks5::new(target(), Login::Anonymous), &[bytes]),
        run(Socks5::new(target(), login()), &[bytes]),
        run(HttpConnect::new(target(), None), &[bytes]),
    ];
    let (first, rest) = bytes.split_at(usize::from(cut).min(bytes.len()));
    let parts = [first, rest];
    let cut = [
        run(Socks4::new(target(), ""), &parts),
        run(Socks5::new(target(), Login::Anonymous), &parts),
        run(Socks5::new(target(), login()), &parts),
        run(HttpConnect::new(target(), None), &parts),
    ];
    for (whole, cut) in whole.into_iter().zip(cut) {
        // Bytes that come after the end are not the handshake's any more.
        if let (Some(Output::Established), Some(Output::Established)) = (&whole.0, &cut.0) {
            assert!(whole.1.starts_with(&cut.1));
        } else {
            assert_eq!(whole.0, cut.0);
        }
    }
});

/// How a handshake ends when the proxy says `parts`, and the bytes behind it.
fn run(protocol: impl Protocol, parts: &[&[u8]]) -> (Option<Output>, Vec<u8>) {
    let mut handshake = Handshake::new(protocol);
    let mut end = (None, Vec::new());
    for part in parts {
        handshake.handle(Instant::ZERO, Input::Received(part));
        let mut bytes = Vec::new();
        while let Some(output) = handshake.poll_output(&mut bytes) {
            if output != Output::Send {
                assert!(end.0.is_none(), "a handshake ends once");
                end = (Some(output), bytes.clone());
            }
            bytes.clear();
        }
    }
    end
}
