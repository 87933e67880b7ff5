//! Asking a machine's metadata service, one question after the other.

use std::collections::VecDeque;

use heureka_model::Metadata;

use super::AmazonKey;

/// How long an answer may be; the longest is the list of network interfaces.
const MAX_ANSWER_BYTES: usize = 4096;
/// How many network interfaces are asked for a public address; no machine has more.
const MAX_INTERFACES: usize = 16;
/// Where the network interfaces are. With its slash, because without it there is only a redirect to it.
const INTERFACES_PATH: &str = "meta-data/network/interfaces/macs/";
/// The document in which the account stands.
const IDENTITY_PATH: &str = "dynamic/instance-identity/document";
/// How long that document may be.
const MAX_IDENTITY_BYTES: usize = 16 * 1024;
/// A hardware address has six pairs of digits.
const MAC_BYTES: usize = 17;

/// The questions to Amazon's metadata service, in Java's order (I15). Ask for [`MetadataSurvey::next_path`] and tell
/// [`MetadataSurvey::take`] what came, until there is no next path.
///
/// ```
/// use heureka_client_core::{AmazonKey, MetadataSurvey};
///
/// let mut survey = MetadataSurvey::new(true);
/// while let Some(path) = survey.next_path() {
///     survey.take((path == "meta-data/instance-id").then_some("i-123"));
/// }
/// assert_eq!(survey.into_metadata().get(AmazonKey::InstanceId.as_str()), Some("i-123"));
/// ```
#[derive(Clone, Debug)]
pub struct MetadataSurvey {
    fails_fast: bool,
    found: Metadata,
    /// The questions for the first of the keys that are left.
    paths: VecDeque<String>,
    keys: VecDeque<AmazonKey>,
}

impl MetadataSurvey {
    /// A survey of everything. If `fails_fast`, it is over where the machine has no id, because then it is none of Amazon's.
    #[must_use]
    pub fn new(fails_fast: bool) -> Self {
        let mut survey = Self {
            fails_fast,
            found: Metadata::new(),
            paths: VecDeque::new(),
            keys: AmazonKey::ALL.into(),
        };
        survey.find_question();
        survey
    }

    /// What to GET next below `/latest/`; `None` at the end.
    #[must_use]
    pub fn next_path(&self) -> Option<&str> {
        self.paths.front().map(String::as_str)
    }

    /// Takes the text that the service answered with 200; `None` for any other answer or no answer at all. A text that can be
    /// no value is none.
    pub fn take(&mut self, answer: Option<&str>) {
        let Some(key) = self.keys.front().copied() else {
            return;
        };
        self.paths.pop_front();
        match answer.and_then(|text| value_of(key, text)) {
            Some(value) => {
                self.found.set(key.as_str(), &value);
                self.go_on();
            }
            None if key == AmazonKey::InstanceId && self.fails_fast => self.end(),
            None if self.paths.is_empty() => self.go_on(),
            None => {}
        }
    }

    /// What was found, by the keys of [`AmazonKey::as_str`].
    #[must_use]
    pub fn into_metadata(self) -> Metadata {
        self.found
    }

    fn go_on(&mut self) {
        self.keys.pop_front();
        self.paths.clear();
        self.find_question();
    }

    fn end(&mut self) {
        self.keys.clear();
        self.paths.clear();
    }

    /// Leaves out the keys for which there is nothing to ask.
    fn find_question(&mut self) {
        while let Some(key) = self.keys.front() {
            self.paths = self.paths_of(*key);
            if !self.paths.is_empty() {
                return;
            }
            self.keys.pop_front();
        }
    }

    fn paths_of(&self, key: AmazonKey) -> VecDeque<String> {
        let name = key.as_str();
        match key {
            AmazonKey::AvailabilityZone => [format!("meta-data/placement/{name}")].into(),
            AmazonKey::SpotTerminationTime | AmazonKey::SpotInstanceAction => {
                [format!("meta-data/spot/{name}")].into()
            }
            AmazonKey::Macs => [INTERFACES_PATH.to_owned()].into(),
            AmazonKey::PublicIpv4s => self.of_interfaces(AmazonKey::Macs, name),
            AmazonKey::VpcId => self.of_interfaces(AmazonKey::Mac, name),
            AmazonKey::AccountId => [IDENTITY_PATH.to_owned()].into(),
            AmazonKey::InstanceId
            | AmazonKey::AmiId
            | AmazonKey::InstanceType
            | AmazonKey::LocalIpv4
            | AmazonKey::LocalHostname
            | AmazonKey::PublicHostname
            | AmazonKey::PublicIpv4
            | AmazonKey::Ipv6
            | AmazonKey::Mac => [format!("meta-data/{name}")].into(),
        }
    }

    /// What to ask of each interface that an earlier answer names.
    fn of_interfaces(&self, named_by: AmazonKey, name: &str) -> VecDeque<String> {
        let named = self.found.get(named_by.as_str()).unwrap_or_default();
        let macs = named.lines().filter_map(mac_of).take(MAX_INTERFACES);
        macs.map(|mac| format!("{INTERFACES_PATH}{mac}/{name}"))
            .collect()
    }
}

fn value_of(key: AmazonKey, text: &str) -> Option<String> {
    if key == AmazonKey::AccountId {
        return account_of(text).map(str::to_owned);
    }
    let text = bounded(text)?;
    if key == AmazonKey::Macs {
        let macs: Vec<&str> = text.lines().filter_map(mac_of).collect();
        return Some(macs.join("\n")).filter(|macs| !macs.is_empty());
    }
    let line = first_line(text).filter(|line| key != AmazonKey::Mac || mac_of(line).is_some());
    line.map(str::to_owned)
}

fn bounded(text: &str) -> Option<&str> {
    (text.len() <= MAX_ANSWER_BYTES).then_some(text)
}

fn first_line(text: &str) -> Option<&str> {
    let line = text.lines().next()?.trim();
    (!line.is_empty() && !line.contains(char::is_control)).then_some(line)
}

/// A hardware address, which becomes a part of a path and must be nothing else.
fn mac_of(line: &str) -> Option<&str> {
    let mac = line.trim().trim_end_matches('/');
    let fits = |byte: u8| byte.is_ascii_hexdigit() || byte == b':';
    (mac.len() == MAC_BYTES && mac.bytes().all(fits)).then_some(mac)
}

/// The account in the identity document (I15). Java looks for it with a regular expression, so the rest may be anything.
fn account_of(document: &str) -> Option<&str> {
    let document = Some(document).filter(|text| text.len() <= MAX_IDENTITY_BYTES)?;
    let (_, rest) = document.split_once("\"accountId\"")?;
    let rest = rest.trim_start().strip_prefix(':')?.trim_start();
    let (account, _) = rest.strip_prefix('"')?.split_once('"')?;
    let fits = account.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (fits && !account.is_empty()).then_some(account)
}
