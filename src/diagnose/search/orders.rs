//! Parameters signed in another order than they were sent in.

use super::parts::{Parts, name_of};
use super::{Around, Made, Slip, slip};

/// Up to this many parameters, every order is tried: 8 have 40,320.
const MOST_FOR_EVERY: usize = 8;

fn made(parts: &Parts, how: impl Into<String>, segments: &[&[u8]]) -> Option<(Slip, Parts)> {
    let ordered = Parts::ordered(segments.iter().copied());
    (ordered.payload() != parts.payload()).then(|| (slip("parameters-reordered", how), ordered))
}

/// The orders that libraries put parameters into.
pub(super) fn usual(parts: &Parts, around: &Around<'_>) -> Made<Parts> {
    let segments: Vec<&[u8]> = parts.segments().collect();
    let sorted = |compare: fn(&&[u8], &&[u8]) -> std::cmp::Ordering| {
        let mut sorted = segments.clone();
        sorted.sort_by(compare);
        sorted
    };
    let by_name = sorted(|a, b| name_of(a).cmp(&name_of(b)));
    let by_letter = sorted(|a, b| name_of(a).to_lowercase().cmp(&name_of(b).to_lowercase()));
    let backwards = |list: &[&[u8]], how| {
        let reversed = Parts::ordered(list.iter().rev().copied());
        (reversed.payload() != parts.payload()).then(|| (slip("parameters-reordered", how), reversed))
    };
    let mut documented = segments.clone();
    documented.sort_by_key(|s| position(&name_of(s), around));
    let mut orders = vec![
        made(parts, "in the order of the documentation", &documented),
        made(parts, "sorted by name", &by_name),
        made(parts, "sorted by name, letter case aside", &by_letter),
        backwards(&by_name, "sorted by name, last first"),
        backwards(&segments, "the other way round"),
    ];
    for name in ["timestamp", "recvWindow", "symbol"] {
        let (these, others): (Vec<&[u8]>, Vec<&[u8]>) = segments.iter().partition(|s| name_of(s) == name);
        orders.push(made(parts, format!("`{name}` first"), &[these.as_slice(), &others].concat()));
        orders.push(made(parts, format!("`{name}` last"), &[others.as_slice(), &these].concat()));
    }
    let (of_time, others): (Vec<&[u8]>, Vec<&[u8]>) =
        segments.iter().partition(|s| ["timestamp", "recvWindow"].contains(&name_of(s).as_str()));
    let other_way: Vec<&[u8]> = of_time.iter().rev().copied().collect();
    let how = "`timestamp` and `recvWindow` the other way round";
    orders.push(made(parts, how, &[others.as_slice(), &other_way].concat()));
    orders.push(made(parts, how, &[other_way.as_slice(), &others].concat()));
    orders.push(made(parts, "`timestamp` and `recvWindow` first", &[of_time.as_slice(), &others].concat()));
    orders.into_iter().flatten().collect()
}

/// Where the documentation names a parameter: those of signing last, and before them what it does not know.
fn position(name: &str, around: &Around<'_>) -> usize {
    let known = around.endpoint.parameters().position(|p| p.name() == name);
    let signing = ["recvWindow", "timestamp"].iter().position(|n| *n == name).map(|i| usize::MAX - 1 + i);
    known.or(signing).unwrap_or(usize::MAX - 2)
}

/// One parameter moved, or two exchanged.
pub(super) fn moved(parts: &Parts) -> Made<Parts> {
    let segments: Vec<&[u8]> = parts.segments().collect();
    let count = segments.len();
    let mut orders = Vec::new();
    for from in 0..count {
        for to in 0..count {
            let mut moved = segments.clone();
            let one = moved.remove(from);
            moved.insert(to, one);
            orders.extend(made(parts, format!("`{}` in another place", name_of(one)), &moved));
            let mut exchanged = segments.clone();
            exchanged.swap(from, to);
            orders.extend(made(parts, format!("`{}` and another exchanged", name_of(one)), &exchanged));
        }
    }
    orders
}

/// The payload in every order of a few parameters, or of those before `timestamp` and `recvWindow` where those stand last.
pub(super) fn every(parts: &Parts) -> impl Iterator<Item = Vec<u8>> {
    let segments: Vec<Vec<u8>> = parts.segments().map(<[u8]>::to_vec).collect();
    let of_time = |s: &&Vec<u8>| ["timestamp", "recvWindow"].contains(&name_of(s).as_str());
    let last = segments.iter().rev().take_while(of_time).count();
    let moving = if segments.len() <= MOST_FOR_EVERY { segments.len() } else { segments.len() - last };
    let count = if moving <= MOST_FOR_EVERY { moving } else { 0 };
    Permutations::new(count).map(move |order| {
        let moved = order.iter().filter_map(|i| segments.get(*i));
        let ordered: Vec<&[u8]> = moved.chain(segments.iter().skip(count)).map(Vec::as_slice).collect();
        ordered.join(&b'&')
    })
}

/// The permutations of the first numbers, each from the one before it (Heap's algorithm).
struct Permutations {
    order: Vec<usize>,
    counters: Vec<usize>,
    place: usize,
}

impl Permutations {
    fn new(count: usize) -> Self {
        Self { order: (0..count).collect(), counters: vec![0; count], place: 1 }
    }
}

impl Iterator for Permutations {
    type Item = Vec<usize>;

    fn next(&mut self) -> Option<Vec<usize>> {
        while let Some(counter) = self.counters.get_mut(self.place) {
            if *counter < self.place {
                let other = if self.place.is_multiple_of(2) { 0 } else { *counter };
                *counter += 1;
                self.order.swap(other, self.place);
                self.place = 1;
                return Some(self.order.clone());
            }
            *counter = 0;
            self.place += 1;
        }
        None
    }
}
