//! RocketMall, the binary: see [`rocketmall::cli`].

use std::process::ExitCode;

/// Many small pieces come on one thread and go on another, which the system's allocator is slow at (docs/performance.md).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    rocketmall::cli::main(std::env::args_os())
}
