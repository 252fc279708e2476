//! Before an order believes that it is paid: a message alone may come from anybody, so the pay role is asked, where it has books of
//! its own.

use rocketmall_core::command::Consume;
use rocketmall_core::id::PaymentId;
use rocketmall_core::message::{Body, Effect};
use rocketmall_core::payment::Payment;
use rocketmall_store::StoreError;

use crate::fleet::Fleet;

/// The same messages, those of payments with what the pay role has of them. Without its word they are tried again later.
pub async fn confirm(fleet: &Fleet, mut consumes: Vec<Consume>) -> Vec<Consume> {
    let wanted: Vec<PaymentId> = consumes.iter().filter_map(paid).collect();
    if wanted.is_empty() || !fleet.pays_elsewhere() {
        return consumes;
    }
    match seen(fleet, wanted).await {
        Ok(seen) => {
            for consume in &mut consumes {
                let id = paid(consume);
                consume.seen = seen.iter().find(|payment| Some(payment.id) == id).cloned().map(Box::new);
            }
        }
        Err(error) => tracing::warn!(%error, "payments cannot be confirmed; their orders hear of them later"),
    }
    consumes
}

fn paid(consume: &Consume) -> Option<PaymentId> {
    match (&consume.body, consume.subscription.effect) {
        (Ok(Body::Paid(body)), Effect::PayOrder) => Some(body.pay_id),
        _ => None,
    }
}

/// Those of which the order's notes do not know yet that the money came.
async fn seen(fleet: &Fleet, wanted: Vec<PaymentId>) -> Result<Vec<Payment>, StoreError> {
    let noted = fleet.noted_payments(wanted).await?;
    let open: Vec<PaymentId> = noted.into_iter().filter(|noted| noted.paid_at.is_none()).map(|noted| noted.id).collect();
    if open.is_empty() { Ok(Vec::new()) } else { fleet.kept_payments(open).await }
}
