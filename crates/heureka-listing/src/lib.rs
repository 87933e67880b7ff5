//! What listings are made of.
