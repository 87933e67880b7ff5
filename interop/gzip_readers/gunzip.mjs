// gunzip.mjs sync|stream   Unpacks standard input, at once or in small pieces.
import { createReadStream, readFileSync, writeFileSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createGunzip, gunzipSync } from "node:zlib";

const STANDARD_INPUT = 0;
const STANDARD_OUTPUT = 1;
const PIECE_BYTES = 1000;

if (process.argv[2] === "sync") {
  writeFileSync(STANDARD_OUTPUT, gunzipSync(readFileSync(STANDARD_INPUT)));
} else {
  const pieces = createReadStream(null, { fd: STANDARD_INPUT, highWaterMark: PIECE_BYTES });
  await pipeline(pieces, createGunzip(), process.stdout);
}
