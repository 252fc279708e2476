//! The values that cross the port: what both databases and JSON have in common.

use serde::{Serialize, Serializer};

use crate::error::StoreError;

/// One column of one row, or one parameter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// SQL NULL.
    Null,
    /// Any whole number: ids, counts, cents, milliseconds, codes.
    Int(i64),
    /// UTF-8 text.
    Text(String),
}

/// The columns of one row, in the order of the statement.
pub type Row = Vec<Value>;

/// Rows travel to MySQL as JSON arrays of arrays.
impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_none(),
            Self::Int(number) => serializer.serialize_i64(*number),
            Self::Text(text) => serializer.serialize_str(text),
        }
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// Reads a row's columns from left to right; a column of the wrong kind is an error, never a panic.
#[derive(Debug)]
pub struct Columns {
    row: std::vec::IntoIter<Value>,
    table: &'static str,
}

impl Columns {
    /// The columns of `row`, which `table` names in errors.
    pub fn of(table: &'static str, row: Row) -> Self {
        Self { row: row.into_iter(), table }
    }

    /// A whole number that must be there.
    pub fn int(&mut self) -> Result<i64, StoreError> {
        self.optional_int()?.ok_or_else(|| self.unexpected("a number, found NULL"))
    }

    /// A whole number or NULL.
    pub fn optional_int(&mut self) -> Result<Option<i64>, StoreError> {
        match self.row.next() {
            Some(Value::Int(number)) => Ok(Some(number)),
            Some(Value::Null) => Ok(None),
            other => Err(self.unexpected(&format!("a number, found {other:?}"))),
        }
    }

    /// A whole number, or `missing` where the original wrote none.
    pub fn int_or(&mut self, missing: i64) -> Result<i64, StoreError> {
        Ok(self.optional_int()?.unwrap_or(missing))
    }

    /// A text, empty where the original wrote none.
    pub fn text_or_empty(&mut self) -> Result<String, StoreError> {
        Ok(self.optional_text()?.unwrap_or_default())
    }

    /// A text that must be there.
    pub fn text(&mut self) -> Result<String, StoreError> {
        self.optional_text()?.ok_or_else(|| self.unexpected("a text, found NULL"))
    }

    /// A text or NULL.
    pub fn optional_text(&mut self) -> Result<Option<String>, StoreError> {
        match self.row.next() {
            Some(Value::Text(text)) => Ok(Some(text)),
            Some(Value::Null) => Ok(None),
            other => Err(self.unexpected(&format!("a text, found {other:?}"))),
        }
    }

    /// The error for a value that this program does not know, such as a status code from a newer version.
    pub fn unexpected(&self, wanted: &str) -> StoreError {
        StoreError::Corrupt(format!("{}: wanted {wanted}", self.table))
    }
}
