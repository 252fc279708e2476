//! Hessian streams: what is read can be written, and reads back as the same bytes; exceptions and copies without references come of any value.
#![no_main]

use hessian2_codec::{Decoder, Encoder, Graph, Limits, Throwable, Value};
use libfuzzer_sys::fuzz_target;

const LIMITS: Limits = Limits { bytes: 4096, depth: 32, values: 4096, string: 4096 };

fuzz_target!(|input: &[u8]| {
    let Some(values) = read(input) else { return };
    let written = write(&values);
    let again = read(&written).expect("what was written can be read");
    // bytes, since no NaN is equal to itself
    assert_eq!(write(&again), written);
    assert!(written.len() <= input.len() * 3, "{} bytes from {}", written.len(), input.len());
    let graph = Graph::of_stream(&values);
    for value in &values {
        if let Ok(copy) = graph.expand(value, LIMITS) {
            assert!(copy.expanded(LIMITS).is_ok());
        }
        if let Some(thrown) = Throwable::read(value) {
            let told = Throwable::read(&thrown.to_value()).expect("an exception");
            assert_eq!(format!("{told:?}").len(), format!("{thrown:?}").len());
        }
    }
});

/// Within these limits no stream of that length may fail to be written or read again, but for its length.
fn read(bytes: &[u8]) -> Option<Vec<Value>> {
    let mut decoder = Decoder::new(bytes).with_limits(Limits { bytes: 1 << 20, ..LIMITS });
    let mut values = Vec::new();
    while !decoder.is_at_end() {
        values.push(decoder.read().ok()?);
    }
    Some(values)
}

fn write(values: &[Value]) -> Vec<u8> {
    let mut encoder = Encoder::new();
    values.iter().try_for_each(|value| encoder.write(value)).expect("what was read can be written");
    encoder.finish()
}
