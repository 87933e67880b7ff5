//! What was sent is read and written again.

use heureka_wire::{Format, decode_batch, decode_registration, encode_batch, encode_registration};

use crate::recording::{Exchange, Story};

/// Every batch and every registration of a story comes out as Java wrote it: the same fields in the same order.
pub(crate) fn write_again(story: &Story) {
    for exchange in &story.0 {
        let sent = &exchange.request.body;
        if exchange.is_batch() {
            let items = decode_batch(sent.as_bytes()).unwrap();
            check(exchange, &encode_batch(&items));
        } else if exchange.request.method == "POST" {
            let draft = decode_registration(sent.as_bytes(), Format::Json).unwrap();
            check(exchange, &encode_registration(&draft));
        }
    }
}

fn check(exchange: &Exchange, written: &[u8]) {
    let written = str::from_utf8(written).unwrap();
    let sent = if exchange.is_cut() {
        without_spaces(&exchange.request.body)
    } else {
        exchange.request.body.clone()
    };
    assert_eq!(written, sent, "at {} s", exchange.t);
}

/// No text in these bodies has a space after a colon or a comma.
fn without_spaces(json: &str) -> String {
    json.replace("\": ", "\":").replace(", ", ",")
}
