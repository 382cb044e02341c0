//! How an answer was come by: the names, the servers, the turns that replies made necessary, and the sendings.

use super::super::plan::Lookup;
use super::super::story::{Came, LeadsTo, Reason, Story, Tried, span};
use super::answer::count_seconds;
use super::{and, count};
use crate::tools::dns_notes::endpoint;
use crate::wire::dns::{Flags, Message, Name, RecordType};

/// Which names were tried, and why those.
pub(super) fn names(story: &Story, lines: &mut Vec<String>) {
    let tried: Vec<&Name> = story
        .names
        .iter()
        .filter(|name| outcome(story, name).is_some())
        .collect();
    if tried.is_empty() && story.names.is_empty() {
        return;
    }
    let said = |name: &&Name| format!("{name} ({})", outcome(story, name).unwrap_or_default());
    let list = tried.iter().map(said).collect::<Vec<_>>().join(", then ");
    let why = match &story.reason {
        Reason::Typed => "as it was typed: a search list is used only with +search".to_owned(),
        Reason::Absolute => "as it was typed: the final dot says that it is complete".to_owned(),
        Reason::Domain => "it was completed by +domain".to_owned(),
        Reason::Search { .. } if story.names.len() == 1 => "the search list has no other to offer".to_owned(),
        Reason::Search { dots, ndots } => {
            let dots = match dots {
                0 => "no dot".to_owned(),
                dots => count(*dots, "dot"),
            };
            let order = if story.is_completed_first() {
                format!("fewer than ndots ({ndots}), so the search list came first")
            } else {
                format!("no fewer than ndots ({ndots}), so it came first as it stands")
            };
            format!("it has {dots}, {order}")
        }
    };
    lines.push(format!("Name: {list}; {why}"));
    let spared: Vec<String> = story
        .names
        .iter()
        .filter(|name| !tried.contains(name))
        .map(Name::to_string)
        .collect();
    if !spared.is_empty() && !tried.is_empty() {
        lines.push(format!("      not needed any more: {}", spared.join(", ")));
    }
    if !story.hosts.is_empty() {
        let addresses: Vec<String> = story.hosts.iter().map(ToString::to_string).collect();
        lines.push(format!(
            "Hosts: /etc/hosts has {} for it; other programs look there first, rdig asks the DNS alone",
            and(&addresses)
        ));
    }
}

/// What came of a name, if it was tried.
fn outcome(story: &Story, name: &Name) -> Option<String> {
    let last = story.tries.iter().rev().find(|tried| tried.name == *name)?;
    Some(match &last.came {
        Came::Nothing(_) => "no answer".to_owned(),
        Came::Reply { message, .. } => match Message::parse(message) {
            Ok(message) => message.rcode().to_string(),
            Err(_) => "unreadable".to_owned(),
        },
    })
}

/// Who answered and how it came to be asked, and who did not answer.
pub(super) fn servers(story: &Story, lines: &mut Vec<String>) {
    let mut silent: Vec<(&Tried, String, usize)> = Vec::new();
    for tried in &story.tries {
        let Came::Nothing(failed) = &tried.came else {
            continue;
        };
        // The text names the server; here it stands before it.
        let reason = failed
            .text
            .rsplit_once(": ")
            .map_or(failed.text.as_str(), |(_, reason)| reason);
        match silent
            .iter_mut()
            .find(|(other, why, _)| other.server == tried.server && why == reason)
        {
            Some((.., times)) => *times += 1,
            None => silent.push((tried, reason.to_owned(), 1)),
        }
    }
    let silent: Vec<String> = silent
        .into_iter()
        .map(|(tried, reason, times)| {
            let tries = if times > 1 {
                format!(" ({times} tries)")
            } else {
                String::new()
            };
            format!("{} did not answer: {reason}{tries}", endpoint(tried.server))
        })
        .collect();
    let answered = story
        .tries
        .last()
        .filter(|tried| matches!(tried.came, Came::Reply { .. }));
    if let (Some(tried), Some(cached)) = (answered, story.cached) {
        let asked = if cached.stale {
            "its time is over, but no server answered"
        } else {
            "nobody was asked"
        };
        let (age, server) = (count_seconds(cached.age.as_secs()), endpoint(tried.server));
        lines.push(format!(
            "Cache: the answer is {age} old and came from {server}; {asked}"
        ));
    } else if let Some(tried) = answered {
        let place = story
            .servers
            .iter()
            .position(|server| server.address == tried.server);
        let chosen = match (story.typed, place, story.servers.len()) {
            (true, _, 1) => "the one that was typed".to_owned(),
            (true, Some(place), all) => format!("the {} of {all} that were typed", ordinal(place)),
            (false, Some(_), 1) => "the only one in /etc/resolv.conf".to_owned(),
            (false, Some(place), all) => format!("the {} of {all} in /etc/resolv.conf", ordinal(place)),
            (_, None, _) => "to which others referred".to_owned(),
        };
        lines.push(format!("Server: {} answered, {chosen}", endpoint(tried.server)));
    }
    lines.extend(silent.into_iter().map(|text| format!("Server: {text}")));
}

fn ordinal(place: usize) -> String {
    match place {
        0 => "first".to_owned(),
        1 => "second".to_owned(),
        2 => "third".to_owned(),
        place => format!("{}th", place + 1),
    }
}

/// What replies on the way led to.
pub(super) fn turns(story: &Story, lines: &mut Vec<String>) {
    for tried in &story.tries {
        let Came::Reply { leads_to, .. } = &tried.came else {
            continue;
        };
        let server = endpoint(tried.server);
        lines.push(match leads_to {
            LeadsTo::Version(version) => format!(
                "EDNS: {server} does not have the version that was asked with (BADVERS); asked again with version {version}"
            ),
            LeadsTo::Cookie => format!(
                "Cookie: {server} wanted its own cookie in the query (BADCOOKIE); asked again with it, to prove that \
                 the address is not forged"
            ),
            LeadsTo::NextServer => format!("Server: {server} said SERVFAIL, so the next was asked (+nofail)"),
            LeadsTo::Tcp | LeadsTo::Answer => continue,
        });
    }
}

/// Why the answer did not come over UDP, if so.
pub(super) fn transport(story: &Story, lookup: &Lookup, lines: &mut Vec<String>) {
    let Some(Tried { transport, came, .. }) = story.tries.last() else {
        return;
    };
    let why = match (*transport, came) {
        ("UDP" | "cache", _) => return,
        ("TCP", _) => tcp(story, lookup, came),
        (_, Came::Nothing(_)) => "an option asks for it".to_owned(),
        _ if lookup.carrier.verified => {
            "an option asks for it, and the server has proved who it is".to_owned()
        }
        (clear, _) if clear.starts_with("HTTP") && !clear.starts_with("HTTPS") => {
            "an option asks for it; whoever is on the way can read and change it".to_owned()
        }
        _ => "an option asks for it; the server was not asked to prove who it is".to_owned(),
    };
    lines.push(format!("{transport}: {why}"));
}

/// Why it was TCP.
fn tcp(story: &Story, lookup: &Lookup, came: &Came) -> String {
    let was_cut = story.tries.iter().any(|tried| {
        let tc = |message: &[u8]| Message::parse(message).is_ok_and(|m| m.header().flags.contains(Flags::TC));
        matches!(&tried.came, Came::Reply { leads_to: LeadsTo::Tcp, message, .. } if tc(message))
    });
    let offered = lookup
        .query
        .edns_without_options()
        .map_or(512, |edns| edns.udp_size);
    match (was_cut, came) {
        (true, Came::Reply { message, .. }) if message.len() > usize::from(offered) => format!(
            "the reply over UDP was truncated (TC): the whole one has {}, and {offered} were offered",
            count(message.len(), "byte")
        ),
        (true, Came::Reply { .. }) => {
            "the reply over UDP was truncated (TC), though it might have fitted".to_owned()
        }
        (true, Came::Nothing(_)) => "the reply over UDP was truncated (TC)".to_owned(),
        (false, _) if lookup.rtype == RecordType::AXFR => "a zone transfer needs it".to_owned(),
        (false, _) if [RecordType::ANY, RecordType::IXFR].contains(&lookup.rtype) => {
            format!("{} goes over it unless +notcp is typed", lookup.rtype)
        }
        (false, _) if lookup.exchange.tcp => "+tcp was typed".to_owned(),
        (false, _) => "the server wanted to be sure of the address".to_owned(),
    }
}

/// How often and when the query was sent.
pub(super) fn sendings(story: &Story, lines: &mut Vec<String>) {
    let Some(tried) = story.tries.last().filter(|_| story.cached.is_none()) else {
        return;
    };
    let times = tried.sendings.len();
    let Came::Reply { elapsed, .. } = &tried.came else {
        if times > 1 {
            lines.push(format!(
                "Sent: {times} times in the last try, and none was answered"
            ));
        }
        return;
    };
    let Some((last, _)) = tried
        .sendings
        .split_last()
        .filter(|(_, earlier)| !earlier.is_empty())
    else {
        lines.push(format!("Sent: once; the reply came after {}", span(*elapsed)));
        return;
    };
    let moments: Vec<String> = tried
        .sendings
        .iter()
        .map(|moment| {
            if moment.is_zero() {
                "0".to_owned()
            } else {
                span(*moment)
            }
        })
        .collect();
    lines.push(format!(
        "Sent: {times} times, at {}; the reply came {} after the last: a query or a reply was lost, or the server was \
         slow",
        and(&moments),
        span(elapsed.saturating_sub(*last))
    ));
}

impl Story {
    /// Whether the search list came before the name as it stands.
    fn is_completed_first(&self) -> bool {
        matches!(self.reason, Reason::Search { dots, ndots } if dots < ndots)
    }
}
