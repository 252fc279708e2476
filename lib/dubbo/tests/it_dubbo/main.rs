//! Java's own Dubbo at the other end, directly by address: it calls what we provide, and provides what we call.
//!
//! `cargo xtask interop dubbo` builds the Java side (`tests/interop/dubbo`) and runs this with its class path in
//! `TRIAL_DUBBO_CLASSES` and a folder for what it leaves behind in `TRIAL_DUBBO_HOME`.

mod java;
mod java_calls_us;
mod same;
mod samples;
mod shop;
mod values;
mod we_call_java;

use std::time::Duration;

/// A call between two processes that have just started, on a machine that does other things as well.
const SOON: Duration = Duration::from_secs(20);
