//! `OrderService`: placing an order of one kind of goods.

use rocketmall_core::basket::{Basket, BasketLine};
use rocketmall_core::command::{Command, PlaceOrder};
use rocketmall_core::id::{CouponId, GoodsId, OrderId, UserId};
use rocketmall_core::money::Cents;
use rocketmall_core::rejection::{Reason, Rejection};

use super::messages::{ResultVo, TradeOrder, money, optional_money};
use super::refusal::{self, Refusal, bad};
use super::{Shop, needed};

impl Shop {
    /// What the customer saw must be what the shop reckons. Nothing else of the caller's counts.
    pub(super) async fn confirm_order(&self, order: TradeOrder) -> Result<ResultVo, Refusal> {
        let place = self.placing(order)?;
        refusal::told(self.submit(Command::PlaceOrder(place)).await.map(drop))
    }

    fn placing(&self, order: TradeOrder) -> Result<PlaceOrder, Rejection> {
        let user = order.user_id.filter(|user| *user > 0);
        let user = user.ok_or_else(|| Rejection::of_field(Reason::NoUser, "userId", "name the user in userId"))?;
        let line = BasketLine {
            goods_id: GoodsId::new(needed(order.goods_id, "goodsId")?),
            number: order.goods_number.ok_or_else(|| bad("goodsNumber", "a number is missing"))?.into(),
            seen_price: Some(money(order.goods_price.as_deref(), "goodsPrice")?),
        };
        let basket = Basket {
            user_id: UserId::new(user),
            lines: vec![line],
            coupon_id: order.coupon_id.filter(|id| *id != 0).map(CouponId::new),
            money_paid: optional_money(order.money_paid.as_deref(), "moneyPaid")?.unwrap_or(Cents::ZERO),
            seen_freight: Some(money(order.shipping_fee.as_deref(), "shippingFee")?),
            seen_total: Some(money(order.order_amount.as_deref(), "orderAmount")?),
            seen_pay_amount: None,
        };
        let order_id = OrderId::new(self.fleet.next_id());
        let (address, consignee) = (order.address.unwrap_or_default(), order.consignee.unwrap_or_default());
        Ok(PlaceOrder { order_id, basket, address, consignee })
    }
}
