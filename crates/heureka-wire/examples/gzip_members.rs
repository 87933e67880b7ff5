//! Writes gzip members of several shapes, each as NAME.gz beside NAME.plain, for other programs to read:
//! `cargo run -p heureka-wire --example gzip_members DIR`. `interop/gzip` does that.

use std::error::Error;
use std::fs;
use std::path::Path;

use heureka_wire::{Checksum, Effort, MEMBER_HEAD, Packer, member_end, stored};

/// A member in the making.
struct Member {
    packer: Packer,
    plain: Vec<u8>,
    parts: Vec<u8>,
    sum: Checksum,
}

impl Member {
    fn new() -> Self {
        Self {
            packer: Packer::new(),
            plain: Vec::new(),
            parts: Vec::new(),
            sum: Checksum::default(),
        }
    }

    fn packed(mut self, plain: &[u8]) -> Self {
        let part = self.packer.pack(plain, Effort::Usual);
        self.with(plain, &part)
    }

    /// Packed as what stands behind the last so many bytes.
    fn packed_after(mut self, bytes: usize, plain: &[u8]) -> Self {
        let begin = self.plain.len().saturating_sub(bytes);
        let before = self.plain.get(begin..).unwrap_or_default();
        let part = self.packer.pack_after(before, plain, Effort::Usual);
        self.with(plain, &part)
    }

    fn stored(self, plain: &[u8]) -> Self {
        self.with(plain, &stored(plain))
    }

    fn with(mut self, plain: &[u8], part: &[u8]) -> Self {
        self.plain.extend_from_slice(plain);
        self.parts.extend_from_slice(part);
        self.sum = self.sum.then(Checksum::of(plain));
        self
    }

    fn bytes(&self) -> Vec<u8> {
        [&MEMBER_HEAD[..], &self.parts, &member_end(self.sum)].concat()
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("which folder?")?;
    let folder = Path::new(&folder);
    fs::create_dir_all(folder)?;
    for (name, member) in members() {
        fs::write(folder.join(format!("{name}.gz")), member.bytes())?;
        fs::write(folder.join(format!("{name}.plain")), &member.plain)?;
    }
    Ok(())
}

fn members() -> [(&'static str, Member); 10] {
    [
        ("empty", Member::new()),
        ("one-byte", Member::new().packed(b"{")),
        ("one-part", Member::new().packed(&rows(0, 48 * 1024))),
        ("300-parts", many(Member::new(), 300, 12 * 1024)),
        ("parts-of-48-kB", many(Member::new(), 40, 48 * 1024)),
        ("parts-after-others", chained(40)),
        ("stored-and-packed", mixed()),
        ("long-stored", Member::new().stored(&noise(200_000))),
        ("long-packed", Member::new().packed(&rows(0, 400_000))),
        ("noise-packed", Member::new().packed(&noise(150_000))),
    ]
}

fn many(member: Member, count: u32, bytes: usize) -> Member {
    (0..count).fold(member, |member, n| member.packed(&rows(n * 1_000, bytes)))
}

/// As the leaves of a listing follow each other: each part may point at what stands before it, which is less than a row, a
/// row and what is stored behind it, or more than a reader remembers.
fn chained(count: u32) -> Member {
    (0..count).fold(Member::new(), |member, n| {
        let reach_bytes = match n % 3 {
            0 => 50,
            1 => 1_100,
            _ => 40_000,
        };
        let part = rows(n * 1_000, 20 * 1024);
        member.packed_after(reach_bytes, &part).stored(b"]},{[")
    })
}

/// As a listing is put together: a head, parts with something between them, and a tail.
fn mixed() -> Member {
    let head = br#"{"applications":{"versions__delta":"1","application":["#;
    let member = (0..40).fold(Member::new().stored(head), |member, n| {
        let between: &[u8] = if n == 0 { b"" } else { b"," };
        let part = rows(n * 1_000, 1_000 + 2_000 * n as usize);
        let member = member.stored(between);
        if n % 3 == 0 {
            member.stored(&part)
        } else {
            member.packed(&part)
        }
    });
    member.packed(b"]}}")
}

/// So many bytes that are as alike as instances are.
fn rows(first: u32, bytes: usize) -> Vec<u8> {
    let row = |n: u32| {
        let (high, low) = (n / 250 % 250, n % 250);
        format!(
            r#"{{"instanceId":"ip-10-1-{high}-{low}:orders:8080","ipAddr":"10.1.{high}.{low}","lastDirtyTimestamp":"{}"}},"#,
            1_763_000_000_000_u64 + u64::from(n.wrapping_mul(2_654_435_769))
        )
    };
    (first..)
        .flat_map(|n| row(n).into_bytes())
        .take(bytes)
        .collect()
}

/// Bytes that do not pack.
fn noise(bytes: usize) -> Vec<u8> {
    let step = |state: &u32| Some(state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
    std::iter::successors(Some(1_u32), step)
        .map(|state| state.to_be_bytes()[0])
        .take(bytes)
        .collect()
}
