//! Who goes in one round.

use heureka_model::InstanceKey;
use rand::RngExt as _;
use rand_pcg::Pcg64;

/// What a round of eviction did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvictionReport {
    /// Who went.
    pub evicted: Vec<InstanceKey>,
    /// How many more could have gone, but for the limit of one round.
    pub left_for_later: usize,
}

/// Picks at most `cap` of the candidates, each as likely as the others, so that a partial failure does not fall on the
/// applications that happen to come first (server.md R52).
pub(crate) fn pick(
    mut candidates: Vec<InstanceKey>,
    cap: usize,
    rng: &mut Pcg64,
) -> EvictionReport {
    let picked = cap.min(candidates.len());
    if picked < candidates.len() {
        for index in 0..picked {
            let other = rng.random_range(index..candidates.len());
            candidates.swap(index, other);
        }
    }
    let left_for_later = candidates.len() - picked;
    candidates.truncate(picked);
    EvictionReport {
        evicted: candidates,
        left_for_later,
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;

    use super::*;

    fn candidates(count: usize) -> Vec<InstanceKey> {
        (0..count)
            .map(|n| InstanceKey::new("APP", &n.to_string()))
            .collect()
    }

    #[test]
    fn takes_all_within_the_cap_and_no_more() {
        let mut rng = Pcg64::seed_from_u64(1);
        for (count, cap, taken) in [
            (0, 1, 0),
            (3, 5, 3),
            (5, 5, 5),
            (10, 3, 3),
            (7, usize::MAX, 7),
        ] {
            let report = pick(candidates(count), cap, &mut rng);
            assert_eq!(
                (report.evicted.len(), report.left_for_later),
                (taken, count - taken)
            );
        }
    }

    #[test]
    fn everybody_is_as_likely_as_the_others() {
        let mut rng = Pcg64::seed_from_u64(7);
        let mut times = [0_u32; 10];
        for _ in 0..3000 {
            for key in pick(candidates(10), 3, &mut rng).evicted {
                times[key.id.as_str().parse::<usize>().unwrap()] += 1;
            }
        }
        assert!(
            times.iter().all(|times| (750..1050).contains(times)),
            "{times:?}"
        );
    }

    #[test]
    fn the_same_seed_picks_the_same() {
        let of_seed = |seed| pick(candidates(50), 5, &mut Pcg64::seed_from_u64(seed));
        assert_eq!(of_seed(3), of_seed(3));
        assert_ne!(of_seed(3), of_seed(4));
    }
}
