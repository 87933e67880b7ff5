"""cluster_check.py [SCENARIO...]   Runs the scenarios of a cluster and counts the checks. Started by ./cluster."""

import sys

from clusters import absence, departures, leases, live, restarts, runs, split, takeover

SCENARIOS = {
    "live": live.run,
    "leases": leases.run,
    "takeover": takeover.run,
    "frozen": absence.run_frozen,
    "killed": absence.run_killed,
    "restarts": restarts.run,
    "departures": departures.run,
    "split": split.run,
}


if __name__ == "__main__":
    sys.exit(runs.main("scenario", SCENARIOS))
