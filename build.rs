//! Puts the built web client into the program; without one, the program says how to build it.

use std::{env, fs, path::PathBuf};

fn main() {
    let variable = |name| env::var_os(name).map(PathBuf::from).unwrap_or_default();
    let built = variable("CARGO_MANIFEST_DIR").join("web/dist");
    println!("cargo:rerun-if-changed=web/dist");
    let client = if built.join("index.html").is_file() {
        built
    } else {
        let empty = variable("OUT_DIR").join("no-web-client");
        fs::create_dir_all(&empty).expect("cargo's output folder takes a folder");
        empty
    };
    println!("cargo:rustc-env=WEB_CLIENT_FOLDER={}", client.display());
}
