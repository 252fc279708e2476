//! Money from text and JSON: what is read is in range and reads back equal; sums agree with arithmetic that cannot overflow.
//!
//! The first 16 bytes are two numbers, the rest is the text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rocketmall_core::money::Cents;

fuzz_target!(|input: &[u8]| {
    let Some((left, rest)) = input.split_first_chunk::<8>() else { return };
    let Some((right, text)) = rest.split_first_chunk::<8>() else { return };
    reckon(i64::from_le_bytes(*left), i64::from_le_bytes(*right));
    if let Ok(text) = std::str::from_utf8(text) {
        read(text);
    }
});

fn read(text: &str) {
    let read = text.parse::<Cents>().ok();
    assert_eq!(read, by_hand(text), "{text:?}");
    let in_string = serde_json::to_string(text).expect("a text is JSON");
    assert_eq!(serde_json::from_str::<Cents>(&in_string).ok(), read, "{in_string}");
    if let Ok(number) = serde_json::from_str::<Cents>(text) {
        assert!(in_range(number.get().into()), "{text:?}");
    }
    let Some(amount) = read else { return };
    assert_eq!(amount.to_string().parse(), Ok(amount), "{text:?}");
    let json = serde_json::to_string(&amount).expect("an amount is JSON");
    assert!(!json.starts_with('"'), "messages carry numbers: {json}");
    assert_eq!(serde_json::from_str::<Cents>(&json).ok(), Some(amount), "{json}");
}

/// The format once more, as plainly as it can be said: an optional minus, 1 to 8 digits, at most two decimals.
fn by_hand(text: &str) -> Option<Cents> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, decimals) = match digits.split_once('.') {
        Some((whole, decimals)) if (1..=2).contains(&decimals.len()) => (whole, format!("{decimals:0<2}")),
        Some(_) => return None,
        None => (digits, "00".to_owned()),
    };
    let number = |part: &str| part.chars().try_fold(0_i64, |sum, digit| Some(sum * 10 + i64::from(digit.to_digit(10)?)));
    if !(1..=8).contains(&whole.len()) {
        return None;
    }
    let cents = number(whole)? * 100 + number(&decimals)?;
    Some(Cents::new(if text.starts_with('-') { -cents } else { cents }))
}

fn reckon(left: i64, right: i64) {
    let (a, b) = (Cents::new(left), Cents::new(right));
    let (left, right) = (i128::from(left), i128::from(right));
    for (sum, wide) in [(a.plus(b), left + right), (a.minus(b), left - right), (a.times(right as i64), left * right)] {
        match sum {
            Some(sum) => assert!(in_range(wide) && i128::from(sum.get()) == wide, "{left} {right}"),
            None => assert!(!in_range(wide), "{left} {right} is {wide}"),
        }
    }
    assert!((i128::from(a.whole_units()) * 100..i128::from(a.whole_units()) * 100 + 100).contains(&left), "{left}");
    if in_range(left) {
        assert_eq!(a.to_string().parse(), Ok(a));
    }
}

fn in_range(cents: i128) -> bool {
    cents.abs() <= i128::from(Cents::MAX.get())
}
