use super::Decision::{Again, GiveUp, WithClock};
use super::Tried::{Final, Held, Unanswered, Unreachable, WrongClock};
use super::*;

const BUDGET: Duration = Duration::from_secs(20);

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// The decisions after tries that end at these times.
fn decisions(history: History, tries: &[(Tried, u64)], jitter: u8) -> Vec<Decision> {
    let mut history = history;
    let mut decided = Vec::new();
    for (tried, elapsed) in tries {
        let (next, decision) = history.after(*tried, ms(*elapsed), jitter);
        history = next;
        decided.push(decision);
    }
    decided
}

#[test]
fn history_answer_and_clock_decide() {
    let fixed = History::of_fixed_time();
    let none = History::new(Duration::ZERO);
    let usual = History::new(BUDGET);
    let held = |s| Held(Duration::from_secs(s));
    let cases: &[(&str, History, &[(Tried, u64)], &[Decision])] = &[
        ("refused", usual, &[(Final, 10)], &[GiveUp]),
        ("no answer", usual, &[(Unanswered, 10)], &[Again(ms(250))]),
        (
            "pauses double up to a bound",
            usual,
            &[
                (Unanswered, 1),
                (Unanswered, 2),
                (Unanswered, 3),
                (Unanswered, 4),
                (Unanswered, 5),
                (Unanswered, 6),
            ],
            &[
                Again(ms(250)),
                Again(ms(500)),
                Again(ms(1000)),
                Again(ms(2000)),
                Again(ms(4000)),
                Again(ms(4000)),
            ],
        ),
        ("the pause just fits", usual, &[(Unanswered, 19_750)], &[Again(ms(250))]),
        ("the pause does not fit", usual, &[(Unanswered, 19_751)], &[GiveUp]),
        ("later than the budget", usual, &[(Unanswered, 30_000)], &[GiveUp]),
        ("no budget", none, &[(Unanswered, 0)], &[GiveUp]),
        ("held", usual, &[(held(5), 10)], &[Again(ms(5000))]),
        ("held for longer than is left", usual, &[(held(5), 15_001)], &[GiveUp]),
        ("held for as long as anything", usual, &[(Held(Duration::MAX), 1)], &[GiveUp]),
        ("held without a budget", none, &[(held(1), 0)], &[GiveUp]),
        ("unreachable", usual, &[(Unreachable, 5)], &[Again(ms(250))]),
        (
            "unreachable for three seconds of it",
            usual,
            &[(Unreachable, 0), (Unreachable, 250), (Unreachable, 750), (Unreachable, 1750)],
            &[Again(ms(250)), Again(ms(500)), Again(ms(1000)), GiveUp],
        ),
        (
            "other failures do not count as unreachable",
            usual,
            &[(Unanswered, 10_000), (Unreachable, 10_250)],
            &[Again(ms(250)), Again(ms(500))],
        ),
        ("a look-up that took long", usual, &[(Unreachable, 2_800)], &[GiveUp]),
        ("unreachable with less than that in all", History::new(ms(200)), &[(Unreachable, 5)], &[GiveUp]),
        ("the clock", usual, &[(WrongClock, 10)], &[WithClock]),
        ("the clock twice", usual, &[(WrongClock, 10), (WrongClock, 20)], &[WithClock, GiveUp]),
        ("the clock without a budget", none, &[(WrongClock, 10)], &[WithClock]),
        (
            "the clock, then no answer",
            usual,
            &[(WrongClock, 10), (Unanswered, 20), (WrongClock, 600)],
            &[WithClock, Again(ms(500)), GiveUp],
        ),
        ("a fixed time: the clock", fixed, &[(WrongClock, 10)], &[GiveUp]),
        ("a fixed time: no answer", fixed, &[(Unanswered, 10)], &[GiveUp]),
        ("a fixed time: held", fixed, &[(Held(Duration::ZERO), 10)], &[GiveUp]),
    ];
    for (name, history, tries, expected) in cases {
        assert_eq!(decisions(*history, tries, 0), *expected, "{name}");
    }
}

#[test]
fn jitter_shortens_pauses_by_up_to_a_half_and_never_a_wait_that_was_asked_for() {
    for jitter in [0, 1, 128, 255] {
        let tries = [(Unanswered, 0), (Unanswered, 1), (Held(ms(7000)), 2)];
        let decided = decisions(History::new(BUDGET), &tries, jitter);
        for (decision, longest) in decided.iter().zip([250, 500]) {
            let Again(pause) = decision else { panic!("{jitter}: {decision:?}") };
            assert!((ms(longest) / 2..=ms(longest)).contains(pause), "{jitter}: {pause:?}");
        }
        assert_eq!(decided[2], Again(ms(7000)), "{jitter}");
    }
}

#[test]
fn what_failed_before_an_answer_decides_whether_it_is_worth_another_try() {
    let io = || std::io::Error::from(std::io::ErrorKind::ConnectionReset);
    let host = || "api.example.com".to_owned();
    let proxy = |problem| SendError::Proxy { host: host(), proxy: "p:1".to_owned(), problem };
    let cases = [
        ("name", SendError::NameNotFound { host: host(), source: io() }, Unreachable),
        ("refused", SendError::Connect { host: host(), source: io() }, Unreachable),
        ("TLS broke", SendError::Tls { host: host(), source: io() }, Unanswered),
        ("no answer", SendError::NoAnswer { host: host(), after: ms(1) }, Unanswered),
        ("closed", SendError::Closed { host: host(), began: true }, Unanswered),
        ("reset", SendError::Broken { host: host(), source: io() }, Unanswered),
        ("no proxy", proxy(ProxyProblem::Unreachable(io())), Unreachable),
        ("proxy login", proxy(ProxyProblem::Credentials), Final),
        ("proxy 403", proxy(ProxyProblem::Status(403)), Final),
        ("proxy 502", proxy(ProxyProblem::Status(502)), Unanswered),
        ("no HTTP", SendError::Malformed { host: host(), detail: String::new() }, Final),
        ("plain http", SendError::PlainHttp { host: host() }, Final),
    ];
    for (name, error, expected) in cases {
        assert_eq!(Tried::of(&error), expected, "{name}");
    }
}
