//! What reading, writing and unrolling can end in.

/// The bytes are no value, or more than a limit allows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("byte {at}: {problem}")]
pub struct DecodeError {
    /// Where in the input, counted from 0.
    pub at: usize,
    /// What is wrong there.
    pub problem: Problem,
}

/// What can be wrong with bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// The input ends within a value.
    #[error("the input ends within a value")]
    Ends,
    /// There is more behind the value.
    #[error("there are bytes behind the value")]
    Trailing,
    /// No value begins so.
    #[error("0x{0:02x} begins no value")]
    Tag(u8),
    /// Something else has to stand here.
    #[error("0x{found:02x} where {expected} has to stand")]
    Expected {
        /// What.
        expected: &'static str,
        /// What stands there instead.
        found: u8,
    },
    /// The bytes of a string are no characters as Java writes them.
    #[error("0x{0:02x} is no part of a character as Java writes them")]
    Character(u8),
    /// More is announced than bytes are left, or less than nothing.
    #[error("{0} are announced, which the rest of the input cannot hold")]
    Announced(i32),
    /// No class was defined under this number.
    #[error("class {0} is not defined")]
    Class(i32),
    /// No type was named under this number.
    #[error("type {0} was not named")]
    Type(i32),
    /// No list, map or object began under this number.
    #[error("reference {0} leads nowhere")]
    Reference(i32),
    /// [`Limits::bytes`](crate::Limits::bytes).
    #[error("the input is longer than {0} bytes")]
    TooLong(usize),
    /// [`Limits::depth`](crate::Limits::depth).
    #[error("nested more than {0} deep")]
    TooDeep(usize),
    /// [`Limits::values`](crate::Limits::values).
    #[error("more than {0} values")]
    TooMany(usize),
    /// [`Limits::string`](crate::Limits::string).
    #[error("a string of more than {0} UTF-16 units")]
    StringTooLong(usize),
}

/// The value cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// Nested deeper than [`Limits::DEEPEST`](crate::Limits::DEEPEST).
    #[error("nested more than {0} deep; a structure that leads back to itself is written with references")]
    TooDeep(usize),
    /// A reference has to lead to a list, map or object that began before it.
    #[error("reference {0} leads to nothing that was written before it")]
    Reference(u32),
    /// More than Java can count.
    #[error("{0} elements, fields or classes are more than an int can count")]
    TooMany(usize),
}

/// The references of a value cannot be replaced by what they lead to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExpandError {
    /// The structure contains itself.
    #[error("reference {0} leads back to what it stands in")]
    Cyclic(u32),
    /// The reference is no one's number.
    #[error("reference {0} leads nowhere")]
    Nowhere(u32),
    /// More values than are allowed.
    #[error("more than {0} values without references")]
    TooMany(usize),
    /// More bytes in strings and binaries than are allowed.
    #[error("more than {0} bytes without references")]
    TooLong(usize),
    /// Deeper than is allowed.
    #[error("nested more than {0} deep without references")]
    TooDeep(usize),
}
