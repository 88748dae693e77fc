//! Arguments, start of the ranks, exit code.

fn main() {}
