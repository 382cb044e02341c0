//! A coprocess: one command for all calls, which may answer in any order, talk nonsense, and die.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::Stdio;

use super::server::Server;
use crate::support::{Guard, tool, until};

struct World {
    folder: tempfile::TempDir,
    server: Server,
}

impl World {
    /// A server with this coprocess; `DIR` in it is a folder of its own.
    fn new(command: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let command = command.replace("DIR", &folder.path().display().to_string());
        let server = Server::coproc(&folder.path().join("store"), &command);
        Self { folder, server }
    }

    /// `launch` with these arguments and input; its exit status and its output.
    fn launch(&self, arguments: &[&str], input: &str) -> (i32, String) {
        let mut command = tool("rlaunch");
        command.arg("launch").arg(self.server.address().to_string());
        command.args(["--quiet", "--deadline", "20"]).args(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut client = Guard(command.stderr(Stdio::null()).spawn().expect("rlaunch starts"));
        let mut stdin = client.stdin.take().expect("it is piped");
        stdin.write_all(input.as_bytes()).expect("it reads");
        drop(stdin);
        let mut out = String::new();
        let mut stdout = client.stdout.take().expect("it is piped");
        stdout.read_to_string(&mut out).expect("text");
        let status = client.wait().expect("it ends").code();
        (status.expect("it exits"), out)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).unwrap_or_default()
    }
}

/// The results of `launch --lines`.
fn results(out: &str) -> Vec<&str> {
    out.lines()
        .map(|line| line.splitn(4, ' ').nth(3).unwrap_or(line))
        .collect()
}

/// A shell that answers each line with its payload, unless `$line` says otherwise.
fn shell(otherwise: &str) -> String {
    format!(
        r#"while read -r line; do
            printf '%s\n' "$line" >> DIR/given
            case $line in {otherwise} esac
            {ANSWER}
        done"#
    )
}

const ANSWER: &str = r#"printf '%s,"result%s\n' "${line%%,\"payload*}" "${line#*,\"payload}""#;

#[test]
fn the_example_of_the_manual_notes_every_call_and_answers_with_its_payload() {
    let manual = Path::new(env!("CARGO_MANIFEST_DIR")).join("man/rlaunch.1");
    let manual = fs::read_to_string(manual).expect("the manual");
    let (_, example) = manual.split_once("$ cat waiter\n").expect("it has an example");
    let (script, _) = example.split_once("$ rlaunch serve").expect("which is used");
    let script = script.replace(r"\(aq", "'").replace(r"\e", r"\");
    let folder = tempfile::tempdir().expect("a folder");
    let waiter = folder.path().join("waiter");
    fs::write(
        &waiter,
        script.replace("orders", &folder.path().join("orders").display().to_string()),
    )
    .expect("a file");
    let world = World::new(&format!("sh {}", waiter.display()));
    let lines: String = (0..40)
        .map(|number| format!("order, \"{number}\" \\ é %\n"))
        .collect();
    let (status, out) = world.launch(&["--lines", "--window", "8"], &lines);
    assert_eq!(status, 0, "{out}");
    let expected: Vec<_> = lines
        .lines()
        .map(|line| line.as_bytes().escape_ascii().to_string())
        .collect();
    assert_eq!(results(&out), expected);
    let orders = fs::read_to_string(folder.path().join("orders")).expect("they are noted");
    assert_eq!(orders.lines().count(), 40);
}

#[test]
fn answers_may_come_in_any_order() {
    // The first at once, then of every two the later one first.
    let world = World::new(&format!(
        r#"read -r line; {ANSWER}
        while read -r held && read -r line; do {ANSWER}; line=$held; {ANSWER}; done"#
    ));
    let (status, out) = world.launch(&["--lines", "--window", "2"], "a\nb\nc\n");
    assert_eq!((status, results(&out)), (0, vec!["a", "b", "c"]), "{out}");
}

#[test]
fn a_death_leaves_in_doubt_what_it_was_given_and_nothing_else_is_lost() {
    let world = World::new(&shell(r#"*die*) echo "$line" >> DIR/died; exit 7;;"#));
    assert_eq!(world.launch(&["coffee"], "").1, "coffee");
    assert_eq!(world.launch(&["die"], "").0, 4);
    assert_eq!(world.launch(&["tea"], ""), (0, "tea".to_owned()));
    assert_eq!(world.read("given").lines().count(), 3, "nothing is given twice");
    let (status, said) = world.server.stop();
    assert_eq!(status, Some(0));
    assert!(said.contains("ended with status 7, and 1 calls"), "{said}");
    assert!(said.contains("in doubt: the coprocess died"), "{said}");
}

#[test]
fn one_that_was_killed_is_begun_again() {
    let world = World::new(&format!("echo $$ > DIR/pid; {}", shell("")));
    assert_eq!(world.launch(&["coffee"], "").0, 0);
    let first = world.read("pid");
    let pid = first.trim().parse().expect("a process id");
    let pid = rustix::process::Pid::from_raw(pid).expect("not zero");
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).expect("it runs");
    // The line may go to the one that is just dying; then it is in doubt.
    until("it serves again", || world.launch(&["tea"], "").0 == 0);
    assert_ne!(world.read("pid"), first);
    let (_, said) = world.server.stop();
    assert!(
        said.contains("ended with status 137, and 0 calls") || said.contains("and 1 calls"),
        "{said}"
    );
}

#[test]
fn nonsense_is_told_and_ignored() {
    let world = World::new(&format!(
        r#"printf 'hello \033[2J\n{{"id":"x"}}\n'; {}"#,
        shell(r#"*long*) head -c 1000000 /dev/zero | tr '\0' x; echo;;"#)
    ));
    assert_eq!(
        world.launch(&["a long story"], ""),
        (0, "a long story".to_owned())
    );
    let (_, said) = world.server.stop();
    assert!(said.contains(r"is not a JSON object: hello \u{1b}[2J"), "{said}");
    assert!(
        said.contains(r#"answers no call that it was given: {"id":"x"}"#),
        "{said}"
    );
    assert!(said.contains("that is too long"), "{said}");
}

#[test]
fn it_may_say_that_it_has_not_begun() {
    let world = World::new(r#"sed -u 's/"fence.*/"launched":false}/'"#);
    assert_eq!(world.launch(&["coffee"], ""), (3, String::new()));
}

#[test]
fn a_payload_that_is_no_text_comes_back_as_it_went() {
    let world = World::new(r#"sed -u 's/"payload/"result/'"#);
    let output = tool("rlaunch")
        .args(["launch", &world.server.address().to_string(), "-"])
        .stdin(Stdio::from({
            let path = world.folder.path().join("payload");
            fs::write(&path, b"\xff\x00\n").expect("it can be written");
            fs::File::open(path).expect("it is there")
        }))
        .output();
    assert_eq!(output.expect("rlaunch starts").stdout, b"\xff\x00\n");
}

#[test]
fn when_the_server_is_stopped_its_input_ends_and_it_is_waited_for() {
    let world = World::new(&format!("{}; echo over > DIR/over", shell("")));
    assert_eq!(world.launch(&["coffee"], "").0, 0);
    let World { folder, server } = world;
    assert_eq!(server.stop().0, Some(0));
    assert_eq!(
        fs::read_to_string(folder.path().join("over")).unwrap_or_default(),
        "over\n"
    );
}

#[test]
fn a_coprocess_that_cannot_be_begun_is_an_error_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = tool("rlaunch");
    command.args([
        "serve",
        "127.0.0.1:0",
        "--coproc",
        "/nonexistent/command",
        "--store",
    ]);
    let output = command.arg(folder.path()).output().expect("rlaunch starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains("--coproc: No such file or directory"), "{said}");
}

#[test]
fn an_action_is_needed_and_only_one() {
    for (flags, said) in [
        (&[][..], "--exec CMD, --coproc CMD or --missile: needed"),
        (
            &["--exec", "cat", "--coproc", "cat"][..],
            "--coproc: the action is what --exec says",
        ),
        (&["--coproc", " "][..], "--coproc: no command"),
    ] {
        let mut command = tool("rlaunch");
        let output = command
            .args(["serve", "127.0.0.1:0", "--ephemeral"])
            .args(flags)
            .output();
        let output = output.expect("rlaunch starts");
        assert_eq!(output.status.code(), Some(1));
        assert!(
            String::from_utf8_lossy(&output.stderr).contains(said),
            "{flags:?}"
        );
    }
}

#[test]
fn what_a_dead_coprocess_leaves_behind_is_killed() {
    let world = World::new("sleep 1000 & echo $! >> DIR/left; read -r line; exit 1;");
    assert_eq!(world.launch(&["coffee"], "").0, 4);
    let left = world.read("left");
    let pid = left.lines().next().expect("it noted whom it left");
    let is_alive = || {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        !stat.is_empty() && !stat.contains(") Z ")
    };
    // It was killed before the call was told to be in doubt; the system may take a moment.
    until("it is gone", || !is_alive());
}
