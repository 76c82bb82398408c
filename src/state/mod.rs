//! What is remembered from one run to the next, for each host and port: the exchange's clock, bans, and how much of the
//! limits is used. Nothing depends on it: without a folder, or with one that cannot be written, everything works.

mod clock;
mod folder;
mod known;
mod memory;

pub use clock::{ClockOffset, Clocks};
pub use folder::{Folder, FolderProblem, Site};
pub use known::{Hold, Known, Need, Used};
pub use memory::Memory;

#[cfg(test)]
mod tests;
