"""Readers that are programs: a member at their standard input, what they read at their standard output."""

import os
import subprocess
from pathlib import Path

from processes import WORK
from report import require

HERE = Path(__file__).resolve().parent
TIMEOUT_S = 60


class Program:
    def __init__(self, tool, package, *command):
        self.tool = tool
        self.package = package
        self.command = [word.format(here=HERE) for word in command]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def read(self, packed):
        with packed.open("rb") as member:
            return output(self.command, stdin=member)


class GoProgram(Program):
    """Compiled, as Go's programs are."""

    def __init__(self, members):
        self.binary = WORK / "gunzip-go"
        super().__init__("go", "golang-go", str(self.binary), members)

    def __enter__(self):
        # Nothing but the standard library is used, so no module is looked for.
        env = os.environ | {"GO111MODULE": "off", "GOTOOLCHAIN": "local"}
        subprocess.run(["go", "build", "-o", self.binary, HERE / "gunzip.go"], env=env, check=True)
        return self


def output(command, **how):
    done = subprocess.run(command, capture_output=True, timeout=TIMEOUT_S, **how)
    error = done.stderr.decode(errors="replace").strip()
    require(done.returncode == 0, f"{command[0]} ended with {done.returncode}: {error}")
    return done.stdout
