//! The rules, tried from outside: one shop in memory, every refusal, every defect of the original, random histories.

mod apart;
mod batches;
mod consuming;
mod defects;
mod entries;
mod history;
mod lives;
mod machines;
mod messages;
mod paying;
mod placing;
mod races;
mod random;
mod refunding;
mod refusing_refunds;
mod saga;
mod shipping;
mod situations;
mod world;
