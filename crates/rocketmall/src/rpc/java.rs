//! The way in for Java's plain interfaces: arguments and answers are Java's objects, refusals its exception.

use dubbo_triple::{Call, Failure, Value};

use super::messages::Plain;
use super::refusal::{Refusal, bad};
use super::{PACKAGE, Shop};

/// Answers one call. What is begun is finished, though its caller leave.
pub(super) async fn answer(shop: Shop, call: Call) -> Result<Value, Failure> {
    let task = tokio::spawn(async move { run(&shop, &call).await });
    match task.await {
        Ok(answer) => answer.map_err(Failure::from),
        Err(error) => Err(tonic::Status::internal(error.to_string()).into()),
    }
}

async fn run(shop: &Shop, call: &Call) -> Result<Value, Refusal> {
    let argument = call.arguments.first().unwrap_or(&Value::Null);
    let service = call.interface.name.strip_prefix(PACKAGE).and_then(|name| name.strip_prefix('.')).unwrap_or_default();
    match (service, call.method.name.as_str()) {
        ("OrderService", "confirmOrder") => Ok(shop.confirm_order(read(argument)?).await?.to_value()),
        ("GoodService", "findOne") => Ok(found(shop.find_goods(id(argument)?).await?)),
        ("GoodService", "reduceGoodsNum") => Ok(shop.reduce_goods(read(argument)?).await?.into()),
        ("CouponService", "findOne") => Ok(found(shop.find_coupon(id(argument)?).await?)),
        ("CouponService", "updateCouponStatus") => Ok(shop.use_coupon(read(argument)?).await?.into()),
        ("UserService", "findOne") => Ok(found(shop.find_user(id(argument)?).await?)),
        ("UserService", "updateMoneyPaid") => Ok(shop.change_balance(read(argument)?).await?.into()),
        ("PayService", "createPayment") => Ok(shop.create_payment(read(argument)?).await?.to_value()),
        ("PayService", "callbackPayment") => Ok(shop.call_back(read(argument)?).await?.to_value()),
        // the provider knows the methods of each interface
        (service, method) => Err(Refusal::Status(tonic::Status::unimplemented(format!("no {service}.{method} here")))),
    }
}

fn read<T: Plain>(argument: &Value) -> Result<T, Refusal> {
    Ok(T::read(argument)?)
}

fn id(argument: &Value) -> Result<Option<i64>, Refusal> {
    if argument.is_null() {
        return Ok(None);
    }
    argument.as_i64().map(Some).ok_or_else(|| bad("argument", "is not a Long").into())
}

/// What is not there is null.
fn found<T: Plain>(found: Option<T>) -> Value {
    found.map_or(Value::Null, |found| found.to_value())
}
