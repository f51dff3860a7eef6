//! The program is the one of `tests/replay`, its `main` included. Cargo brings wasmtime to it.
#![no_main]

use wasmtime_c_api as _;
