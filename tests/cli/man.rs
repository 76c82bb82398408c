//! `bnq man`: the pages are there, and `groff` has nothing to say against them.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use super::support::{bnq, installed};

/// What groff makes of a page, and its warnings. Where it is not installed, nothing; the gate installs it.
fn groff(flags: &[&str], page: &Path) -> Option<Output> {
    installed("groff")
        .then(|| Command::new("groff").args(["-man", "-ww"]).args(flags).arg(page).output().unwrap())
}

#[test]
fn every_page_is_written_and_well_formed() {
    let run = bnq("man pages/man1");
    let folder = run.home().join("pages/man1");
    let ran = {
        let mut command = run.command();
        command.output().unwrap()
    };
    assert!(ran.status.success() && ran.stdout.is_empty(), "{ran:?}");
    let mut names: Vec<String> =
        fs::read_dir(&folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort_unstable();
    let builtins = [
        "bnq.1",
        "bnq-sign.1",
        "bnq-config.1",
        "bnq-doctor.1",
        "bnq-endpoints.1",
        "bnq-completions.1",
        "bnq-man.1",
    ];
    let groups = bnq::catalogue::groups().into_iter().map(|g| format!("bnq-{g}.1"));
    for name in builtins.map(str::to_owned).into_iter().chain(groups) {
        assert!(names.contains(&name), "{name} is not among {names:?}");
    }
    for name in &names {
        let Some(output) = groff(&["-Tutf8", "-z"], &folder.join(name)) else { return };
        assert!(output.status.success() && output.stderr.is_empty(), "{name}: {output:?}");
    }
}

#[test]
fn a_page_has_every_endpoint_of_its_group_with_its_parameters() {
    let run = bnq("man .");
    run.command().output().unwrap();
    for group in bnq::catalogue::groups() {
        let page = fs::read_to_string(run.home().join(format!("bnq-{group}.1"))).unwrap().replace("\\-", "-");
        for endpoint in bnq::catalogue::in_group(group) {
            assert!(page.contains(&format!("\n.SS \"{}\"\n", endpoint.words().join(" "))), "{endpoint:?}");
            assert!(page.contains(endpoint.path()), "{endpoint:?}");
            for parameter in
                endpoint.parameters().filter(|p| !["recvWindow", "timestamp"].contains(&p.name()))
            {
                assert!(page.contains(&format!("--{}", parameter.flag())), "{endpoint:?} {parameter:?}");
            }
        }
    }
}

#[test]
fn the_first_page_is_readable() {
    let printed = bnq("man").run().exits(0);
    assert_eq!(printed.stderr, "");
    assert!(printed.stdout.starts_with(".TH "), "{printed:?}");
    let run = bnq("man .");
    run.command().output().unwrap();
    let Some(output) = groff(&["-Tascii", "-P-c", "-P-b", "-P-u"], &run.home().join("bnq.1")) else { return };
    let text = String::from_utf8(output.stdout).unwrap();
    for expected in [
        "--env <ENV>",
        "-o, --output <FORMAT>",
        "bnq-spot(1)",
        "EXIT STATUS",
        "BNQ_PROFILE",
        "bnq-endpoints(1)",
    ] {
        assert!(text.contains(expected), "no {expected}:\n{text}");
    }
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    bnq("man file/below")
        .file("file", "")
        .run()
        .exits(1)
        .prints_nothing()
        .says("file/below cannot be made")
        .says("fix:");
}
