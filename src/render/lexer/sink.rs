//! What the lexer tells of a text.

/// What encloses other values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::render) enum Container {
    Array,
    Object,
}

/// What encloses nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::render) enum Scalar {
    /// The name of an object's member.
    Key,
    Text,
    Number,
    /// `true`, `false` or `null`.
    Literal,
}

/// Receives tokens in the order of the text. White space is not passed on.
pub(in crate::render) trait Sink {
    fn open(&mut self, container: Container);
    fn close(&mut self, container: Container);
    fn comma(&mut self);
    fn colon(&mut self);
    /// A scalar begins; its characters follow in pieces, quotes and escapes included, then [`Sink::end`].
    fn begin(&mut self, scalar: Scalar);
    /// Printable ASCII.
    fn piece(&mut self, ascii: &[u8]);
    /// DEL and characters beyond ASCII, which a terminal may have to be spared.
    fn unusual(&mut self, text: &str);
    fn end(&mut self);
}

/// A sink for those who only want to know whether the text is JSON.
pub(in crate::render) struct Nothing;

impl Sink for Nothing {
    fn open(&mut self, _: Container) {}
    fn close(&mut self, _: Container) {}
    fn comma(&mut self) {}
    fn colon(&mut self) {}
    fn begin(&mut self, _: Scalar) {}
    fn piece(&mut self, _: &[u8]) {}
    fn unusual(&mut self, _: &str) {}
    fn end(&mut self) {}
}
