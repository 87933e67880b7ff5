//! What a document may weigh.

use crate::{DataCenter, Document, InstanceKey, InvalidInstance, Metadata};

/// What a document may weigh; a registration beyond it is refused with a text that names the limit.
///
/// They are far above what any known client sends, and below what would let one client fill a registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DocumentLimits {
    /// Bytes of an application's name.
    pub app_name_bytes: usize,
    /// Bytes of an instance's id.
    pub instance_id_bytes: usize,
    /// Bytes of any other text outside metadata.
    pub text_bytes: usize,
    /// Keys in one map of metadata (faults-and-attacks.md S04).
    pub metadata_keys: usize,
    /// Bytes of one key of metadata.
    pub metadata_key_bytes: usize,
    /// Bytes of all keys and values of one map of metadata.
    pub metadata_bytes: usize,
}

impl Default for DocumentLimits {
    fn default() -> Self {
        Self {
            app_name_bytes: 256,
            instance_id_bytes: 512,
            text_bytes: 4096,
            metadata_keys: 256,
            metadata_key_bytes: 256,
            metadata_bytes: 64 * 1024,
        }
    }
}

impl DocumentLimits {
    /// Whether `document` is within them.
    ///
    /// # Errors
    ///
    /// Which of them it breaks.
    pub fn check(&self, document: &Document) -> Result<(), InvalidInstance> {
        check_text("app", document.app.as_str(), self.app_name_bytes)?;
        check_text("instanceId", document.id.as_str(), self.instance_id_bytes)?;
        for (field, text) in texts_of(document) {
            check_text(field, text, self.text_bytes)?;
        }
        self.check_metadata("metadata", &document.metadata)?;
        match &document.data_center {
            DataCenter::Amazon(metadata) => {
                self.check_metadata("dataCenterInfo.metadata", metadata)
            }
            DataCenter::MyOwn | DataCenter::Netflix => Ok(()),
        }
    }

    /// Whether there may be a document of this name.
    #[must_use]
    pub fn allow_names(&self, key: &InstanceKey) -> bool {
        key.app.as_str().len() <= self.app_name_bytes
            && key.id.as_str().len() <= self.instance_id_bytes
    }

    /// Whether `metadata`, of a document or a change to one, is within them.
    ///
    /// # Errors
    ///
    /// Which limit it breaks.
    pub fn check_metadata(
        &self,
        field: &'static str,
        metadata: &Metadata,
    ) -> Result<(), InvalidInstance> {
        let too_large = |limit, unit| Err(InvalidInstance::TooLarge { field, limit, unit });
        if metadata.len() > self.metadata_keys {
            return too_large(self.metadata_keys, "keys");
        }
        let (mut longest_key_bytes, mut bytes) = (0, 0);
        for (key, value) in metadata.iter() {
            longest_key_bytes = key.len().max(longest_key_bytes);
            bytes += key.len() + value.len();
        }
        if longest_key_bytes > self.metadata_key_bytes {
            return too_large(self.metadata_key_bytes, "bytes in a key");
        }
        if bytes > self.metadata_bytes {
            return too_large(self.metadata_bytes, "bytes in all");
        }
        if metadata
            .iter()
            .any(|(key, value)| has_control(key) || has_hidden_control(value))
        {
            return Err(InvalidInstance::ControlCharacter { field });
        }
        Ok(())
    }
}

fn texts_of(document: &Document) -> impl Iterator<Item = (&'static str, &str)> {
    let texts = document.texts();
    [
        ("hostName", Some(texts.host_name)),
        ("ipAddr", Some(texts.ip_addr)),
        ("sid", texts.sid),
    ]
    .into_iter()
    .chain(texts.behind_metadata())
    .chain([("asgName", texts.asg_name)])
    .filter_map(|(field, text)| text.map(|text| (field, text)))
}

fn check_text(field: &'static str, text: &str, limit: usize) -> Result<(), InvalidInstance> {
    if text.len() > limit {
        return Err(InvalidInstance::TooLarge {
            field,
            limit,
            unit: "bytes",
        });
    }
    if has_control(text) {
        return Err(InvalidInstance::ControlCharacter { field });
    }
    Ok(())
}

fn has_control(text: &str) -> bool {
    !is_printable_ascii(text) && text.chars().any(is_control)
}

/// Values of metadata may be several lines of text, as the recordings show; other control characters have no form in
/// XML 1.0, so no client could read the listing that holds one.
fn has_hidden_control(text: &str) -> bool {
    let is_hidden = |c| is_control(c) && !matches!(c, '\t' | '\n' | '\r');
    !is_printable_ascii(text) && text.chars().any(is_hidden)
}

/// Nearly every text is. All bytes are looked at, because then a processor looks at many at once.
fn is_printable_ascii(text: &str) -> bool {
    let is_printable = |byte| matches!(byte, b' '..=b'~');
    text.bytes()
        .fold(true, |are_all, byte| are_all & is_printable(byte))
}

/// The last two are no control characters, but XML 1.0 has no form for them either.
fn is_control(c: char) -> bool {
    c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}')
}
