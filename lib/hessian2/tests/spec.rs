//! The examples of the Hessian 2.0 specification, byte by byte, and the ends of every range.

use hessian2_codec::{List, Map, Object, Value, decode, encode};

/// Written as `bytes`, hexadecimal with spaces, and read from them.
fn both_ways(bytes: &str, value: &Value) {
    assert_eq!(hex::encode(encode(value).expect("it can be written")), bytes.replace(' ', ""), "{value:?}");
    read_only(bytes, value);
}

/// Another form, which is read and not written.
fn read_only(bytes: &str, value: &Value) {
    let bytes = hex::decode(bytes.replace(' ', "")).expect("hexadecimal");
    assert_eq!(decode(&bytes).as_ref(), Ok(value), "{bytes:02x?}");
}

fn text(characters: &str) -> String {
    hex::encode(characters)
}

#[test]
fn null_and_booleans() {
    both_ways("4e", &Value::Null);
    both_ways("54", &Value::Bool(true));
    both_ways("46", &Value::Bool(false));
}

#[test]
fn ints() {
    for (bytes, value) in [
        ("90", 0),
        ("80", -16),
        ("bf", 47),
        ("c7ef", -17),
        ("c830", 48),
        ("c000", -2048),
        ("c700", -256),
        ("cfff", 2047),
        ("d3f7ff", -2049),
        ("d40800", 2048),
        ("d00000", -262_144),
        ("d7ffff", 262_143),
        ("49fffbffff", -262_145),
        ("4900040000", 262_144),
        ("497fffffff", i32::MAX),
        ("4980000000", i32::MIN),
    ] {
        both_ways(bytes, &Value::Int(value));
    }
    for (bytes, value) in [("c800", 0), ("d40000", 0), ("4900000000", 0), ("490000012c", 300)] {
        read_only(bytes, &Value::Int(value));
    }
}

#[test]
fn longs() {
    for (bytes, value) in [
        ("e0", 0),
        ("d8", -8),
        ("ef", 15),
        ("f7f7", -9),
        ("f810", 16),
        ("f82a", 42),
        ("f000", -2048),
        ("f700", -256),
        ("ffff", 2047),
        ("3bf7ff", -2049),
        ("3c0800", 2048),
        ("380000", -262_144),
        ("3fffff", 262_143),
        ("59fffbffff", -262_145),
        ("5900040000", 262_144),
        ("5980000000", i64::from(i32::MIN)),
        ("597fffffff", i64::from(i32::MAX)),
        ("4c0000000080000000", i64::from(i32::MAX) + 1),
        ("4cffffffff7fffffff", i64::from(i32::MIN) - 1),
        ("4c7fffffffffffffff", i64::MAX),
        ("4c8000000000000000", i64::MIN),
    ] {
        both_ways(bytes, &Value::Long(value));
    }
    for (bytes, value) in [("f800", 0), ("3c0000", 0), ("5900000000", 0), ("590000012c", 300), ("4c000000000000012c", 300)] {
        read_only(bytes, &Value::Long(value));
    }
}

#[test]
fn doubles() {
    for (bytes, value) in [
        ("5b", 0.0),
        ("5c", 1.0),
        ("5d02", 2.0),
        ("5d80", -128.0),
        ("5d7f", 127.0),
        ("5e0080", 128.0),
        ("5eff7f", -129.0),
        ("5e8000", -32_768.0),
        ("5e7fff", 32_767.0),
        ("5f00002fda", 12.25),
        ("5f01f40000", 32_768.0),
        ("5fffffffff", -0.001),
        ("448000000000000000", -0.0),
        ("44400921fb54442d18", std::f64::consts::PI),
        ("447ff0000000000000", f64::INFINITY),
        ("44fff0000000000000", f64::NEG_INFINITY),
        ("447fefffffffffffff", f64::MAX),
    ] {
        both_ways(bytes, &Value::Double(value));
    }
    for (bytes, value) in [("5d00", 0.0), ("5e0000", 0.0), ("5d01", 1.0), ("444028800000000000", 12.25)] {
        read_only(bytes, &Value::Double(value));
    }
    assert_eq!(encode(&Value::Double(f64::NAN)), Ok(vec![0x44, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0]));
}

#[test]
fn dates() {
    both_ways("4a000000d04b9284b8", &Value::Date(894_621_091_000));
    both_ways("4b00e3838f", &Value::Date(894_621_060_000));
    both_ways("4bffffffff", &Value::Date(-60_000));
    both_ways("4affffffffffffffff", &Value::Date(-1));
    both_ways("4a7fffffffffffffff", &Value::Date(i64::MAX));
    both_ways("4b7fffffff", &Value::Date(i64::from(i32::MAX) * 60_000));
    both_ways("4a0000753000000000", &Value::Date(0x7530_0000_0000));
    read_only("4a0000000000000000", &Value::Date(0));
}

#[test]
fn strings() {
    both_ways("00", &"".into());
    both_ways(&format!("05{}", text("hello")), &"hello".into());
    both_ways("01c383", &"\u{c3}".into());
    both_ways("0100", &"\0".into());
    both_ways("02e4b8ade69687", &"中文".into());
    both_ways("02eda0bdedb880", &"😀".into());
    both_ways(&format!("1f{}", text(&"a".repeat(31))), &"a".repeat(31).into());
    both_ways(&format!("3020{}", text(&"a".repeat(32))), &"a".repeat(32).into());
    both_ways(&format!("33ff{}", text(&"a".repeat(1023))), &"a".repeat(1023).into());
    both_ways(&format!("530400{}", text(&"a".repeat(1024))), &"a".repeat(1024).into());
    both_ways(&format!("538000{}", text(&"中".repeat(0x8000))), &"中".repeat(0x8000).into());
    both_ways(&format!("528000{}01{}", text(&"a".repeat(0x8000)), text("b")), &("a".repeat(0x8000) + "b").into());
    // no chunk ends between the two halves of a character
    let pair = ["a".repeat(0x7fff), "😀".to_owned()].concat();
    both_ways(&format!("527fff{}02eda0bdedb880", text(&pair[..0x7fff])), &pair.into());
    read_only(&format!("530005{}", text("hello")), &"hello".into());
    read_only(&format!("520007{}05{}", text("hello, "), text("world")), &"hello, world".into());
    read_only(&format!("520001{}520000300162", text("a")), &"ab".into());
}

#[test]
fn halves_of_characters_are_replaced_or_joined() {
    read_only("01eda0bd", &"\u{fffd}".into());
    read_only("01edb880", &"\u{fffd}".into());
    read_only("02eda0bd61", &"\u{fffd}a".into());
    read_only("03eda0bdeda0bdedb880", &"\u{fffd}😀".into());
    read_only("520001eda0bd01edb880", &"😀".into());
    read_only("520001eda0bd0161", &"\u{fffd}a".into());
    read_only("520001eda0bd00", &"\u{fffd}".into());
}

#[test]
fn binaries() {
    both_ways("20", &Value::Bytes(vec![]));
    both_ways("23010203", &Value::Bytes(vec![1, 2, 3]));
    both_ways(&format!("2f{}", "00".repeat(15)), &vec![0; 15].into());
    both_ways(&format!("3410{}", "00".repeat(16)), &vec![0; 16].into());
    both_ways(&format!("37ff{}", "00".repeat(1023)), &vec![0; 1023].into());
    both_ways(&format!("420400{}", "00".repeat(1024)), &vec![0; 1024].into());
    both_ways(&format!("418000{}2107", "00".repeat(0x8000)), &[vec![0; 0x8000], vec![7]].concat().into());
    read_only("42000101", &vec![1].into());
    read_only("41000101410000340202 03", &vec![1, 2, 3].into());
}

#[test]
fn lists() {
    let ints = |items: &[i32]| items.iter().map(|item| Value::Int(*item)).collect::<Vec<_>>();
    let typed = |items: &[i32]| Value::from(List { kind: Some("[int".into()), items: ints(items) });
    both_ways(&format!("72 04{} 90 91", text("[int")), &typed(&[0, 1]));
    read_only(&format!("56 04{} 92 90 91", text("[int")), &typed(&[0, 1]));
    read_only(&format!("55 04{} 90 91 5a", text("[int")), &typed(&[0, 1]));
    both_ways(&format!("56 04{} 98 {}", text("[int"), "90".repeat(8)), &typed(&[0; 8]));
    both_ways("7a 90 91", &Value::list(ints(&[0, 1])));
    both_ways("78", &Value::list([]));
    both_ways(&format!("7f {}", "90".repeat(7)), &Value::list(ints(&[0; 7])));
    both_ways(&format!("58 98 {}", "90".repeat(8)), &Value::list(ints(&[0; 8])));
    read_only("57 90 91 5a", &Value::list(ints(&[0, 1])));
    read_only("57 5a", &Value::list([]));
    // the second list of a type names it by number
    both_ways(&format!("7a 71 04{} 90 71 90 91", text("[int")), &Value::list([typed(&[0]), typed(&[1])]));
}

#[test]
fn maps() {
    let car = [("color", Value::from("aquamarine")), ("model", "Beetle".into()), ("mileage", 65_536.into())];
    let Value::Map(plain) = Value::map(car) else { panic!("a map") };
    let typed = Map { kind: Some("com.caucho.test.Car".into()), ..plain };
    let fields =
        format!("05{} 0a{} 05{} 06{} 07{} d50000 5a", text("color"), text("aquamarine"), text("model"), text("Beetle"), text("mileage"));
    both_ways(&format!("4d 13{} {fields}", text("com.caucho.test.Car")), &typed.into());
    let sparse = Value::map([(1, "fee"), (16, "fie"), (256, "foe")]);
    both_ways(&format!("48 91 03{} a0 03{} c900 03{} 5a", text("fee"), text("fie"), text("foe")), &sparse);
    both_ways("48 5a", &Value::Map(Map::default()));
    // a type without a name is none, and has its number all the same
    read_only(
        &format!("79 4d 00 90 71 04{} 91 5a", text("[int")),
        &Value::list([Value::map([(0, List { kind: Some("[int".into()), items: vec![1.into()] })])]),
    );
}

#[test]
fn objects() {
    let car = |color: &str, model: &str| Value::from(Object::new("example.Car").with("color", color).with("model", model));
    let definition = format!("43 0b{} 92 05{} 05{}", text("example.Car"), text("color"), text("model"));
    let (red, green) = (format!("03{} 08{}", text("red"), text("corvette")), format!("05{} 05{}", text("green"), text("civic")));
    let cars = Value::list([car("red", "corvette"), car("green", "civic")]);
    both_ways(&format!("7a {definition} 60 {red} 60 {green}"), &cars);
    read_only(&format!("7a {definition} 4f 90 {red} 4f 90 {green}"), &cars);
    // a definition may stand before any value, as Java reads it
    read_only(&format!("{definition} 7a 60 {red} 60 {green}"), &cars);

    // the seventeenth class has no byte of its own
    let many = (0..18).map(|number| Object::new(format!("c{number:02}")).with("f", number).into());
    let bytes = hex::encode(encode(&Value::list(many.clone())).expect("it can be written"));
    assert!(bytes.contains(&format!("4303{}9101666f9f", text("c15"))) && bytes.contains(&format!("4303{}9101664fa0a0", text("c16"))));
    read_only(&bytes, &Value::list(many));
}

#[test]
fn references() {
    let node = Object::new("LinkedList").with("head", 1).with("tail", Value::Ref(0));
    let definition = format!("43 0a{} 92 04{} 04{}", text("LinkedList"), text("head"), text("tail"));
    both_ways(&format!("{definition} 60 91 51 90"), &node.clone().into());
    read_only(&format!("{definition} 4f 90 91 51 90"), &node.into());
    both_ways("7b 48 5a 51 91 51 90", &Value::list([Value::Map(Map::default()), Value::Ref(1), Value::Ref(0)]));
}
