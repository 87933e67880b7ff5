//! The texts of a document, in one piece of memory.

use std::fmt;

use crate::lengths::{length_bytes, push_length, take_length};

/// What a document says in texts, but for its names and its metadata (wire.md 2.3). `None` was absent or null.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Texts<'a> {
    /// The host's name; never empty in a registry.
    pub host_name: &'a str,
    /// The address that callers use; never empty in a registry. Any text will do.
    pub ip_addr: &'a str,
    /// Names under which it is found, separated by commas.
    pub vip_address: Option<&'a str>,
    /// Names under which its secure port is found, separated by commas.
    pub secure_vip_address: Option<&'a str>,
    /// A deprecated field, shown only where it says something (neither `na` nor `unknown`).
    pub sid: Option<&'a str>,
    /// A group of applications.
    pub app_group_name: Option<&'a str>,
    /// `homePageUrl`. The URLs are data: no server follows them.
    pub home_page_url: Option<&'a str>,
    /// `statusPageUrl`
    pub status_page_url: Option<&'a str>,
    /// `healthCheckUrl`
    pub health_check_url: Option<&'a str>,
    /// `secureHealthCheckUrl`
    pub secure_health_check_url: Option<&'a str>,
    /// The auto scaling group.
    pub asg_name: Option<&'a str>,
}

impl<'a> Texts<'a> {
    /// Copies them into one piece of memory.
    #[must_use]
    pub fn pack(&self) -> PackedTexts {
        let texts = self.in_order();
        let length = |text: &Option<&str>| text.map_or(0, |text| text.len() + 1);
        let text_bytes = texts.iter().flatten().map(|text| text.len());
        let lengths_bytes = texts.iter().map(|text| length_bytes(length(text)));
        let mut packed = String::with_capacity(text_bytes.chain(lengths_bytes).sum());
        for text in texts {
            push_length(&mut packed, length(&text));
            packed.push_str(text.unwrap_or_default());
        }
        PackedTexts(packed.into_boxed_str())
    }

    /// Those that stand between metadata and `isCoordinatingDiscoveryServer`, with their names, in their order
    /// (wire.md 2.3.1).
    #[must_use]
    pub fn behind_metadata(&self) -> [(&'static str, Option<&'a str>); 7] {
        [
            ("appGroupName", self.app_group_name),
            ("homePageUrl", self.home_page_url),
            ("statusPageUrl", self.status_page_url),
            ("healthCheckUrl", self.health_check_url),
            ("secureHealthCheckUrl", self.secure_health_check_url),
            ("vipAddress", self.vip_address),
            ("secureVipAddress", self.secure_vip_address),
        ]
    }

    /// The order in which [`Unpacking`] takes them.
    fn in_order(&self) -> [Option<&'a str>; 11] {
        [
            Some(self.host_name),
            Some(self.ip_addr),
            self.vip_address,
            self.secure_vip_address,
            self.sid,
            self.app_group_name,
            self.home_page_url,
            self.status_page_url,
            self.health_check_url,
            self.secure_health_check_url,
            self.asg_name,
        ]
    }
}

/// The texts of a document as they are kept: one behind the other, each behind its length.
///
/// A large registry does not fit into a processor's cache, and each piece of memory that a change has to look at or give
/// back is fetched on its own. All of them together are a few neighbouring lines.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PackedTexts(Box<str>);

impl PackedTexts {
    /// All of them.
    #[must_use]
    pub fn unpack(&self) -> Texts<'_> {
        let mut rest = Unpacking(&self.0);
        Texts {
            host_name: rest.take().unwrap_or_default(),
            ip_addr: rest.take().unwrap_or_default(),
            vip_address: rest.take(),
            secure_vip_address: rest.take(),
            sid: rest.take(),
            app_group_name: rest.take(),
            home_page_url: rest.take(),
            status_page_url: rest.take(),
            health_check_url: rest.take(),
            secure_health_check_url: rest.take(),
            asg_name: rest.take(),
        }
    }

    /// What they come to, with a few bytes for their lengths.
    #[must_use]
    pub fn len_bytes(&self) -> usize {
        self.0.len()
    }

    /// One text, by its place in the order.
    fn at(&self, place: usize) -> Option<&str> {
        self.from(place).take()
    }

    /// The texts from a place in the order on.
    fn from(&self, place: usize) -> Unpacking<'_> {
        let mut rest = Unpacking(&self.0);
        (0..place).for_each(|_| {
            rest.take();
        });
        rest
    }

    pub(crate) fn host_name(&self) -> &str {
        self.at(0).unwrap_or_default()
    }

    pub(crate) fn ip_addr(&self) -> &str {
        self.at(1).unwrap_or_default()
    }

    pub(crate) fn vip_address(&self) -> Option<&str> {
        self.at(2)
    }

    pub(crate) fn secure_vip_address(&self) -> Option<&str> {
        self.at(3)
    }

    /// What it is found under, by its plain and by its secure port.
    pub(crate) fn vip_addresses(&self) -> [Option<&str>; 2] {
        let mut rest = self.from(2);
        [rest.take(), rest.take()]
    }
}

impl fmt::Debug for PackedTexts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.unpack().fmt(f)
    }
}

/// What of the packed texts has not been taken yet. A text stands behind one more than its length, one that is absent
/// behind zero.
struct Unpacking<'a>(&'a str);

impl<'a> Unpacking<'a> {
    fn take(&mut self) -> Option<&'a str> {
        let (length, rest) = take_length(self.0)?;
        let Some(length) = length.checked_sub(1) else {
            self.0 = rest;
            return None;
        };
        let (text, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_text_comes_back_as_what_it_was() {
        let long = "x".repeat(5000);
        let texts = Texts {
            host_name: "host",
            ip_addr: "",
            vip_address: Some("vip,gr\u{fc}\u{df}e"),
            secure_vip_address: None,
            sid: Some(""),
            app_group_name: Some(&long),
            home_page_url: Some("home"),
            status_page_url: Some("status"),
            health_check_url: Some("\u{1f980}"),
            secure_health_check_url: None,
            asg_name: Some("asg"),
        };
        let packed = texts.pack();
        assert_eq!(packed.unpack(), texts);
        assert_eq!(packed.host_name(), texts.host_name);
        assert_eq!(packed.ip_addr(), texts.ip_addr);
        assert_eq!(packed.vip_address(), texts.vip_address);
        assert_eq!(packed.secure_vip_address(), texts.secure_vip_address);
        let addresses = [texts.vip_address, texts.secure_vip_address];
        assert_eq!(packed.vip_addresses(), addresses);
    }

    #[test]
    fn an_absent_text_differs_from_an_empty_one() {
        let absent = Texts::default();
        let empty = Texts {
            asg_name: Some(""),
            ..absent
        };
        assert_ne!(absent.pack(), empty.pack());
        assert_eq!(absent.pack().unpack(), absent);
    }

    #[test]
    fn texts_of_usual_lengths_take_one_piece_of_their_size() {
        let texts = Texts {
            host_name: "host",
            ..Texts::default()
        };
        assert_eq!(texts.pack().len_bytes(), "host".len() + 11);
    }
}
