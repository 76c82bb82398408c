//! `--all` while rows change: a candle that is still open, an order that is executed, a list that ends.

use std::sync::atomic::{AtomicI64, Ordering};

use super::pages::{all, parameter};
use super::support::{answer, now_ms, scripted};

/// The last candle is another in each answer.
#[test]
fn a_candle_that_is_still_open_comes_once() {
    let times = "--symbol X --interval 1m --start-time 1700000000000 --end-time 1700100000000";
    for group in ["klines", "ui-klines", "futures klines", "coin-futures klines"] {
        for count in [1, 400, 450] {
            let candles: Vec<i64> = (0..count).map(|i| 1_700_000_040_000 + i * 60_000).collect();
            let last = 1_700_000_040_000 + (count - 1) * 60_000;
            let of_server = candles.clone();
            let server = scripted(move |number, line| {
                let given = |name| parameter(line, name).unwrap();
                if number > 100 {
                    return answer("400 Bad Request", "too many requests");
                }
                let page: Vec<String> = of_server
                    .iter()
                    .filter(|time| (given("startTime")..=given("endTime")).contains(time))
                    .take(usize::try_from(given("limit")).unwrap())
                    .map(|time| format!("[{time},\"{}\"]", if *time == last { number } else { 0 }))
                    .collect();
                answer("200 OK", &format!("[{}]", page.join(",")))
            });
            let ran = all(&server, &format!("{group} {times} --limit 100 -o jsonl")).exits(0);
            let time = |line: &str| line[1..].split(',').next().unwrap().parse().unwrap();
            let printed: Vec<i64> = ran.stdout.lines().map(time).collect();
            assert!(printed == candles, "{group}, {count}: {} rows", printed.len());
        }
    }
}

/// It was in a window that is still to come, and is in none of them any more.
#[test]
fn an_order_that_changes_meanwhile_is_not_left_out() {
    let (day, now) = (86_400_000_i64, now_ms());
    // Where the rows are to end is typed, or not.
    for (end, orders) in [(String::new(), 1..=4), (format!("--end-time {now}"), 1..=3)] {
        let executed = AtomicI64::new(0);
        let server = scripted(move |number, line| {
            let (from, upto) = (parameter(line, "startTime").unwrap(), parameter(line, "endTime").unwrap());
            // The last order is executed after the first answer.
            if number == 1 {
                executed.store(now_ms(), Ordering::SeqCst);
            }
            let changed = |id: i64| match executed.load(Ordering::SeqCst) {
                at @ 1.. if id == 4 => at,
                _ => now - 5 * day + id * day,
            };
            let page: Vec<String> = (1..=4)
                .filter(|id| (from..=upto).contains(&changed(*id)))
                .map(|id| format!("{{\"orderId\":{id},\"updateTime\":{}}}", changed(id)))
                .collect();
            answer("200 OK", &format!("[{}]", page.join(",")))
        });
        let line = format!("all-orders --symbol X --start-time 5d {end} -o jsonl --fields orderId");
        let ran = all(&server, &line).exits(0);
        let expected: String = orders.map(|id| format!("{{\"orderId\":{id}}}\n")).collect();
        assert_eq!(ran.stdout, expected, "{end}");
    }
}

/// The time of a list is that of its last change, which says nothing of those after it.
#[test]
fn a_list_that_changes_meanwhile_ends_nothing() {
    let rows: Vec<(i64, i64)> = (1..=20).map(|id| (id, if id == 3 { i64::MAX } else { id })).collect();
    for group in ["", "margin "] {
        let rows = rows.clone();
        let server = scripted(move |_, line| {
            let from = parameter(line, "fromId").unwrap();
            let page: Vec<String> = rows
                .iter()
                .filter(|(id, _)| *id >= from)
                .take(8)
                .map(|(id, time)| format!("{{\"orderListId\":{id},\"transactionTime\":{time}}}"))
                .collect();
            answer("200 OK", &format!("[{}]", page.join(",")))
        });
        let ran = all(&server, &format!("{group}all-order-list --limit 8 -o jsonl")).exits(0);
        assert_eq!(ran.stdout.lines().count(), 20, "{group}: {ran:?}");
    }
}
