//! `--all` where ids have gaps, and where a window of time holds more rows than a page: whichever of them come, none is lost and
//! none is printed twice.

use std::collections::HashSet;
use std::fs;

use bnq::catalogue::{Names, PagingBy};

use super::catalogue::each;
use super::made_up::{self, Extent};
use super::pages::{all, all_of, parameter, texts, trades};
use super::support::{Scripted, answer, bnq, scripted};

/// How a server answers a window that holds more rows than a page.
#[derive(Clone, Copy)]
struct Habit {
    /// With its last rows.
    newest: bool,
    /// Latest first.
    falling: bool,
    /// `endTime` is not part of it.
    exclusive: bool,
}

const FIRST: Habit = Habit { newest: false, falling: false, exclusive: false };

/// Each with the time that windows go by.
type Rows = Vec<(i64, String)>;

/// Rows of a time in windows.
fn windows(rows: Rows, habit: Habit) -> Scripted {
    scripted(move |_, line| {
        let given = |name| parameter(line, name);
        let size = given("limit").or_else(|| given("size")).unwrap_or(500);
        let size = usize::try_from(size).unwrap();
        let (from, end) = (given("startTime").unwrap(), given("endTime").unwrap());
        let end = end - i64::from(habit.exclusive);
        let mut page: Vec<&str> = rows
            .iter()
            .filter(|(time, _)| (from..=end).contains(time))
            .map(|(_, row)| row.as_str())
            .collect();
        let over = page.len().saturating_sub(size);
        if habit.newest {
            page.drain(..over);
        } else {
            page.truncate(size);
        }
        if habit.falling {
            page.reverse();
        }
        answer("200 OK", &format!("[{}]", page.join(",")))
    })
}

fn at(time: i64, id: usize) -> (i64, String) {
    (time, format!("{{\"id\":{id},\"time\":{time},\"timestamp\":{time}}}"))
}

/// Candles of a minute, as coin-futures has them.
fn candles(count: i64) -> Rows {
    (0..count).map(|i| 1_700_000_040_000 + i * 60_000).map(|t| (t, format!("[{t},\"1.0\"]"))).collect()
}

#[test]
fn every_row_of_every_window_comes_once() {
    let some =
        || (0..800).map(|i| at(1_700_000_000_000 + (i / 3) * 7_919, usize::try_from(i).unwrap())).collect();
    let upto = 1_700_000_000_000_i64 + 266 * 7_919 + 1;
    let income = trades(2_000);
    let last = income[1_999].0 + 1;
    let klines =
        "klines --symbol X --interval 1m --start-time 1700000000000 --limit 100 --end-time 1700300000000";
    let cases: [(&str, Rows, String, &[Habit]); 5] = [
        ("candles, first ones", candles(4_500), format!("futures {klines}"), &[FIRST]),
        (
            "candles, any",
            candles(4_500),
            format!("coin-futures {klines}"),
            &[FIRST, Habit { newest: true, ..FIRST }, Habit { newest: true, falling: true, ..FIRST }],
        ),
        (
            "three of each time",
            some(),
            format!(
                "futures basis --pair X --contract-type PERPETUAL --period 5m --limit 20 \
                 --start-time 1699999990000 --end-time {upto}"
            ),
            &[
                FIRST,
                Habit { newest: true, ..FIRST },
                Habit { exclusive: true, ..FIRST },
                Habit { newest: true, exclusive: true, ..FIRST },
            ],
        ),
        (
            "windows of seven days",
            (0..300).map(|i| at(1_700_000_000_000 + i * 43_200_000, usize::try_from(i).unwrap())).collect(),
            "margin capital-flow --limit 40 --start-time 1699000000000 --end-time 1720000000000".to_owned(),
            &[
                FIRST,
                Habit { newest: true, falling: true, exclusive: false },
                Habit { exclusive: true, ..FIRST },
            ],
        ),
        (
            "many of one time",
            income,
            format!("futures income --start-time 1699999999000 --end-time {last} --limit 1000"),
            &[FIRST, Habit { exclusive: true, ..FIRST }],
        ),
    ];
    for (name, rows, line, habits) in cases {
        for (n, habit) in habits.iter().enumerate() {
            let server = windows(rows.clone(), *habit);
            let ran = all(&server, &format!("{line} -o jsonl")).exits(0);
            let mut printed: Vec<&str> = ran.stdout.lines().collect();
            let (whole, mut expected) = (printed.len(), texts(&rows));
            if habit.falling || habit.exclusive {
                // Rows of one time are in the order in which they came.
                printed.sort_unstable();
                expected.sort_unstable();
            }
            assert!(printed == expected, "{name}, habit {n}: {whole} of {} rows", rows.len());
            let requests = server.requests().len();
            assert!(requests < 200 + rows.len() / 4, "{name}, habit {n}: {requests} requests");
        }
    }
}

#[test]
fn a_time_with_more_rows_than_a_page_is_said() {
    let same: Rows = (0..60).map(|id| at(1_700_000_000_000, id)).collect();
    let one = vec![at(1_700_000_000_000, 1)];
    let basis = "futures basis --pair X --contract-type PERPETUAL --period 5m";
    let cases = [
        (
            "any rows of a window",
            same.clone(),
            format!("{basis} --limit 50"),
            "50 rows have the time 1700000000000",
        ),
        (
            "its first rows",
            same.clone(),
            "futures income --limit 50".to_owned(),
            "50 rows have the time 1700000000000",
        ),
        ("a page of one row", one, "futures income --limit 1".to_owned(), "1 row has the time 1700000000000"),
        (
            "the first id",
            same,
            "my-trades --symbol X --limit 50".to_owned(),
            "50 rows have the time 1700000000000",
        ),
        (
            "the largest page",
            (0..600).map(|id| at(1_700_000_000_000, id)).collect(),
            format!("{basis} --limit 500"),
            "500 rows have the time 1700000000000",
        ),
    ];
    for (name, rows, line, message) in cases {
        for (newest, exclusive) in [(false, false), (true, false), (false, true), (true, true)] {
            let server = windows(rows.clone(), Habit { newest, exclusive, ..FIRST });
            let ran = all(&server, &format!("{line} --start-time 1699990000000 -o jsonl"));
            assert_eq!(ran.code, Some(1), "{name}, newest: {newest}, exclusive: {exclusive}: {ran:?}");
            assert_eq!(ran.stderr.contains("for larger pages"), !line.contains("500"), "{name}: {ran:?}");
            ran.says(message);
        }
    }
}

/// Where a window of one millisecond is empty since its end is not part of it, the next one is too.
#[test]
fn full_windows_of_two_milliseconds_lose_nothing() {
    // How many rows there are of each of the last two times, with pages of 20.
    for (first, second, exclusive) in
        [(0, 20, false), (19, 1, false), (12, 12, false), (19, 0, true), (12, 12, true)]
    {
        let time = |id: usize| 1_700_000_000_000 + i64::from(id >= first);
        let rows: Rows = (0..first + second).map(|id| at(time(id), id)).collect();
        let server = windows(rows.clone(), Habit { exclusive, ..FIRST });
        let line = "futures basis --pair X --contract-type PERPETUAL --period 5m --limit 20 -o jsonl";
        let times = "--start-time 1699999990000 --end-time 1700000001000";
        let ran = all(&server, &format!("{line} {times}"));
        // A page of 20 may have left out rows of its time.
        let expected = if second == 20 { (Some(1), 0) } else { (Some(0), rows.len()) };
        assert_eq!(
            (ran.code, ran.stdout.lines().count()),
            expected,
            "{first}, {second}, {exclusive}: {ran:?}"
        );
    }
}

/// It can be the last one of a window, and is in no window at all where the end is not part of it.
#[test]
fn the_first_row_is_found_on_the_edge_of_a_window() {
    let day = 86_400_000_i64;
    for (line, window) in [
        ("futures user-trades --symbol X", 7 * day),
        ("my-trades --symbol X", day),
        ("futures agg-trades --symbol X", day / 24),
    ] {
        for (edge, exclusive) in [(-1, true), (-1, false), (0, true), (0, false), (-2, true)] {
            let first = 1_700_000_000_000 + window + edge;
            let row = move |id: i64| {
                let time = first + (id - 5) * 2 * window;
                format!("{{\"id\":{id},\"a\":{id},\"time\":{time},\"T\":{time}}}")
            };
            let server = scripted(move |_, line| {
                let given = |name| parameter(line, name);
                let inside = |id: &i64| {
                    let time = first + (id - 5) * 2 * window;
                    let in_window = || {
                        let end = given("endTime").unwrap() - i64::from(exclusive);
                        (given("startTime").unwrap()..=end).contains(&time)
                    };
                    given("fromId").map_or_else(in_window, |from| *id >= from)
                };
                let page: Vec<String> = (5..8).filter(inside).map(row).collect();
                answer("200 OK", &format!("[{}]", page.join(",")))
            });
            let times = format!("--start-time 1700000000000 --end-time {}", first + 9 * window);
            let ran = all(&server, &format!("{line} {times} -o jsonl")).exits(0);
            let expected: String = (5..8).map(|id| row(id) + "\n").collect();
            assert_eq!(ran.stdout, expected, "{line}, {edge}, exclusive: {exclusive}");
        }
    }
}

/// Rows whose ids have gaps, from an id on.
fn by_id(ids: Vec<i64>, inclusive: bool) -> Scripted {
    scripted(move |_, line| {
        let from = ["fromId", "orderId"].iter().find_map(|name| parameter(line, name)).unwrap();
        let size = usize::try_from(parameter(line, "limit").unwrap_or(500)).unwrap();
        let page: Vec<String> = ids
            .iter()
            .filter(|id| if inclusive { **id >= from } else { **id > from })
            .take(size)
            .map(|id| format!("{{\"id\":{id},\"orderId\":{id},\"time\":{id}}}"))
            .collect();
        answer("200 OK", &format!("[{}]", page.join(",")))
    })
}

#[test]
fn gaps_between_ids_lose_nothing() {
    let gaps: Vec<i64> = (1..3_000).filter(|id| id % 7 > 1 && !(400..1_600).contains(id)).collect();
    let dense: Vec<i64> = (1..50).collect();
    // Whether it is known that the row with the id itself is on the page: then a server that leaves it out is none of these.
    let cases = [
        ("historical-trades --symbol X", &gaps, true, 0),
        ("all-orders --symbol X", &gaps, true, 0),
        ("futures historical-trades --symbol X", &gaps, false, 0),
        ("futures historical-trades --symbol X --from-id 500", &gaps, false, 500),
        ("futures historical-trades --symbol X --from-id 1601", &gaps, false, 1_601),
        ("futures historical-trades --symbol X --limit 1", &dense, false, 0),
        ("historical-trades --symbol X --limit 1", &dense, true, 0),
    ];
    for (line, ids, known, from) in cases {
        for inclusive in [true, false].into_iter().filter(|inclusive| *inclusive || !known) {
            let server = by_id(ids.clone(), inclusive);
            let limit = if line.contains("limit") { "" } else { "--limit 100" };
            let ran = all(&server, &format!("{line} {limit} -o jsonl --fields id")).exits(0);
            let expected: String =
                ids.iter().filter(|id| **id >= from).map(|id| format!("{{\"id\":{id}}}\n")).collect();
            assert_eq!(ran.stdout, expected, "{line}, inclusive: {inclusive}");
        }
    }
}

/// Orders go by the time of their last change: one that came first can be in a later window than those after it.
#[test]
fn an_order_that_changed_late_is_not_left_out() {
    let day = 86_400_000_i64;
    let order = |id: i64, changed: i64| {
        let time = 1_700_000_000_000 + id;
        (changed, format!("{{\"orderId\":{id},\"time\":{time},\"updateTime\":{changed}}}"))
    };
    let mut rows: Rows = (1..200)
        .map(|id| order(id, 1_700_000_000_000 + if id % 10 == 1 { 5 * day + id } else { day + id }))
        .collect();
    rows.sort_unstable();
    for (line, newest) in [("all-orders", false), ("all-orders", true), ("margin all-orders", false)] {
        let server = windows(rows.clone(), Habit { newest, ..FIRST });
        let times = format!("--start-time 1700000000000 --end-time {}", 1_700_000_000_000_i64 + 7 * day);
        let ran = all(&server, &format!("{line} --symbol X --limit 30 {times} -o jsonl")).exits(0);
        let mut printed: Vec<&str> = ran.stdout.lines().collect();
        let mut expected = texts(&rows);
        printed.sort_unstable();
        expected.sort_unstable();
        assert!(printed == expected, "{line}: {} rows", printed.len());
    }
}

#[test]
fn counted_pages_are_followed_through_windows() {
    // A line, what it asks first, and where its rows are.
    let day = 86_400_000_i64;
    let rows: Rows =
        (0..230).map(|i| at(1_700_000_000_000 + i64::from(i) * day, usize::try_from(i).unwrap())).collect();
    let until = 1_700_000_000_000 + 400 * day;
    let cases = [
        (
            format!("wallet deposit-history --limit 20 --start-time 1700000000000 --end-time {until}"),
            "offset=0",
            "",
        ),
        (
            format!("margin interest-history --size 7 --start-time 1700000000000 --end-time {until}"),
            "current=1",
            "rows",
        ),
        (format!("rebate tax-query --start-time 1700000000000 --end-time {until}"), "page=1", "data.data"),
        (
            format!("c2c order-history --rows 30 --start-timestamp 1700000000000 --end-timestamp {until}"),
            "page=1",
            "data",
        ),
    ];
    for (line, first, holder) in cases {
        let (list, holder) = (rows.clone(), holder.to_owned());
        let server = scripted(move |_, line| {
            let given = |name| parameter(line, name);
            let size = ["limit", "size", "rows"].iter().find_map(|name| given(name)).unwrap_or(10);
            let size = usize::try_from(size).unwrap();
            let from = given("startTime").or_else(|| given("startTimestamp")).unwrap();
            let end = given("endTime").or_else(|| given("endTimestamp")).unwrap();
            let page =
                given("current").or_else(|| given("page")).map(|n| usize::try_from(n - 1).unwrap() * size);
            let begin = page.unwrap_or_else(|| usize::try_from(given("offset").unwrap()).unwrap());
            assert!(end - from < 90 * 86_400_000, "{line}");
            let page: Vec<&str> = list
                .iter()
                .filter(|(time, _)| (from..=end).contains(time))
                .skip(begin)
                .take(size)
                .map(|(_, row)| row.as_str())
                .collect();
            let mut body = format!("[{}]", page.join(","));
            for name in holder.rsplit('.').filter(|name| !name.is_empty()) {
                body = format!("{{\"{name}\":{body}}}");
            }
            answer("200 OK", &body)
        });
        let ran = all(&server, &format!("{line} -o jsonl")).exits(0);
        assert!(server.requests()[0].contains(first), "{:?}", server.requests()[0]);
        let printed: Vec<&str> = ran.stdout.lines().collect();
        assert!(printed == texts(&rows), "{line}: {} rows", printed.len());
    }
}

#[test]
fn pages_go_on_where_the_answer_says() {
    let server = scripted(|_, line| {
        let after = parameter(line, "lastId").unwrap_or(0);
        let next = if after < 20 { format!("{}", after + 4) } else { "null".to_owned() };
        let rows: Vec<String> = (after + 1..after + 5).map(|id| format!("{{\"n\":{id}}}")).collect();
        answer("200 OK", &format!("{{\"rows\":[{}],\"hasMore\":true,\"nextLastId\":{next}}}", rows.join(",")))
    });
    let ran = all(&server, "stocks tokenized-history -o jsonl").exits(0);
    assert_eq!(ran.stdout, (1..25).map(|n| format!("{{\"n\":{n}}}\n")).collect::<String>());
    assert!(!server.requests()[0].contains("lastId"), "{:?}", server.requests()[0]);
    let stuck = scripted(|_, _| answer("200 OK", "{\"rows\":[1],\"nextLastId\":7}"));
    all(&stuck, "stocks tokenized-history -o jsonl").exits(1).says("nextLastId stays where it was");
}

#[test]
fn where_pages_begin_is_said_once() {
    let server = windows(Vec::new(), FIRST);
    let cases = [
        (
            "margin all-orders --symbol X --order-id 5 --start-time 1700000000000",
            "orderId or at startTime, not at both",
        ),
        ("all-orders --symbol X --end-time 1700000000000", "it is not said where the pages begin"),
        (
            "futures basis --pair X --contract-type PERPETUAL --period 5m",
            "it is not said where the pages begin",
        ),
        ("coin-futures user-trades --pair X", "use --symbol with --all"),
        ("portfolio-margin cm-user-trades --pair X --start-time 1700000000000", "use --symbol with --all"),
        (
            "my-prevented-matches --symbol X --prevented-match-id 5",
            "by fromPreventedMatchId, which does not go with preventedMatchId",
        ),
    ];
    for (line, message) in cases {
        all(&server, line).exits(2).says(message).prints_nothing();
    }
    assert_eq!(server.requests().len(), 0);
}

/// What the practice exchange does not play, it answers with an example, which no page follows.
#[test]
fn an_example_is_one_page() {
    let lines = [
        "options user-trades --symbol X",
        "margin exchange-small-liability-history",
        "mining worker-list --algo sha256 --user-name a",
        "futures basis --pair BTCUSDT --contract-type PERPETUAL --period 1h --start-time 10d",
    ];
    for line in lines {
        let ran = bnq(&format!("--env local {line} --all -o jsonl")).run().exits(0);
        assert_eq!(ran.stdout.lines().count(), 1, "{line}: {ran:?}");
        assert_eq!(ran.stderr.matches("note: an example").count(), 1, "{line}: {ran:?}");
    }
}

/// A span back from now is another time in each run, and the same wish.
#[test]
fn a_file_belongs_to_what_was_typed() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("place").to_str().unwrap().to_owned();
    let server = by_id((1..20).collect(), true);
    let run = |line: &str| all(&server, &format!("{line} -o jsonl --resume {place}"));
    run("all-orders --symbol X --limit 5").exits(0);
    run("all-orders --symbol X --limit 5").exits(0).prints_nothing();
    run("all-orders --symbol Y --limit 5").exits(3).says("is for another request");
    fs::remove_file(&place).unwrap();
    let empty = windows(Vec::new(), FIRST);
    let run = |start: &str| {
        let line = format!("futures income --start-time {start} -o jsonl --resume {place}");
        all(&empty, &line)
    };
    run("30d").exits(0);
    run("30d").exits(0);
    run("31d").exits(3).says("is for another request");
    let profile = format!(
        "[profiles.other]\nenv = \"local\"\napi_key = \"{0}\"\nsecret_key = \"{1}\"\n",
        "made0up1".repeat(8),
        "made1up0".repeat(8)
    );
    let line = format!("--profile other futures income --start-time 30d -o jsonl --resume {place}");
    all_of(&empty, &line).config(&profile).run().exits(3).says("is for another request");
    for damaged in [&b"{\"bnq-pages\":3,"[..], b"\xff\xfe", b""] {
        fs::write(&place, damaged).unwrap();
        run("30d").exits(3).says("was not written by --resume").prints_nothing();
        assert_eq!(fs::read(&place).unwrap(), damaged, "it was written over");
    }
}

/// Each read that has pages, with nothing but what it needs besides: what the first page wants is known to `--all`.
#[test]
fn every_read_with_pages_can_be_followed() {
    each(|endpoint| {
        let Some(paging) = endpoint.paging() else { return };
        let start = match paging.by() {
            PagingBy::Time => "startTime=3h".to_owned(),
            PagingBy::Id if paging.time().is_some() => "startTime=3h".to_owned(),
            // There are more trades than a test has time for.
            PagingBy::Id => format!("{}=600000000", paging.from()),
            PagingBy::Page | PagingBy::Offset | PagingBy::Next => String::new(),
        };
        let mut line = bnq(&format!("-q --env local {} --all -o jsonl {start}", endpoint.words().join(" ")));
        let known = |name: &str| {
            let size = Some(name) == paging.size() && endpoint.largest_page().is_some();
            size || name == paging.from() || start.starts_with(name)
        };
        // What cannot go with the first page's own parameter has another in its place.
        let apart = |name: &str| {
            let both =
                |group: Names| group.iter().any(|n| n == name) && group.iter().any(|n| n == paging.from());
            endpoint.at_most_one().any(both)
        };
        let needed = made_up::parameters(endpoint, Extent::Needed);
        for given in needed.iter().filter(|given| !known(given.parameter.name())) {
            let name = given.parameter.name();
            let mut other = endpoint.one_of().filter(|group| apart(name) && group.iter().any(|n| n == name));
            match other.find_map(|group| group.iter().find(|n| !apart(n))) {
                Some(other) => line = line.arg(&format!("{other}=1")),
                None => {
                    line = given.typed.iter().fold(line, |line, value| line.arg(&format!("{name}={value}")));
                }
            }
        }
        let ran = line.run();
        assert_eq!(ran.code, Some(0), "{endpoint:?} {start}: {ran:?}");
        let rows: HashSet<&str> = ran.stdout.lines().collect();
        assert_eq!(rows.len(), ran.stdout.lines().count(), "{endpoint:?} {start}: a row comes twice");
    });
}
