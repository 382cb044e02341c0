//! UNIX-domain sockets.

use std::io::{Read, Write};
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
use std::path::Path;
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};

use super::{Nc, real_nc};
use crate::support::tool;

fn listener(flags: &str, path: &Path) -> Nc {
    let mut nc = Nc::ours(&[flags.as_ref(), path.as_os_str()]);
    assert_eq!(nc.message(), format!("Bound on {}", path.display()));
    nc
}

#[test]
fn a_stream_both_ways_and_its_file_goes_with_the_listener() {
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("s");
    let mut nc = listener("-lvU", &path);
    assert_eq!(nc.message(), format!("Listening on {}", path.display()));
    let mut client = UnixStream::connect(&path).expect("it listens");
    client.write_all(b"in\n").expect("it reads");
    nc.prints("in\n");
    nc.say("out\n");
    let mut line = [0; 4];
    client.read_exact(&mut line).expect("it comes");
    assert_eq!(&line, b"out\n");
    drop(client);
    nc.message();
    nc.ends_well();
    assert!(!path.exists());
}

#[test]
fn a_session_with_the_real_nc_on_either_side() {
    let Some(real) = real_nc() else { return };
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("s");
    let mut ours = listener("-lvU", &path);
    ours.message();
    let mut theirs = Nc::real(&real, &["-NU".as_ref(), path.as_os_str()]);
    theirs.say("to us\n");
    ours.prints("to us\n");
    ours.say("to them\n");
    theirs.prints("to them\n");
    theirs.eof();
    assert!(ours.end().0.success());

    let mut theirs = Nc::real(&real, &["-lvU".as_ref(), path.as_os_str()]);
    theirs.message();
    theirs.message();
    let mut ours = Nc::ours(&["-NU".as_ref(), path.as_os_str()]);
    ours.say("to them\n");
    theirs.prints("to them\n");
    theirs.say("to us\n");
    ours.prints("to us\n");
    ours.eof();
    ours.ends_well();
}

#[test]
fn a_live_socket_is_not_taken_over() {
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("s");
    let _live = UnixListener::bind(&path).expect("it can be bound");
    Nc::ours(&["-lU".as_ref(), path.as_os_str()])
        .fails(&format!("rnc: {}: Address already in use", path.display()));
    UnixStream::connect(&path).expect("it is still there");
}

#[test]
fn a_signal_leaves_no_file_and_is_what_the_process_dies_of() {
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("s");
    let mut nc = listener("-lkvU", &path);
    nc.message();
    kill(&nc, Signal::TERM);
    let (status, _, _) = nc.end();
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(15));
    assert!(!path.exists());
}

#[test]
fn a_signal_that_was_ignored_from_the_start_stays_ignored() {
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("s");
    // As nohup(1) does.
    let mut command = std::process::Command::new("/bin/sh");
    command.args(["-c", "trap '' HUP; exec \"$0\" \"$@\""]);
    command.arg(tool("rnc").get_program()).arg("-lkvU").arg(&path);
    let mut nc = Nc::start(&mut command);
    nc.message();
    nc.message();
    kill(&nc, Signal::HUP);
    let mut client = UnixStream::connect(&path).expect("it listens");
    client.write_all(b"still here").expect("it reads");
    nc.prints("still here");
}

#[test]
fn a_datagram_client_is_answered_at_a_path_that_goes_with_it() {
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("s");
    let server = UnixDatagram::bind(&path).expect("it can be bound");
    let mut nc = Nc::ours(&["-uU".as_ref(), path.as_os_str()]);
    nc.say("query\n");
    let mut bytes = [0; 100];
    let (length, from) = server.recv_from(&mut bytes).expect("it comes");
    assert_eq!(&bytes[..length], b"query\n");
    let from = from.as_pathname().expect("it has a path").to_owned();
    server.send_to(b"answer\n", &from).expect("it is heard");
    nc.prints("answer\n");
    kill(&nc, Signal::INT);
    nc.end();
    assert!(!from.exists() && !from.parent().expect("it is in a folder").exists());
}

#[test]
fn a_datagram_receiver_answers_its_sender() {
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("s");
    let mut nc = listener("-luvU", &path);
    let client = UnixDatagram::bind(folder.path().join("c")).expect("it can be bound");
    client.connect(&path).expect("it is there");
    client.send(b"query\n").expect("it is heard");
    nc.prints("query\n");
    nc.say("answer\n");
    let mut bytes = [0; 100];
    let length = client.recv(&mut bytes).expect("it comes");
    assert_eq!(&bytes[..length], b"answer\n");
}

#[test]
fn a_connection_is_passed_on_over_standard_output() {
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("s");
    let server = UnixListener::bind(&path).expect("it can be bound");
    let (ours, theirs) = UnixStream::pair().expect("there is room");
    let mut command = tool("rnc");
    command.arg("-FU").arg(&path).stdin(Stdio::null());
    let status = command
        .stdout(std::os::fd::OwnedFd::from(theirs))
        .status()
        .expect("it starts");
    assert!(status.success());
    let mut space = [std::mem::MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut control = rustix::net::RecvAncillaryBuffer::new(&mut space);
    let mut byte = [1];
    let mut parts = [std::io::IoSliceMut::new(&mut byte)];
    let flags = rustix::net::RecvFlags::empty();
    rustix::net::recvmsg(&ours, &mut parts, &mut control, flags).expect("it comes");
    let passed = control.drain().find_map(|message| match message {
        rustix::net::RecvAncillaryMessage::ScmRights(mut sockets) => sockets.next(),
        _ => None,
    });
    let mut passed = UnixStream::from(passed.expect("a descriptor comes"));
    passed.write_all(b"through it").expect("it is open");
    drop(passed);
    let mut text = String::new();
    let (mut peer, _) = server.accept().expect("it has been connected to");
    peer.read_to_string(&mut text).expect("it is text");
    assert_eq!((byte, text.as_str()), ([0], "through it"));
}

fn kill(nc: &Nc, signal: Signal) {
    let pid = Pid::from_child(&nc.child);
    kill_process(pid, signal).expect("it is running");
}
