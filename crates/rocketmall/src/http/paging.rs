//! `cursor` and `limit` of a list.

use std::str::FromStr;

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use rocketmall_core::id::OrderId;
use rocketmall_core::rejection::{Reason, Rejection};
use rocketmall_store::messages::Place;
use serde::Deserialize;
use utoipa::IntoParams;

use super::problem::Failure;

/// Which part of a list 分页参数
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Paging {
    /// `next_cursor` of the page before. 上一页的 `next_cursor`
    cursor: Option<String>,
    /// Items on a page, 1 to 100; 20 if left away. 每页条数
    #[param(value_type = Option<i64>, minimum = 1, maximum = 100)]
    limit: Option<String>,
}

const LONGEST_PAGE: usize = 100;
const USUAL_PAGE: usize = 20;

/// Items on a page.
#[derive(Clone, Copy, Debug)]
pub struct Limit(usize);

impl Limit {
    /// As many.
    pub const fn get(self) -> usize {
        self.0
    }

    /// One more, to see whether there are others.
    pub fn one_more(self) -> i64 {
        i64::try_from(self.0).unwrap_or(i64::MAX).saturating_add(1)
    }
}

impl Paging {
    /// The id behind which the page begins; `start` for the first.
    pub fn cursor(&self, start: i64) -> Result<i64, Failure> {
        Ok(self.parsed()?.map_or(start, OrderId::get))
    }

    /// The place among messages behind which the page begins; none for the first.
    pub fn place(&self) -> Result<Option<Place>, Failure> {
        self.parsed()
    }

    fn parsed<T: FromStr>(&self) -> Result<Option<T>, Failure> {
        let Some(cursor) = &self.cursor else { return Ok(None) };
        let wrong = |_| Rejection::of_field(Reason::BadParameter, "cursor", "take next_cursor of the page before, unchanged").into();
        cursor.parse().map(Some).map_err(wrong)
    }

    /// Items on a page.
    pub fn limit(&self) -> Result<Limit, Failure> {
        let Some(limit) = &self.limit else { return Ok(Limit(USUAL_PAGE)) };
        let number = limit.parse().ok().filter(|number: &usize| (1..=LONGEST_PAGE).contains(number) && number.to_string() == *limit);
        number.map(Limit).ok_or_else(|| Rejection::of_field(Reason::BadParameter, "limit", format!("1 to {LONGEST_PAGE}")).into())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Paging {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        query(parts, state).await
    }
}

/// The query string as `T`; one that cannot be read names what is wrong.
pub(super) async fn query<S: Send + Sync, T: serde::de::DeserializeOwned>(parts: &mut Parts, state: &S) -> Result<T, Failure> {
    match Query::<T>::from_request_parts(parts, state).await {
        Ok(Query(query)) => Ok(query),
        Err(error) => Err(Rejection::of_field(Reason::BadParameter, "query", error.body_text()).into()),
    }
}
