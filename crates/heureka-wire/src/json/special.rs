//! The bytes that JSON's texts cannot have as they are. Eight are looked at at once, because most of a document is texts.

/// How many bytes of a text come before the first that is not just what is written: the end, an escape, or a character
/// that may not be there.
#[inline]
pub(super) fn plain_bytes(bytes: &[u8]) -> usize {
    let (words, rest) = bytes.as_chunks();
    for (index, word) in words.iter().enumerate() {
        let special = special_bytes(u64::from_le_bytes(*word));
        if special != 0 {
            return index * size_of::<u64>() + special.trailing_zeros() as usize / 8;
        }
    }
    let plain = rest.iter().position(is_special).unwrap_or(rest.len());
    bytes.len() - rest.len() + plain
}

/// Whether nothing in a text has to be escaped, as in nearly all. A character beyond the basic plane may have to be.
#[inline]
pub(super) fn is_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    let Some(last) = bytes.last_chunk() else {
        return !bytes.iter().any(|byte| is_special(byte) || *byte >= ASTRAL);
    };
    // The last word overlaps with the one before it where the length is no multiple of eight.
    let (words, _) = bytes.as_chunks();
    let found = words.iter().chain([last]).fold(0, |found, word| {
        let word = u64::from_le_bytes(*word);
        found | special_bytes(word) | astral_bytes(word)
    });
    found == 0
}

fn is_special(byte: &u8) -> bool {
    matches!(byte, b'"' | b'\\' | ..=0x1f)
}

const EACH: u64 = u64::from_le_bytes([1; 8]);
const HIGHEST: u64 = EACH << 7;
/// What characters beyond the basic plane begin with, or with more: four bits that no other byte has together.
const ASTRAL: u8 = 0xf0;

/// The highest bit of each byte that is special. Above the first of them others may be set too: a byte that goes below
/// zero borrows from the next.
#[inline]
fn special_bytes(word: u64) -> u64 {
    let below = |word: u64, bound: u8| word.wrapping_sub(EACH * u64::from(bound)) & !word;
    let equal = |byte: u8| below(word ^ (EACH * u64::from(byte)), 1);
    (below(word, 0x20) | equal(b'"') | equal(b'\\')) & HIGHEST
}

/// The highest bit of each byte with which a character beyond the basic plane begins.
#[inline]
fn astral_bytes(word: u64) -> u64 {
    word & (word << 1) & (word << 2) & (word << 3) & HIGHEST
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every character that has one byte, and some of two, three and four, at each place of texts of each length.
    #[test]
    fn a_text_is_plain_where_each_of_its_characters_is() {
        let characters = ('\0'..='\u{7f}').chain([
            '\u{80}',
            '\u{e9}',
            '\u{20ac}',
            '\u{fffd}',
            '\u{10000}',
            '\u{10ffff}',
        ]);
        for character in characters {
            let needs_escape = matches!(character, '"' | '\\' | '\0'..='\u{1f}');
            for place in 0..20 {
                for behind in 0..10 {
                    let text = format!("{}{character}{}", "a".repeat(place), "~".repeat(behind));
                    let is_expected = !needs_escape && character <= '\u{ffff}';
                    assert_eq!(is_plain(&text), is_expected, "{text:?}");
                    let plain = if needs_escape { place } else { text.len() };
                    assert_eq!(plain_bytes(text.as_bytes()), plain, "{text:?}");
                }
            }
        }
    }
}
