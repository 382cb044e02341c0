//! `--exec`, `--sh-exec`: a command at our end of a connection.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::os::unix::net::UnixListener;
use std::os::unix::process::ExitStatusExt;

use rustix::process::{Pid, Signal, kill_process};

use super::Nc;
use super::access::listener;
use super::tcp::server;
use crate::support::peer;

fn client(port: u16) -> TcpStream {
    TcpStream::connect(("127.0.0.1", port)).expect("it listens")
}

/// All that comes until the end.
fn rest(mut socket: impl Read) -> String {
    let mut text = String::new();
    socket.read_to_string(&mut text).expect("it is text");
    text
}

/// What the client of a command sees that is given `input` and then its end.
fn answer(flags: &[&str], input: &str) -> String {
    let (nc, port) = listener(flags);
    let mut client = client(port);
    client.write_all(input.as_bytes()).expect("there is room");
    client.shutdown(Shutdown::Write).expect("it is open");
    let text = rest(&client);
    nc.ends_well();
    text
}

#[test]
fn a_command_has_the_connection_directly_or_through_us() {
    // Whatever needs to see the bytes is between.
    for between in [&[][..], &["-w", "60"], &["--idle-timeout", "60"], &["-t"]] {
        let with = |flags: &[&'static str]| [between, flags].concat();
        assert_eq!(answer(&with(&["--exec", "tr a-z A-Z"]), "hello"), "HELLO");
        assert_eq!(
            answer(&with(&["--sh-exec", "read x; echo \"<$x>\"; cat"]), "one\ntwo\n"),
            "<one>\ntwo\n"
        );
    }
    assert_eq!(answer(&["-C", "--sh-exec", "echo a; cat"], "b\n"), "a\r\nb\r\n");
}

#[test]
fn words_are_split_as_the_shell_splits_them_and_no_more() {
    let line = r#"printf '%s|' "a b" c\ d $HOME *"#;
    assert_eq!(answer(&["--exec", line], ""), "a b|c d|$HOME|*|");
}

#[test]
fn the_socket_itself_is_standard_input_and_blocks() {
    // A command that looks sees a socket, and waits for what comes later.
    let (_nc, port) = listener(&[
        "-k",
        "--sh-exec",
        "test -S /dev/stdin && echo socket; read line && echo \"$line\"",
    ]);
    let mut client = client(port);
    let mut line = [0; 7];
    client.read_exact(&mut line).expect("it comes");
    assert_eq!(&line, b"socket\n");
    client.write_all(b"late\n").expect("it reads");
    assert_eq!(rest(client), "late\n");
}

#[test]
fn the_environment_tells_who_is_there() {
    let script = "for v in REMOTE_ADDR REMOTE_PORT LOCAL_ADDR LOCAL_PORT PROTO; do \
                  eval echo \\$NCAT_$v \\$RNC_$v; done";
    for between in [&[][..], &["-w", "60"]] {
        let (_nc, port) = listener(&[between, &["-k", "--sh-exec", script]].concat());
        let client = client(port);
        let from = client.local_addr().expect("it is connected").port();
        let expected =
            format!("127.0.0.1 127.0.0.1\n{from} {from}\n127.0.0.1 127.0.0.1\n{port} {port}\nTCP TCP\n");
        assert_eq!(rest(client), expected);
    }
}

#[test]
fn the_exit_status_is_that_of_the_command() {
    for between in [&[][..], &["-w", "60"]] {
        for (script, status) in [("exit 0", 0), ("exit 7", 7), ("kill -9 $$", 137)] {
            let (mut nc, port) = listener(&[between, &["--sh-exec", script]].concat());
            assert_eq!(rest(client(port)), "");
            assert_eq!(nc.child.wait().expect("it ends").code(), Some(status), "{script}");
        }
    }
    let (nc, port) = listener(&["--exec", "/nonexistent/command"]);
    assert_eq!(rest(client(port)), "");
    nc.fails("rnc: /nonexistent/command: No such file or directory");
}

#[test]
fn an_answer_arrives_though_the_command_has_not_read_the_question() {
    // As an HTTP server made of `cat` does: unread data must not make the end a reset.
    let (_nc, port) = listener(&["-k", "--sh-exec", "read first; head -c 300000 /dev/zero"]);
    for _ in 0..5 {
        let mut client = client(port);
        client
            .write_all(b"GET / HTTP/1.0\r\nHost: x\r\n\r\n")
            .expect("there is room");
        let mut bytes = Vec::new();
        client.read_to_end(&mut bytes).expect("it is no reset");
        assert_eq!(bytes.len(), 300_000);
    }
}

#[test]
fn each_client_has_a_command_of_its_own_and_nothing_else_of_ours() {
    // What it would find if the test had started it: no descriptor more, no signal ignored.
    let script = "ls /proc/self/fd | wc -l; sed -n 's/^SigIgn:[[:space:]]*//p' /proc/self/status; cat";
    let mut plain = std::process::Command::new("/bin/sh");
    let plain = plain
        .args(["-c", script])
        .stdin(std::process::Stdio::null())
        .output()
        .expect("it starts");
    for between in [&[][..], &["-w", "60"]] {
        let (_nc, port) = listener(&[between, &["-k", "--sh-exec", script]].concat());
        let mut clients: Vec<_> = (0..3).map(|_| client(port)).collect();
        for client in &mut clients {
            let mut found = vec![0; plain.stdout.len()];
            client.read_exact(&mut found).expect("it comes");
            assert_eq!(
                String::from_utf8_lossy(&found),
                String::from_utf8_lossy(&plain.stdout)
            );
        }
        for (number, client) in clients.iter_mut().enumerate().rev() {
            client.write_all(number.to_string().as_bytes()).expect("it reads");
            client.shutdown(Shutdown::Write).expect("it is open");
            assert_eq!(rest(client), number.to_string());
        }
    }
}

#[test]
fn a_signal_that_ends_us_hangs_the_commands_up() {
    for between in [&[][..], &["-w", "60"]] {
        let (mut nc, port) =
            listener(&[between, &["-k", "--sh-exec", "echo $$; read line; echo never"]].concat());
        let mut client = client(port);
        let mut byte = [0];
        while byte != *b"\n" {
            client.read_exact(&mut byte).expect("it comes");
        }
        kill_process(Pid::from_child(&nc.child), Signal::TERM).expect("it runs");
        assert_eq!(nc.child.wait().expect("it ends").signal(), Some(15));
        // Whoever held the socket is gone.
        assert_eq!(rest(client), "");
    }
}

#[test]
fn an_idle_command_is_hung_up() {
    let (nc, port) = listener(&["--idle-timeout", "200ms", "--exec", "sleep 600"]);
    assert_eq!(rest(client(port)), "");
    nc.fails("rnc: idle timeout");
}

#[test]
fn a_client_can_have_a_command_too() {
    let (server, port) = server();
    for (flags, status) in [(&["--sh-exec"][..], 3), (&["-w", "60", "--sh-exec"], 3)] {
        let script = "read line; echo \"<$line>\"; exit 3";
        let nc = Nc::ours(&[flags, &[script, "127.0.0.1", &port]].concat());
        let (mut peer, _) = server.accept().expect("it connects");
        peer.write_all(b"question\n").expect("it reads");
        assert_eq!(rest(peer), "<question>\n");
        assert_eq!(nc.end().0.code(), Some(status));
    }
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("s");
    let server = UnixListener::bind(&path).expect("it can be bound");
    let path = path.to_str().expect("it is text");
    let nc = Nc::ours(&["--sh-exec", "echo $RNC_PROTO $RNC_REMOTE_ADDR", "-U", path]);
    let (peer, _) = server.accept().expect("it connects");
    assert_eq!(rest(peer), "UNIX\n");
    nc.ends_well();
}

#[test]
fn the_real_ncat_talks_to_a_command() {
    let Some(ncat) = peer("ncat") else { return };
    let (_nc, port) = listener(&["-k", "--exec", "tr a-z A-Z"]);
    let mut theirs = Nc::real(&ncat, &["127.0.0.1", &port.to_string()]);
    theirs.say("hello\n");
    theirs.eof();
    theirs.prints("HELLO\n");
    theirs.ends_well();
}

#[test]
fn what_makes_no_sense_is_said_in_one_line() {
    for (arguments, why) in [
        (&["-lu", "--exec", "cat", "0"][..], "cannot use --exec with -u"),
        (
            &["-l", "--exec", "cat", "--sh-exec", "cat", "0"],
            "only one of --exec, --sh-exec and --broker",
        ),
        (
            &["-l", "--exec", "cat 'open", "0"],
            "--exec: no command, or a quote without its end",
        ),
        (&["-l", "--sh-exec", " ", "0"], "--sh-exec: no command"),
        (
            &["-z", "--exec", "cat", "127.0.0.1", "1"],
            "cannot use --exec with -z or -F",
        ),
        (
            &["-l", "-d", "--exec", "cat", "0"],
            "cannot use --exec with -d or --recv-only",
        ),
    ] {
        Nc::ours(arguments).fails(&format!("rnc: {why}"));
    }
}
