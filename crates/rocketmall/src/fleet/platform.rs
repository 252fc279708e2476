//! The payment platforms as the order's books see them: where the pay role is elsewhere, it is the platform
//! (docs/decisions/0021-payments-apart.md).

use rocketmall_core::command::{Command, RefundOutcome};
use rocketmall_core::id::{OrderId, PaymentId, RefundId};
use rocketmall_core::money::Cents;
use rocketmall_core::payment::Payment;
use rocketmall_core::rejection::{Reason, Rejection};
use rocketmall_store::StoreError;
use serde::{Deserialize, Serialize};

use super::{Elsewhere, Fleet, Peer, Seat, Trouble};
use crate::config::Role;

/// What a platform is told about money that goes back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GiveBack {
    /// The channel.
    pub channel: String,
    /// The payment whose money it is.
    pub payment_id: PaymentId,
    /// The refund, whose number is the same on every try.
    pub refund_id: RefundId,
    /// How much.
    pub amount: Cents,
    /// How much came.
    pub total: Cents,
    /// Why.
    pub reason: String,
}

impl Fleet {
    /// Have orders and payments one set of books, as far as this process can see? Then a commit there changes both.
    pub(crate) fn has_one_book(&self) -> bool {
        self.keeps(Role::Order) && self.keeps(Role::Pay)
    }

    /// Is the pay role, elsewhere, the platform of this process's orders?
    pub(crate) fn pays_elsewhere(&self) -> bool {
        self.keeps(Role::Order) && !self.keeps(Role::Pay)
    }

    /// Asks the pay role about an attempt of which this is the order's note.
    pub(crate) async fn look(&self, noted: Payment) -> Result<Payment, Rejection> {
        self.pay_role()?.look(noted).await
    }

    /// Has the pay role have the platform give money back.
    pub(crate) async fn give_back(&self, wanted: GiveBack) -> Result<RefundOutcome, Rejection> {
        Ok(self.pay_role()?.give_back(wanted).await?)
    }

    fn pay_role(&self) -> Result<&Peer, Rejection> {
        match self.seat(Role::Pay) {
            Seat::There(Elsewhere::Ours(peer)) => Ok(peer),
            _ => Err(Trouble::nowhere(Role::Pay).into()),
        }
    }

    /// One payment attempt: as the pay role has it, or the order's note of one that it has not.
    pub async fn payment(&self, id: PaymentId) -> Result<Option<Payment>, StoreError> {
        match self.kept_payments(vec![id]).await?.pop() {
            None if !self.has_one_book() => Ok(self.noted_payments(vec![id]).await?.pop()),
            found => Ok(found),
        }
    }

    /// An attempt that was asked for anew while its money came, of which the order has not heard. One set of books has.
    pub(crate) fn check_unpaid(&self, payment: &Payment) -> Result<(), Rejection> {
        if self.has_one_book() || payment.paid_at.is_none() {
            return Ok(());
        }
        Err(Rejection::new(Reason::AlreadyPaid, format!("a payment for order {} has just arrived", payment.order_id)))
    }

    /// Money that is here wins over a cancel that comes after it, also where the order has not heard of the money: before these orders are
    /// cancelled the pay role is asked about their open attempts. Without its word they are, and such money goes back as any that is late.
    pub(crate) async fn hear_of_money(&self, orders: &[OrderId]) {
        if orders.is_empty() || !self.pays_elsewhere() {
            return;
        }
        if let Err(error) = self.note_money(orders).await {
            tracing::warn!(%error, "orders are cancelled without a look at the pay role's payments");
        }
    }

    async fn note_money(&self, orders: &[OrderId]) -> Result<(), StoreError> {
        let mut open = Vec::new();
        for order in orders {
            open.extend(self.payments_of(*order).await?.into_iter().filter(Payment::is_open).map(|attempt| attempt.id));
        }
        let Some(own) = self.own().filter(|_| !open.is_empty()) else { return Ok(()) };
        let paid = self.kept_payments(open).await?.into_iter().filter(|kept| kept.paid_at.is_some());
        let notes = paid.map(|kept| Command::NoteAttempt(Box::new(kept)).into()).collect();
        for rejection in own.engine.submit_all(notes).await.into_iter().filter_map(Result::err) {
            tracing::warn!(%rejection, "money that came cannot be noted");
        }
        Ok(())
    }

    /// Tells the order's books what became of an attempt. If that is lost their timer asks.
    pub(crate) async fn tell_order(&self, payment: &Payment) {
        if self.has_one_book() || payment.is_open() {
            return;
        }
        if let Err(rejection) = self.submit(Command::NoteAttempt(Box::new(payment.clone()))).await {
            tracing::debug!(payment = %payment.id, %rejection, "the order has not heard what became of an attempt; it will ask");
        }
    }
}
