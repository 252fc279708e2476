//! RocketMall, the binary: see [`rocketmall::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    rocketmall::cli::main(std::env::args_os())
}
