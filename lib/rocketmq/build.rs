//! Makes the messages and the stub of the service out of `proto/`, with a compiler written in Rust: no protoc needed.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=proto");
    let files = protox::compile(["apache/rocketmq/v2/service.proto"], ["proto"])?;
    // The derived comments would be those of the .proto files, which are no Rust documentation.
    tonic_prost_build::configure().build_server(false).bytes(".").disable_comments(["."]).compile_fds(files)?;
    Ok(())
}
