//! Part one: `rdig` and `rhost` ask a name server through the bad link.

use std::fs;
use std::path::Path;

use crate::bad_link;
use crate::stage::{Damage, Failed, Stage, heading, survived};
use crate::tap::Tap;
use crate::zone;

/// Runs it, and returns what the server's wire saw.
pub(crate) fn tour(stage: &Stage, scratch: &Path) -> Result<Tap, Failed> {
    let tap = Tap::default();
    let server = zone::serve(tap.clone())?;
    let link = bad_link(server, 7)?;
    let port = link.address().port().to_string();

    heading("rdig: the DNS, the whole message");
    let damage = Damage::begin(&link);
    let text = stage.show(
        "rdig",
        &["@127.0.0.1", "-p", &port, "+norecurse", "www.tour.example"],
    )?;
    expect(&text, "127.0.0.1")?;
    let names = [
        "mail.tour.example",
        "AAAA",
        "rules.tour.example",
        "TXT",
        "tour.example",
        "MX",
    ];
    let mut args = vec!["@127.0.0.1", "-p", &port, "+short"];
    args.extend(names);
    let text = stage.show("rdig", &args)?;
    expect(&text, "done once")?;
    survived(&format!(
        "{}; a query is repeated until its answer is there",
        damage.end(&link)
    ));

    heading("rdig -f: a list, many names at once, printed in its order");
    let damage = Damage::begin(&link);
    list(stage, scratch, &port)?;
    survived(&format!(
        "{}; every name was answered, in order",
        damage.end(&link)
    ));

    heading("rhost: the same, in a sentence");
    let damage = Damage::begin(&link);
    let text = stage.show("rhost", &["-p", &port, "www.tour.example", "127.0.0.1"])?;
    expect(&text, "is an alias for")?;
    survived(&damage.end(&link));

    heading("rdig +explain, and what the next run still knows when the server is gone");
    let ask = ["@127.0.0.1", "-p", &port, "+noall", "+answer", "www.tour.example"];
    let text = stage.show("rdig", &[&ask[..], &["+cache", "+explain"]].concat())?;
    expect(&text, "alias")?;
    link.stop()?;
    let text = stage.show("rdig", &[&ask[..], &["+cache=only", "+stats"]].concat())?;
    expect(&text, "cache")?;
    Ok(tap)
}

/// Asks for every host of the zone, and checks that each has its own address, in the order of the list.
fn list(stage: &Stage, scratch: &Path, port: &str) -> Result<(), Failed> {
    let names: Vec<String> = (1..=zone::HOSTS)
        .map(|n| format!("h{n}.tour.example\n"))
        .collect();
    let file = scratch.join("names");
    fs::write(&file, names.concat())?;
    let file = file.to_string_lossy();
    let text = stage.show_part("rdig", &["@127.0.0.1", "-p", port, "+short", "-f", &file], 3)?;
    let in_order = (1..=zone::HOSTS).map(|n| format!("10.0.{}.{}", n / 256, n % 256));
    if text.lines().eq(in_order) {
        Ok(())
    } else {
        Err("the addresses are not those of the list, in its order".into())
    }
}

/// The tour does not only show: it checks.
fn expect(text: &str, part: &str) -> Result<(), Failed> {
    if text.contains(part) {
        Ok(())
    } else {
        Err(format!("{part:?} was expected there").into())
    }
}
