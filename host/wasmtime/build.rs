//! Compiles the native host and links it with the backend that holds the core by wasmtime. `SIP_FAILOVER_SOURCES` is the
//! folder `host` of a checkout, `SIP_FAILOVER_VERSION` its version: this package is built elsewhere, see
//! `scripts/wasmtime.ts`.

use std::path::{Path, PathBuf};
use std::{env, fs};

/// Sources of the other backend, and of a program without TLS.
const LEFT_OUT: [&str; 2] = ["core_wasm2c.c", "tls_none.c"];

fn variable(name: &str) -> String {
    println!("cargo:rerun-if-env-changed={name}");
    env::var(name)
        .unwrap_or_else(|_| panic!("{name} is not set: \"npm run build:wasmtime\" builds this package"))
}

/// The sources of a folder that go into this program, sorted.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut sources: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "c"))
        .filter(|path| !LEFT_OUT.iter().any(|name| path.ends_with(name)))
        .collect();
    sources.sort();
    sources
}

fn main() {
    let host = PathBuf::from(variable("SIP_FAILOVER_SOURCES"));
    let native = host.join("native");
    let generated = host.join("abi/generated");
    let replay = host.join("../tests/replay");
    let plays = env::var_os("CARGO_FEATURE_REPLAY").is_some();
    println!("cargo:rerun-if-changed={}", native.display());
    println!("cargo:rerun-if-changed={}", generated.display());
    if plays {
        println!("cargo:rerun-if-changed={}", replay.display());
    }

    let mut build = cc::Build::new();
    build
        .std("c11")
        .define("_GNU_SOURCE", None)
        .define("SIP_FAILOVER_VERSION", format!("\"{}\"", variable("SIP_FAILOVER_VERSION")).as_str())
        .flags(["-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion", "-Werror"])
        // Warnings about headers of others are theirs.
        .flag("-isystem")
        .flag(variable("DEP_WASMTIME_C_API_INCLUDE"))
        .includes([&native, &native.join("include"), &generated])
        .includes([native.join("shim"), native.join("shim/tls")]);
    if plays {
        build
            .file(native.join("core_wasmtime.c"))
            .files(["player.c", "recording.c", "timing.c"].map(|name| replay.join(name)));
        build.compile("sip_failover_replay");
        return;
    }
    build.files(sources(&native));
    for folder in ["daemon", "shim", "shim/tls"] {
        build.files(sources(&native.join(folder)));
    }
    build.compile("sip_failover");
    for library in ["mbedtls", "mbedx509", "mbedcrypto"] {
        println!("cargo:rustc-link-lib={library}");
    }
}
