"""Programs that read gzip. Each gets a member in a file, and its output is what it read.

A program fails where it finds anything but one whole member, as far as it can tell.
"""

from gzip_readers.download import Download
from gzip_readers.program import GoProgram, Program

READERS = {
    "java": Program("java", "default-jdk-headless", "java", "{here}/GzipReader.java"),
    "python-gzip": Program("python3", "python3", "python3", "{here}/gunzip.py", "gzip"),
    "python-zlib": Program("python3", "python3", "python3", "{here}/gunzip.py", "zlib"),
    "node-sync": Program("node", "nodejs", "node", "{here}/gunzip.mjs", "sync"),
    "node-stream": Program("node", "nodejs", "node", "{here}/gunzip.mjs", "stream"),
    "go": GoProgram("all"),
    "go-one-member": GoProgram("one"),
    "gzip": Program("gzip", "gzip", "gzip", "-dc"),
    "curl": Download(),
}
