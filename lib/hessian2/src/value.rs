//! What Hessian can say.

use std::sync::Arc;

/// A value, with everything in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// Java's `null`.
    #[default]
    Null,
    /// A `boolean`.
    Bool(bool),
    /// An `int`; a `short` and a `byte` come as one.
    Int(i32),
    /// A `long`.
    Long(i64),
    /// A `double`; a `float` comes as one.
    Double(f64),
    /// A `java.util.Date`: milliseconds since 1970 in UTC.
    Date(i64),
    /// A string; a `char` comes as one. Half of a surrogate pair, which Java's strings may hold alone, is U+FFFD here.
    String(String),
    /// A `byte[]`.
    Bytes(Vec<u8>),
    /// A list, or an array of anything but bytes and characters.
    List(List),
    /// A map.
    Map(Map),
    /// An object of a class with named fields.
    Object(Object),
    /// The list, map or object of this number once more: they are numbered from 0 in the order in which they begin, within all
    /// that one encoder writes. [`Graph`](crate::Graph) finds it. It may be one that this reference stands in.
    Ref(u32),
}

/// A list and, where it is not simply a list, its type as Java names it: `[int`, `java.util.LinkedList`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct List {
    /// Its type; `None` for an `ArrayList`.
    pub kind: Option<Arc<str>>,
    /// Its elements.
    pub items: Vec<Value>,
}

/// A map in the order of the wire and, where it is not simply a map, its type as Java names it: `java.util.TreeMap`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Map {
    /// Its type; `None` for a `HashMap`.
    pub kind: Option<Arc<str>>,
    /// Its keys and their values.
    pub entries: Vec<(Value, Value)>,
}

/// The name of a class and of the fields that its objects carry.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Class {
    /// Its full name: `java.math.BigDecimal`.
    pub name: String,
    /// The names of its fields, in the order of an object's values.
    pub fields: Vec<String>,
}

/// An object: a class, which many objects share, and a value for each of its fields.
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    class: Arc<Class>,
    values: Vec<Value>,
}

impl Object {
    /// An object without fields as yet.
    pub fn new(class: impl Into<String>) -> Self {
        Self { class: Arc::new(Class { name: class.into(), fields: Vec::new() }), values: Vec::new() }
    }

    /// An object of a class that others have as well. Values that are missing are null, those beyond its fields are left out.
    pub fn of(class: Arc<Class>, mut values: Vec<Value>) -> Self {
        values.resize(class.fields.len(), Value::Null);
        Self { class, values }
    }

    /// The same with one more field.
    #[must_use]
    pub fn with(mut self, field: impl Into<String>, value: impl Into<Value>) -> Self {
        Arc::make_mut(&mut self.class).fields.push(field.into());
        self.values.push(value.into());
        self
    }

    /// The name of its class.
    pub fn class(&self) -> &str {
        &self.class.name
    }

    /// Its class, to make more objects of it.
    pub fn shape(&self) -> &Arc<Class> {
        &self.class
    }

    /// The field of this name; the first, should there be several: where a subclass has a field of its superclass's name, its
    /// own comes first.
    pub fn get(&self, field: &str) -> Option<&Value> {
        self.class.fields.iter().position(|name| name == field).and_then(|at| self.values.get(at))
    }

    /// Its fields in the order of the wire.
    pub fn fields(&self) -> impl ExactSizeIterator<Item = (&str, &Value)> {
        self.class.fields.iter().map(String::as_str).zip(&self.values)
    }

    /// The values of its fields.
    pub fn values(&self) -> &[Value] {
        &self.values
    }
}

impl Map {
    /// The value under a string.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.entries.iter().find(|(found, _)| found.as_str() == Some(key)).map(|(_, value)| value)
    }
}

impl Value {
    /// An untyped list, Java's `ArrayList`.
    pub fn list(items: impl IntoIterator<Item = Value>) -> Self {
        Self::List(List { kind: None, items: items.into_iter().collect() })
    }

    /// An untyped map, Java's `HashMap`.
    pub fn map<K: Into<Value>, V: Into<Value>>(entries: impl IntoIterator<Item = (K, V)>) -> Self {
        Self::Map(Map { kind: None, entries: entries.into_iter().map(|(key, value)| (key.into(), value.into())).collect() })
    }

    /// Whether it is null.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// A boolean.
    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(value) = self { Some(*value) } else { None }
    }

    /// An int.
    pub fn as_i32(&self) -> Option<i32> {
        if let Self::Int(value) = self { Some(*value) } else { None }
    }

    /// An int or a long.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Int(value) => Some((*value).into()),
            Self::Long(value) => Some(*value),
            _ => None,
        }
    }

    /// A double or an int.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Int(value) => Some((*value).into()),
            Self::Double(value) => Some(*value),
            _ => None,
        }
    }

    /// A date, in milliseconds since 1970.
    pub fn as_date(&self) -> Option<i64> {
        if let Self::Date(millis) = self { Some(*millis) } else { None }
    }

    /// A string.
    pub fn as_str(&self) -> Option<&str> {
        if let Self::String(text) = self { Some(text) } else { None }
    }

    /// Bytes.
    pub fn as_bytes(&self) -> Option<&[u8]> {
        if let Self::Bytes(bytes) = self { Some(bytes) } else { None }
    }

    /// A list's elements.
    pub fn as_list(&self) -> Option<&[Value]> {
        if let Self::List(list) = self { Some(&list.items) } else { None }
    }

    /// A map.
    pub fn as_map(&self) -> Option<&Map> {
        if let Self::Map(map) = self { Some(map) } else { None }
    }

    /// An object.
    pub fn as_object(&self) -> Option<&Object> {
        if let Self::Object(object) = self { Some(object) } else { None }
    }
}

macro_rules! from {
    ($($given:ty => $variant:ident),+ $(,)?) => {$(
        impl From<$given> for Value {
            fn from(given: $given) -> Self {
                Self::$variant(given.into())
            }
        }
    )+};
}

from!(bool => Bool, i32 => Int, i64 => Long, f64 => Double, &str => String, String => String, Vec<u8> => Bytes, &[u8] => Bytes,
    List => List, Map => Map, Object => Object);

/// Nothing is null.
impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(given: Option<T>) -> Self {
        given.map_or(Self::Null, Into::into)
    }
}
