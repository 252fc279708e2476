//! Random steps in the life of one order, from the moment it is placed. The same numbers for the same seed.

use rocketmall_core::command::{
    CancelCause, CheckPayment, Command, FinishRefund, HandleRefund, Outcome, PlatformView, ReceiveCause, ReceiveOrder, RefundOutcome,
    RefundStep, SettlePayment,
};
use rocketmall_core::money::Cents;
use rocketmall_core::order::Order;
use rocketmall_core::payment::{CURRENCY, Payment};
use rocketmall_core::refundable::{Wanted, paid};
use rocketmall_core::saga::DropOrder;
use rocketmall_core::shop::Timer;
use rocketmall_store::claim;

use crate::process::{Process, cancelling, cents, shipping};

/// The same numbers for the same seed (xorshift).
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).expect("31 bits") % bound
    }

    pub(crate) fn pick<'t, T>(&mut self, things: &'t [T]) -> Option<&'t T> {
        if things.is_empty() { None } else { things.get(self.below(things.len())) }
    }

    pub(crate) fn number(&mut self, bound: usize) -> i64 {
        i64::try_from(self.below(bound)).expect("small")
    }
}

/// Something happens to this order; the rules may refuse it.
pub(crate) async fn step(process: &Process, chance: &mut Chance, order: &Order) {
    let command = match chance.below(20) {
        0 => Some(cancelling(order.id, CancelCause::Shop)),
        1..=3 => Some(process.starting(order.id, ["alipay", "wechat", "sandbox"][chance.below(3)])),
        4..=7 => platform_speaks(process, chance, order).await,
        8 | 9 => Some(shipping(order.id)),
        10 => {
            let cause = [ReceiveCause::Shop, ReceiveCause::Timeout, ReceiveCause::User(order.user_id)][chance.below(3)];
            Some(Command::ReceiveOrder(ReceiveOrder { order_id: order.id, cause }))
        }
        11..=14 => Some(asking(process, chance, order)),
        _ => handling(process, chance, order).await,
    };
    if let Some(command) = command {
        let _ = process.answer(command).await;
    }
}

/// Of any attempt, closed and paid ones too; once in a while of a wrong amount.
async fn platform_speaks(process: &Process, chance: &mut Chance, order: &Order) -> Option<Command> {
    let attempts = process.database.payments_of(order.id).await.expect("payments can be read");
    let attempt: Payment = chance.pick(&attempts).filter(|attempt| attempt.channel != "none")?.clone();
    let outcomes = [Outcome::Succeeded, Outcome::Succeeded, Outcome::Succeeded, Outcome::Failed, Outcome::Closed];
    Some(Command::SettlePayment(SettlePayment {
        payment_id: attempt.id,
        channel: attempt.channel,
        order_id: None,
        amount: if chance.below(8) == 0 { cents("0.02") } else { attempt.amount },
        currency: CURRENCY.to_owned(),
        platform_no: None,
        outcome: outcomes[chance.below(outcomes.len())],
    }))
}

fn asking(process: &Process, chance: &mut Chance, order: &Order) -> Command {
    let brought = paid(order).get();
    let wanted = match chance.below(6) {
        0 => Wanted::Whole,
        1 => Wanted::Amount(Cents::new(brought)),
        2 => Wanted::Amount(Cents::new(brought * chance.number(1_000) / 1_000 + 1)),
        _ => {
            let line = &order.lines[chance.below(order.lines.len())];
            Wanted::Lines(vec![(line.goods_id, 1 + chance.number(3))])
        }
    };
    Command::RequestRefund(process.asking(order.id, wanted, chance.below(2) == 0))
}

async fn handling(process: &Process, chance: &mut Chance, order: &Order) -> Option<Command> {
    let refunds = process.database.refunds_of(order.id).await.expect("refunds can be read");
    let refund_id = chance.pick(&refunds)?.id;
    let step = match chance.below(12) {
        0..=3 => RefundStep::Approve,
        4 => RefundStep::Reject { reason: "worn".to_owned() },
        5 | 6 => RefundStep::GoodsReceived,
        7 => RefundStep::Retry,
        8 => RefundStep::Abandon,
        _ => return Some(Command::FinishRefund(FinishRefund { refund_id, outcome: outcome(chance) })),
    };
    Some(Command::HandleRefund(HandleRefund { refund_id, step }))
}

fn outcome(chance: &mut Chance) -> RefundOutcome {
    let outcomes = [
        RefundOutcome::Succeeded,
        RefundOutcome::Succeeded,
        RefundOutcome::Processing,
        RefundOutcome::Unreachable("no answer".to_owned()),
        RefundOutcome::Failed("refused".to_owned()),
    ];
    outcomes[chance.below(outcomes.len())].clone()
}

/// Whatever timers are due are taken up, and the platform says this or that.
pub(crate) async fn timers(process: &Process, chance: &mut Chance) {
    for (timer, _) in
        claim::timers(&process.database, claim::TimersOf::Everybody, process.clock.now(), 100).await.expect("timers can be claimed")
    {
        let command = match timer {
            Timer::OrderTimeout(order) => cancelling(order, CancelCause::Timeout),
            Timer::PaymentCheck(payment_id) => {
                let views = [
                    PlatformView::Pending,
                    PlatformView::Closed,
                    PlatformView::Failed,
                    PlatformView::NotFound,
                    PlatformView::Unreachable,
                    PlatformView::Succeeded { amount: cents("0.02"), currency: CURRENCY.to_owned(), platform_no: None },
                ];
                let view = views[chance.below(views.len())].clone();
                Command::CheckPayment(CheckPayment { payment_id, view })
            }
            Timer::RefundSubmit(refund_id) => Command::FinishRefund(FinishRefund { refund_id, outcome: outcome(chance) }),
            Timer::PreOrder(order_id) => Command::DropOrder(DropOrder { order_id, reason: "too late".to_owned(), untouched: Vec::new() }),
            Timer::AutoReceive(order_id) => Command::ReceiveOrder(ReceiveOrder { order_id, cause: ReceiveCause::Timeout }),
        };
        process.must(command).await;
    }
}

/// The shop decides on what waits for it, and failed refunds are tried again: then everything comes to its end.
pub(crate) async fn decide_what_waits(process: &Process, chance: &mut Chance) {
    use rocketmall_core::refund::RefundState;
    for state in [RefundState::Requested, RefundState::Failed] {
        let waiting = process.database.refund_page(Some(state), rocketmall_core::id::RefundId::new(i64::MAX), 1_000).await;
        // what was given up is listed with what failed
        for refund in waiting.expect("refunds can be read").into_iter().filter(|refund| refund.state == state) {
            let step = match state {
                RefundState::Failed => RefundStep::Retry,
                _ if chance.below(3) == 0 => RefundStep::Reject { reason: "worn".to_owned() },
                _ => RefundStep::Approve,
            };
            process.handle(refund.id, step).await;
        }
    }
}

/// Time passes until everything has come to its end.
pub(crate) async fn settle(process: &Process, chance: &mut Chance) {
    for _ in 0..500 {
        timers(process, chance).await;
        process.deliver().await;
        decide_what_waits(process, chance).await;
        match claim::next_timer(&process.database).await.expect("timers can be read") {
            Some(due) => process.clock.pass((due.millis() - process.clock.now().millis()).max(1)),
            None => return process.deliver().await,
        }
    }
    panic!("the shop never comes to rest");
}
