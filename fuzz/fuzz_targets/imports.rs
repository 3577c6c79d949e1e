#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| varidex_fuzz::imports(data));
