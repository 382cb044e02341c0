//! Part one: `rdig` and `rhost` ask a name server through the bad link.

use crate::bad_link;
use crate::stage::{Damage, Failed, Stage, heading, survived};
use crate::tap::Tap;
use crate::zone;

/// Runs it, and returns what the server's wire saw.
pub(crate) fn tour(stage: &Stage) -> Result<Tap, Failed> {
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

    heading("rhost: the same, in a sentence");
    let damage = Damage::begin(&link);
    let text = stage.show("rhost", &["-p", &port, "www.tour.example", "127.0.0.1"])?;
    expect(&text, "is an alias for")?;
    survived(&damage.end(&link));
    link.stop()?;
    Ok(tap)
}

/// The tour does not only show: it checks.
fn expect(text: &str, part: &str) -> Result<(), Failed> {
    if text.contains(part) {
        Ok(())
    } else {
        Err(format!("{part:?} was expected there").into())
    }
}
