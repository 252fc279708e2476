//! Exceptions of Java.

use std::sync::Arc;

use crate::graph::{Expansion, Graph};
use crate::limits::Limits;
use crate::value::{Class, List, Object, Value};

const FRAME: &str = "java.lang.StackTraceElement";
const FRAMES: &str = "[java.lang.StackTraceElement";
const MESSAGE: &str = "detailMessage";
const STACK: &str = "stackTrace";
const CAUSE: &str = "cause";
const SUPPRESSED: &str = "suppressedExceptions";

/// Causes below each other that are read; those below are left out.
const CAUSES: usize = 32;

/// Any `java.lang.Throwable`: what all of them have, and the fields of its own class.
///
/// ```
/// use hessian2_codec::{Throwable, java};
///
/// let thrown = Throwable::new("shop.ShopException", "sold out").with("code", java::enumeration("shop.Code", "SOLD_OUT"));
/// let read = Throwable::read(&thrown.to_value()).expect("an exception");
/// assert_eq!(read.to_string(), "shop.ShopException: sold out");
/// assert_eq!(read.get("code").and_then(java::as_enumeration), Some(("shop.Code", "SOLD_OUT")));
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Throwable {
    /// The name of its class.
    pub class: String,
    /// Its message.
    pub message: Option<String>,
    /// Where it was thrown, the innermost call first.
    pub stack: Vec<StackFrame>,
    /// What caused it.
    pub cause: Option<Box<Throwable>>,
    /// What was thrown besides and not told.
    pub suppressed: Vec<Throwable>,
    /// All other fields, without references.
    pub fields: Vec<(String, Value)>,
}

/// A line of a stack trace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StackFrame {
    /// The name of the class.
    pub class: String,
    /// The name of the method.
    pub method: String,
    /// The name of the file, if it is known.
    pub file: Option<String>,
    /// The line, if it is above 0.
    pub line: i32,
}

impl Throwable {
    /// One of this class with this message, and with nothing else.
    pub fn new(class: impl Into<String>, message: impl Into<String>) -> Self {
        Self { class: class.into(), message: Some(message.into()), ..Self::default() }
    }

    /// The same with a field of its own class.
    #[must_use]
    pub fn with(mut self, field: impl Into<String>, value: impl Into<Value>) -> Self {
        self.fields.push((field.into(), value.into()));
        self
    }

    /// The same with a cause.
    #[must_use]
    pub fn caused_by(mut self, cause: Self) -> Self {
        self.cause = Some(Box::new(cause));
        self
    }

    /// A field of its own class.
    pub fn get(&self, field: &str) -> Option<&Value> {
        self.fields.iter().find(|(name, _)| name == field).map(|(_, value)| value)
    }

    /// The object that Java makes the exception of. No reference may stand in its fields.
    pub fn to_value(&self) -> Value {
        let mut object = Object::new(self.class.clone()).with(MESSAGE, self.message.clone());
        // Without a list Java would have none to give, and fail where somebody prints it.
        object = object.with(STACK, frames(&self.stack));
        if let Some(cause) = &self.cause {
            object = object.with(CAUSE, cause.to_value());
        }
        if !self.suppressed.is_empty() {
            object = object.with(SUPPRESSED, Value::list(self.suppressed.iter().map(Self::to_value)));
        }
        self.fields.iter().fold(object, |object, (name, value)| object.with(name.clone(), value.clone())).into()
    }

    /// What an object that is all of its stream says as an exception; nothing if it is no object. An exception that is its own
    /// cause, as Java's are that have none, has none; each is told once. A field that contains itself, or whose copies would be
    /// larger than the default [`Limits`], is left out.
    pub fn read(value: &Value) -> Option<Self> {
        let graph = Graph::of(value);
        Reading { graph: &graph, fields: Expansion::new(&graph, Limits::default()), seen: Vec::new() }.throwable(value)
    }
}

impl std::fmt::Display for Throwable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.class)?;
        self.message.as_ref().map_or(Ok(()), |message| write!(f, ": {message}"))
    }
}

impl std::error::Error for Throwable {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}

fn frames(stack: &[StackFrame]) -> Value {
    let fields = ["declaringClass", "methodName", "fileName", "lineNumber"].map(str::to_owned).to_vec();
    let class = Arc::new(Class { name: FRAME.to_owned(), fields });
    let frame = |frame: &StackFrame| {
        let values = vec![frame.class.as_str().into(), frame.method.as_str().into(), frame.file.clone().into(), frame.line.into()];
        Object::of(Arc::clone(&class), values).into()
    };
    List { kind: Some(FRAMES.into()), items: stack.iter().map(frame).collect() }.into()
}

struct Reading<'g, 'a> {
    graph: &'g Graph<'a>,
    fields: Expansion<'g, 'a>,
    seen: Vec<*const Value>,
}

impl<'g> Reading<'g, '_> {
    fn throwable(&mut self, value: &'g Value) -> Option<Throwable> {
        let value = self.graph.resolve(value);
        let object = value.as_object()?;
        if self.seen.len() >= CAUSES || self.seen.iter().any(|seen| std::ptr::eq(*seen, value)) {
            return None;
        }
        self.seen.push(value);
        let mut read = Throwable { class: object.class().to_owned(), ..Throwable::default() };
        for (name, field) in object.fields() {
            let found = self.graph.resolve(field);
            match name {
                MESSAGE => read.message = found.as_str().map(str::to_owned),
                STACK => read.stack = found.as_list().unwrap_or_default().iter().filter_map(|frame| self.frame(frame)).collect(),
                CAUSE => read.cause = self.throwable(found).map(Box::new),
                SUPPRESSED => {
                    read.suppressed = found.as_list().unwrap_or_default().iter().filter_map(|one| self.throwable(one)).collect();
                }
                _ => read.fields.extend(self.fields.expand(field).ok().map(|value| (name.to_owned(), value))),
            }
        }
        Some(read)
    }

    fn frame(&self, value: &'g Value) -> Option<StackFrame> {
        let object = self.graph.resolve(value).as_object()?;
        let text = |field: &str| object.get(field).and_then(Value::as_str).map(str::to_owned);
        Some(StackFrame {
            class: text("declaringClass").unwrap_or_default(),
            method: text("methodName").unwrap_or_default(),
            file: text("fileName"),
            line: object.get("lineNumber").and_then(Value::as_i32).unwrap_or_default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{decode, encode};

    fn frame(line: i32) -> StackFrame {
        StackFrame { class: "shop.Goods".to_owned(), method: "take".to_owned(), file: Some("Goods.java".to_owned()), line }
    }

    #[test]
    fn an_exception_survives_the_wire() {
        let mut thrown = Throwable::new("shop.A", "a").with("code", 7).caused_by(Throwable::new("shop.B", "b"));
        thrown.stack = vec![frame(1), StackFrame { file: None, ..frame(-2) }];
        thrown.suppressed = vec![Throwable::new("shop.C", "c"), Throwable { message: None, ..Throwable::new("shop.D", "") }];
        let wire = encode(&thrown.to_value()).expect("it can be written");
        assert_eq!(Throwable::read(&decode(&wire).expect("it can be read")), Some(thrown));
    }

    #[test]
    fn an_exception_that_is_its_own_cause_has_none() {
        let java =
            Object::new("shop.A").with(CAUSE, Value::Ref(0)).with(SUPPRESSED, Value::list([Value::Ref(0)])).with("me", Value::Ref(0));
        let read = Throwable::read(&java.into()).expect("an exception");
        assert_eq!(read, Throwable { class: "shop.A".to_owned(), ..Throwable::default() });
        assert_eq!((Throwable::read(&Value::Null), Throwable::read(&Value::Ref(0))), (None, None));
    }

    #[test]
    fn exceptions_that_refer_to_each_other_are_read_in_no_time() {
        let list = (1..2000).map(|number| {
            let all = Value::list((2..number).map(|earlier| Value::Ref(earlier * 2)));
            Object::new("shop.A").with(SUPPRESSED, all).with("all", Value::Ref(1)).into()
        });
        let bomb = Object::new("shop.A").with(SUPPRESSED, Value::list(list));
        let read = Throwable::read(&bomb.into()).expect("an exception");
        assert!(read.suppressed.len() < CAUSES);
    }
}
