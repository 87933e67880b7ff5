"""gzip_check.py FOLDER [READER...]   Has readers unpack each NAME.gz and compares with NAME.plain. Started by ./gzip."""

import shutil
import subprocess
import sys
from pathlib import Path

from gzip_readers import READERS
from report import Report, require


class Member:
    """A member, and what the checks call it."""

    def __init__(self, packed):
        self.name = packed.stem
        self.packed = packed
        self.plain = packed.with_suffix(".plain").read_bytes()

    def tail(self):
        return f"     | {self.packed}"


def is_read(reader, member):
    read = reader.read(member.packed)
    require(read == member.plain, f"read {len(read)} bytes, not the {len(member.plain)} that were packed")
    return f"{member.packed.stat().st_size} bytes to {len(read)}"


def chosen(names):
    unknown = [name for name in names if name not in READERS]
    if unknown:
        sys.exit(f"no such reader: {', '.join(unknown)}; there are {', '.join(READERS)}")
    return {name: READERS[name] for name in names or READERS}


def require_tools(readers):
    missing = {reader.tool: reader.package for reader in readers.values() if not shutil.which(reader.tool)}
    for tool, package in missing.items():
        print(f"{tool} is needed; Debian has it in {package}", file=sys.stderr)
    if missing:
        sys.exit(1)


def main():
    folder = Path(sys.argv[1])
    readers = chosen(sys.argv[2:])
    require_tools(readers)
    members = [Member(packed) for packed in sorted(folder.glob("*.gz"))]
    report = Report()
    for name, reader in readers.items():
        with reader:
            for member in members:
                report.check(member, name, lambda: is_read(reader, member))
    if not members:
        report.fail(str(folder), "no member was written")
    print(f"{report.passed} passed, {report.failed} failed")
    return 1 if report.failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except subprocess.CalledProcessError as error:
        sys.exit(f"a reader could not be built: {error}")
