//! The real binary and Java's own Dubbo: Java's consumer, which knows the plain interfaces alone, orders from the shop, and Java's
//! provider keeps the goods of a fleet.
//!
//! `cargo xtask interop dubbo` builds the Java side (`tests/interop/dubbo`) and runs this with its class path in
//! `TRIAL_DUBBO_CLASSES`, a folder for what it leaves behind in `TRIAL_DUBBO_HOME`, and a broker in `TRIAL_ROCKETMQ`.

mod consumer;
mod fleet;
#[expect(dead_code, reason = "some programs of Java end by themselves, ours with the test")]
#[path = "../../../../lib/dubbo/tests/it_dubbo/java.rs"]
mod java;
mod program;
