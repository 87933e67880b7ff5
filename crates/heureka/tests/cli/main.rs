//! The binary as operators and supervisors see it: arguments, variables, files, signals, exit codes.

#![cfg(test)]

mod agent;
mod cluster;
mod harness;
mod help;
mod layers;
mod mistakes;
mod process;
mod regions;
mod tls_front;
