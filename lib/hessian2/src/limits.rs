//! What a decoder takes at most.

/// What a decoder takes at most. The defaults suit calls between services: a value that Dubbo sends by default fits.
///
/// ```
/// use hessian2_codec::{Decoder, Limits};
///
/// let limits = Limits { values: 1000, ..Limits::default() };
/// assert!(Decoder::new(&[0x90]).with_limits(limits).read().is_ok());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the input; by default 8 MiB, as Dubbo's own `payload`.
    pub bytes: usize,
    /// Lists, maps and objects inside each other; by default 64. More than [`Limits::DEEPEST`] is taken for that: decoding,
    /// comparing and dropping a value take stack for each level.
    pub depth: usize,
    /// Values in all: elements, keys, fields, and the fields of class definitions; by default 262,144. In memory each takes some
    /// 50 bytes, and up to as much again while its list grows, even where it is one byte on the wire: this limit is what
    /// bounds the memory that few bytes can take.
    pub values: usize,
    /// UTF-16 units of one string, the name of a class, a field or a type among them; by default 1,048,576.
    pub string: usize,
}

impl Limits {
    /// The deepest nesting that can be asked for: its stack fits into the smallest thread that is usual.
    pub const DEEPEST: usize = 256;

    pub(crate) fn levels(&self) -> usize {
        self.depth.min(Self::DEEPEST)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 8 << 20, depth: 64, values: 1 << 18, string: 1 << 20 }
    }
}
