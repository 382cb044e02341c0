//! `rlaunch status`, `resolve` and `prune`: asked of the running server, or done to the store if none runs.

use std::io::Write as _;

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value};

use super::offline::Offline;
use super::request::Request;
use super::socket::{Site, ask};
use super::status::put_text;
use crate::cli::{Exit, Out, write_json_line};
use crate::proto::launch::{Order, Prune};
use crate::store::Error;
use crate::tools::rlaunch::plan::{Operate, Place};

/// Does it.
pub(in crate::tools::rlaunch) fn operate(plan: &Operate) -> Result<Exit> {
    let (name, answer) = match &plan.place {
        Place::Socket(path) => (path, at_socket(plan, Site::at(path.clone()))),
        Place::Store(folder) => (
            folder,
            Site::of_store(folder)
                .map_err(Into::into)
                .and_then(|site| match ask(&site, &plan.request)? {
                    Some(answer) => Ok(answer),
                    None => at_store(folder, &plan.request),
                }),
        ),
    };
    let answer = answer.with_context(|| name.display().to_string())?;
    let mut out = Out::stdout()?;
    let mut text = Vec::new();
    match &plan.request {
        Request::Status if plan.json => write_json_line(&answer, &mut text),
        Request::Status => put_text(&answer, &mut text),
        Request::Order(_, Order::Prune(_)) => {
            let count = answer.get("settled").and_then(Value::as_u64).unwrap_or_default();
            text.extend_from_slice(format!("{count}\n").as_bytes());
        }
        // That it is settled is told by the exit status.
        Request::Order(..) => {}
    }
    out.write_all(&text)?;
    out.flush()?;
    Ok(Exit::SUCCESS)
}

fn at_socket(plan: &Operate, site: Site) -> Result<Map<String, Value>> {
    match ask(&site, &plan.request)? {
        Some(answer) => Ok(answer),
        None => bail!("no server has this control socket"),
    }
}

fn at_store(folder: &std::path::Path, request: &Request) -> Result<Map<String, Value>> {
    let offline = Offline::open(folder).map_err(|error| match error.downcast_ref::<Error>() {
        Some(Error::Locked) => error.context("a process has it, and does not answer at its control socket"),
        _ => error,
    })?;
    match request {
        Request::Status => Ok(offline.status().object()),
        Request::Order(Some(instance), _) if *instance != offline.instance() => {
            bail!("that is a call to another store")
        }
        Request::Order(_, Order::Prune(Prune::Silent(_))) => {
            bail!("--silent: only a running server knows who is silent")
        }
        Request::Order(_, order) => {
            let count = offline.order(order.clone())?;
            Ok([("settled".to_owned(), count.into())].into_iter().collect())
        }
    }
}
