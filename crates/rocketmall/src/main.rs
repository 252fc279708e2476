//! RocketMall, the binary.
fn main() {}
