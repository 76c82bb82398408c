//! `bnq completions`: scripts that let a shell complete `bnq`. They are small, because they ask the program itself, by the
//! hidden command `bnq __complete <SHELL> <WORDS…>`, what can stand at the cursor.

use clap::{Arg, ArgMatches, Command};

use crate::cli::complete;
use crate::cli::exit::Failure;
use crate::cli::session::print;
use crate::cli::suggest;

/// The hidden command that the scripts call.
pub const HIDDEN: &str = "__complete";

/// A shell that there is a script for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::enum_variant_names, reason = "PowerShell is called that")]
pub enum Shell {
    /// bash
    Bash,
    /// zsh
    Zsh,
    /// fish
    Fish,
    /// PowerShell
    PowerShell,
    /// elvish
    Elvish,
}

impl Shell {
    const ALL: [Self; 5] = [Self::Bash, Self::Zsh, Self::Fish, Self::PowerShell, Self::Elvish];

    fn name(self) -> &'static str {
        match self {
            Self::Bash => "bash",
            Self::Zsh => "zsh",
            Self::Fish => "fish",
            Self::PowerShell => "powershell",
            Self::Elvish => "elvish",
        }
    }

    fn script(self) -> &'static str {
        match self {
            Self::Bash => include_str!("completions/bnq.bash"),
            Self::Zsh => include_str!("completions/bnq.zsh"),
            Self::Fish => include_str!("completions/bnq.fish"),
            Self::PowerShell => include_str!("completions/bnq.ps1"),
            Self::Elvish => include_str!("completions/bnq.elv"),
        }
    }

    fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.name() == name)
    }
}

/// Adds the arguments of `bnq completions`.
pub fn arguments(command: Command) -> Command {
    let shell = Arg::new("shell").value_name("bash|zsh|fish|powershell|elvish").required(true);
    command
        .override_usage("bnq completions <SHELL>")
        .arg(shell.help("The shell the script is for"))
        .after_help(
            "To try it in this shell:\n  \
         bash        source <(bnq completions bash)\n  \
         zsh         source <(bnq completions zsh)          after compinit\n  \
         fish        bnq completions fish | source\n  \
         PowerShell  bnq completions powershell | Out-String | Invoke-Expression\n  \
         elvish      eval (bnq completions elvish | slurp)\n\
         To keep it, put that line into the shell's start-up file, or the script where the shell looks:\n  \
         bash        ~/.local/share/bash-completion/completions/bnq\n  \
         zsh         _bnq in a folder of $fpath\n  \
         fish        ~/.config/fish/completions/bnq.fish",
        )
}

/// Prints the script.
///
/// # Errors
/// If there is none for that shell, or stdout cannot be written.
pub fn run(matches: &ArgMatches) -> Result<(), Failure> {
    let name = matches.get_one::<String>("shell").map(String::as_str).unwrap_or_default();
    let Some(shell) = Shell::of(name) else {
        let names = Shell::ALL.map(Shell::name);
        let fix = suggest::fix(name, names, "", &format!("use one of {}", names.join(", ")));
        return Err(Failure::usage(format!("there are no completions for `{name}`")).with_fix(fix));
    };
    print(shell.script().as_bytes())
}

/// `bnq __complete <SHELL> <WORDS…>`: what can stand in the place of the last word, a line each, with a tab before its
/// description; `:files` where the shell is to complete names of files. Nothing where the call makes no sense: a shell in
/// the midst of completing is no place for messages.
///
/// # Errors
/// If stdout cannot be written.
pub fn answer(words: &[String]) -> Result<(), Failure> {
    let Some((shell, words)) = words.split_first() else { return Ok(()) };
    let Some(shell) = Shell::of(shell) else { return Ok(()) };
    let mut words = match shell {
        Shell::Bash => rejoined(words),
        _ => words.to_vec(),
    };
    if let Some(last) = words.last_mut().filter(|_| shell == Shell::PowerShell) {
        // PowerShell before 7.3 drops empty arguments, so its script puts a plus before the last.
        *last = last.strip_prefix('+').unwrap_or(last).to_owned();
    }
    let current = words.pop().unwrap_or_default();
    let answer = complete::answer(&words, &current);
    let mut text = String::new();
    for candidate in &answer.candidates {
        let word = match shell {
            Shell::Bash => after_break(&candidate.word, &current),
            _ => candidate.word.as_str(),
        };
        text.push_str(&format!("{word}\t{}\n", candidate.help.replace(['\t', '\n'], " ")));
    }
    if answer.files {
        text.push_str(":files\n");
    }
    print(text.as_bytes())
}

/// bash takes `--side=BUY` and `side=BUY` apart into three words.
fn rejoined(words: &[String]) -> Vec<String> {
    let mut joined: Vec<String> = Vec::new();
    let mut glue = false;
    for word in words {
        let is_break = word == "=";
        match joined.last_mut().filter(|last| (is_break || glue) && !last.is_empty()) {
            Some(last) => last.push_str(word),
            None => joined.push(word.clone()),
        }
        glue = is_break;
    }
    joined
}

/// What bash puts in place of what stands after its break.
fn after_break<'a>(word: &'a str, current: &str) -> &'a str {
    let fixed = current.find('=').map_or(0, |at| at + 1);
    word.get(fixed..).unwrap_or(word)
}
