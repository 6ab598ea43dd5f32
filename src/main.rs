//! mailscope
fn main() {}
