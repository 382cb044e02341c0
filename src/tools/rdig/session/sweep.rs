//! `+nssearch`, the second half: every server of a zone is asked at once.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use super::super::plan::Lookup;
use super::super::servers::Server;
use super::inquiry::{Inquiry, Job, Try};
use super::output_failure;
use super::verdict::Next;
use crate::cli::Failure;
use crate::wire::dns::Name;

/// What one server came to: what there is to print, and whether it answered.
type Answered = Result<(Vec<u8>, bool), Failure>;

impl Inquiry<'_> {
    /// Asks every server for the same, and prints the answers as they come.
    pub(super) async fn sweep(&mut self, lookup: &Lookup, name: &Name) -> Result<(), Failure> {
        let servers = std::mem::take(&mut self.servers);
        // dig 9.18 takes the end of its list for the end of all hope: it does not wait for a single server.
        if servers.len() == 1 {
            return self.no_name_servers();
        }
        let mut asked: Vec<Pin<Box<dyn Future<Output = Answered> + '_>>> = Vec::new();
        for server in &servers {
            asked.push(Box::pin(self.ask_alone(lookup, name, server)));
        }
        let mut texts = Vec::new();
        let mut reached = false;
        while !asked.is_empty() {
            let (text, answered) = first(&mut asked).await?;
            reached |= answered;
            texts.push(text);
        }
        drop(asked);
        for text in texts {
            self.out.write_all(&text).map_err(output_failure)?;
        }
        if reached { Ok(()) } else { self.no_name_servers() }
    }

    /// Asks one server, once.
    async fn ask_alone(&self, lookup: &Lookup, name: &Name, server: &Server) -> Answered {
        let mut text = Vec::new();
        let job = Job {
            lookup,
            globals: self.globals,
            servers: Vec::new(),
            banner: None,
        };
        let mut alone = Inquiry::new(self.context, job, &mut text);
        let attempt = Try {
            name,
            server,
            is_last: true,
            shown: true,
        };
        let problem = loop {
            match alone.try_once(attempt).await? {
                Ok(Next::Again) => {}
                Ok(Next::Done(_) | Next::Pass) => break None,
                Err(problem) => break Some(problem),
            }
        };
        if let Some(problem) = &problem {
            alone.warn(&problem.text).map_err(output_failure)?;
        }
        Ok((text, problem.is_none()))
    }
}

/// Waits for the first of several to be done, and takes it out.
async fn first<T>(futures: &mut Vec<Pin<Box<dyn Future<Output = T> + '_>>>) -> T {
    poll_fn(|context| {
        for index in 0..futures.len() {
            let Some(future) = futures.get_mut(index) else {
                break;
            };
            if let Poll::Ready(done) = future.as_mut().poll(context) {
                drop(futures.swap_remove(index));
                return Poll::Ready(done);
            }
        }
        Poll::Pending
    })
    .await
}
