//! Trials, and the scenarios through every door.

mod language;
mod scenarios;
