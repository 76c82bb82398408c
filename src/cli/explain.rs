//! `bnq explain`: what an error means, what causes it, how to tell the causes apart and what to do.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _};

use anyhow::Context as _;
use clap::{Arg, ArgAction, ArgMatches, Command};
use serde::Serialize;

use crate::catalogue::{self, TOP_GROUP};
use crate::cli::exit::{Failure, Kind};
use crate::cli::session::{Session, print};
use crate::cli::suggest;
use crate::explain::{self, Advice, Found, Log, Product, Seen, What};

/// The longest log that is read from standard input.
const MAX_LOG: u64 = 16 << 20;

/// More meanings than this are listed by their headings alone.
const IN_FULL: usize = 8;

/// A longer text is not repeated when nothing is found in it: it may hold a key.
const REPEATED: usize = 60;

/// Adds the arguments of `bnq explain`.
pub fn arguments(command: Command) -> Command {
    let group = Arg::new("group").long("group").value_name("GROUP");
    command
        .override_usage("bnq explain <WHAT ...> [OPTIONS]")
        .arg(
            Arg::new("what")
                .value_name("WHAT")
                .required(true)
                .action(ArgAction::Append)
                .num_args(1..)
                .help("A code, its name, a message or part of it, an HTTP status, an answer's body, a mistake's name; - reads a log"),
        )
        .arg(group.help("The group of endpoints that answered, such as futures, where a code has several meanings"))
        .after_help(
            "Causes come in the order of how often they occur, each with how to tell that it is this one, and what to do.\n\
             Of a log on standard input every error is explained once, with its count and first line.\n\
             -o json gives the same as data. The exit code is 1 where nothing is found.\n\n\
             Examples: bnq explain -2015\n          \
             bnq explain BAD_API_KEY_FMT\n          \
             bnq explain Filter failure: LOT_SIZE\n          \
             bnq explain '{\"code\":-1022,\"msg\":\"Signature for this request is not valid.\"}'\n          \
             bnq explain --group futures -4164\n          \
             bnq explain - < bot.log\n\n\
             Global options, such as -o: `bnq --help`",
        )
}

/// A word such as `-2014` or `-2014: API-key format invalid.` is no flag. With a space before it, clap takes it as it is meant.
pub fn shielded(word: String) -> String {
    let is_number = |rest: &str| rest.starts_with(|c: char| c.is_ascii_digit());
    if word.strip_prefix('-').is_some_and(is_number) { format!(" {word}") } else { word }
}

/// Explains what was asked, or every error of standard input.
///
/// # Errors
/// If nothing is found, the group is unknown, or standard input or stdout fails.
pub fn run(matches: &ArgMatches, session: &Session) -> Result<(), Failure> {
    let as_json = session.wants_json()?;
    let group = matches.get_one::<String>("group").map(String::as_str);
    let product = group.map(product).transpose()?;
    let words = matches.get_many::<String>("what").into_iter().flatten().map(String::as_str);
    let asked = words.collect::<Vec<_>>().join(" ");
    let explained: Vec<Explained> = match asked.trim() {
        "" => {
            return Err(
                Failure::usage("nothing is asked").with_fix("name a code, such as `bnq explain -2014`")
            );
        }
        "-" => of_log(product, session)?,
        text => {
            let found = explain::find(text, product);
            if found.is_empty() {
                return Err(nothing(text, product));
            }
            found.into_iter().map(Explained::asked).collect()
        }
    };
    if as_json {
        let rows: Vec<Row> = explained.iter().map(|e| Row::of(e, group)).collect();
        // Texts, numbers and lists of them can always be written as JSON.
        let json = serde_json::to_string(&Answer { errors: rows }).unwrap_or_default();
        return print(format!("{json}\n").as_bytes());
    }
    if let Some(code) = ambiguous(&explained) {
        session
            .console
            .note(&format!("note: {code} means different things; --group says which product answered"));
    }
    print(text(&explained, group).as_bytes())
}

/// The product of a group of endpoints, or of a name of its own.
fn product(group: &str) -> Result<&'static Product, Failure> {
    Product::of_group(group).ok_or_else(|| {
        let names = catalogue::groups().into_iter().chain(Product::all().iter().map(Product::name));
        let fix = suggest::fix(group, names, "--group ", "`bnq --help` lists the groups");
        Failure::usage(format!("there is no group `{group}`")).with_fix(fix)
    })
}

/// What was found, and where in a log.
struct Explained {
    found: Found,
    count: Option<usize>,
    line: Option<usize>,
}

impl Explained {
    fn asked(found: Found) -> Self {
        Self { found, count: None, line: None }
    }
}

fn of_log(product: Option<&'static Product>, session: &Session) -> Result<Vec<Explained>, Failure> {
    let mut reader = BufReader::new(std::io::stdin().lock().take(MAX_LOG + 1));
    let (mut log, mut line, mut length) = (Log::new(product), Vec::new(), 0);
    while reader.read_until(b'\n', &mut line).context("standard input cannot be read")? > 0 {
        length += line.len() as u64;
        if length > MAX_LOG {
            let limit = MAX_LOG >> 20;
            let fix = format!("give its end: `tail -c {limit}M FILE | bnq explain -`");
            return Err(Failure::usage(format!("the log is longer than {limit} MiB")).with_fix(fix));
        }
        log.read(&String::from_utf8_lossy(&line));
        line.clear();
    }
    let (seen, unknown) = log.finish();
    for (code, line) in &unknown {
        session.console.note(&format!("note: {code}, first in line {line}, is no known code"));
    }
    if seen.is_empty() {
        let fix = "name one of its errors: `bnq explain -2014`, or the text of a message";
        return Err(Failure::new(Kind::Other, "no error of the exchange is in this log").with_fix(fix));
    }
    let explained = |Seen { found, count, line }| Explained { found, count: Some(count), line: Some(line) };
    Ok(seen.into_iter().map(explained).collect())
}

fn nothing(asked: &str, product: Option<&'static Product>) -> Failure {
    let elsewhere = product.map(|_| explain::find(asked, None)).unwrap_or_default();
    let short = asked.chars().count() <= REPEATED;
    let what = if short { format!("`{asked}`") } else { "this text".to_owned() };
    let message = format!("nothing is known of {what}");
    if let (Some(found), Some(product)) = (elsewhere.first(), product) {
        let titles: Vec<&str> = found.products.iter().map(|p| p.title()).collect();
        let fix = format!("it is an error of {}; leave out --group", titles.join(", "));
        return Failure::new(Kind::Other, format!("{message} in {}", product.title())).with_fix(fix);
    }
    let near: Vec<String> = explain::nearest(asked).iter().map(|name| format!("`{name}`")).collect();
    let fix = match near.as_slice() {
        [] => "give the code, its name, or the words of the message as they came".to_owned(),
        near => format!("the nearest: {}", near.join(", ")),
    };
    Failure::new(Kind::Other, message).with_fix(fix)
}

/// A code that stands for different things in what was found.
fn ambiguous(explained: &[Explained]) -> Option<i64> {
    let code = |e: &Explained| match e.found.what {
        What::Error(entry) => Some(i64::from(entry.code())),
        _ => None,
    };
    let mut codes = explained.iter().filter_map(code);
    codes.find(|c| explained.iter().filter(|e| code(e) == Some(*c)).count() > 1)
}

fn text(explained: &[Explained], group: Option<&str>) -> String {
    if explained.len() > IN_FULL && explained.iter().all(|e| e.count.is_none()) {
        let lines = explained.iter().map(|e| format!("{}\n", listed(e)));
        return lines.collect::<String>() + "\n`bnq explain <CODE or MESSAGE>` tells of one of them\n";
    }
    let all: Vec<String> = explained.iter().map(|e| paragraph(e, group)).collect();
    all.join("\n")
}

/// A line of a long list: for a message its text, which finds it again.
fn listed(explained: &Explained) -> String {
    match explained.found.what {
        What::Message(m) => format!("{}: {}", head(&explained.found), m.text()),
        _ => heading(&explained.found),
    }
}

/// `-2014 BAD_API_KEY_FMT`, `HTTP 418 address banned`, `key-missing`.
fn head(found: &Found) -> String {
    let codes: Vec<String> = found.codes().iter().map(i64::to_string).collect();
    match found.what {
        What::Status(status, s) => format!("HTTP {status} {}", s.name()),
        What::Mistake(m) => m.name().to_owned(),
        _ if codes.len() > 1 => codes.join(" or "),
        _ => codes.first().map(String::as_str).into_iter().chain(found.name()).collect::<Vec<_>>().join(" "),
    }
}

fn heading(found: &Found) -> String {
    let titles: Vec<&str> = found.products.iter().map(|p| p.title()).collect();
    let place = match titles.len() {
        0 if matches!(found.what, What::Mistake(_)) => " (a mistake in a request)".to_owned(),
        0 => String::new(),
        n if n == Product::all().len() => " (every product)".to_owned(),
        _ => format!(" ({})", titles.join(", ")),
    };
    head(found) + &place
}

/// One error as people read it.
fn paragraph(explained: &Explained, group: Option<&str>) -> String {
    let found = &explained.found;
    let mut text = heading(found);
    if let (Some(count), Some(line)) = (explained.count, explained.line) {
        let times = if count == 1 { "once".to_owned() } else { format!("{count} times") };
        let _ = write!(text, ", {times}, first in line {line}");
    }
    text.push('\n');
    // Some codes have their own name for a message.
    let is_name = |message: &str| Some(message.trim_end_matches('.')) == found.name();
    for message in found.messages().into_iter().filter(|m| !is_name(m)) {
        let _ = writeln!(text, "{message}");
    }
    let Some(advice) = found.advice() else {
        if let What::Mistake(mistake) = found.what {
            let _ = writeln!(
                text,
                "cause:   {}\nfix:     {}",
                unfilled(mistake.cause()),
                unfilled(mistake.fix())
            );
        }
        return text;
    };
    if let Some(meaning) = advice.meaning() {
        let _ = writeln!(text, "means:   {meaning}");
    }
    let alone = advice.causes().len() == 1;
    for (i, cause) in advice.causes().iter().enumerate() {
        let name = if alone { "cause:".to_owned() } else { format!("cause {}:", i + 1) };
        let _ = writeln!(text, "{name:<8} {}", in_group(cause.cause(), group));
        for (name, said) in [("tell:", cause.tell()), ("fix:", Some(cause.fix()))] {
            let Some(said) = said else { continue };
            let name = if alone { name.to_owned() } else { format!("  {name}") };
            let _ = writeln!(text, "{name:<8} {}", in_group(said, group));
        }
    }
    let mut name = "try:";
    for command in advice.commands() {
        let _ = writeln!(text, "{name:<8} {}", in_group(command, group));
        name = "";
    }
    text
}

/// The texts of mistakes have words in braces for what a request held; here there is no request.
fn unfilled(text: &str) -> String {
    text.replace('{', "<").replace('}', ">")
}

/// A text whose `bnq order` and the like name the same commands of the group asked about, where it has them with the same
/// flags. What is told of an error in every product is written with Spot's.
fn in_group(text: &str, group: Option<&str>) -> String {
    let Some(group) = group.filter(|g| *g != TOP_GROUP) else { return text.to_owned() };
    let mut pieces = text.split("bnq ");
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |text, piece| {
        let end = piece.find('`').unwrap_or(piece.len());
        let line = piece.get(..end).unwrap_or_default();
        let mut words = line.split_whitespace();
        let own = words.next().filter(|name| catalogue::find(TOP_GROUP, name).is_some());
        let own = own.and_then(|name| catalogue::find(group, name));
        let mut flags = words.filter_map(|word| word.strip_prefix("--"));
        let fits = own.is_some_and(|e| flags.all(|flag| e.parameters().any(|p| p.flag() == flag)));
        let command = if fits { format!("bnq {group} ") } else { "bnq ".to_owned() };
        text + &command + piece
    })
}

#[derive(Serialize)]
struct Answer<'a> {
    errors: Vec<Row<'a>>,
}

/// An error as data. Names and order of the fields are public.
#[derive(Serialize)]
struct Row<'a> {
    product: Option<&'a str>,
    products: Vec<&'a str>,
    code: Option<i64>,
    codes: Vec<i64>,
    name: Option<&'a str>,
    status: Option<u16>,
    kind: Option<&'a str>,
    messages: Vec<&'a str>,
    meaning: Option<&'a str>,
    causes: Vec<CauseRow>,
    commands: Vec<String>,
    count: Option<usize>,
    line: Option<usize>,
}

#[derive(Serialize)]
struct CauseRow {
    cause: String,
    tell: Option<String>,
    fix: String,
}

impl<'a> Row<'a> {
    fn of(explained: &'a Explained, group: Option<&str>) -> Self {
        let Explained { found, count, line } = explained;
        let (mut mistake, mut status) = (None, None);
        match found.what {
            What::Status(s, _) => status = Some(s),
            What::Mistake(m) => {
                mistake = Some(CauseRow { cause: unfilled(m.cause()), tell: None, fix: unfilled(m.fix()) });
            }
            What::Error(_) | What::Message(_) => {}
        }
        let advice = found.advice();
        let causes = advice.map(Advice::causes).unwrap_or_default().iter().map(|c| CauseRow {
            cause: in_group(c.cause(), group),
            tell: c.tell().map(|tell| in_group(tell, group)),
            fix: in_group(c.fix(), group),
        });
        let products: Vec<&str> = found.products.iter().map(|p| p.name()).collect();
        Self {
            product: products.first().copied(),
            products,
            code: found.codes().first().copied(),
            codes: found.codes(),
            name: found.name(),
            status,
            kind: found.kind().map(explain::Kind::as_str),
            messages: found.messages(),
            meaning: advice.and_then(Advice::meaning),
            causes: causes.chain(mistake).collect(),
            commands: advice.map(|a| a.commands().map(|c| in_group(c, group)).collect()).unwrap_or_default(),
            count: *count,
            line: *line,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::commands;
    use clap::error::ErrorKind;

    /// Every advice there is.
    fn advice() -> Vec<(String, &'static Advice)> {
        let found = |product: &'static Product| {
            let codes =
                (-40_000..0).flat_map(move |code: i64| explain::find(&code.to_string(), Some(product)));
            codes.filter_map(|f| {
                Some((format!("{} {:?}", f.products.first()?.name(), f.codes()), f.advice()?))
            })
        };
        let statuses = (300..600).filter_map(|s| Some((s.to_string(), explain::status(s)?.advice())));
        Product::all().iter().flat_map(found).chain(statuses).collect()
    }

    /// The words of a command line, with single quotes as in a shell.
    fn words(line: &str) -> Vec<String> {
        let mut words = vec![String::new()];
        for (i, part) in line.split('\'').enumerate() {
            let mut pieces = if i % 2 == 0 { part.split(' ').collect() } else { vec![part] }.into_iter();
            words.last_mut().unwrap().push_str(pieces.next().unwrap_or_default());
            words.extend(pieces.map(str::to_owned));
        }
        words.into_iter().filter(|w| !w.is_empty()).collect()
    }

    #[test]
    fn every_command_that_is_named_can_be_typed() {
        for (name, advice) in advice() {
            for command in advice.commands() {
                let words: Vec<String> = words(command).into_iter().map(shielded).collect();
                let named =
                    commands::named(words.get(1..).unwrap()).unwrap_or_else(|e| panic!("{name}: {e:?}"));
                assert!(words[0] == "bnq" && named.is_some(), "{name}: {command}");
                let parsed = commands::clap_command(named).try_get_matches_from(&words);
                let wrong = parsed.err().filter(|e| e.kind() != ErrorKind::DisplayHelp);
                assert!(wrong.is_none(), "{name}: {command}: {wrong:?}");
            }
            let causes = advice.causes().iter();
            for text in causes.flat_map(|c| [c.cause(), c.tell().unwrap_or_default(), c.fix()]) {
                for line in text.split('`').filter_map(|t| t.strip_prefix("bnq ")) {
                    assert!(matches!(commands::named(&words(line)), Ok(Some(_))), "{name}: {line}");
                }
            }
        }
    }

    #[test]
    fn commands_are_those_of_the_group() {
        let cases = [
            ("`bnq order --symbol X`", "futures", "`bnq futures order --symbol X`"),
            ("`bnq time`, then `bnq config show`", "futures", "`bnq futures time`, then `bnq config show`"),
            ("`bnq exchange-info --symbol X`", "futures", "`bnq exchange-info --symbol X`"),
            ("`bnq futures order`", "coin-futures", "`bnq futures order`"),
            ("`bnq order --symbol X`", "spot", "`bnq order --symbol X`"),
            ("no command", "futures", "no command"),
        ];
        for (text, group, expected) in cases {
            assert_eq!(in_group(text, Some(group)), expected, "{text}");
        }
    }

    #[test]
    fn a_code_is_no_flag() {
        let cases = [
            ("-2014", " -2014"),
            ("-2014: x", " -2014: x"),
            ("-", "-"),
            ("--group", "--group"),
            ("-o", "-o"),
        ];
        for (word, expected) in cases {
            assert_eq!(shielded(word.to_owned()), expected);
        }
    }
}
