//! Queries that are out: who asks what somebody else is asking already gets on the same flight.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tokio::sync::OnceCell;

use super::lock;
use crate::proto::dns::End;
use crate::wire::dns::Question;

/// A query that is out, and in the end its result.
pub(super) type Flight = OnceCell<Result<Vec<u8>, End>>;

/// The flights, by question.
pub(super) type Board = Mutex<HashMap<Question, Arc<Flight>>>;

/// A place in the flight for a question. Whoever leaves it after it has landed, or last, takes it off the board.
pub(super) struct Boarding<'a> {
    flights: &'a Board,
    question: &'a Question,
    pub(super) cell: Arc<Flight>,
}

impl<'a> Boarding<'a> {
    pub(super) fn new(flights: &'a Board, question: &'a Question) -> Self {
        let cell = Arc::clone(lock(flights).entry(question.clone()).or_default());
        Self {
            flights,
            question,
            cell,
        }
    }
}

impl Drop for Boarding<'_> {
    fn drop(&mut self) {
        let mut flights = lock(self.flights);
        let listed = flights
            .get(self.question)
            .is_some_and(|cell| Arc::ptr_eq(cell, &self.cell));
        // The board and this place are two; new places are only given under the lock.
        let last = Arc::strong_count(&self.cell) <= 2;
        if listed && (self.cell.initialized() || last) {
            flights.remove(self.question);
        }
    }
}
