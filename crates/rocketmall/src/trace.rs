//! The trace of what the current task does. Whatever it submits, and every platform it calls, goes back to that trace.

use std::future::Future;

use rocketmall_core::trace::{SpanId, Trace, TraceId};
use tracing::field::{DisplayValue, display};

tokio::task_local! {
    static CURRENT: Option<Trace>;
}

/// Does the work under this trace.
pub async fn within<F: Future>(trace: Option<Trace>, work: F) -> F::Output {
    CURRENT.scope(trace, work).await
}

/// The trace that the current task works under.
pub fn current() -> Option<Trace> {
    CURRENT.try_with(|trace| *trace).ok().flatten()
}

/// The field `trace_id` of log lines; left away where there is no trace.
pub fn id_of(trace: Option<Trace>) -> Option<DisplayValue<TraceId>> {
    trace.map(|trace| display(trace.id))
}

/// A new trace, which is not recorded.
pub fn begin() -> Trace {
    let id = loop {
        // told apart from others, and no secret: the operating system need not be asked
        if let Some(id) = TraceId::from_bytes(fastrand::u128(..).to_ne_bytes()) {
            break id;
        }
    };
    Trace { id, span: None }
}

/// The `traceparent` header of a call that the current task makes.
pub fn outgoing() -> Option<String> {
    let trace = current()?;
    SpanId::from_bytes(crate::ids::random()).map(|step| trace.to_traceparent(step))
}
