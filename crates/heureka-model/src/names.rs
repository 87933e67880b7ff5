//! Names of applications and instances.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

/// The name of an application, in upper case: `orders` and `Orders` are one application (wire.md 3.2).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct AppName(Arc<str>);

impl AppName {
    /// Takes a name in any case.
    #[must_use]
    pub fn new(name: &str) -> Self {
        if name
            .bytes()
            .all(|byte| byte.is_ascii() && !byte.is_ascii_lowercase())
        {
            Self(Arc::from(name))
        } else {
            Self(Arc::from(name.to_uppercase()))
        }
    }

    /// The name in upper case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether both are one text in memory; two texts may be equal all the same.
    #[must_use]
    pub fn is_shared_with(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// The name of a remote region, in lower case, as requests are read (server.md G13).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct RegionName(Arc<str>);

impl RegionName {
    /// Takes a name in any case.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self(Arc::from(name.to_lowercase()))
    }

    /// The name in lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What names an instance within its application: case counts, and any text will do (wire.md 3.1).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct InstanceId(Arc<str>);

impl InstanceId {
    /// Takes the id as it is.
    #[must_use]
    pub fn new(id: &str) -> Self {
        Self(Arc::from(id))
    }

    /// Where the text is in memory. As long as one of them is held, two ids with the same address are one text; two texts
    /// may be equal all the same.
    #[must_use]
    pub fn address(&self) -> usize {
        Arc::as_ptr(&self.0).addr()
    }

    /// The id as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What names an instance within a registry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InstanceKey {
    /// The application it belongs to.
    pub app: AppName,
    /// Its id within the application.
    pub id: InstanceId,
}

impl InstanceKey {
    /// Takes an application's name in any case, and an id as it is.
    #[must_use]
    pub fn new(app: &str, id: &str) -> Self {
        Self {
            app: AppName::new(app),
            id: InstanceId::new(id),
        }
    }
}

impl fmt::Display for InstanceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.app, self.id)
    }
}

macro_rules! text {
    ($name:ty) => {
        /// The order of the texts. What is stored under a name shares it, so mostly no text is read.
        impl Ord for $name {
            fn cmp(&self, other: &Self) -> Ordering {
                if Arc::ptr_eq(&self.0, &other.0) {
                    return Ordering::Equal;
                }
                self.0.cmp(&other.0)
            }
        }
        impl PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                Some(self.cmp(other))
            }
        }
        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

text!(AppName);
text!(InstanceId);
text!(RegionName);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn application_names_are_upper_case_as_java_makes_them() {
        for (given, kept) in [
            ("orders", "ORDERS"),
            ("My App", "MY APP"),
            ("grüsse", "GRÜSSE"),
            ("straße", "STRASSE"),
        ] {
            assert_eq!(AppName::new(given).as_str(), kept);
        }
    }

    #[test]
    fn instance_ids_keep_their_case() {
        assert_ne!(InstanceId::new("host:A"), InstanceId::new("host:a"));
    }
}
