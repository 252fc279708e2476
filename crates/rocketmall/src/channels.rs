//! The payment channels that are switched on, and what the shop does with them: prepay, look, close, give back.

use std::sync::Arc;

use rocketmall_channels::{Call, Channel, ChannelError, Closing, PlatformState, PrepayRequest, RefundRequest, Refunded};
use rocketmall_core::command::{CheckPayment, Command, FinishRefund, PlatformView, Receipt, RecordAction, RefundOutcome};
use rocketmall_core::id::{PaymentId, RefundId};
use rocketmall_core::payment::{CURRENCY, Payment};
use rocketmall_core::refund::{RefundCause, RefundState};
use rocketmall_core::rejection::{Reason, Rejection};
use rocketmall_store::StoreError;

use crate::fleet::{Fleet, GiveBack};
use crate::trace;

/// The channels by name, and the address under which platforms reach this shop.
#[derive(Clone, Debug)]
pub struct Channels {
    channels: Arc<Vec<Arc<dyn Channel>>>,
    public_url: Arc<str>,
}

impl Channels {
    /// These channels; `public_url` without a slash at its end.
    pub fn new(channels: Vec<Arc<dyn Channel>>, public_url: &str) -> Self {
        Self { channels: Arc::new(channels), public_url: public_url.trim_end_matches('/').into() }
    }

    /// The channel with this name.
    pub fn get(&self, name: &str) -> Result<&Arc<dyn Channel>, Rejection> {
        self.channels.iter().find(|channel| channel.name() == name).ok_or_else(|| {
            let on: Vec<_> = self.channels.iter().map(|channel| channel.name()).collect();
            let detail = format!(
                "channel {name:?} is not switched on; there are: {}",
                if on.is_empty() { "none".to_owned() } else { on.join(", ") }
            );
            Rejection::of_field(Reason::ChannelUnknown, "channel", detail)
        })
    }

    /// The attempt with what the customer has to do. Asks the platform if that is not known yet; may be repeated.
    pub async fn prepay(&self, fleet: &Fleet, payment: Payment) -> Result<Payment, Rejection> {
        let payment = Self::kept(fleet, payment).await?;
        if payment.action.is_some() || !payment.is_open() {
            fleet.tell_order(&payment).await;
            return Ok(payment);
        }
        let channel = self.get(&payment.channel)?;
        let request = PrepayRequest {
            payment_id: payment.id,
            order_id: payment.order_id,
            amount: payment.amount,
            currency: CURRENCY.to_owned(),
            subject: format!("RocketMall order {}", payment.order_id),
            notify_url: format!("{}/v1/channels/{}/notify", self.public_url, payment.channel),
            return_url: None,
            expires_at: payment.expires_at,
            method: payment.method.clone(),
        };
        let prepaid = match called(fleet, channel, "prepay", channel.prepay(&request)).await {
            Ok(prepaid) => prepaid,
            Err(ChannelError::Rejected { code, message }) => {
                let failed = CheckPayment { payment_id: payment.id, view: PlatformView::Failed };
                if let Receipt::Checked(payment) = fleet.submit(Command::CheckPayment(failed)).await?.receipt {
                    fleet.tell_order(&payment).await;
                }
                return Err(Rejection::new(Reason::PaymentRefused, format!("{message} ({code})")));
            }
            // the attempt stays open: asking again finds it and prepays it under the same number
            Err(error) => return Err(Rejection::new(Reason::ChannelUnreachable, format!("{error}; ask again"))),
        };
        fleet.process().crash_points.reach("after-prepay");
        let action = serde_json::to_string(&prepaid.action).map_err(|e| Rejection::new(Reason::Internal, e.to_string()))?;
        let record = RecordAction { payment_id: payment.id, platform_no: prepaid.platform_no, action };
        let answer = fleet.submit(Command::RecordAction(record)).await?;
        match answer.receipt {
            Receipt::Started(payment) => Ok(*payment),
            _ => Ok(payment),
        }
    }

    /// The attempt as the pay role has it, which keeps it now if that has books of its own.
    async fn kept(fleet: &Fleet, payment: Payment) -> Result<Payment, Rejection> {
        if fleet.has_one_book() {
            return Ok(payment);
        }
        fleet.process().crash_points.reach("after-start");
        match fleet.submit(Command::KeepAttempt(Box::new(payment.clone()))).await?.receipt {
            Receipt::Started(kept) => Ok(*kept),
            _ => Ok(payment),
        }
    }

    /// Asks about an attempt whoever is the platform, closing it there where we have closed it, and stores what it says.
    pub async fn check(&self, fleet: &Fleet, id: PaymentId) -> Result<Payment, Rejection> {
        if fleet.pays_elsewhere() {
            let noted = fleet.noted_payments(vec![id]).await.map_err(|e| away(&e))?.pop().ok_or_else(|| unknown(id))?;
            let theirs = fleet.look(noted).await?;
            fleet.submit(Command::NoteAttempt(Box::new(theirs.clone()))).await?;
            return Ok(theirs);
        }
        let payment = fleet.kept_payments(vec![id]).await.map_err(|e| away(&e))?.pop().ok_or_else(|| unknown(id))?;
        let checked = self.ask(fleet, payment).await?;
        fleet.tell_order(&checked).await;
        Ok(checked)
    }

    /// What the order's books elsewhere hear of an attempt, of which this is their note.
    pub(crate) async fn look_for(&self, fleet: &Fleet, noted: Payment) -> Result<Payment, Rejection> {
        let met = match fleet.submit(Command::MeetAttempt(Box::new(noted.clone()))).await?.receipt {
            Receipt::Checked(payment) => *payment,
            // it has not come here, and may come yet
            _ => return Ok(noted),
        };
        if met.is_open() || met.close_wanted { self.ask(fleet, met).await } else { Ok(met) }
    }

    /// Asks the platform about an attempt, closing it there where we have closed it, and stores what it says.
    async fn ask(&self, fleet: &Fleet, payment: Payment) -> Result<Payment, Rejection> {
        let view = self.look(fleet, &payment).await;
        let answer = fleet.submit(Command::CheckPayment(CheckPayment { payment_id: payment.id, view })).await?;
        match answer.receipt {
            Receipt::Checked(payment) => Ok(*payment),
            _ => Ok(payment),
        }
    }

    async fn look(&self, fleet: &Fleet, payment: &Payment) -> PlatformView {
        let Ok(channel) = self.get(&payment.channel) else { return PlatformView::Unreachable };
        let over = payment.close_wanted || (payment.is_open() && (fleet.process().clock)() >= payment.expires_at);
        if over {
            match called(fleet, channel, "close_payment", channel.close_payment(payment.id)).await {
                Ok(Closing::Closed) => return PlatformView::Closed,
                Ok(Closing::NotFound) => return PlatformView::NotFound,
                Ok(Closing::AlreadyPaid) => {}
                Err(error) => return unreachable(payment, &error),
            }
        }
        match called(fleet, channel, "query_payment", channel.query_payment(payment.id)).await {
            Ok(found) => match (found.state, found.amount, found.currency) {
                (PlatformState::Succeeded, Some(amount), Some(currency)) => {
                    if amount != payment.amount || currency != CURRENCY {
                        tracing::error!(payment = %payment.id, ours = %payment.amount, theirs = %amount, currency, "the platform took another amount; look there");
                    }
                    PlatformView::Succeeded { amount, currency, platform_no: found.platform_no }
                }
                (PlatformState::Succeeded, ..) => unreachable(payment, &ChannelError::Unknown("a success without an amount".to_owned())),
                (PlatformState::Pending, ..) => PlatformView::Pending,
                (PlatformState::Failed, ..) => PlatformView::Failed,
                (PlatformState::Closed, ..) => PlatformView::Closed,
                (PlatformState::NotFound, ..) => PlatformView::NotFound,
            },
            Err(error) => unreachable(payment, &error),
        }
    }

    /// Tells the platform to give money back and stores what it says. The refund's number is the same on every try.
    pub async fn give_back(&self, fleet: &Fleet, id: RefundId) -> Result<(), Rejection> {
        let Some(refund) = fleet.refund(id).await.map_err(|e| away(&e))? else { return Ok(()) };
        // decided since the timer was taken up, here or in another process
        if !matches!(refund.state, RefundState::Approved | RefundState::Processing) {
            return Ok(());
        }
        let Some(payment) = fleet.noted_payments(vec![refund.payment_id]).await.map_err(|e| away(&e))?.pop() else { return Ok(()) };
        let ours = match refund.cause {
            RefundCause::Late => "the order was cancelled before the payment arrived",
            RefundCause::Second => "the order was paid already",
            RefundCause::Cancel => "the order was called off",
            RefundCause::Request => "a refund was asked for",
        };
        let wanted = GiveBack {
            channel: payment.channel,
            payment_id: payment.id,
            refund_id: id,
            amount: refund.channel_amount,
            total: payment.amount,
            reason: refund.reason.as_deref().unwrap_or(ours).to_owned(),
        };
        let outcome = if fleet.pays_elsewhere() {
            fleet.give_back(wanted).await.unwrap_or_else(|rejection| RefundOutcome::Unreachable(rejection.detail))
        } else {
            self.refund(fleet, wanted).await
        };
        fleet.process().crash_points.reach("after-refund");
        let trace_id = trace::id_of(trace::current());
        tracing::info!(refund = %id, payment = %payment.id, order = %payment.order_id, ?outcome, trace_id, "refund");
        fleet.submit(Command::FinishRefund(FinishRefund { refund_id: id, outcome })).await.map(drop)
    }

    /// Tells the platform to give money back.
    pub(crate) async fn refund(&self, fleet: &Fleet, wanted: GiveBack) -> RefundOutcome {
        let GiveBack { channel, payment_id, refund_id, amount, total, reason } = wanted;
        let channel = match self.get(&channel) {
            Ok(channel) => channel,
            Err(rejection) => return RefundOutcome::Unreachable(rejection.detail),
        };
        let request = RefundRequest { payment_id, refund_id, amount, total, reason };
        match called(fleet, channel, "refund", channel.refund(&request)).await {
            Ok(Refunded::Succeeded) => RefundOutcome::Succeeded,
            Ok(Refunded::Processing) => RefundOutcome::Processing,
            Ok(Refunded::Failed { reason }) => RefundOutcome::Failed(reason),
            Err(ChannelError::Rejected { code, message }) => RefundOutcome::Failed(format!("{message} ({code})")),
            Err(error) => RefundOutcome::Unreachable(error.to_string()),
        }
    }
}

/// One call to a platform, under a span of its own, whose name goes with it in `traceparent`.
async fn called<T>(fleet: &Fleet, channel: &Arc<dyn Channel>, name: &'static str, call: Call<'_, T>) -> Result<T, ChannelError> {
    let mut span = fleet.process().telemetry.client(trace::current(), channel.name(), name);
    let answer = trace::within(span.trace(), call).await;
    if let Err(error) = &answer {
        span.failed(match error {
            ChannelError::Rejected { .. } => "rejected",
            ChannelError::Throttled => "throttled",
            ChannelError::BadSignature => "bad_signature",
            ChannelError::NotSent(_) => "not_sent",
            ChannelError::Unknown(_) => "unknown",
        });
    }
    answer
}

fn unreachable(payment: &Payment, error: &ChannelError) -> PlatformView {
    let trace_id = trace::id_of(trace::current());
    tracing::warn!(payment = %payment.id, channel = payment.channel, %error, trace_id, "the platform gave no answer");
    PlatformView::Unreachable
}

fn unknown(id: PaymentId) -> Rejection {
    Rejection::new(Reason::PaymentUnknown, format!("there is no payment {id}"))
}

fn away(error: &StoreError) -> Rejection {
    Rejection::new(Reason::Busy, error.to_string())
}
