//! Texts with a separator that is one ASCII byte.
//!
//! Every request has a path and most have a query, so they are looked through many bytes at a time.

use memchr::memchr;

/// What stands between the separators.
pub(super) fn split(text: &str, separator: u8) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let (part, behind) = match split_once(text, separator) {
            Some((part, behind)) => (part, Some(behind)),
            None => (text, None),
        };
        rest = behind;
        Some(part)
    })
}

/// What stands before the first separator and behind it.
pub(super) fn split_once(text: &str, separator: u8) -> Option<(&str, &str)> {
    let at = memchr(separator, text.as_bytes())?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_as_the_library_does() {
        for text in ["", "/", "a", "a/b", "/a//b/", "grün/✓/", "//"] {
            let parts: Vec<&str> = split(text, b'/').collect();
            assert_eq!(parts, text.split('/').collect::<Vec<_>>(), "{text}");
            assert_eq!(split_once(text, b'/'), text.split_once('/'), "{text}");
        }
    }
}
