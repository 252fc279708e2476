//! Trials: races, crashes and the original's defects, against the shipped binary.

pub mod scenario;
