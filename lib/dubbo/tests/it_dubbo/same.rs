//! Whether two values say the same to Java: references followed, fields in any order, a field that is null or not there.

use std::collections::BTreeSet;

use dubbo_triple::{Graph, Object, Value};

/// An error says where they differ.
pub(crate) fn same(expected: &Value, found: &Value) -> Result<(), String> {
    let mut comparison = Comparison { expected: Graph::of(expected), found: Graph::of(found), assumed: Vec::new() };
    comparison.compare("", expected, found)
}

struct Comparison<'a> {
    expected: Graph<'a>,
    found: Graph<'a>,
    /// What is being compared, and so taken for the same where a structure leads back to it.
    assumed: Vec<(*const Value, *const Value)>,
}

impl<'a> Comparison<'a> {
    fn compare(&mut self, at: &str, expected: &'a Value, found: &'a Value) -> Result<(), String> {
        let (expected, found) = (self.expected.resolve(expected), self.found.resolve(found));
        let pair = (std::ptr::from_ref(expected), std::ptr::from_ref(found));
        if self.assumed.contains(&pair) {
            return Ok(());
        }
        self.assumed.push(pair);
        let same = self.parts(at, expected, found);
        self.assumed.pop();
        same
    }

    fn parts(&mut self, at: &str, expected: &'a Value, found: &'a Value) -> Result<(), String> {
        match (expected, found) {
            (Value::List(expected), Value::List(found)) if expected.kind == found.kind && expected.items.len() == found.items.len() => {
                let mut pairs = expected.items.iter().zip(&found.items).enumerate();
                pairs.try_for_each(|(number, (expected, found))| self.compare(&format!("{at}[{number}]"), expected, found))
            }
            (Value::Map(expected), Value::Map(found)) if expected.kind == found.kind && expected.entries.len() == found.entries.len() => {
                let mut pairs = expected.entries.iter().zip(&found.entries);
                pairs.try_for_each(|(expected, found)| {
                    self.compare(&format!("{at} key"), &expected.0, &found.0)?;
                    self.compare(&format!("{at} value"), &expected.1, &found.1)
                })
            }
            (Value::Object(expected), Value::Object(found)) if expected.class() == found.class() => {
                let names: BTreeSet<&str> = expected.fields().chain(found.fields()).map(|(name, _)| name).collect();
                let field = |object: &'a Object, name: &str| object.get(name).unwrap_or(&Value::Null);
                names.into_iter().try_for_each(|name| self.compare(&format!("{at}.{name}"), field(expected, name), field(found, name)))
            }
            (expected, found) if expected == found => Ok(()),
            (expected, found) => Err(format!("{at}: expected {expected:.300?}, found {found:.300?}")),
        }
    }
}
