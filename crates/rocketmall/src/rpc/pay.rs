//! `PayService`: payments, through the channel of the contract.

use rocketmall_core::command::{Command, Outcome, Receipt, SettlePayment, StartPayment};
use rocketmall_core::id::{OrderId, PaymentId};
use rocketmall_core::payment::CURRENCY;
use rocketmall_core::rejection::{Reason, Rejection};
use tonic::Status;

use super::messages::{PAYMENT_PAID, ResultVo, TradePay, money};
use super::refusal::{self, Refusal};
use super::{Callbacks, Shop, needed};

const CHANNEL: &str = "sandbox";

impl Shop {
    /// A payment is open afterwards; asking again finds the one that is.
    pub(super) async fn create_payment(&self, pay: TradePay) -> Result<ResultVo, Refusal> {
        let (order_id, amount) = (OrderId::new(needed(pay.order_id, "orderId")?), money(pay.pay_amount.as_deref(), "payAmount")?);
        let start = StartPayment {
            payment_id: PaymentId::new(self.fleet.next_id()),
            order_id,
            user_id: None,
            channel: CHANNEL.to_owned(),
            method: None,
            seen_amount: Some(amount),
        };
        refusal::told(self.started(start).await)
    }

    async fn started(&self, start: StartPayment) -> Result<(), Rejection> {
        self.channels.get(CHANNEL)?;
        match self.submit(Command::StartPayment(start)).await?.receipt {
            Receipt::Started(payment) => self.fleet.check_unpaid(&self.channels.prepay(&self.fleet, *payment).await?),
            other => Err(unexpected(&other)),
        }
    }

    /// The platform's word that a payment is paid, for whoever may be believed without a signature.
    pub(super) async fn call_back(&self, pay: TradePay) -> Result<ResultVo, Refusal> {
        if self.callbacks == Callbacks::Refused {
            let why = "callbacks carry no signature here: have the platform call /pay/callBackPayment or its channel's address over HTTP";
            return Err(Refusal::Status(Status::permission_denied(why)));
        }
        let settle = SettlePayment {
            payment_id: PaymentId::new(needed(pay.pay_id, "payId")?),
            channel: CHANNEL.to_owned(),
            order_id: Some(OrderId::new(needed(pay.order_id, "orderId")?)),
            amount: money(pay.pay_amount.as_deref(), "payAmount")?,
            currency: CURRENCY.to_owned(),
            platform_no: None,
            outcome: Outcome::Succeeded,
        };
        if pay.is_paid != Some(PAYMENT_PAID) {
            return Err(Rejection::of_field(Reason::PaymentRefused, "isPaid", "the callback says it is not paid").into());
        }
        refusal::told(self.settled(settle).await)
    }

    async fn settled(&self, settle: SettlePayment) -> Result<(), Rejection> {
        match self.submit(Command::SettlePayment(settle)).await?.receipt {
            Receipt::Settled { first: true, .. } => Ok(()),
            Receipt::Settled { payment, .. } => Err(Rejection::new(Reason::AlreadyPaid, format!("payment {} is paid", payment.id))),
            other => Err(unexpected(&other)),
        }
    }
}

fn unexpected(receipt: &Receipt) -> Rejection {
    tracing::error!(?receipt, "unexpected receipt");
    Rejection::new(Reason::Internal, "the shop answered with something else")
}
