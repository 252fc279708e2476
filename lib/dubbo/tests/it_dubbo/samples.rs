//! Values by name; Java has the same in `Samples.java`.

use dubbo_triple::hessian2_codec::{List, Map};
use dubbo_triple::{Object, Value, java};

pub(crate) const NAMES: [&str; 19] = [
    "null",
    "booleans",
    "ints",
    "longs",
    "doubles",
    "dates",
    "strings",
    "long string",
    "bytes",
    "decimals",
    "lists",
    "maps",
    "arrays",
    "enums",
    "goods",
    "result",
    "many",
    "shared",
    "ring",
];

pub(crate) const STATE: &str = "rocketmall.interop.dubbo.State";
pub(crate) const CODES: &str = "com.zzp.shop.common.constant.ShopConstant";
const NODE: &str = "rocketmall.interop.dubbo.Node";

pub(crate) fn named(name: &str) -> Value {
    match name {
        "booleans" => list([true, false]),
        "ints" => list(INTS),
        "longs" => list(LONGS),
        "doubles" => list(DOUBLES),
        "dates" => Value::list([0, 894_621_091_000, 894_621_060_000, -1, -60_000].map(Value::Date)),
        "strings" => strings(),
        "long string" => "上海😀".repeat(20_000).into(),
        "bytes" => list([Vec::new(), vec![128, 127], vec![0; 15], vec![0; 16], vec![0; 1023], bytes(100_000)]),
        "decimals" => Value::list(["19.90", "0.00", "1E+3", "123456789012345678901234567890.123"].map(java::big_decimal)),
        "lists" => lists(),
        "maps" => maps(),
        "arrays" => arrays(),
        "enums" => Value::list([(STATE, "OPEN"), (STATE, "SHUT"), (CODES, "SHOP_GOODS_NO_EXIST"), (STATE, "OPEN")].map(constant)),
        "goods" => goods().into(),
        "result" => result(0, "正确", true).into(),
        "many" => list([goods(), goods(), goods()]),
        "shared" => {
            let node = Object::new(NODE).with("name", "shared").with("price", java::big_decimal("19.90"));
            node.with("paid", Value::Ref(1)).into()
        }
        "ring" => {
            let both = Value::list([Value::Ref(0), Value::Ref(1)]);
            let second = Object::new(NODE).with("name", "second").with("next", Value::Ref(0)).with("others", both);
            Object::new(NODE).with("name", "first").with("next", second).into()
        }
        _ => Value::Null,
    }
}

pub(crate) fn goods() -> Object {
    Object::new("com.zzp.shop.provider.domain.TradeGoods")
        .with("goodsId", 42_i64)
        .with("goodsName", "龙井茶 🍵")
        .with("goodsNumber", 7)
        .with("goodsPrice", java::big_decimal("19.90"))
        .with("addTime", Value::Date(1_700_000_000_000))
}

pub(crate) fn result(code: i32, message: &str, data: impl Into<Value>) -> Object {
    Object::new("com.zzp.shop.common.vo.ResultVo").with("code", code).with("msg", message).with("data", data)
}

const INTS: [i32; 15] = [0, -16, 47, -17, 48, -2048, 2047, -2049, 2048, -262_144, 262_143, -262_145, 262_144, i32::MIN, i32::MAX];
const LONGS: [i64; 19] = [
    0,
    -8,
    15,
    -9,
    16,
    42,
    -2048,
    2047,
    -2049,
    2048,
    -262_144,
    262_143,
    -262_145,
    262_144,
    -0x8000_0000,
    0x7fff_ffff,
    0x8000_0000,
    i64::MIN,
    i64::MAX,
];
const DOUBLES: [f64; 16] = [
    0.0,
    1.0,
    -1.0,
    127.0,
    -128.0,
    128.0,
    32_767.0,
    -32_768.0,
    32_768.0,
    12.25,
    -0.001,
    0.1,
    std::f64::consts::PI,
    1e300,
    5e-324,
    f64::INFINITY,
];

fn strings() -> Value {
    let repeated = ["x".repeat(31), "中".repeat(32), "y".repeat(1024)];
    Value::list(["", "a", "ÿ", "中文", "😀", "a😀中", "\0\n\""].map(Value::from).into_iter().chain(repeated.map(Value::from)))
}

fn lists() -> Value {
    let nested = Value::list([1.into(), Value::list([2_i64.into(), Value::Null])]);
    Value::list([Value::list([]), nested, typed("java.util.LinkedList", ["a"]), typed("java.util.HashSet", [7])])
}

fn maps() -> Value {
    let Value::Map(Map { entries, .. }) = Value::map([("a", "y"), ("b", "x")]) else { return Value::Null };
    let tree = Map { kind: Some("java.util.TreeMap".into()), entries };
    Value::list([Value::Map(Map::default()), Value::map([("k", 1_i64)]), tree.into()])
}

fn arrays() -> Value {
    Value::list([
        typed("[int", [1, -1]),
        typed("[long", [2_i64]),
        typed("[double", [0.5]),
        typed("[boolean", [true]),
        typed("[string", [Some("s"), None]),
        typed("[object", [Value::from(1), "o".into()]),
        typed("[short", [3]),
    ])
}

fn constant((class, name): (&str, &str)) -> Value {
    java::enumeration(class, name)
}

fn typed<T: Into<Value>>(kind: &str, items: impl IntoIterator<Item = T>) -> Value {
    List { kind: Some(kind.into()), items: items.into_iter().map(Into::into).collect() }.into()
}

fn list<T: Into<Value>>(items: impl IntoIterator<Item = T>) -> Value {
    Value::list(items.into_iter().map(Into::into))
}

fn bytes(length: usize) -> Vec<u8> {
    (0..=255).cycle().take(length).collect()
}
