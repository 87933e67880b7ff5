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

/// How many bytes [`push_length`] writes.
pub(crate) fn length_bytes(length: usize) -> usize {
    let bits = usize::BITS - length.leading_zeros();
    bits.div_ceil(BITS).max(1) as usize
}

/// The length at the beginning of `texts`, and what follows. Nearly every length is one byte.
#[inline]
pub(crate) fn take_length(texts: &str) -> Option<(usize, &str)> {
    match texts.as_bytes().first() {
        Some(length @ ..MORE) => Some((usize::from(*length), texts.get(1..)?)),
        _ => take_long_length(texts),
    }
}

fn take_long_length(texts: &str) -> Option<(usize, &str)> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_takes_as_many_bytes_as_it_says() {
        for length in [0, 1, 63, 64, 4095, 4096, 300_000, usize::MAX] {
            let mut texts = String::new();
            push_length(&mut texts, length);
            assert_eq!(texts.len(), length_bytes(length), "{length}");
            assert_eq!(take_length(&texts), Some((length, "")));
        }
    }
}
