//! Keys, in whatever form they are written.

/// What stands in a pattern for a part that is free, such as the name of a zone.
const FREE: &str = "<>";

/// Whether two keys are the same but for case, hyphens, underscores and dots.
pub(super) fn is_same(one: &str, other: &str) -> bool {
    relaxed(one).eq(relaxed(other))
}

/// Whether `pattern` has a part that is free.
pub(super) fn is_pattern(pattern: &str) -> bool {
    pattern.contains(FREE)
}

/// The part of `key` that is free in `pattern`, as it is written; `None` where the rest is not the same.
pub(super) fn free_part<'a>(pattern: &str, key: &'a str) -> Option<&'a str> {
    let (before, after) = pattern.split_once(FREE)?;
    let rest = without_start(key, before)?;
    let rest = without_end(rest, after)?;
    let in_brackets = rest
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    let free = in_brackets.unwrap_or(rest);
    (!free.is_empty()).then_some(free)
}

/// What is behind `start` and a separator.
pub(super) fn without_start<'a>(key: &'a str, start: &str) -> Option<&'a str> {
    let mut wanted = relaxed(start).peekable();
    if wanted.peek().is_none() {
        return Some(key);
    }
    for (at, found) in key.char_indices() {
        if is_separator(found) {
            continue;
        }
        if wanted.next() != Some(found.to_ascii_lowercase()) {
            return None;
        }
        if wanted.peek().is_none() {
            let rest = key.get(at + found.len_utf8()..)?;
            return behind_separator(rest);
        }
    }
    None
}

/// What is before a dot and `end`.
fn without_end<'a>(key: &'a str, end: &str) -> Option<&'a str> {
    if end.is_empty() {
        return Some(key);
    }
    let dots = key.match_indices('.');
    let mut heads = dots.filter_map(|(at, _)| key.split_at_checked(at));
    heads
        .find(|(_, tail)| is_same(tail, end))
        .map(|(head, _)| head)
}

fn behind_separator(rest: &str) -> Option<&str> {
    if rest.starts_with('[') {
        return Some(rest);
    }
    rest.strip_prefix(['.', '_'])
}

fn relaxed(key: &str) -> impl Iterator<Item = char> {
    let chars = key.chars().filter(|c| !is_separator(*c));
    chars.map(|c| c.to_ascii_lowercase())
}

fn is_separator(c: char) -> bool {
    matches!(c, '.' | '-' | '_')
}
