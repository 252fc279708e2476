//! Which messages a query or a body names.

use rocketmall_core::id::Timestamp;
use rocketmall_core::rejection::{Reason, Rejection};
use rocketmall_store::messages::MessageFilter;

use super::Filter;
use crate::clock;
use crate::http::problem::Failure;

/// What a query names; an empty text names nothing.
pub(super) fn of_query(filter: Filter) -> Result<MessageFilter, Failure> {
    let given = |text: Option<String>| text.filter(|text| !text.is_empty());
    let wanted = MessageFilter {
        topic: given(filter.topic),
        tag: given(filter.tag),
        group: given(filter.group),
        key: given(filter.key),
        since: moment("since", filter.since.as_deref())?,
        until: moment("until", filter.until.as_deref())?,
    };
    in_order(&wanted)?;
    Ok(wanted)
}

fn moment(field: &str, text: Option<&str>) -> Result<Option<Timestamp>, Failure> {
    let Some(text) = text else { return Ok(None) };
    let advice = "is not a time: write it like 2026-11-24T08:00:00Z, and a + in an address as %2B";
    clock::parse_rfc3339(text).map(Some).ok_or_else(|| Rejection::of_field(Reason::BadParameter, field, advice).into())
}

/// A time range has a beginning before its end.
pub(super) fn in_order(wanted: &MessageFilter) -> Result<(), Failure> {
    let backwards = wanted.since.zip(wanted.until).is_some_and(|(since, until)| since >= until);
    let advice = "is not later than since, so that no message can match: exchange them";
    if backwards { Err(Rejection::of_field(Reason::BadParameter, "until", advice).into()) } else { Ok(()) }
}
