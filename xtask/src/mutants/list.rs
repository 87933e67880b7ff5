//! What is broken on purpose: one place each.

/// One place of the code, and how it is broken.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mutant {
    /// What is wrong then.
    pub(super) name: &'static str,
    pub(super) file: &'static str,
    /// What the file has once.
    pub(super) text: &'static str,
    /// What it has instead.
    pub(super) broken: &'static str,
}

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "peers are never called again after a failure",
        file: "crates/heureka-core/src/replication/traffic_shaper.rs",
        text: "self.not_before = mono.saturating_add(jittered.max(asked));",
        broken: "_ = (mono, jittered, asked);\n        self.not_before = Duration::MAX;",
    },
    Mutant {
        name: "a comparison of tombstone and presence is swapped",
        file: "crates/heureka-core/src/node/join.rs",
        text: "&& tombstone.stamp >= theirs.presence",
        broken: "&& tombstone.stamp < theirs.presence",
    },
    Mutant {
        name: "a cancel leaves no tombstone",
        file: "crates/heureka-core/src/node/write.rs",
        text: "self.tombstones.insert(document.key(), tombstone);",
        broken: "_ = tombstone;",
    },
    Mutant {
        name: "the older document is taken",
        file: "crates/heureka-core/src/node/join.rs",
        text: "if self.document.rank() < rank_of(&theirs) {",
        broken: "if self.document.rank() > rank_of(&theirs) {",
    },
    Mutant {
        name: "the older lease is taken",
        file: "crates/heureka-core/src/node/join.rs",
        text: "if !told.is_younger_than(pulse.lease) {",
        broken: "if told.is_younger_than(pulse.lease) {",
    },
    Mutant {
        name: "a transfer makes a lease younger",
        file: "crates/heureka-core/src/lease.rs",
        text: "last_renewal_ns: nanos(mono).saturating_sub(nanos(theirs.age)),",
        broken: "last_renewal_ns: nanos(mono),",
    },
    Mutant {
        name: "what a message waited on its way is ignored",
        file: "crates/heureka-core/src/peers/transit.rs",
        text: "Duration::from_micros(difference_us.saturating_sub(expected_us).unsigned_abs())",
        broken: "Duration::ZERO",
    },
    Mutant {
        name: "nobody is kept for an origin that is silent",
        file: "crates/heureka-core/src/node/asking.rs",
        text: "LeaseOrigin::Node(node) => node != self.id && self.run_is_silent(node, answered),",
        broken: "LeaseOrigin::Node(node) => {\n                _ = self.run_is_silent(node, answered);\n                false\n            }",
    },
    Mutant {
        name: "nobody is asked before an eviction",
        file: "crates/heureka-core/src/node/asking.rs",
        text: "let to_ask = self.reached_nodes();",
        broken: "let to_ask = Vec::new();",
    },
    Mutant {
        name: "a node that was stopped evicts at once",
        file: "crates/heureka-core/src/node/rounds.rs",
        text: "self.postponed_until = from.saturating_add(late);",
        broken: "_ = from;",
    },
    Mutant {
        name: "an operator moves the origin of a lease",
        file: "crates/heureka-core/src/node/mod.rs",
        text: "            entry.pulse.renew(now);\n            watch.renewed(entry);",
        broken: "            entry.pulse.renew(now);\n            entry.pulse.origin = LeaseOrigin::Java(Sender(None));\n            watch.renewed(entry);",
    },
    Mutant {
        name: "what a peer told is sent on",
        file: "crates/heureka-core/src/node/join.rs",
        text: "        self.last_registered.push(key.clone(), now.wall);",
        broken: "        self.cluster.peers.note(&key, crate::replication::Intent::DOCUMENT);\n        self.last_registered.push(key.clone(), now.wall);",
    },
    Mutant {
        name: "a node opens before it has taken over",
        file: "crates/heureka-core/src/node/starting.rs",
        text: "self.cluster.start = Start::TakingOver { from, since, until };",
        broken: "_ = (since, until);\n            self.cluster.start = Start::Open { opening: Opening::HoldPassed };",
    },
    Mutant {
        name: "any answer ends a question",
        file: "crates/heureka-core/src/repair.rs",
        text: "let is_next = self.next() == Some(step);",
        broken: "let is_next = true;\n        _ = step;",
    },
    Mutant {
        name: "renewals are not replicated",
        file: "crates/heureka-core/src/node/write.rs",
        text: "self.replicate(&key, Intent::RENEWED, origin);\n        }\n        match",
        broken: "_ = &key;\n        }\n        match",
    },
    Mutant {
        name: "all comparisons find the same",
        file: "crates/heureka-core/src/node/comparing.rs",
        text: "if (present, cancelled) == self.strong_digest() {",
        broken: "if true {\n                    _ = (present, cancelled);",
    },
    Mutant {
        name: "a change that was joined is in no delta",
        file: "crates/heureka-core/src/node/join.rs",
        text: "self.put_in(Named { key, names }, entry, now);\n        was_ahead",
        broken: "self.watch.watch(&mut entry);\n        self.registry.insert(names, entry);\n        was_ahead",
    },
    Mutant {
        name: "an override is not joined",
        file: "crates/heureka-core/src/node/join.rs",
        text: "if self.override_part.stamp < theirs.override_state.stamp {\n            self",
        broken: "if false {\n            self",
    },
    Mutant {
        name: "the hybrid clock takes nothing in",
        file: "crates/heureka-core/src/stamp.rs",
        text: "self.last = self.last.max(Stamp { node, ..reading });",
        broken: "_ = Stamp { node, ..reading };",
    },
    Mutant {
        name: "what was kept is not taken over",
        file: "crates/heureka-core/src/node/comparing.rs",
        text: "Ended::TakenAsKept\n",
        broken: "Ended::LeftOut\n",
    },
    Mutant {
        name: "a client that was forgotten does not register again",
        file: "crates/heureka-client-core/src/agent/heartbeats.rs",
        text: "own.instance.mark_dirty(now.wall);\n                }\n                self.register_because(now, Why::Forgotten { begun });",
        broken: "_ = own;\n                }\n                self.heartbeat_over(now, begun, None);",
    },
    Mutant {
        name: "a client forgets a heartbeat that waited for a registration",
        file: "crates/heureka-client-core/src/agent/registering.rs",
        text: "            self.replicate_inspected(now);\n        }\n        self.pursue_heartbeat(now);",
        broken: "            self.replicate_inspected(now);\n        } else {\n            self.pursue_heartbeat(now);\n        }",
    },
    Mutant {
        name: "a client does not say farewell",
        file: "crates/heureka-client-core/src/agent/leaving.rs",
        text: "self.begin_duty(now, Duty::Cancel, operation);",
        broken: "_ = (now, operation);\n            self.cancelled(Ok(Answer::of(200)));",
    },
    Mutant {
        name: "a client compares no hash after a delta",
        file: "crates/heureka-client-core/src/agent/fetched.rs",
        text: "let matches = applied.hash_matches();",
        broken: "let matches = true;",
    },
    Mutant {
        name: "a client takes changes from any server",
        file: "crates/heureka-client-core/src/agent/fetched.rs",
        text: "            && self.query.line().current() != self.fetching.listed_by.as_ref()",
        broken: "            && false",
    },
];
