//! The contract's objects, results and exceptions, as Java's consumers without stubs have them.

use dubbo_triple::{CallError, Object, Value, java};

/// One of the contract's objects.
pub(crate) fn object(class: &str) -> Object {
    Object::new(format!("com.zzp.shop.provider.domain.{class}"))
}

pub(crate) fn decimal(digits: &str) -> Value {
    java::big_decimal(digits)
}

/// Code, message and data of a `ResultVo`.
pub(crate) fn result(answer: &Value) -> (Option<i32>, Option<&str>, Option<bool>) {
    let field = |name: &str| answer.as_object().and_then(|object| object.get(name));
    (field("code").and_then(Value::as_i32), field("msg").and_then(Value::as_str), field("data").and_then(Value::as_bool))
}

/// The constant that a call was refused with.
#[track_caller]
pub(crate) fn refused(answer: Result<Value, CallError>) -> String {
    match answer {
        Err(CallError::Thrown(thrown)) => {
            assert_eq!(thrown.class, "com.zzp.shop.common.exception.CustomerException", "{thrown}");
            let (class, constant) = thrown.get("shopCode").and_then(java::as_enumeration).expect("a constant");
            assert_eq!(class, "com.zzp.shop.common.constant.ShopConstant");
            constant.to_owned()
        }
        other => panic!("no refusal: {other:?}"),
    }
}
