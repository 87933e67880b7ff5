"""Child processes that write to a log file."""

import subprocess
from pathlib import Path

WORK = Path(__file__).resolve().parent / ".work"


class Process:
    def __init__(self, name, command):
        self.name = name
        self.log = WORK / f"{name}.log"
        with self.log.open("w") as log:
            self.child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.terminate()

    def ended(self):
        return self.child.poll() is not None

    def lines(self):
        return self.log.read_text(errors="replace").splitlines()

    def tail(self, count=25):
        return "\n".join(f"     | {line}" for line in self.lines()[-count:])

    def wait(self, seconds):
        """The exit code, or None when it has not ended in time."""
        try:
            return self.child.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def terminate(self, seconds=15):
        """Asks it to end, and waits; the exit code, or None when it had to be killed."""
        self.child.terminate()
        code = self.wait(seconds)
        if code is None:
            self.child.kill()
            self.child.wait()
        return code
