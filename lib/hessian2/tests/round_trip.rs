//! Any value is read as it was written, within any limits that suffice.

use hessian2_codec::{Decoder, Encoder, Graph, Limits, List, Map, Object, Value, decode, encode};
use proptest::prelude::*;

fn leaf() -> impl Strategy<Value = Value> {
    let numbers = prop_oneof![any::<i64>(), -3000_i64..3000, -300_000_i64..300_000];
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        prop_oneof![any::<i32>(), -3000..3000, -300_000..300_000].prop_map(Value::Int),
        numbers.clone().prop_map(Value::Long),
        any::<f64>().prop_filter("equal to itself", |number| !number.is_nan()).prop_map(Value::Double),
        any::<i32>().prop_map(|thousandths| Value::Double(0.001 * f64::from(thousandths))),
        any::<i16>().prop_map(|whole| Value::Double(whole.into())),
        numbers.clone().prop_map(Value::Date),
        any::<i16>().prop_map(|minutes| Value::Date(i64::from(minutes) * 60_000)),
        any::<String>().prop_map(Value::String),
        ("[a中😀é]{0,3}", 0..3000_usize).prop_map(|(text, times)| Value::String(text.repeat(times))),
        (any::<Vec<u8>>(), 0..1000_usize).prop_map(|(bytes, times)| Value::Bytes(bytes.repeat(times))),
        any::<u32>().prop_map(Value::Ref),
    ]
}

fn tree() -> impl Strategy<Value = Value> {
    let kind = || prop_oneof![Just(None), "[a-c]{1,2}".prop_map(|name| Some(name.as_str().into()))];
    leaf().prop_recursive(5, 60, 9, move |inner| {
        let items = prop::collection::vec(inner.clone(), 0..10);
        let entries = prop::collection::vec((inner.clone(), inner.clone()), 0..5);
        let fields = prop::collection::vec(("[a-c]{1,2}", inner), 0..5);
        prop_oneof![
            (kind(), items).prop_map(|(kind, items)| Value::List(List { kind, items })),
            (kind(), entries).prop_map(|(kind, entries)| Value::Map(Map { kind, entries })),
            ("[A-C]{1,2}", fields).prop_map(|(class, fields)| fields
                .into_iter()
                .fold(Object::new(class), |object, (name, value)| object.with(name, value))
                .into()),
        ]
    })
}

/// The same, each reference led to something that began before it, or made null where nothing did.
fn bound(value: Value, begun: &mut u32) -> Value {
    match value {
        Value::Ref(_) if *begun == 0 => Value::Null,
        Value::Ref(number) => Value::Ref(number % *begun),
        Value::List(List { kind, items }) => {
            *begun += 1;
            Value::List(List { kind, items: items.into_iter().map(|item| bound(item, begun)).collect() })
        }
        Value::Map(Map { kind, entries }) => {
            *begun += 1;
            let entries = entries.into_iter().map(|(key, value)| (bound(key, begun), bound(value, begun))).collect();
            Value::Map(Map { kind, entries })
        }
        Value::Object(object) => {
            *begun += 1;
            let values = object.values().iter().map(|value| bound(value.clone(), begun)).collect();
            Value::Object(Object::of(object.shape().clone(), values))
        }
        plain => plain,
    }
}

fn any_value() -> impl Strategy<Value = Value> {
    tree().prop_map(|value| bound(value, &mut 0))
}

proptest! {
    #[test]
    fn a_value_is_read_as_it_was_written(value in any_value()) {
        let bytes = encode(&value).expect("its references lead to something");
        prop_assert_eq!(encode(&value.clone()), Ok(bytes.clone()));
        prop_assert_eq!(decode(&bytes), Ok(value));
    }

    #[test]
    fn a_stream_shares_classes_types_and_references(values in prop::collection::vec(tree(), 1..4)) {
        let mut begun = 0;
        let values: Vec<Value> = values.into_iter().map(|value| bound(value, &mut begun)).collect();
        let mut encoder = Encoder::new();
        for value in &values {
            encoder.write(value).expect("its references lead to something");
        }
        let bytes = encoder.finish();
        let mut decoder = Decoder::new(&bytes);
        for value in &values {
            prop_assert_eq!(decoder.read(), Ok(value.clone()));
        }
        prop_assert_eq!(decoder.finish(), Ok(()));
        let graph = Graph::of_stream(&values);
        prop_assert!(begun == 0 || graph.get(begun - 1).is_some());
        prop_assert!(graph.get(begun).is_none());
    }

    #[test]
    fn a_copy_without_references_has_none(value in any_value()) {
        if let Ok(copy) = value.expanded(Limits::default()) {
            let text = format!("{copy:?}");
            prop_assert!(!text.contains("Ref("), "{}", text);
            prop_assert_eq!(copy.expanded(Limits::default()), Ok(copy));
        }
    }

    #[test]
    fn any_bytes_are_a_value_or_an_error(bytes: Vec<u8>) {
        if let Ok(value) = decode(&bytes) {
            let again = encode(&value).expect("what was read can be written");
            prop_assert!(again.len() <= bytes.len() * 3 + 8);
        }
    }

    #[test]
    fn a_value_with_a_byte_changed_or_cut_off_breaks_nothing(value in any_value(), at: prop::sample::Index, byte: u8) {
        let mut bytes = encode(&value).expect("its references lead to something");
        prop_assert!(decode(&bytes[..at.index(bytes.len())]).is_err());
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let _ = decode(&bytes);
    }
}
