#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| heureka_fuzz::peer(data));
