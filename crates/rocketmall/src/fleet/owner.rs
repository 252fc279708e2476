//! Which role owns what: the one table that says where a command goes and which tables a role's database has.

use rocketmall_core::command::Command;
use rocketmall_core::id::{CouponId, GoodsId, OrderId, PaymentId, RefundId, UserId};
use rocketmall_core::part::Parts;

use crate::config::{Role, Roles};

/// The parts of the shop that a role keeps. The orders' books have notes of the payments, and decide what these pay for.
pub fn parts(role: Role) -> Parts {
    match role {
        Role::OrderWeb | Role::PayWeb => Parts::NONE,
        Role::Order => Parts::ORDERS,
        Role::Pay => Parts::PAYMENTS,
        Role::Goods => Parts::GOODS,
        Role::Coupon => Parts::COUPONS,
        Role::User => Parts::ACCOUNTS,
        Role::Message => Parts::PAYMENT_LOG,
    }
}

/// The parts of the shop in the database of a process with these roles.
pub fn owners(roles: &Roles) -> Parts {
    Role::ALL.into_iter().filter(|role| roles.include(*role)).fold(Parts::NONE, |parts, role| parts.with(self::parts(role)))
}

/// Whose rows a command changes.
pub fn owner(command: &Command) -> Role {
    match command {
        Command::PlaceOrder(_)
        | Command::PreOrder(_)
        | Command::ConfirmOrder(_)
        | Command::DropOrder(_)
        | Command::CancelOrder(_)
        | Command::ShipOrder(_)
        | Command::ReceiveOrder(_)
        | Command::RequestRefund(_)
        | Command::HandleRefund(_)
        | Command::FinishRefund(_)
        | Command::StartPayment(_)
        | Command::NoteAttempt(_)
        | Command::Consume(_)
        | Command::Deliver(_)
        | Command::MarkSent(_)
        | Command::Replay(_) => Role::Order,
        Command::KeepAttempt(_)
        | Command::MeetAttempt(_)
        | Command::RecordAction(_)
        | Command::SettlePayment(_)
        | Command::CheckPayment(_) => Role::Pay,
        Command::ReserveStock(_) | Command::CreateGoods(_) | Command::EditGoods(_) | Command::CorrectStock(_) => Role::Goods,
        Command::RedeemCoupon(_) | Command::CreateCoupon(_) => Role::Coupon,
        Command::DebitBalance(_) | Command::ReturnBalance(_) | Command::RegisterUser(_) | Command::CorrectBalance(_) => Role::User,
    }
}

/// May a command be sent again when nobody knows whether it was carried out? What is not here may, under an idempotency key.
pub(super) fn is_repeatable(command: &Command) -> bool {
    match command {
        // keyed by the order, by a platform's word, or by the state that they lead to
        Command::ReserveStock(_)
        | Command::RedeemCoupon(_)
        | Command::DebitBalance(_)
        | Command::ConfirmOrder(_)
        | Command::DropOrder(_)
        | Command::CancelOrder(_)
        | Command::ShipOrder(_)
        | Command::ReceiveOrder(_)
        | Command::HandleRefund(_)
        | Command::StartPayment(_)
        | Command::KeepAttempt(_)
        | Command::MeetAttempt(_)
        | Command::NoteAttempt(_)
        | Command::RecordAction(_)
        | Command::SettlePayment(_)
        | Command::CheckPayment(_)
        | Command::FinishRefund(_)
        | Command::EditGoods(_)
        | Command::Replay(_) => true,
        Command::PlaceOrder(_)
        | Command::PreOrder(_)
        // a repeat is refused as given back already
        | Command::ReturnBalance(_)
        | Command::RequestRefund(_)
        | Command::Consume(_)
        | Command::Deliver(_)
        | Command::MarkSent(_)
        | Command::RegisterUser(_)
        | Command::CreateGoods(_)
        | Command::CorrectStock(_)
        | Command::CreateCoupon(_)
        | Command::CorrectBalance(_) => false,
    }
}

/// Gives the new thing of a command a number, where the process that sent it had none to give.
pub(super) fn with_ids(command: &mut Command, next: impl FnOnce() -> i64) {
    match command {
        Command::PlaceOrder(place) if place.order_id.get() == 0 => place.order_id = OrderId::new(next()),
        Command::StartPayment(start) if start.payment_id.get() == 0 => start.payment_id = PaymentId::new(next()),
        Command::RequestRefund(request) if request.refund_id.get() == 0 => request.refund_id = RefundId::new(next()),
        Command::RegisterUser(register) if register.account.id.get() == 0 => register.account.id = UserId::new(next()),
        Command::CreateGoods(goods) if goods.id.get() == 0 => goods.id = GoodsId::new(next()),
        Command::CreateCoupon(coupon) if coupon.id.get() == 0 => coupon.id = CouponId::new(next()),
        _ => {}
    }
}

/// A new thing that is another's to keep gets its number there: numbers given out by two databases may be the same.
pub(super) fn without_ids(command: &mut Command) {
    match command {
        Command::PlaceOrder(place) => place.order_id = OrderId::new(0),
        Command::StartPayment(start) => start.payment_id = PaymentId::new(0),
        Command::RequestRefund(request) => request.refund_id = RefundId::new(0),
        Command::RegisterUser(register) => register.account.id = UserId::new(0),
        Command::CreateGoods(goods) => goods.id = GoodsId::new(0),
        Command::CreateCoupon(coupon) => coupon.id = CouponId::new(0),
        _ => {}
    }
}
