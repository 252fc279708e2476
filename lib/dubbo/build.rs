//! Makes the messages out of `proto/`, with a compiler written in Rust: no protoc needed.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=proto");
    let files = protox::compile(["triple.proto", "metadata.proto"], ["proto"])?;
    let messages = tonic_prost_build::configure().build_server(false).build_client(false);
    // Maps sorted: equal metadata are equal bytes.
    messages.bytes(".").btree_map(".").disable_comments(["."]).compile_fds(files)?;
    Ok(())
}
