//! The page about `verify` is printed from its checks.

use rocketmall_store::verify;

#[test]
fn the_docs_show_every_check() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/verify.md");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(page, verify::page()).expect("docs/verify.md can be written");
    }
    let shown = std::fs::read_to_string(page).unwrap_or_default();
    assert_eq!(shown, verify::page(), "docs/verify.md is old: run this test with UPDATE=1");
}
