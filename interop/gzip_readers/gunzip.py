"""gunzip.py gzip|zlib   Unpacks standard input, at once or as it would come over a slow line."""

import gzip
import sys
import zlib

PIECE_BYTES = 100
# The largest window, and a gzip member around it.
WINDOW_BITS = 16 + 15


def by_pieces(packed):
    member = zlib.decompressobj(WINDOW_BITS)
    plain = bytearray()
    for start in range(0, len(packed), PIECE_BYTES):
        plain += member.decompress(packed[start : start + PIECE_BYTES])
        if member.unused_data:
            sys.exit("something stands behind the member")
    plain += member.flush()
    if not member.eof:
        sys.exit("the member has no end")
    return plain


packed = sys.stdin.buffer.read()
unpack = {"gzip": gzip.decompress, "zlib": by_pieces}[sys.argv[1]]
sys.stdout.buffer.write(unpack(packed))
