//! The bytes of an answer.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf as _, Bytes};
use heureka_listing::Piece;
use http_body::{Body, Frame, SizeHint};

/// The body of an answer. Which kind it is does not show: each gives its bytes as they are, copied by nobody.
#[derive(Debug, Default)]
pub struct AnswerBody(Content);

#[derive(Debug, Default)]
enum Content {
    #[default]
    Empty,
    Whole(Bytes),
    Pieces(Pieces),
    /// A page of the framework, which may be anything.
    Page(axum::body::Body),
}

/// Pieces that are fetched one after the other, when there is room for them.
struct Pieces {
    left_bytes: u64,
    pieces: Box<dyn Iterator<Item = Piece> + Send>,
}

impl fmt::Debug for Pieces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pieces")
            .field("left_bytes", &self.left_bytes)
            .finish_non_exhaustive()
    }
}

impl AnswerBody {
    /// Bytes that are all there.
    pub(crate) fn whole(bytes: Bytes) -> Self {
        Self(if bytes.is_empty() {
            Content::Empty
        } else {
            Content::Whole(bytes)
        })
    }

    /// Bytes in pieces, each of which is asked for when those before it are on their way. They come to `length_bytes`
    /// together; fewer break the connection, so that nobody takes a part for the whole.
    pub(crate) fn pieces(
        length_bytes: u64,
        pieces: impl Iterator<Item = Piece> + Send + 'static,
    ) -> Self {
        Self(Content::Pieces(Pieces {
            left_bytes: length_bytes,
            pieces: Box::new(pieces),
        }))
    }

    /// What the framework made.
    pub(crate) fn page(page: axum::body::Body) -> Self {
        Self(Content::Page(page))
    }
}

impl Pieces {
    /// The next piece that is not empty, for an empty frame says nothing.
    fn next(&mut self) -> Option<Piece> {
        let piece = self.pieces.find(Piece::has_remaining)?;
        let piece_bytes = u64::try_from(piece.remaining()).unwrap_or(u64::MAX);
        self.left_bytes = self.left_bytes.saturating_sub(piece_bytes);
        Some(piece)
    }
}

impl Body for AnswerBody {
    type Data = Piece;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Piece>, axum::Error>>> {
        let this = self.get_mut();
        let next = match &mut this.0 {
            Content::Empty => None,
            Content::Whole(bytes) => {
                let bytes = std::mem::take(bytes);
                this.0 = Content::Empty;
                Some(Piece::from(bytes))
            }
            Content::Pieces(pieces) => pieces.next(),
            Content::Page(page) => {
                let frame = Pin::new(page).poll_frame(cx);
                return frame.map_ok(|frame| frame.map_data(Piece::from));
            }
        };
        Poll::Ready(next.map(|piece| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Content::Empty => true,
            Content::Whole(_) => false,
            Content::Pieces(pieces) => pieces.left_bytes == 0,
            Content::Page(page) => page.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Content::Empty => SizeHint::with_exact(0),
            Content::Whole(bytes) => {
                SizeHint::with_exact(u64::try_from(bytes.len()).unwrap_or(u64::MAX))
            }
            Content::Pieces(pieces) => SizeHint::with_exact(pieces.left_bytes),
            Content::Page(page) => page.size_hint(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The frames of a body, and what it says of itself before each of them and after the last.
    fn walk(mut body: AnswerBody) -> (Vec<Piece>, Vec<(u64, bool)>) {
        let mut cx = Context::from_waker(std::task::Waker::noop());
        let mut frames = Vec::new();
        let mut hints = Vec::new();
        loop {
            hints.push((body.size_hint().exact().unwrap(), body.is_end_stream()));
            match Pin::new(&mut body).poll_frame(&mut cx) {
                Poll::Ready(Some(frame)) => frames.push(frame.unwrap().into_data().unwrap()),
                Poll::Ready(None) => return (frames, hints),
                Poll::Pending => panic!("nothing is waited for"),
            }
        }
    }

    #[test]
    fn nothing_is_at_its_end_from_the_start() {
        for empty in [AnswerBody::default(), AnswerBody::whole(Bytes::new())] {
            let (frames, hints) = walk(empty);
            assert!(frames.is_empty());
            assert_eq!(hints, [(0, true)]);
        }
    }

    #[test]
    fn a_whole_is_one_frame() {
        let (frames, hints) = walk(AnswerBody::whole(Bytes::from_static(b"abc")));
        assert_eq!(frames.len(), 1);
        assert_eq!(frames[0].parts(), ["abc"]);
        assert_eq!(hints, [(3, false), (0, true)]);
    }

    #[test]
    fn pieces_are_given_as_they_are_without_those_that_are_empty() {
        let shared = Bytes::from(vec![b'x'; 100]);
        let address = shared.as_ptr();
        let short = Piece::from(Bytes::from_static(b"a"));
        let pieces = [Piece::default(), short, Piece::default(), shared.into()];
        let (frames, hints) = walk(AnswerBody::pieces(101, pieces.into_iter()));
        let [first, last] = frames.as_slice() else {
            panic!("{} frames", frames.len());
        };
        assert_eq!(first.parts(), ["a"]);
        assert_eq!(last.chunk().as_ptr(), address, "a piece was copied");
        assert_eq!(hints, [(101, false), (100, false), (0, true)]);
    }

    #[test]
    fn a_piece_is_not_made_before_its_turn() {
        let (sent, made) = std::sync::mpsc::channel();
        let pieces = (0..4).map(move |index| {
            sent.send(index).unwrap();
            Piece::from(Bytes::from_static(b"ab"))
        });
        let mut body = AnswerBody::pieces(8, pieces);
        assert!(made.try_recv().is_err());
        let mut cx = Context::from_waker(std::task::Waker::noop());
        let frame = Pin::new(&mut body).poll_frame(&mut cx);
        assert!(matches!(frame, Poll::Ready(Some(Ok(_)))));
        assert_eq!(made.try_iter().collect::<Vec<_>>(), [0]);
    }
}
