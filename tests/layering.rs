//! Imports point downward: a module uses those after it in the list of `lib.rs`, never one before it.

#![expect(clippy::unwrap_used, reason = "a test says with a panic that it failed")]

use std::fs;
use std::path::{Path, PathBuf};

/// From the top.
const LAYERS: [&str; 13] = [
    "cli",
    "render",
    "practice",
    "state",
    "client",
    "reading",
    "diagnose",
    "explain",
    "config",
    "signing",
    "catalogue",
    "data",
    "text",
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn no_import_points_up() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let mut seen = 0;
    for file in files {
        let relative = file.strip_prefix(&root).unwrap();
        let module = relative.iter().next().unwrap().to_str().unwrap().trim_end_matches(".rs");
        let Some(own) = LAYERS.iter().position(|l| *l == module) else { continue };
        let text = fs::read_to_string(&file).unwrap();
        assert!(
            !text.contains("crate::{"),
            "{}: one `use` for each module, so that this test sees it",
            relative.display()
        );
        for rest in text.split("crate::").skip(1) {
            let used: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            let Some(layer) = LAYERS.iter().position(|l| *l == used) else { continue };
            assert!(layer >= own, "{} uses {used}, which is above {module}", relative.display());
            seen += 1;
        }
    }
    assert!(seen > 20, "only {seen} imports were looked at");
}
