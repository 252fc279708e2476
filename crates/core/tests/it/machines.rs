//! The state machines: printed in the docs, sound as tables.

use std::fmt::Debug;

use rocketmall_core::transition::{Machine, ORDER, PAYING, PAYMENT, REFUND, tables};

#[test]
fn the_docs_show_the_tables() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/state-machines.md");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(page, tables()).expect("docs/state-machines.md can be written");
    }
    let shown = std::fs::read_to_string(page).unwrap_or_default();
    assert_eq!(shown, tables(), "docs/state-machines.md is old: run this test with UPDATE=1");
}

#[test]
fn one_event_leads_to_one_state() {
    leads_to_one_state(&ORDER);
    leads_to_one_state(&PAYING);
    leads_to_one_state(&PAYMENT);
    leads_to_one_state(&REFUND);
}

fn leads_to_one_state<S: Copy + Debug + PartialEq>(machine: &Machine<S>) {
    for (number, (from, event, to)) in machine.rows.iter().enumerate() {
        let again = machine.rows.iter().skip(number + 1).any(|(state, on, _)| (state, on) == (from, event));
        assert!(!again, "{}: {from:?} on {event:?} leads to two states", machine.name);
        assert_eq!(machine.next(*from, *event), Some(*to));
    }
}

/// Money that is here never goes back to not being here.
#[test]
fn success_is_not_taken_back() {
    use rocketmall_core::payment::PaymentState::{PartiallyRefunded, Refunded, Succeeded};
    for (from, event, to) in PAYMENT.rows {
        if matches!(from, Succeeded | PartiallyRefunded | Refunded) {
            assert!(matches!(to, PartiallyRefunded | Refunded), "{from:?} on {event:?} becomes {to:?}");
        }
    }
}
