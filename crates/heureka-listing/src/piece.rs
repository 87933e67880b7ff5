//! What a connection takes of a body at a time.

use std::io::IoSlice;
use std::sync::Arc;

use bytes::{Buf, Bytes};

/// Bytes of a body that are sent in one go: those of one node, or of all children of a branch. Whoever sends it holds the
/// branch's bytes together, and so counts one reference where each child would have one of its own.
#[derive(Clone, Debug)]
pub struct Piece {
    parts: Parts,
    /// Which part is sent next.
    next: usize,
    /// How much of it was sent.
    sent_bytes: usize,
    /// How much of all parts is still to be sent.
    left_bytes: usize,
}

#[derive(Clone, Debug)]
enum Parts {
    One(Bytes),
    Several(Arc<[Bytes]>),
}

impl Piece {
    fn of(parts: Parts) -> Self {
        let mut piece = Self {
            left_bytes: 0,
            parts,
            next: 0,
            sent_bytes: 0,
        };
        piece.left_bytes = piece.parts().iter().map(Bytes::len).sum();
        piece.leave_what_is_sent();
        piece
    }

    /// What it is of, whether it was sent or not.
    #[must_use]
    pub fn parts(&self) -> &[Bytes] {
        match &self.parts {
            Parts::One(bytes) => std::slice::from_ref(bytes),
            Parts::Several(parts) => parts,
        }
    }

    /// Goes on to the first part of which something is left.
    fn leave_what_is_sent(&mut self) {
        while let Some(part) = self.parts().get(self.next)
            && part.len() == self.sent_bytes
        {
            self.next += 1;
            self.sent_bytes = 0;
        }
    }
}

impl Default for Piece {
    fn default() -> Self {
        Self::from(Bytes::new())
    }
}

impl From<Bytes> for Piece {
    fn from(bytes: Bytes) -> Self {
        Self::of(Parts::One(bytes))
    }
}

impl From<Arc<[Bytes]>> for Piece {
    fn from(parts: Arc<[Bytes]>) -> Self {
        Self::of(Parts::Several(parts))
    }
}

impl From<Vec<Bytes>> for Piece {
    fn from(mut parts: Vec<Bytes>) -> Self {
        match parts.pop() {
            Some(only) if parts.is_empty() => Self::from(only),
            last => Self::from(parts.into_iter().chain(last).collect::<Arc<[Bytes]>>()),
        }
    }
}

impl Buf for Piece {
    fn remaining(&self) -> usize {
        self.left_bytes
    }

    fn chunk(&self) -> &[u8] {
        let next = self.parts().get(self.next);
        next.and_then(|part| part.get(self.sent_bytes..))
            .unwrap_or_default()
    }

    fn chunks_vectored<'a>(&'a self, slices: &mut [IoSlice<'a>]) -> usize {
        let behind = self.parts().get(self.next + 1..).unwrap_or_default();
        let chunks = std::iter::once(self.chunk()).chain(behind.iter().map(|part| &**part));
        let chunks = chunks.filter(|chunk| !chunk.is_empty());
        let filled = slices.iter_mut().zip(chunks);
        filled
            .map(|(slice, chunk)| *slice = IoSlice::new(chunk))
            .count()
    }

    fn advance(&mut self, count_bytes: usize) {
        assert!(
            count_bytes <= self.left_bytes,
            "more is sent than there is: {count_bytes} of {} bytes",
            self.left_bytes
        );
        self.left_bytes -= count_bytes;
        let mut left_bytes = count_bytes;
        while left_bytes > 0 {
            let part_bytes = self.chunk().len().min(left_bytes);
            self.sent_bytes += part_bytes;
            left_bytes -= part_bytes;
            self.leave_what_is_sent();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn several(parts: &[&'static str]) -> Piece {
        let parts = parts.iter().map(|part| Bytes::from_static(part.as_bytes()));
        Piece::from(parts.collect::<Vec<_>>())
    }

    /// What is left of it, as slices that a connection writes at once.
    fn slices(piece: &Piece, room: usize) -> Vec<String> {
        let mut slices = vec![IoSlice::new(&[]); room];
        let count = piece.chunks_vectored(&mut slices);
        let filled = slices.into_iter().take(count);
        filled
            .map(|slice| String::from_utf8(slice.to_vec()).unwrap())
            .collect()
    }

    #[test]
    fn every_part_is_given_without_those_that_are_empty() {
        let piece = several(&["", "ab", "", "cde", "f", ""]);
        assert_eq!(piece.remaining(), 6);
        assert_eq!(piece.chunk(), b"ab");
        assert_eq!(slices(&piece, 9), ["ab", "cde", "f"]);
        assert_eq!(slices(&piece, 2), ["ab", "cde"]);
        assert_eq!(slices(&piece, 0), [""; 0]);
    }

    #[test]
    fn it_goes_on_where_a_write_ended() {
        for at in 0..=6 {
            let mut piece = several(&["", "ab", "", "cde", "f", ""]);
            piece.advance(at);
            assert_eq!(piece.remaining(), 6 - at);
            assert_eq!(slices(&piece, 9).concat(), "abcdef"[at..]);
            assert_eq!(piece.chunk().is_empty(), at == 6, "at {at}");
            assert_eq!(piece.copy_to_bytes(6 - at), "abcdef"[at..]);
            assert!(!piece.has_remaining());
        }
    }

    #[test]
    fn nothing_is_copied() {
        let bytes = Bytes::from(vec![b'x'; 100]);
        let address = bytes.as_ptr();
        let piece = Piece::from(vec![Bytes::new(), bytes.clone()]);
        assert_eq!(piece.chunk().as_ptr(), address);
        let mut alone = Piece::from(vec![bytes]);
        assert_eq!(alone.parts().len(), 1);
        alone.advance(99);
        assert_eq!(alone.chunk().as_ptr(), address.wrapping_add(99));
    }

    #[test]
    fn nothing_is_a_piece_too() {
        for nothing in [
            Piece::default(),
            Piece::from(Vec::new()),
            several(&["", ""]),
        ] {
            assert_eq!(nothing.remaining(), 0);
            assert_eq!(nothing.chunk(), b"");
            assert_eq!(slices(&nothing, 3), [""; 0]);
        }
    }

    #[test]
    #[should_panic(expected = "more is sent than there is: 4 of 3 bytes")]
    fn more_than_there_is_cannot_be_sent() {
        several(&["ab", "c"]).advance(4);
    }
}
