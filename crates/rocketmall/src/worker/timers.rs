//! Takes up timers that are due: unpaid orders, shipped ones that nobody received, attempts to be looked at, money to be given back.

use std::time::Duration;

use rocketmall_core::command::{CancelCause, CancelOrder, Command, ReceiveCause, ReceiveOrder, Request};
use rocketmall_core::rejection::Rejection;
use rocketmall_core::saga::DropOrder;
use rocketmall_core::shop::Timer;
use rocketmall_core::trace::Trace;
use rocketmall_store::claim::TimersOf;
use rocketmall_store::{StoreError, claim};
use tokio::task::JoinSet;

use crate::channels::Channels;
use crate::fleet::Fleet;
use crate::runtime::Runtime;
use crate::shutdown::Shutdown;
use crate::telemetry::span::Span;
use crate::trace;

/// Timers taken up at once.
const PORTION: i64 = 128;
/// Calls to platforms under way at once.
const CALLS: usize = 16;
const PAUSE: Duration = Duration::from_secs(1);

/// Works until told to stop; then finishes the portion in hand. Without a bell it looks for timers of this kind so often.
pub async fn run(fleet: Fleet, runtime: Runtime, channels: Channels, of: TimersOf, look_every: Duration, mut shutdown: Shutdown) {
    while !shutdown.is_told() {
        let pause = match run_due_of(&fleet, &runtime, &channels, of).await {
            Ok(0) => look_every,
            Ok(_) => continue,
            Err(error) => {
                tracing::warn!(%error, "timers cannot be taken up; trying again");
                PAUSE
            }
        };
        tokio::select! {
            () = runtime.bells.timers.notified() => {}
            () = tokio::time::sleep(pause) => {}
            () = shutdown.told() => {}
        }
    }
}

/// Does what is due now; how many timers that were. One that fails stays leased and comes back when the lease is over.
pub async fn run_due(runtime: &Runtime, channels: &Channels) -> Result<usize, StoreError> {
    run_due_of(&Fleet::here(runtime.clone()), runtime, channels, TimersOf::Everybody).await
}

/// Does what of this kind is due now, where `fleet` says; how many timers that were.
pub async fn run_due_of(fleet: &Fleet, runtime: &Runtime, channels: &Channels, of: TimersOf) -> Result<usize, StoreError> {
    let due = claim::timers(&runtime.database, of, (runtime.clock)(), PORTION).await?;
    let count = due.len();
    let mut timeouts: Vec<Request> = Vec::new();
    let mut overdue = Vec::new();
    let mut spans = Vec::new();
    let mut calls = JoinSet::new();
    for (timer, trace) in due {
        // what an older version set knows of no request, and begins a trace of its own
        let span = runtime.telemetry.internal(trace, name(timer));
        let trace = span.trace().unwrap_or_else(trace::begin);
        match timer {
            Timer::OrderTimeout(order_id) => {
                overdue.push(order_id);
                let cancel = CancelOrder { order_id, cause: CancelCause::Timeout, reason: None };
                spans.push(span);
                timeouts.push(Request { trace: Some(trace), ..Command::CancelOrder(cancel).into() });
            }
            Timer::AutoReceive(order_id) => {
                let receive = ReceiveOrder { order_id, cause: ReceiveCause::Timeout };
                spans.push(span);
                timeouts.push(Request { trace: Some(trace), ..Command::ReceiveOrder(receive).into() });
            }
            Timer::PreOrder(order_id) => {
                let dropped =
                    DropOrder { order_id, reason: "not all of its parts could be taken in time".to_owned(), untouched: Vec::new() };
                spans.push(span);
                timeouts.push(Request { trace: Some(trace), ..Command::DropOrder(dropped).into() });
            }
            Timer::PaymentCheck(_) | Timer::RefundSubmit(_) => {
                if calls.len() >= CALLS {
                    calls.join_next().await;
                }
                calls.spawn(trace::within(Some(trace), call(fleet.clone(), channels.clone(), timer, span)));
            }
        }
    }
    let traces: Vec<Option<Trace>> = timeouts.iter().map(|request| request.trace).collect();
    fleet.hear_of_money(&overdue).await;
    for (answer, trace) in runtime.engine.submit_all(timeouts).await.into_iter().zip(traces) {
        if let Err(rejection) = answer {
            tracing::warn!(%rejection, trace_id = trace::id_of(trace), "an order's timeout could not be carried out");
        }
    }
    drop(spans);
    while calls.join_next().await.is_some() {}
    Ok(count)
}

fn name(timer: Timer) -> &'static str {
    match timer {
        Timer::OrderTimeout(_) => "timer order_timeout",
        Timer::PaymentCheck(_) => "timer payment_check",
        Timer::RefundSubmit(_) => "timer refund_submit",
        Timer::AutoReceive(_) => "timer auto_receive",
        Timer::PreOrder(_) => "timer pre_order",
    }
}

async fn call(fleet: Fleet, channels: Channels, timer: Timer, mut span: Span) {
    let done: Result<(), Rejection> = match timer {
        Timer::PaymentCheck(id) => channels.check(&fleet, id).await.map(drop),
        Timer::RefundSubmit(id) => channels.give_back(&fleet, id).await,
        Timer::OrderTimeout(_) | Timer::AutoReceive(_) | Timer::PreOrder(_) => Ok(()),
    };
    if let Err(rejection) = done {
        span.failed(rejection.reason.slug());
        tracing::warn!(?timer, %rejection, trace_id = trace::id_of(trace::current()), "a timer could not be carried out; it comes back");
    }
}
