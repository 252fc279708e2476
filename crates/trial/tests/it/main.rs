//! Trials, and the scenarios through every door.

mod scenarios;
