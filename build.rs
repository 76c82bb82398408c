//! Reads `data/` and writes plain statics, so that the program starts without reading, parsing or relocating anything.
//! A bad row stops the build with its file and line.

#[path = "build/assets.rs"]
mod assets;
#[path = "build/clients.rs"]
mod clients;
#[path = "build/emit.rs"]
mod emit;
#[path = "build/endpoints.rs"]
mod endpoints;
#[path = "build/errors.rs"]
mod errors;
#[path = "build/hosts.rs"]
mod hosts;
#[path = "build/limits.rs"]
mod limits;
#[path = "build/own.rs"]
mod own;
#[path = "build/paging.rs"]
mod paging;
#[path = "build/responses.rs"]
mod responses;
#[path = "build/source.rs"]
mod source;
#[path = "build/states.rs"]
mod states;
#[path = "build/weights.rs"]
mod weights;

use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

#[expect(clippy::print_stderr, reason = "how a build script says what is wrong")]
fn main() -> ExitCode {
    println!("cargo:rerun-if-changed=data");
    println!("cargo:rerun-if-changed=build");
    println!("cargo:rerun-if-changed=build.rs");
    match generate() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn generate() -> Result<(), String> {
    let out = env::var("OUT_DIR").map_err(|e| format!("OUT_DIR: {e}"))?;
    let write = |name: &str, text: &str| {
        fs::write(Path::new(&out).join(name), text).map_err(|e| format!("{out}/{name}: {e}"))
    };
    let mut pool = emit::Pool::default();
    let catalogue = [
        endpoints::generate(&mut pool)?,
        hosts::generate(&mut pool)?,
        limits::generate(&mut pool)?,
        assets::generate(&mut pool)?,
    ];
    write("catalogue.rs", &catalogue.concat())?;
    let mistakes = errors::mistake_names()?;
    write(
        "explain.rs",
        &[errors::generate(&mut pool)?, clients::generate(&mut pool, &mistakes)?, own::generate(&mut pool)?]
            .concat(),
    )?;
    write("text.txt", pool.text())
}
