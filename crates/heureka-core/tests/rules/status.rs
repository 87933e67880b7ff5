//! Which status is shown: the client's, the operator's, or the one it had (server.md 3, MERGE 1).

use heureka_model::InstanceStatus::{self, Down, OutOfService, Starting, Unknown, Up};

use crate::steps::Step::{Cancel, Override, Register, RegisterByPeer, Remove};
use crate::steps::shows;

const ALL: [InstanceStatus; 5] = InstanceStatus::ALL;

// server.md S7, first line: who is not ready is not ready, whatever the override and the status it had.
#[test]
fn down_starting_and_unknown_show_through_everything() {
    for reported in [Down, Starting, Unknown] {
        shows(&[Register(reported)], reported, Unknown);
        for before in ALL {
            shows(&[Register(before), Register(reported)], reported, Unknown);
            shows(
                &[Register(before), RegisterByPeer(reported)],
                reported,
                Unknown,
            );
            for operator in ALL.into_iter().filter(|status| *status != before) {
                let steps = [Register(before), Override(operator), Register(reported)];
                shows(&steps, reported, operator);
            }
        }
    }
}

// server.md S7, second line.
#[test]
fn an_override_decides_over_up_and_out_of_service() {
    for reported in [Up, OutOfService] {
        for before in ALL {
            for operator in ALL.into_iter().filter(|status| *status != before) {
                let (first, then) = (Register(before), Override(operator));
                shows(&[first, then, Register(reported)], operator, operator);
                shows(&[first, then, RegisterByPeer(reported)], operator, operator);
            }
        }
    }
}

// server.md S7, third to sixth line, S8.
#[test]
fn a_client_cannot_move_itself_between_up_and_out_of_service() {
    for reported in [Up, OutOfService] {
        for before in [Up, OutOfService] {
            shows(&[Register(before), Register(reported)], before, Unknown);
        }
        for before in [Down, Starting, Unknown] {
            shows(&[Register(before), Register(reported)], reported, Unknown);
        }
    }
}

// server.md S7, seventh line.
#[test]
fn the_first_registration_is_shown_as_reported() {
    for reported in ALL {
        shows(&[Register(reported)], reported, Unknown);
        shows(&[RegisterByPeer(reported)], reported, Unknown);
    }
}

// server.md S7, last line.
#[test]
fn a_peers_word_moves_between_up_and_out_of_service() {
    for reported in [Up, OutOfService] {
        for before in ALL {
            shows(
                &[Register(before), RegisterByPeer(reported)],
                reported,
                Unknown,
            );
        }
    }
}

// server.md S8
#[test]
fn there_are_ways_out_of_a_status_that_sticks() {
    shows(
        &[Register(Up), Register(Down), Register(OutOfService)],
        OutOfService,
        Unknown,
    );
    shows(
        &[Register(Up), Cancel, Register(OutOfService)],
        OutOfService,
        Unknown,
    );
    shows(
        &[Register(OutOfService), Override(Up), Remove(Up)],
        Up,
        Unknown,
    );
}

// server.md S6, MERGE 1: it sticks against what was shown, be it what a removed override left.
#[test]
fn what_a_removed_override_left_sticks_too() {
    let [up, out] = [Register(Up), Override(OutOfService)];
    shows(&[up, out, Remove(OutOfService), up], OutOfService, Unknown);
    shows(&[up, out, Remove(Up), Register(OutOfService)], Up, Unknown);
    shows(&[up, out, Remove(Down), up], Up, Unknown);
}
