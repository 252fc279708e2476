//! Makes the contract's messages out of `proto/`, with a compiler written in Rust: no protoc needed.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=proto");
    let files = protox::compile(["shop.proto"], ["proto"])?;
    tonic_prost_build::configure().build_server(false).build_client(false).disable_comments(["."]).compile_fds(files)?;
    Ok(())
}
