//! What was said, until everybody has heard it.

use std::collections::VecDeque;

use super::MemberId;

/// What was said, in order. A piece goes when no member has its place in it any more.
#[derive(Debug, Default)]
pub(super) struct Log {
    pieces: VecDeque<Piece>,
    /// The number of the first piece that is here.
    first: u64,
    /// How much was ever put in, in weight.
    end: u64,
    /// Whether the last piece may not grow.
    sealed: bool,
}

#[derive(Debug)]
struct Piece {
    from: MemberId,
    bytes: Vec<u8>,
    /// The weight of all before it.
    start: u64,
    /// How many members have their place in it.
    readers: usize,
}

/// Where in the log somebody is: behind the last piece, or before some byte of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    piece: u64,
    offset: usize,
}

impl Log {
    /// Behind all that was said. Whoever is here has no place in any piece.
    pub(super) fn end(&self) -> Place {
        Place {
            piece: self.first + self.pieces.len() as u64,
            offset: 0,
        }
    }

    /// How much memory is used, as far as it depends on what was said.
    pub(super) fn weight(&self) -> usize {
        let start = self.pieces.front().map_or(self.end, |piece| piece.start);
        usize::try_from(self.end - start).unwrap_or(usize::MAX)
    }

    /// How much was said before this place.
    pub(super) fn before(&self, place: Place) -> u64 {
        self.piece(place.piece)
            .map_or(self.end, |piece| piece.start + place.offset as u64)
    }

    /// What is said next does not become part of the last piece.
    pub(super) fn seal(&mut self) {
        self.sealed = true;
    }

    /// Appends, and returns where it begins.
    pub(super) fn push(&mut self, from: MemberId, bytes: &[u8]) -> Place {
        let last = self.end().piece.wrapping_sub(1);
        if let Some(piece) = self.pieces.back_mut()
            && piece.from == from
            && !self.sealed
            && piece.bytes.len() + bytes.len() <= PIECE
        {
            let offset = piece.bytes.len();
            piece.bytes.extend_from_slice(bytes);
            self.end = piece.start + piece.weight();
            return Place { piece: last, offset };
        }
        let place = self.end();
        self.sealed = false;
        let piece = Piece {
            from,
            bytes: bytes.to_vec(),
            start: self.end,
            readers: 0,
        };
        self.end += piece.weight();
        self.pieces.push_back(piece);
        place
    }

    /// Somebody takes this place.
    pub(super) fn enter(&mut self, place: Place) {
        if let Some(piece) = self.piece_mut(place.piece) {
            piece.readers += 1;
        }
    }

    /// Somebody leaves this place, and what nobody waits for any more goes.
    pub(super) fn leave(&mut self, place: Place) {
        if let Some(piece) = self.piece_mut(place.piece) {
            piece.readers -= 1;
        }
        while self.pieces.front().is_some_and(|piece| piece.readers == 0) {
            self.pieces.pop_front();
            self.first += 1;
        }
    }

    /// The place `count` bytes further on for `reader`, who does not hear itself.
    pub(super) fn advance(&self, place: Place, reader: MemberId, mut count: usize) -> Place {
        let mut place = place;
        while let Some(piece) = self.piece(place.piece) {
            let left = piece.bytes.len().saturating_sub(place.offset);
            if piece.from != reader {
                if count < left {
                    place.offset += count;
                    return place;
                }
                count -= left;
            }
            place = Place {
                piece: place.piece + 1,
                offset: 0,
            };
        }
        place
    }

    /// What is between `place` and `until` for `reader`.
    pub(super) fn between(&self, place: Place, until: Place, reader: MemberId) -> Pending<'_> {
        Pending {
            log: self,
            place,
            until,
            reader,
        }
    }

    fn piece(&self, number: u64) -> Option<&Piece> {
        self.pieces.get(self.index(number)?)
    }

    fn piece_mut(&mut self, number: u64) -> Option<&mut Piece> {
        let index = self.index(number)?;
        self.pieces.get_mut(index)
    }

    fn index(&self, number: u64) -> Option<usize> {
        usize::try_from(number.checked_sub(self.first)?).ok()
    }
}

impl Piece {
    fn weight(&self) -> u64 {
        (self.bytes.capacity() + size_of::<Self>()) as u64
    }
}

/// What waits for one member, piece by piece.
#[derive(Clone, Debug)]
pub struct Pending<'a> {
    log: &'a Log,
    place: Place,
    until: Place,
    reader: MemberId,
}

impl<'a> Iterator for Pending<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        while self.place < self.until {
            let piece = self.log.piece(self.place.piece)?;
            let bytes = piece.bytes.get(self.place.offset..).unwrap_or_default();
            self.place = Place {
                piece: self.place.piece + 1,
                offset: 0,
            };
            if piece.from != self.reader {
                return Some(bytes);
            }
        }
        None
    }
}

/// What the same member says in a row becomes one piece up to this size.
const PIECE: usize = 64 << 10;
