use super::Decision::{Again, GiveUp, WithClock};
use super::Tried::{Final, Held, Unanswered, Unreachable, WrongClock};
use super::*;

const fn ms(ms: u64) -> Duration {
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

/// A name, what was before, how each try ended and when, and what is decided after each.
type Case = (&'static str, Budget, &'static [(Tried, u64)], &'static [Decision]);

#[derive(Clone, Copy)]
enum Budget {
    Seconds(u64),
    FixedTime,
}

impl Budget {
    fn history(self) -> History {
        match self {
            Self::Seconds(s) => History::new(Duration::from_secs(s)),
            Self::FixedTime => History::of_fixed_time(),
        }
    }
}

const USUAL: Budget = Budget::Seconds(20);
const NONE: Budget = Budget::Seconds(0);
const FIXED: Budget = Budget::FixedTime;

const fn held(s: u64) -> Tried {
    Held(Duration::from_secs(s))
}

const CASES: &[Case] = &[
    ("refused", USUAL, &[(Final, 10)], &[GiveUp]),
    ("no answer", USUAL, &[(Unanswered, 10)], &[Again(ms(250))]),
    (
        "pauses double up to a bound",
        USUAL,
        &[
            (Unanswered, 1),
            (Unanswered, 2),
            (Unanswered, 3),
            (Unanswered, 4),
            (Unanswered, 5),
            (Unanswered, 6),
        ],
        &[Again(ms(250)), Again(ms(500)), Again(ms(1000)), Again(ms(2000)), Again(ms(4000)), Again(ms(4000))],
    ),
    ("the pause just fits", USUAL, &[(Unanswered, 19_750)], &[Again(ms(250))]),
    ("the pause does not fit", USUAL, &[(Unanswered, 19_751)], &[GiveUp]),
    ("later than the budget", USUAL, &[(Unanswered, 30_000)], &[GiveUp]),
    ("no budget", NONE, &[(Unanswered, 0)], &[GiveUp]),
    ("held", USUAL, &[(held(5), 10)], &[Again(ms(5000))]),
    ("held for longer than is left", USUAL, &[(held(5), 15_001)], &[GiveUp]),
    ("held for as long as anything", USUAL, &[(Held(Duration::MAX), 1)], &[GiveUp]),
    ("held without a budget", NONE, &[(held(1), 0)], &[GiveUp]),
    ("unreachable", USUAL, &[(Unreachable, 5)], &[Again(ms(250))]),
    (
        "unreachable for three seconds of it",
        USUAL,
        &[(Unreachable, 0), (Unreachable, 250), (Unreachable, 750), (Unreachable, 1750)],
        &[Again(ms(250)), Again(ms(500)), Again(ms(1000)), GiveUp],
    ),
    (
        "other failures do not count as unreachable",
        USUAL,
        &[(Unanswered, 10_000), (Unreachable, 10_250)],
        &[Again(ms(250)), Again(ms(500))],
    ),
    ("a look-up that took long", USUAL, &[(Unreachable, 2_800)], &[GiveUp]),
    ("unreachable without a budget", NONE, &[(Unreachable, 5)], &[GiveUp]),
    ("the clock", USUAL, &[(WrongClock, 10)], &[WithClock]),
    ("the clock twice", USUAL, &[(WrongClock, 10), (WrongClock, 20)], &[WithClock, GiveUp]),
    ("the clock without a budget", NONE, &[(WrongClock, 10)], &[WithClock]),
    (
        "the clock, then no answer",
        USUAL,
        &[(WrongClock, 10), (Unanswered, 20), (WrongClock, 600)],
        &[WithClock, Again(ms(500)), GiveUp],
    ),
    ("a fixed time: the clock", FIXED, &[(WrongClock, 10)], &[GiveUp]),
    ("a fixed time: no answer", FIXED, &[(Unanswered, 10)], &[GiveUp]),
    ("a fixed time: held", FIXED, &[(Held(Duration::ZERO), 10)], &[GiveUp]),
];

#[test]
fn history_answer_and_clock_decide() {
    for (name, budget, tries, expected) in CASES {
        assert_eq!(decisions(budget.history(), tries, 0), *expected, "{name}");
    }
}

#[test]
fn jitter_shortens_pauses_by_up_to_a_half_and_never_a_wait_that_was_asked_for() {
    for jitter in [0, 1, 128, 255] {
        let tries = [(Unanswered, 0), (Unanswered, 1), (Held(ms(7000)), 2)];
        let decided = decisions(USUAL.history(), &tries, jitter);
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
