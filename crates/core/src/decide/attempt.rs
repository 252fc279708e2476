//! A payment attempt in two books: the order's note of it, and the pay role's own row, each in its database
//! (docs/decisions/0021-payments-apart.md). Where one database has both these are one row, and nothing here changes it.

use super::{Context, pay};
use crate::command::{CheckPayment, PlatformView, Receipt};
use crate::payment::{CURRENCY, Fate, Payment, PaymentState};
use crate::rejection::Rejection;
use crate::shop::{Shop, Timer};
use crate::transition::{Event, PAYMENT};

/// The pay role keeps what the order's books have opened, once. What they asked for before it came was closed, and stays so.
pub(super) fn keep(shop: &mut Shop, noted: &Payment) -> Result<Receipt, Rejection> {
    if let Some(known) = known(shop, noted)? {
        return Ok(Receipt::Started(Box::new(known.clone())));
    }
    shop.payments.insert(noted.id, noted.clone());
    Ok(Receipt::Started(Box::new(noted.clone())))
}

/// The pay role hears what the order's books have noted: what is closed there is to be closed at the platform, and what went back
/// has gone back. An attempt that never came here was never at a platform: as long as it may be paid it may come yet; once that is over
/// its row refuses it.
pub(super) fn meet(shop: &mut Shop, noted: &Payment, context: &Context<'_>) -> Result<Receipt, Rejection> {
    let Some(known) = known(shop, noted)? else {
        if noted.is_open() && context.now < noted.expires_at {
            return Ok(Receipt::Done);
        }
        let state = if noted.is_open() { PaymentState::Closed } else { noted.state };
        let closed_at = noted.closed_at.or_else(|| noted.is_open().then_some(context.now));
        let kept = Payment { state, closed_at, close_wanted: false, ..noted.clone() };
        shop.payments.insert(kept.id, kept.clone());
        return Ok(Receipt::Checked(Box::new(kept)));
    };
    let mut after = known.clone();
    if noted.close_wanted && known.is_open() {
        (after.state, after.closed_at, after.close_wanted) = (PaymentState::Closed, Some(context.now), true);
    }
    if noted.refunded > known.refunded {
        let event = if noted.refunded == known.amount { Event::Refund } else { Event::RefundPart };
        if let Some(state) = PAYMENT.next(known.state, event) {
            (after.state, after.refunded) = (state, noted.refunded);
        }
    }
    if after != *known {
        shop.payments.put(after.id, after.clone());
    }
    Ok(Receipt::Checked(Box::new(after)))
}

/// The order's books hear what the pay role has of an attempt, which is to them what a platform says. Their timer stays until the pay
/// role has heard all that went back.
pub(super) fn note(shop: &mut Shop, theirs: &Payment, context: &mut Context<'_>) -> Result<Receipt, Rejection> {
    let id = theirs.id;
    known(shop, theirs)?.ok_or_else(|| pay::unknown(id))?;
    let view = match theirs.state {
        PaymentState::Succeeded | PaymentState::PartiallyRefunded | PaymentState::Refunded => {
            PlatformView::Succeeded { amount: theirs.amount, currency: CURRENCY.to_owned(), platform_no: theirs.platform_no.clone() }
        }
        PaymentState::Failed => PlatformView::Failed,
        PaymentState::Closed if !theirs.close_wanted => PlatformView::Closed,
        PaymentState::Pending => PlatformView::Pending,
        PaymentState::Closed | PaymentState::Unknown => PlatformView::Unreachable,
    };
    pay::check(shop, &CheckPayment { payment_id: id, view }, context)?;
    let after = pay::find(shop, id)?.clone();
    let waits = |attempt: &Payment| attempt.is_open() || attempt.has_money() && attempt.fate == Fate::Open;
    if !shop.attempts(after.order_id).any(waits) {
        // where both share a database it may have ended before this word of it
        pay::change_pay_status(shop, after.order_id, Event::AttemptsOver);
    }
    if after.refunded > theirs.refunded {
        shop.timers.insert(Timer::PaymentCheck(id), Some(pay::next_look(&after, context)));
    }
    Ok(Receipt::Checked(Box::new(after)))
}

/// The row of this attempt, which must be the same one.
fn known<'s>(shop: &'s Shop, other: &Payment) -> Result<Option<&'s Payment>, Rejection> {
    match shop.payments.get(&other.id) {
        Some(known) if !known.is_same(other) => Err(pay::unknown(other.id)),
        known => Ok(known),
    }
}
