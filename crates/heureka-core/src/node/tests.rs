//! Rules of the registry, one by one.
