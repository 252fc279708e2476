//! What references lead to.

use crate::error::ExpandError;
use crate::limits::Limits;
use crate::value::{List, Map, Object, Value};

/// Everything in a value that a reference can lead to.
///
/// ```
/// use hessian2_codec::{Graph, Object, Value};
///
/// let me = Value::from(Object::new("shop.Node").with("next", Value::Ref(0)));
/// let graph = Graph::of(&me);
/// let next = me.as_object().and_then(|node| node.get("next")).expect("a field");
/// assert_eq!(graph.resolve(next), &me);
/// ```
#[derive(Clone, Debug)]
pub struct Graph<'a> {
    containers: Vec<&'a Value>,
}

impl<'a> Graph<'a> {
    /// Numbers the lists, maps and objects of a value that is all of its stream.
    pub fn of(value: &'a Value) -> Self {
        Self::of_stream([value])
    }

    /// Numbers the lists, maps and objects of all values of a stream, in their order.
    pub fn of_stream(values: impl IntoIterator<Item = &'a Value>) -> Self {
        let mut graph = Self { containers: Vec::new() };
        values.into_iter().for_each(|value| graph.add(value));
        graph
    }

    /// What a reference leads to, which is no reference; any other value is itself. A reference of another stream is null.
    pub fn resolve<'b>(&self, value: &'b Value) -> &'b Value
    where
        'a: 'b,
    {
        match value {
            Value::Ref(number) => self.get(*number).unwrap_or(&Value::Null),
            value => value,
        }
    }

    /// A field of an object that is or is referred to by `value`.
    pub fn field<'b>(&self, value: &'b Value, name: &str) -> Option<&'b Value>
    where
        'a: 'b,
    {
        self.resolve(value).as_object()?.get(name).map(|field| self.resolve(field))
    }

    /// The list, map or object of this number.
    pub fn get(&self, number: u32) -> Option<&'a Value> {
        usize::try_from(number).ok().and_then(|at| self.containers.get(at)).copied()
    }

    fn add(&mut self, value: &'a Value) {
        match value {
            Value::List(list) => {
                self.containers.push(value);
                list.items.iter().for_each(|item| self.add(item));
            }
            Value::Map(map) => {
                self.containers.push(value);
                map.entries.iter().for_each(|(key, value)| {
                    self.add(key);
                    self.add(value);
                });
            }
            Value::Object(object) => {
                self.containers.push(value);
                object.values().iter().for_each(|value| self.add(value));
            }
            _ => {}
        }
    }

    /// A copy of `value` with each reference replaced by what it leads to, of at most so many values and bytes and so deep as
    /// `limits` say: few bytes can refer to each other in such a way that without references they would fill any memory.
    pub fn expand(&self, value: &Value, limits: Limits) -> Result<Value, ExpandError> {
        Expansion::new(self, limits).expand(value)
    }
}

impl Value {
    /// A copy without references: what is shared is there several times. An error where it contains itself, or becomes larger
    /// than `limits` allow.
    ///
    /// ```
    /// use hessian2_codec::{Limits, Value};
    ///
    /// let inner = Value::list([Value::Int(1)]);
    /// let shared = Value::list([inner.clone(), Value::Ref(1)]);
    /// assert_eq!(shared.expanded(Limits::default()), Ok(Value::list([inner.clone(), inner])));
    /// assert!(Value::list([Value::Ref(0)]).expanded(Limits::default()).is_err());
    /// ```
    pub fn expanded(&self, limits: Limits) -> Result<Self, ExpandError> {
        Graph::of(self).expand(self, limits)
    }
}

/// Copies without references, all within one budget.
pub(crate) struct Expansion<'g, 'a> {
    graph: &'g Graph<'a>,
    limits: Limits,
    values: usize,
    bytes: usize,
    /// The containers that are being copied, the outermost first.
    within: Vec<*const Value>,
}

impl<'g, 'a> Expansion<'g, 'a> {
    pub(crate) fn new(graph: &'g Graph<'a>, limits: Limits) -> Self {
        Self { graph, limits, values: 0, bytes: 0, within: Vec::new() }
    }

    pub(crate) fn expand(&mut self, value: &Value) -> Result<Value, ExpandError> {
        self.within.clear();
        self.copy(value)
    }

    fn copy(&mut self, value: &Value) -> Result<Value, ExpandError> {
        self.values = self.values.saturating_add(1);
        if self.values > self.limits.values {
            return Err(ExpandError::TooMany(self.limits.values));
        }
        match value {
            Value::Ref(number) => {
                let found = self.graph.get(*number).ok_or(ExpandError::Nowhere(*number))?;
                if self.within.iter().any(|outer| std::ptr::eq(*outer, found)) {
                    return Err(ExpandError::Cyclic(*number));
                }
                self.container(found)
            }
            Value::List(_) | Value::Map(_) | Value::Object(_) => self.container(value),
            Value::String(text) => self.plain(value, text.len()),
            Value::Bytes(bytes) => self.plain(value, bytes.len()),
            _ => self.plain(value, 0),
        }
    }

    fn plain(&mut self, value: &Value, bytes: usize) -> Result<Value, ExpandError> {
        self.bytes = self.bytes.saturating_add(bytes);
        if self.bytes > self.limits.bytes { Err(ExpandError::TooLong(self.limits.bytes)) } else { Ok(value.clone()) }
    }

    fn container(&mut self, value: &Value) -> Result<Value, ExpandError> {
        let levels = self.limits.levels();
        if self.within.len() >= levels {
            return Err(ExpandError::TooDeep(levels));
        }
        self.within.push(value);
        let copy = match value {
            Value::List(list) => {
                let items = list.items.iter().map(|item| self.copy(item)).collect::<Result<_, _>>()?;
                Value::List(List { kind: list.kind.clone(), items })
            }
            Value::Map(map) => {
                let entries = map.entries.iter().map(|(key, value)| Ok((self.copy(key)?, self.copy(value)?)));
                let entries = entries.collect::<Result<_, _>>()?;
                Value::Map(Map { kind: map.kind.clone(), entries })
            }
            Value::Object(object) => {
                let values = object.values().iter().map(|value| self.copy(value)).collect::<Result<_, _>>()?;
                Value::Object(Object::of(object.shape().clone(), values))
            }
            other => other.clone(),
        };
        self.within.pop();
        Ok(copy)
    }
}
