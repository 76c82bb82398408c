//! Parameters signed in another order than they were sent in.

use super::parts::{Parts, name_of};
use super::{Made, slip};

/// Up to this many parameters, every order is tried.
const MOST_FOR_EVERY: usize = 6;

fn made(parts: &Parts, how: impl Into<String>, segments: &[&[u8]]) -> Option<(super::Slip, Parts)> {
    let ordered = Parts::ordered(segments.iter().copied());
    (ordered.payload() != parts.payload()).then(|| (slip("parameters-reordered", how), ordered))
}

/// The orders that libraries put parameters into.
pub(super) fn usual(parts: &Parts) -> Made<Parts> {
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
    let mut orders = vec![
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

/// Every order that is tried: the usual ones, one parameter moved or two exchanged, and for a few parameters all.
pub(super) fn all(parts: &Parts) -> Made<Parts> {
    let segments: Vec<&[u8]> = parts.segments().collect();
    let mut orders = usual(parts);
    let count = segments.len();
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
    if count <= MOST_FOR_EVERY {
        let mut every = Vec::new();
        permute(&mut segments.clone(), 0, &mut every);
        orders.extend(every.iter().filter_map(|order| {
            let names: Vec<String> = order.iter().map(|s| name_of(s)).collect();
            made(parts, names.join(", "), order)
        }));
    }
    orders
}

fn permute<'a>(segments: &mut Vec<&'a [u8]>, fixed: usize, every: &mut Vec<Vec<&'a [u8]>>) {
    if fixed + 1 >= segments.len() {
        every.push(segments.clone());
        return;
    }
    for i in fixed..segments.len() {
        segments.swap(fixed, i);
        permute(segments, fixed + 1, every);
        segments.swap(fixed, i);
    }
}
