//! A load generator for Eureka servers.

fn main() {}
