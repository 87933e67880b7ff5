//! The bytes of an answer.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::buf::Chain;
use bytes::{Buf as _, Bytes};
use http_body::{Body, Frame, SizeHint};

/// What a connection takes at a time: a piece with the one behind it, or alone. A connection writes after so many frames,
/// and pieces of listings are so small that it would write twice as often if each were one.
type Pair = Chain<Bytes, Bytes>;

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

/// Bytes that are fetched one after the other, when there is room for them.
struct Pieces {
    left_bytes: u64,
    pieces: Box<dyn Iterator<Item = Bytes> + Send>,
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

    /// Bytes in pieces, of which the next two are asked for when those before them are on their way. They come to `length_bytes`
    /// together; fewer break the connection, so that nobody takes a part for the whole.
    pub(crate) fn pieces(
        length_bytes: u64,
        pieces: impl Iterator<Item = Bytes> + Send + 'static,
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
    /// The next two, or the last.
    fn next_pair(&mut self) -> Option<Pair> {
        let first = self.next()?;
        Some(first.chain(self.next().unwrap_or_default()))
    }

    /// The next piece that is not empty, for an empty frame says nothing.
    fn next(&mut self) -> Option<Bytes> {
        let piece = self.pieces.find(|piece| !piece.is_empty())?;
        let piece_bytes = u64::try_from(piece.len()).unwrap_or(u64::MAX);
        self.left_bytes = self.left_bytes.saturating_sub(piece_bytes);
        Some(piece)
    }
}

impl Body for AnswerBody {
    type Data = Pair;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Pair>, axum::Error>>> {
        let this = self.get_mut();
        let next = match &mut this.0 {
            Content::Empty => None,
            Content::Whole(bytes) => {
                let bytes = std::mem::take(bytes);
                this.0 = Content::Empty;
                Some(alone(bytes))
            }
            Content::Pieces(pieces) => pieces.next_pair(),
            Content::Page(page) => {
                let frame = Pin::new(page).poll_frame(cx);
                return frame.map_ok(|frame| frame.map_data(alone));
            }
        };
        Poll::Ready(next.map(|pair| Ok(Frame::data(pair))))
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

fn alone(bytes: Bytes) -> Pair {
    bytes.chain(Bytes::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a frame is of.
    fn bytes(pair: &Pair) -> [&Bytes; 2] {
        [pair.first_ref(), pair.last_ref()]
    }

    /// The frames of a body, and what it says of itself before each of them and after the last.
    fn walk(mut body: AnswerBody) -> (Vec<Pair>, Vec<(u64, bool)>) {
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
        assert_eq!(bytes(&frames[0]), [&b"abc"[..], b""]);
        assert_eq!(hints, [(3, false), (0, true)]);
    }

    #[test]
    fn pieces_are_given_as_they_are_and_fetched_two_by_two() {
        let shared = Bytes::from(vec![b'x'; 100]);
        let address = shared.as_ptr();
        let short = Bytes::from_static;
        let pieces = vec![short(b"a"), Bytes::new(), shared, Bytes::new(), short(b"b")];
        let (frames, hints) = walk(AnswerBody::pieces(102, pieces.into_iter()));
        let [first, last] = frames.as_slice() else {
            panic!("{} frames", frames.len());
        };
        assert_eq!(bytes(first)[0], &b"a"[..]);
        assert_eq!(bytes(first)[1].as_ptr(), address, "a piece was copied");
        assert_eq!(bytes(last), [&b"b"[..], b""]);
        assert_eq!(hints, [(102, false), (1, false), (0, true)]);
    }

    #[test]
    fn a_piece_is_not_made_before_its_turn() {
        let (sent, made) = std::sync::mpsc::channel();
        let pieces = (0..4).map(move |index| {
            sent.send(index).unwrap();
            Bytes::from_static(b"ab")
        });
        let mut body = AnswerBody::pieces(8, pieces);
        assert!(made.try_recv().is_err());
        let mut cx = Context::from_waker(std::task::Waker::noop());
        let frame = Pin::new(&mut body).poll_frame(&mut cx);
        assert!(matches!(frame, Poll::Ready(Some(Ok(_)))));
        assert_eq!(made.try_iter().collect::<Vec<_>>(), [0, 1]);
    }
}
