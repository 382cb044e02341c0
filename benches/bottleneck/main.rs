//! The same bad network for kernel TCP and for `rnc --reliable`: `cargo bench --bench bottleneck [NAME…]`.
//!
//! Needs root, for network namespaces and TUN devices. Names: loss, share.

mod lab;

use std::io::{self, BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use fairloss::net::Clock;
use lab::{ADDRESSES, Lab};

const RNC: &str = env!("CARGO_BIN_EXE_rnc");

#[expect(clippy::disallowed_macros, reason = "a benchmark prints")]
fn main() -> io::Result<()> {
    if !rustix::process::geteuid().is_root() {
        println!("SKIPPED: bottleneck needs root, for network namespaces and TUN devices");
        return Ok(());
    }
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|arg| !arg.starts_with('-'))
        .collect();
    let is_wanted = |name| wanted.is_empty() || wanted.iter().any(|want| want == name);
    if is_wanted("loss") {
        loss("loss=1%,delay=20ms", 4 << 20, 5)?;
        loss("loss=1%,delay=10ms", 4 << 20, 5)?;
        loss("delay=20ms,rate=50M,queue=100ms", 32 << 20, 3)?;
    }
    if is_wanted("share") {
        for (first, second) in [
            (Carrier::Reliable, Carrier::Reliable),
            (Carrier::Tcp, Carrier::Tcp),
            (Carrier::Reliable, Carrier::Tcp),
        ] {
            share("rate=20M,delay=10ms,queue=100ms", first, second)?;
        }
    }
    Ok(())
}

/// What carries a stream.
#[derive(Clone, Copy, Debug)]
enum Carrier {
    Tcp,
    Reliable,
}

impl Carrier {
    /// What makes `rnc` use it.
    fn flags(self) -> &'static [&'static str] {
        match self {
            Self::Tcp => &["-N"],
            Self::Reliable => &["-u", "--reliable", "-N"],
        }
    }
}

/// How fast `size` bytes go through, in turn.
#[expect(clippy::disallowed_macros, reason = "a benchmark prints")]
fn loss(network: &str, size: usize, rounds: usize) -> io::Result<()> {
    let file = tempfile::NamedTempFile::new()?;
    std::fs::write(file.path(), (0..=u8::MAX).cycle().take(size).collect::<Vec<_>>())?;
    let mut goodputs = [Carrier::Reliable, Carrier::Tcp].map(|carrier| (carrier, Vec::new()));
    for _ in 0..rounds {
        for (carrier, goodput) in &mut goodputs {
            let lab = Lab::new(network)?;
            let mut receiver = listen(&lab, *carrier, "5001")?;
            let clock = Clock::start();
            let mut sender = call(&lab, *carrier, "5001")
                .stdin(std::fs::File::open(file.path())?)
                .spawn()?;
            // A receiver whose output nobody reads holds its sender back.
            let mut came = 0;
            if let Some(stdout) = &mut receiver.stdout {
                came = io::copy(stdout, &mut io::sink())?;
            }
            let status = sender.wait()?;
            let time = clock.now().since_origin();
            let end = receiver.wait()?;
            if !status.success() || !end.success() || came != size as u64 {
                println!("{carrier:?}: {came} of {size} bytes, {status}, {end}");
                continue;
            }
            #[expect(clippy::cast_precision_loss, reason = "a rate is shown with a few digits")]
            goodput.push(size as f64 * 8e-6 / time.as_secs_f64());
        }
    }
    let [reliable, tcp] = goodputs.map(|(_, goodput)| median(goodput));
    println!(
        "{network}, {} MiB, {rounds} rounds: --reliable {reliable:.2} Mbit/s, TCP {tcp:.2} Mbit/s, ratio {:.2}",
        size >> 20,
        reliable / tcp
    );
    Ok(())
}

/// How two streams share one line that is too narrow for both.
#[expect(clippy::disallowed_macros, reason = "a benchmark prints")]
fn share(network: &str, first: Carrier, second: Carrier) -> io::Result<()> {
    let lab = Lab::new(network)?;
    let mut processes = Vec::new();
    let mut counts = Vec::new();
    for (carrier, port) in [(first, "5001"), (second, "5002")] {
        let mut receiver = listen(&lab, carrier, port)?;
        let count = Arc::new(AtomicU64::new(0));
        if let Some(mut stdout) = receiver.stdout.take() {
            let count = Arc::clone(&count);
            thread::spawn(move || {
                let mut bytes = vec![0; 1 << 16];
                while let Ok(length @ 1..) = stdout.read(&mut bytes) {
                    count.fetch_add(length as u64, Ordering::Relaxed);
                }
            });
        }
        counts.push(count);
        let sender = call(&lab, carrier, port)
            .stdin(std::fs::File::open("/dev/zero")?)
            .spawn()?;
        processes.extend([Running(receiver), Running(sender)]);
    }
    thread::sleep(WARM_UP);
    let before: Vec<u64> = counts.iter().map(|count| count.load(Ordering::Relaxed)).collect();
    thread::sleep(MEASURED);
    let rates: Vec<f64> = counts
        .iter()
        .zip(before)
        .map(|(count, before)| {
            #[expect(clippy::cast_precision_loss, reason = "a rate is shown with a few digits")]
            let bits = (count.load(Ordering::Relaxed) - before) as f64 * 8e-6;
            bits / MEASURED.as_secs_f64()
        })
        .collect();
    drop(processes);
    if let [one, other] = rates.as_slice() {
        println!(
            "{network}: {first:?} {one:.2} Mbit/s beside {second:?} {other:.2} Mbit/s, 1:{:.2}",
            one.max(*other) / one.min(*other)
        );
    }
    Ok(())
}

/// A receiver on the second host that is there already.
fn listen(lab: &Lab, carrier: Carrier, port: &str) -> io::Result<Child> {
    let mut command = lab.on(1, RNC);
    command
        .args(["-nlv"])
        .args(carrier.flags())
        .args(["0.0.0.0", port]);
    let mut receiver = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let stderr = receiver.stderr.take().ok_or(io::ErrorKind::BrokenPipe)?;
    let mut stderr = BufReader::new(stderr);
    stderr.read_line(&mut String::new())?;
    // What else it says is of no interest, but must not fill its pipe.
    thread::spawn(move || io::copy(&mut stderr, &mut io::sink()));
    Ok(receiver)
}

/// A sender on the first.
fn call(lab: &Lab, carrier: Carrier, port: &str) -> Command {
    let mut command = lab.on(0, RNC);
    command
        .arg("-n")
        .args(carrier.flags())
        .args([ADDRESSES[1], port])
        .stdout(Stdio::null());
    command
}

/// A process that is ended with its owner.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

const WARM_UP: Duration = Duration::from_secs(5);
const MEASURED: Duration = Duration::from_secs(15);
