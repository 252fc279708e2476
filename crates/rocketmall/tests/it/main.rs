//! The binary as its users run it: real processes, real files.

mod cli;
mod cli_bench;
mod cli_config;
mod cli_data;
mod cli_messages;
mod cli_program;
mod cli_server;
