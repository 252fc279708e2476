//! Input that was made to do harm, and what the limits do about it.

use std::time::{Duration, Instant};

use hessian2_codec::{DecodeError, Decoder, EncodeError, ExpandError, Limits, Object, Problem, Value, decode, encode};

fn problem(bytes: &[u8]) -> Problem {
    decode(bytes).expect_err("no value").problem
}

#[test]
fn what_is_not_whole_is_told_with_its_place() {
    assert_eq!(decode(&[]), Err(DecodeError { at: 0, problem: Problem::Ends }));
    assert_eq!(decode(&[0x90, 0x4e]), Err(DecodeError { at: 1, problem: Problem::Trailing }));
    assert_eq!(decode(&[0x79, 0x40]).expect_err("no value").to_string(), "byte 1: 0x40 begins no value");
    for bytes in [
        &b"I\0\0\0"[..],
        b"L\0",
        b"D",
        b"\x4a",
        b"\x05abc",
        b"S\0",
        b"S\xff\xffab",
        b"R\0\x01a",
        b"B\0\x05",
        b"\x57",
        b"H",
        b"M",
        b"C",
        b"\x51",
    ] {
        assert_eq!(problem(bytes), Problem::Ends, "{bytes:02x?}");
    }
}

#[test]
fn what_stands_at_a_wrong_place_is_told() {
    assert_eq!(problem(b"Z"), Problem::Tag(b'Z'));
    for tag in [0x40, b'E', b'G', b'P', b'Z'] {
        assert_eq!(problem(&[tag]), Problem::Tag(tag));
    }
    let expected = |bytes: &[u8]| matches!(problem(bytes), Problem::Expected { .. });
    assert!(expected(b"C\x90") && expected(b"C\x01aN") && expected(b"C\x01a\x91N"));
    assert!(expected(b"\x51N") && expected(b"\x58T") && expected(b"R\0\x01aN") && expected(b"A\0\x01aN") && expected(b"MN"));
    assert_eq!(problem(b"\x01\xff"), Problem::Character(0xff));
    assert_eq!(problem(b"\x01\xf0\x9f\x98\x80"), Problem::Character(0xf0));
    assert_eq!(problem(b"\x01\x80"), Problem::Character(0x80));
    assert_eq!(problem(b"\x01\xc3a"), Problem::Character(b'a'));
}

#[test]
fn numbers_that_lead_nowhere_are_told() {
    assert_eq!(problem(b"\x60"), Problem::Class(0));
    assert_eq!(problem(b"O\x8f"), Problem::Class(-1));
    assert_eq!(problem(b"\x51\x90"), Problem::Reference(0));
    assert_eq!(problem(b"\x79\x51\x91"), Problem::Reference(1));
    assert_eq!(problem(b"\x79\x51\x8f"), Problem::Reference(-1));
    assert_eq!(problem(b"\x71\x90\x90"), Problem::Type(0));
    assert_eq!(problem(b"M\x8fZ"), Problem::Type(-1));
}

#[test]
fn what_is_announced_and_cannot_come_is_refused_at_once() {
    assert_eq!(problem(b"\x58I\x7f\xff\xff\xff\x90"), Problem::Announced(i32::MAX));
    assert_eq!(problem(b"\x58\x8f"), Problem::Announced(-1));
    assert_eq!(problem(b"V\x01aI\x7f\xff\xff\xff"), Problem::Announced(i32::MAX));
    assert_eq!(problem(b"C\x01aI\x7f\xff\xff\xff"), Problem::Announced(i32::MAX));
}

#[test]
fn nesting_is_limited_whatever_is_asked_for() {
    for level in [&b"\x79"[..], b"\x71\x01a", b"\x57", b"\x58\x91", b"H\x90", b"H", b"C\x01a\x91\x01b\x60"] {
        let deep = level.repeat(100_000);
        assert_eq!(problem(&deep), Problem::TooDeep(64), "{level:02x?}");
        let limits = Limits { depth: usize::MAX, ..Limits::default() };
        let error = Decoder::new(&deep).with_limits(limits).read().expect_err("too deep");
        assert_eq!(error.problem, Problem::TooDeep(Limits::DEEPEST), "{level:02x?}");
    }
    let value = |levels: usize| (0..levels).fold(Value::Null, |inner, _| Value::list([inner]));
    let bytes = encode(&value(64)).expect("not too deep");
    assert_eq!(decode(&bytes), Ok(value(64)));
    assert_eq!(encode(&value(Limits::DEEPEST + 1)), Err(EncodeError::TooDeep(Limits::DEEPEST)));
    let bytes = encode(&value(Limits::DEEPEST)).expect("not too deep");
    let limits = Limits { depth: Limits::DEEPEST, ..Limits::default() };
    assert_eq!(Decoder::new(&bytes).with_limits(limits).read(), Ok(value(Limits::DEEPEST)));
}

#[test]
fn each_limit_holds_and_can_be_set() {
    let with = |bytes: &[u8], limits: Limits| Decoder::new(bytes).with_limits(limits).read().map_err(|error| error.problem);
    let usual = Limits::default();
    assert_eq!(with(b"\x02ab", Limits { bytes: 2, ..usual }), Err(Problem::TooLong(2)));
    assert_eq!(with(b"\x02ab", Limits { bytes: 3, ..usual }), Ok("ab".into()));
    assert_eq!(with(b"\x02ab", Limits { string: 1, ..usual }), Err(Problem::StringTooLong(1)));
    assert_eq!(with(b"R\0\x01a\x01b", Limits { string: 1, ..usual }), Err(Problem::StringTooLong(1)));
    assert_eq!(with(b"\x7a\x90\x90", Limits { values: 2, ..usual }), Err(Problem::TooMany(2)));
    assert_eq!(with(b"\x7a\x90\x90", Limits { values: 3, ..usual }), Ok(Value::list([0.into(), 0.into()])));
    assert_eq!(with(b"H\x90\x90Z", Limits { values: 2, ..usual }), Err(Problem::TooMany(2)));
    assert_eq!(with(b"C\x01a\x92\x01b\x01c\x60\x90\x90", Limits { values: 3, ..usual }), Err(Problem::TooMany(3)));
    assert_eq!(with(b"\x79\x90", Limits { depth: 0, ..usual }), Err(Problem::TooDeep(0)));
    assert_eq!(with(b"\x90", Limits { depth: 0, ..usual }), Ok(0.into()));
    let million = [&b"\x57"[..], &b"N".repeat(1_000_000)].concat();
    assert_eq!(with(&million, usual), Err(Problem::TooMany(usual.values)));
}

/// A class with a long name, or with many fields, and as many objects of it as there are bytes: each shares its class.
#[test]
fn many_objects_of_a_large_class_take_one_class() {
    let name = "n".repeat(0x8000);
    let mut bytes = [&b"C\x53\x80\0"[..], name.as_bytes(), b"\x90\x57"].concat();
    bytes.extend(b"\x60".repeat(200_000));
    bytes.push(b'Z');
    let started = Instant::now();
    let read = decode(&bytes).expect("a list");
    assert!(started.elapsed() < Duration::from_secs(5));
    let objects = read.as_list().expect("a list");
    let class = |at: usize| objects[at].as_object().expect("an object").shape();
    assert!(objects.len() == 200_000 && std::sync::Arc::ptr_eq(class(0), class(199_999)));
}

/// Thirty lists, each of which refers twice to the one before: a billion values, were they unrolled.
#[test]
fn references_are_not_unrolled() {
    let mut lists = vec![Value::list([Value::Null])];
    lists.extend((1..=30).map(|number| Value::list([Value::Ref(number), Value::Ref(number)])));
    let bomb = Value::list(lists);
    let bytes = encode(&bomb).expect("its references lead to something");
    assert_eq!(decode(&bytes).as_ref(), Ok(&bomb));
    let usual = Limits::default();
    assert_eq!(bomb.expanded(usual), Err(ExpandError::TooMany(usual.values)));
    let mut long = vec![Value::list(["x".repeat(100_000).into()])];
    long.extend((0..1000).map(|_| Value::Ref(1)));
    assert_eq!(Value::list(long).expanded(usual), Err(ExpandError::TooLong(usual.bytes)));
}

#[test]
fn references_that_cannot_be_written_or_followed_are_told() {
    assert_eq!(encode(&Value::Ref(0)), Err(EncodeError::Reference(0)));
    assert_eq!(encode(&Value::list([Value::Ref(1), Value::list([])])), Err(EncodeError::Reference(1)));
    assert_eq!(Value::Ref(3).expanded(Limits::default()), Err(ExpandError::Nowhere(3)));
    let cycle = Object::new("a").with("b", Object::new("c").with("d", Value::Ref(0)));
    assert_eq!(Value::from(cycle).expanded(Limits::default()), Err(ExpandError::Cyclic(0)));
    // 200 lists inside each other through references, none of them deep by itself
    let mut chain = vec![Value::list([])];
    chain.extend((1..200).map(|number| Value::list([Value::Ref(number)])));
    assert_eq!(Value::list(chain).expanded(Limits::default()), Err(ExpandError::TooDeep(64)));
}

#[test]
fn chunks_without_end_are_read_in_no_time() {
    let started = Instant::now();
    for (chunk, end) in [(&b"R\0\0"[..], &b"\0"[..]), (b"A\0\0", b"\x20")] {
        let bytes = [&chunk.repeat(1_000_000), end].concat();
        assert!(decode(&bytes).is_ok());
    }
    let classes = b"C\0\x90".repeat(80_000);
    assert_eq!(problem(&classes), Problem::Ends);
    assert_eq!(problem(&b"C\0\x90".repeat(1_000_000)), Problem::TooMany(Limits::default().values));
    assert!(started.elapsed() < Duration::from_secs(10));
}
