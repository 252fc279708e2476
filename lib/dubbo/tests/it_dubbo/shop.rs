//! A shop that keeps nothing, as in `Shop.java`: number 42 of everything is there.

use dubbo_triple::{Call, Failure, Graph, Interface, Method, Object, Value, java};

use super::samples::{goods, result};
use super::values::refusal;

pub(crate) const VERSION: &str = "0.0.1";
pub(crate) const GOODS: &str = "com.zzp.shop.provider.api.GoodService";
pub(crate) const ORDERS: &str = "com.zzp.shop.provider.api.OrderService";
pub(crate) const LOG: &str = "com.zzp.shop.provider.domain.TradeGoodsNumberLog";
pub(crate) const ORDER: &str = "com.zzp.shop.provider.domain.TradeOrder";

pub(crate) fn interfaces() -> [Interface; 2] {
    let goods = Interface::new(GOODS, VERSION)
        .with(Method::new("findOne", ["java.lang.Long"], "com.zzp.shop.provider.domain.TradeGoods"))
        .with(Method::new("reduceGoodsNum", [LOG], "java.lang.Boolean"));
    let orders = Interface::new(ORDERS, VERSION).with(Method::new("confirmOrder", [ORDER], "com.zzp.shop.common.vo.ResultVo"));
    [goods, orders]
}

pub(crate) async fn answer(call: Call) -> Result<Value, Failure> {
    let argument = &call.arguments[0];
    let graph = Graph::of(argument);
    let long = |field: &str| graph.field(argument, field).and_then(Value::as_i64);
    let cents = |field: &str| graph.field(argument, field).and_then(java::as_big_decimal).and_then(cents);
    match call.method.name.as_str() {
        "findOne" if argument.as_i64() == Some(42) => Ok(goods().into()),
        "findOne" => Err(refusal("SHOP_GOODS_NO_EXIST", "goods no exist").into()),
        "reduceGoodsNum" if long("goodsId") != Some(42) => Err(refusal("SHOP_REQUEST_PARAMETER_VALID", "request").into()),
        "reduceGoodsNum" if long("goodsNumber") > Some(7) => Err(refusal("SHOP_GOODS_NUM_NOT_ENOUGH", "goods").into()),
        "reduceGoodsNum" => Ok(true.into()),
        _ if long("goodsId") != Some(42) => Err(refusal("SHOP_GOODS_NO_EXIST", "goods").into()),
        _ => {
            let total = (|| Some(cents("goodsPrice")? * long("goodsNumber")? + cents("shippingFee")?))();
            if total.is_none() || total != cents("orderAmount") {
                return Err(refusal("SHOP_ORDERAMOUNT_INVALID", "total").into());
            }
            Ok(result(0, "正确", true).into())
        }
    }
}

fn cents(digits: &str) -> Option<i64> {
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "00"));
    format!("{whole}{decimals:0<2}").parse().ok()
}

/// An order of so many pieces of goods 42.
pub(crate) fn order(pieces: i32, total: &str) -> Object {
    Object::new(ORDER)
        .with("userId", 1_i64)
        .with("goodsId", 42_i64)
        .with("goodsNumber", pieces)
        .with("address", "上海 😀")
        .with("goodsPrice", java::big_decimal("19.90"))
        .with("shippingFee", java::big_decimal("0"))
        .with("orderAmount", java::big_decimal(total))
}
