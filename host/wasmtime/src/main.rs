//! The program is the one of `host/native/shim` and `host/native/daemon`, its `main` included. Cargo brings wasmtime to it.
#![no_main]

use wasmtime_c_api as _;
