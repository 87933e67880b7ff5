//! Whose habits count where Java's clients and this one differ.

/// Whose habits a client has where they differ (`client.md` RS16, 7.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Profile {
    /// Those of Netflix's Java client, with its quirks: registers after 40 s, backs off on time-outs only, keeps no
    /// quarantine below four servers. For comparisons and tests.
    Netflix,
    /// Spring Cloud's: registers at once as UP, with the rest as Netflix's.
    Spring,
    /// This client's own: registers at once, backs off on errors, never waits longer than its lease allows.
    #[default]
    Modern,
}

impl Profile {
    /// Whether a quirk of Java's client is kept rather than mended.
    #[must_use]
    pub fn keeps_quirks(self) -> bool {
        matches!(self, Self::Netflix | Self::Spring)
    }
}
