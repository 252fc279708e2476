//! What travels: the classes of the contract, made by `build.rs` out of `proto/`, and their form as Java's objects.

use dubbo_triple::{Graph, Object, Value, java};
use rocketmall_core::money::Cents;
use rocketmall_core::rejection::Rejection;

use super::amount::amount;
use super::refusal::bad;

pub(crate) use generated::*;

#[expect(unreachable_pub, clippy::struct_field_names, reason = "generated")]
mod generated {
    tonic::include_proto!("com.zzp.shop.provider.api");
}

/// `isUsed` of a coupon that an order uses.
pub(crate) const USED: i32 = 1;
/// `moneyLogType` of what an order takes.
pub(crate) const PAID: i32 = 1;
/// `moneyLogType` of what goes back.
pub(super) const GIVEN_BACK: i32 = 2;
/// `isPaid` of a payment that is.
pub(super) const PAYMENT_PAID: i32 = 2;

const DOMAIN: &str = "com.zzp.shop.provider.domain";

/// The full name of one of the contract's classes.
pub(super) fn class(name: &str) -> String {
    format!("{DOMAIN}.{name}")
}

/// An amount that must be there.
pub(super) fn money(text: Option<&str>, field: &str) -> Result<Cents, Rejection> {
    optional_money(text, field)?.ok_or_else(|| bad(field, "an amount is missing"))
}

/// An amount that may be left out.
pub(super) fn optional_money(text: Option<&str>, field: &str) -> Result<Option<Cents>, Rejection> {
    let read = |text: &str| amount(text).ok_or_else(|| bad(field, format!("no amount of at most two decimals and up to {}", Cents::MAX)));
    text.map(read).transpose()
}

/// The fields of one of Java's objects. What is missing is null there.
struct Fields<'v> {
    graph: Graph<'v>,
    object: &'v Value,
}

impl<'v> Fields<'v> {
    fn of(object: &'v Value) -> Result<Self, Rejection> {
        if object.as_object().is_none() {
            return Err(bad("argument", "an object is missing"));
        }
        Ok(Self { graph: Graph::of(object), object })
    }

    fn read<T>(&self, field: &str, what: &str, read: impl Fn(&Value) -> Option<T>) -> Result<Option<T>, Rejection> {
        match self.graph.field(self.object, field) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => read(value).map(Some).ok_or_else(|| bad(field, format!("is not {what}"))),
        }
    }

    fn long(&self, field: &str) -> Result<Option<i64>, Rejection> {
        self.read(field, "a Long", Value::as_i64)
    }

    fn int(&self, field: &str) -> Result<Option<i32>, Rejection> {
        self.read(field, "an Integer", Value::as_i32)
    }

    fn text(&self, field: &str) -> Result<Option<String>, Rejection> {
        self.read(field, "a String", |value| value.as_str().map(str::to_owned))
    }

    fn decimal(&self, field: &str) -> Result<Option<String>, Rejection> {
        self.read(field, "a BigDecimal", |value| java::as_big_decimal(value).map(str::to_owned))
    }

    fn date(&self, field: &str) -> Result<Option<i64>, Rejection> {
        self.read(field, "a Date", java::as_date)
    }
}

fn decimal(digits: Option<&String>) -> Value {
    digits.map_or(Value::Null, |digits| java::big_decimal(digits.clone()))
}

fn date(millis: Option<i64>) -> Value {
    millis.map_or(Value::Null, Value::Date)
}

/// One of the contract's classes, as Java's object.
pub(crate) trait Plain: Sized {
    /// From Java's object.
    fn read(value: &Value) -> Result<Self, Rejection>;
    /// As Java's object.
    fn to_value(&self) -> Value;
}

impl Plain for TradeOrder {
    fn read(value: &Value) -> Result<Self, Rejection> {
        let fields = Fields::of(value)?;
        Ok(Self {
            user_id: fields.long("userId")?,
            goods_id: fields.long("goodsId")?,
            goods_number: fields.int("goodsNumber")?,
            goods_price: fields.decimal("goodsPrice")?,
            shipping_fee: fields.decimal("shippingFee")?,
            order_amount: fields.decimal("orderAmount")?,
            coupon_id: fields.long("couponId")?,
            money_paid: fields.decimal("moneyPaid")?,
            address: fields.text("address")?,
            consignee: fields.text("consignee")?,
        })
    }

    fn to_value(&self) -> Value {
        Object::new(class("TradeOrder"))
            .with("userId", self.user_id)
            .with("goodsId", self.goods_id)
            .with("goodsNumber", self.goods_number)
            .with("goodsPrice", decimal(self.goods_price.as_ref()))
            .with("shippingFee", decimal(self.shipping_fee.as_ref()))
            .with("orderAmount", decimal(self.order_amount.as_ref()))
            .with("couponId", self.coupon_id)
            .with("moneyPaid", decimal(self.money_paid.as_ref()))
            .with("address", self.address.clone())
            .with("consignee", self.consignee.clone())
            .into()
    }
}

impl Plain for TradeGoods {
    fn read(value: &Value) -> Result<Self, Rejection> {
        let fields = Fields::of(value)?;
        Ok(Self {
            goods_id: fields.long("goodsId")?,
            goods_name: fields.text("goodsName")?,
            goods_number: fields.int("goodsNumber")?,
            goods_price: fields.decimal("goodsPrice")?,
            goods_desc: fields.text("goodsDesc")?,
            add_time: fields.date("addTime")?,
        })
    }

    fn to_value(&self) -> Value {
        Object::new(class("TradeGoods"))
            .with("goodsId", self.goods_id)
            .with("goodsName", self.goods_name.clone())
            .with("goodsNumber", self.goods_number)
            .with("goodsPrice", decimal(self.goods_price.as_ref()))
            .with("goodsDesc", self.goods_desc.clone())
            .with("addTime", date(self.add_time))
            .into()
    }
}

impl Plain for TradeGoodsNumberLog {
    fn read(value: &Value) -> Result<Self, Rejection> {
        let fields = Fields::of(value)?;
        Ok(Self {
            goods_id: fields.long("goodsId")?,
            order_id: fields.long("orderId")?,
            goods_number: fields.int("goodsNumber")?,
            log_time: fields.date("logTime")?,
        })
    }

    fn to_value(&self) -> Value {
        let object = Object::new(class("TradeGoodsNumberLog")).with("goodsId", self.goods_id).with("orderId", self.order_id);
        object.with("goodsNumber", self.goods_number).with("logTime", date(self.log_time)).into()
    }
}

impl Plain for TradeCoupon {
    fn read(value: &Value) -> Result<Self, Rejection> {
        let fields = Fields::of(value)?;
        Ok(Self {
            coupon_id: fields.long("couponId")?,
            coupon_price: fields.decimal("couponPrice")?,
            user_id: fields.long("userId")?,
            order_id: fields.long("orderId")?,
            is_used: fields.int("isUsed")?,
            used_time: fields.date("usedTime")?,
        })
    }

    fn to_value(&self) -> Value {
        Object::new(class("TradeCoupon"))
            .with("couponId", self.coupon_id)
            .with("couponPrice", decimal(self.coupon_price.as_ref()))
            .with("userId", self.user_id)
            .with("orderId", self.order_id)
            .with("isUsed", self.is_used)
            .with("usedTime", date(self.used_time))
            .into()
    }
}

/// `userMoney` is a Long there: whole units, what is beyond them is not told.
impl Plain for TradeUser {
    fn read(value: &Value) -> Result<Self, Rejection> {
        let fields = Fields::of(value)?;
        Ok(Self {
            user_id: fields.long("userId")?,
            user_name: fields.text("userName")?,
            user_mobile: fields.text("userMobile")?,
            user_score: fields.int("userScore")?,
            user_reg_time: fields.date("userRegTime")?,
            user_money: fields.long("userMoney")?.map(|units| units.to_string()),
        })
    }

    fn to_value(&self) -> Value {
        let units = self.user_money.as_deref().and_then(amount).map(Cents::whole_units);
        Object::new(class("TradeUser"))
            .with("userId", self.user_id)
            .with("userName", self.user_name.clone())
            .with("userMobile", self.user_mobile.clone())
            .with("userScore", self.user_score)
            .with("userRegTime", date(self.user_reg_time))
            .with("userMoney", units)
            .into()
    }
}

impl Plain for TradeUserMoneyLog {
    fn read(value: &Value) -> Result<Self, Rejection> {
        let fields = Fields::of(value)?;
        Ok(Self {
            user_id: fields.long("userId")?,
            order_id: fields.long("orderId")?,
            money_log_type: fields.int("moneyLogType")?,
            user_money: fields.decimal("userMoney")?,
            create_time: fields.date("createTime")?,
        })
    }

    fn to_value(&self) -> Value {
        Object::new(class("TradeUserMoneyLog"))
            .with("userId", self.user_id)
            .with("orderId", self.order_id)
            .with("moneyLogType", self.money_log_type)
            .with("userMoney", decimal(self.user_money.as_ref()))
            .with("createTime", date(self.create_time))
            .into()
    }
}

impl Plain for TradePay {
    fn read(value: &Value) -> Result<Self, Rejection> {
        let fields = Fields::of(value)?;
        Ok(Self {
            pay_id: fields.long("payId")?,
            order_id: fields.long("orderId")?,
            pay_amount: fields.decimal("payAmount")?,
            is_paid: fields.int("isPaid")?,
        })
    }

    fn to_value(&self) -> Value {
        let object = Object::new(class("TradePay")).with("payId", self.pay_id).with("orderId", self.order_id);
        object.with("payAmount", decimal(self.pay_amount.as_ref())).with("isPaid", self.is_paid).into()
    }
}

impl ResultVo {
    /// As Java's object.
    pub(super) fn to_value(&self) -> Value {
        Object::new(super::RESULT).with("code", self.code).with("msg", self.msg.clone()).with("data", self.data).into()
    }
}
