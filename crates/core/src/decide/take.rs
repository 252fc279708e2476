//! What an order takes of stock, coupon and balance, together with what the logs say of it: wherever the order lives.

use crate::account::{MoneyCause, MoneyEntry};
use crate::coupon::CouponUse;
use crate::goods::{StockCause, StockEntry};
use crate::id::{CouponId, GoodsId, OrderId, Timestamp, UserId};
use crate::money::Cents;
use crate::shop::Shop;

/// Pieces leave the stock. That they are there was checked before.
pub(super) fn stock(shop: &mut Shop, order: OrderId, lines: impl IntoIterator<Item = (GoodsId, i64)>, now: Timestamp) {
    for (goods_id, number) in lines {
        if let Some(goods) = shop.goods.change(&goods_id) {
            goods.stock = goods.stock.saturating_sub(number);
        }
        shop.stock_log.append(StockEntry {
            goods_id,
            order_id: Some(order),
            refund_id: None,
            number: number.saturating_neg(),
            cause: StockCause::Order,
            reason: None,
            at: now,
        });
    }
}

/// The order holds the coupon from now on. That it may was checked before.
pub(super) fn coupon(shop: &mut Shop, order: OrderId, coupon: CouponId, now: Timestamp) {
    if let Some(coupon) = shop.coupons.change(&coupon) {
        coupon.used = Some(CouponUse { order_id: Some(order), at: now });
    }
}

/// The balance pays; 0 leaves no trace. That it suffices was checked before.
pub(super) fn balance(shop: &mut Shop, order: OrderId, user: UserId, amount: Cents, now: Timestamp) {
    if amount <= Cents::ZERO {
        return;
    }
    if let Some(account) = shop.accounts.change(&user) {
        account.balance = account.balance.minus(amount).unwrap_or(Cents::ZERO);
    }
    shop.money_log.append(MoneyEntry {
        user_id: user,
        order_id: Some(order),
        refund_id: None,
        amount,
        cause: MoneyCause::Paid,
        reason: None,
        at: now,
    });
}
