//! Rust's side of `Values.java`.

use std::fmt::Write as _;

use dubbo_triple::{Call, Failure, Interface, Method, Throwable, Value, java};

use super::same::same;
use super::samples::{self, CODES};

pub(crate) const NAME: &str = "rocketmall.interop.dubbo.Values";
pub(crate) const VERSION: &str = "1.0.0";
/// The classes of the arguments of `all`.
pub(crate) const ALL: [&str; 16] = [
    "boolean",
    "byte",
    "short",
    "int",
    "long",
    "float",
    "double",
    "char",
    "[B",
    "[I",
    "[Ljava.lang.String;",
    "java.util.Date",
    "java.math.BigDecimal",
    "java.util.List",
    "java.util.Map",
    samples::STATE,
];
/// What it gives back of what `Checks.java` gives it.
pub(crate) const EVERYTHING: &str =
    "true -1 -300 70000 5000000000 1.5 0.1 中 [1, -2] [3, 4] [x, null] 1700000000000 19.90 [1, 2] {k=5} SHUT 8";

pub(crate) fn interface() -> Interface {
    let (object, string) = ("java.lang.Object", "java.lang.String");
    Interface::new(NAME, VERSION)
        .with(Method::new("echo", [object], object))
        .with(Method::new("make", [string], object))
        .with(Method::new("describe", [object], string))
        .with(Method::new("fail", [string], "void"))
        .with(Method::new("all", ALL, string))
        .with(Method::new("hang", [""; 0], "void"))
}

pub(crate) async fn answer(call: Call) -> Result<Value, Failure> {
    match (call.method.name.as_str(), &call.arguments[..]) {
        ("echo", [value]) => Ok(value.clone()),
        ("make", [Value::String(name)]) => Ok(samples::named(name)),
        ("describe", [value]) => Ok(describe(value).into()),
        ("fail", [Value::String(name)]) => Err(failure(name).into()),
        ("all", arguments) => Ok(all(arguments).unwrap_or_else(|| format!("{arguments:?}")).into()),
        ("hang", []) => std::future::pending().await,
        (name, arguments) => Ok(format!("{name} of {arguments:?}").into()),
    }
}

/// The name of the sample that it is the same as.
fn describe(value: &Value) -> String {
    let mut otherwise = "none".to_owned();
    for name in samples::NAMES {
        match same(&samples::named(name), value) {
            Ok(()) => return name.to_owned(),
            Err(difference) => otherwise = format!("{otherwise}; {name}{difference}"),
        }
    }
    otherwise
}

pub(crate) fn failure(name: &str) -> Throwable {
    match name {
        "shop" => refusal("SHOP_GOODS_NO_EXIST", "goods no exist"),
        "checked" => Throwable::new("java.io.IOException", "没有 😀"),
        "caused" => {
            let inner = Throwable::new("java.lang.IllegalArgumentException", "inner");
            Throwable::new("java.lang.IllegalStateException", "outer").caused_by(inner)
        }
        "silent" => Throwable { message: None, ..Throwable::new("java.lang.NullPointerException", "") },
        _ => Throwable::new("java.lang.IllegalArgumentException", format!("no failure named {name}")),
    }
}

/// The shop's exception.
pub(crate) fn refusal(constant: &str, message: &str) -> Throwable {
    Throwable::new("com.zzp.shop.common.exception.CustomerException", message).with("shopCode", java::enumeration(CODES, constant))
}

fn all(arguments: &[Value]) -> Option<String> {
    let [flag, byte, short, int, long, float, double, char, bytes, ints, texts, date, price, list, map, state] = arguments else {
        return None;
    };
    let bytes: Vec<i8> = bytes.as_bytes()?.iter().map(|byte| i8::from_be_bytes([*byte])).collect();
    let ints: Vec<i32> = ints.as_list()?.iter().filter_map(Value::as_i32).collect();
    let texts: Vec<&str> = texts.as_list()?.iter().map(|text| text.as_str().unwrap_or("null")).collect();
    let mut text = format!("{} {} {} {} {}", flag.as_bool()?, byte.as_i32()?, short.as_i32()?, int.as_i32()?, long.as_i64()?);
    let (float, double, char) = (float.as_f64()?, double.as_f64()?, char.as_str()?);
    write!(text, " {float} {double} {char} {bytes:?} {ints:?} [{}]", texts.join(", ")).ok()?;
    let longs: Vec<i64> = list.as_list()?.iter().filter_map(Value::as_i64).collect();
    let pair = |(key, value): &(Value, Value)| Some((key.as_str()?.to_owned(), value.as_i64()?));
    let pairs: Vec<(String, i64)> = map.as_map()?.entries.iter().filter_map(pair).collect();
    let map: Vec<String> = pairs.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let sum = longs.iter().sum::<i64>() + pairs.iter().map(|(_, value)| value).sum::<i64>();
    write!(text, " {} {} {longs:?} {{{}}}", date.as_date()?, java::as_big_decimal(price)?, map.join(", ")).ok()?;
    write!(text, " {} {sum}", java::as_enumeration(state)?.1).ok()?;
    Some(text)
}
