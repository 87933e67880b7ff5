//! Lengths among texts: several texts are kept as one, each behind its length, where a pointer would take more room.

/// How many bits of a length one character holds. With another that says whether more follow, it is still one byte.
const BITS: u32 = 6;
const MORE: u8 = 1 << BITS;

/// Writes a length behind `texts`.
pub(crate) fn push_length(texts: &mut String, mut length: usize) {
    loop {
        let low = u8::try_from(length % usize::from(MORE)).unwrap_or_default();
        length >>= BITS;
        if length == 0 {
            return texts.push(char::from(low));
        }
        texts.push(char::from(low | MORE));
    }
}

/// The length at the beginning of `texts`, and what follows.
pub(crate) fn take_length(texts: &str) -> Option<(usize, &str)> {
    let mut length = 0;
    for (index, byte) in texts.bytes().enumerate() {
        let shift = BITS.checked_mul(u32::try_from(index).ok()?)?;
        length |= usize::from(byte % MORE).checked_shl(shift)?;
        if byte < MORE {
            return Some((length, texts.get(index + 1..)?));
        }
    }
    None
}
