//! What a peer is still to be told of one key.

/// What happened to a key since the peer was last told. A heartbeat never displaces anything else (MERGE 6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Intent {
    /// It was cancelled, and has perhaps come back since.
    pub(crate) cancelled: bool,
    /// Its document is new, or the peer says that it lacks it.
    pub(crate) document: bool,
    /// Its override was set or removed.
    pub(crate) override_part: bool,
    /// It gave a sign of life.
    pub(crate) renewed: bool,
}

impl Intent {
    pub(crate) const CANCELLED: Self = Self {
        cancelled: true,
        ..Self::NOTHING
    };
    pub(crate) const DOCUMENT: Self = Self {
        document: true,
        ..Self::NOTHING
    };
    pub(crate) const OVERRIDE: Self = Self {
        override_part: true,
        ..Self::NOTHING
    };
    pub(crate) const RENEWED: Self = Self {
        renewed: true,
        ..Self::NOTHING
    };
    const NOTHING: Self = Self {
        cancelled: false,
        document: false,
        override_part: false,
        renewed: false,
    };

    /// Both, where `later` came after this one: a cancel makes what was before it needless.
    pub(crate) fn and(self, later: Self) -> Self {
        if later.cancelled {
            return later;
        }
        Self {
            cancelled: self.cancelled,
            document: self.document || later.document,
            override_part: self.override_part || later.override_part,
            renewed: self.renewed || later.renewed,
        }
    }

    /// Whether it is only a heartbeat.
    pub(crate) fn is_only_renewed(self) -> bool {
        self == Self::RENEWED
    }
}
