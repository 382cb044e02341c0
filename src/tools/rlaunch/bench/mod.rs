//! `rlaunch bench`: what this machine answers, beside an echo that does nothing and a disk that only syncs.

mod place;
mod table;

use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};

use self::place::Place;
use self::table::{Row, Table};
use super::plan;
use super::tell::say;
use crate::cli::{Exit, Out};
use crate::net::launch::load::{Echo, Load, MISSILES, Measured, Stand, sync_times};
use crate::proto::link::Seal;
use crate::store::IdLog;

/// Measures, and prints a table.
pub(super) fn bench(plan: &plan::Bench) -> Result<Exit> {
    let mut out = Out::stdout()?;
    let place = Place::new(plan.store.as_deref())?;
    if place.is_in_memory() {
        let (name, kind) = (place.parent().display(), place.kind());
        say(format_args!(
            "{name}: {kind} forgets when power is lost: what is durable there is not (see --store)"
        ));
    }
    let table = measure(place.path()).with_context(|| place.parent().display().to_string())?;
    let mut text = Vec::new();
    if plan.json {
        table.put_json(&place, &mut text);
    } else {
        table.put_text(&place, &mut text);
    }
    out.write_all(&text)?;
    out.flush()?;
    Ok(Exit::SUCCESS)
}

fn measure(folder: &Path) -> Result<Table> {
    let mut table = Table::default();
    let echoes = [(ECHO, Echo::bulk()?), (PLAIN_ECHO, Echo::plain()?)];
    let file = folder.join("sync");
    for round in 0..ROUNDS {
        for outstanding in [MANY, 1] {
            for (name, echo) in &echoes {
                let measured = Load::echoes(echo.address(), outstanding)?.run(TIME)?;
                table.add(Row::new(name, outstanding), measured);
            }
            let stand = Stand::ephemeral(seal(), MISSILES)?;
            table.add(Row::new(EPHEMERAL, outstanding), load(stand, outstanding)?);
            let found = IdLog::open(&folder.join(format!("store{round}-{outstanding}")))?;
            let stand = Stand::start(found.identity, seal(), MISSILES, found.records, found.log)?;
            table.add(Row::new(DURABLE, outstanding), load(stand, outstanding)?);
        }
        table.add(Row::new(SYNC, 1), sync_times(&file, TIME)?);
    }
    Ok(table)
}

fn load(stand: Stand, outstanding: usize) -> Result<Measured> {
    let measured = Load::launches(stand.address(), seal(), outstanding)?.run(TIME)?;
    stand.stop()?;
    Ok(measured)
}

fn seal() -> Seal {
    Seal::checksum()
}

const ECHO: &str = "echo, in bulk";
const PLAIN_ECHO: &str = "echo, one by one";
const EPHEMERAL: &str = "rlaunch, ephemeral";
const DURABLE: &str = "rlaunch, durable";
const SYNC: &str = "fdatasync";

const MANY: usize = 64;
const ROUNDS: usize = 3;
const TIME: Duration = Duration::from_millis(100);
