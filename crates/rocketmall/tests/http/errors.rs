//! Errors: their shape, their language, their status, and the field they name.

use reqwest::Method;
use serde_json::json;

use crate::shop::{Mode, Shop};

#[tokio::test]
async fn a_refusal_is_a_problem_in_the_callers_language() {
    let shop = Shop::dev().await;
    let (user, goods) = (shop.user("0.00").await, shop.goods("10.00", 1).await);
    let body = json!({"lines": [{"goods_id": goods, "number": 2}], "address": "a", "consignee": "b"});
    let ask = |language: &'static str| {
        shop.request(Method::POST, "/v1/orders").header("X-User-Id", &user).header("Accept-Language", language).json(&body)
    };
    let english = shop.send(ask("en")).await.is(409);
    assert_eq!(english.headers["content-type"], "application/problem+json");
    let wanted = json!({"type": "/docs/errors/stock-too-low", "title": "Not enough stock", "status": 409, "code": 20003,
        "detail": format!("goods {goods} have 1 in stock, 2 were asked for"), "trace_id": english.at("/trace_id"),
        "errors": [{"field": "lines[0].number", "message": format!("goods {goods} have 1 in stock, 2 were asked for")}]});
    assert_eq!(english.json(), wanted);
    assert_eq!(english.headers["x-trace-id"].to_str().ok(), Some(english.at("/trace_id").as_str()));
    assert_eq!(shop.send(ask("zh-CN,zh;q=0.9,en;q=0.5")).await.at("/title"), "商品库存不足");
    let traced = ask("en").header("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    assert_eq!(shop.send(traced).await.at("/trace_id"), "0af7651916cd43dd8448eb211c80319c");
}

#[tokio::test]
async fn bad_input_names_its_field() {
    let shop = Shop::dev().await;
    let (user, goods) = (shop.user("0.00").await, shop.goods("10.00", 9).await);
    let line = json!({"goods_id": goods, "number": 1});
    let order = |lines: serde_json::Value| json!({"lines": lines, "address": "a", "consignee": "b"});
    let cases = [
        (json!({"address": "a", "consignee": "b"}), "lines"),
        (order(json!([])), "lines"),
        (order(json!([{"number": 1}])), "lines[0].goods_id"),
        (order(json!([{"goods_id": 7, "number": 1}])), "lines[0].goods_id"),
        (order(json!([{"goods_id": goods, "number": "1"}])), "lines[0].number"),
        (order(json!([{"goods_id": goods, "number": 1.5}])), "lines[0].number"),
        (order(json!([{"goods_id": goods, "number": 0}])), "lines[0].number"),
        (order(json!([{"goods_id": goods, "number": -1}])), "lines[0].number"),
        (order(json!([{"goods_id": goods, "number": 9_999_999_999_i64}])), "lines[0].number"),
        (order(json!([{"goods_id": goods, "number": 1, "price": "1.234"}])), "lines[0].price"),
        (order(json!([{"goods_id": goods, "number": 1, "price": 10}])), "lines[0].price"),
        (order(json!([line, line])), "lines[1].goods_id"),
        (order(json!([{"goods_id": "7", "number": 1}])), "lines[0].goods_id"),
        (json!({"lines": [line], "address": "", "consignee": "b"}), "address"),
        (json!({"lines": [line], "address": "x".repeat(256), "consignee": "b"}), "address"),
        (json!({"lines": [line], "address": "a", "consignee": "x".repeat(65)}), "consignee"),
        (json!({"lines": [line], "address": "a", "consignee": "b", "money_paid": "-1.00"}), "money_paid"),
        (json!({"lines": [line], "address": "a", "consignee": "b", "coupon_id": "x"}), "coupon_id"),
        (json!([]), "body"),
        // the fields' values without their names are no object
        (json!([[line], "a", "b"]), "body"),
        (order(json!([[goods, 1]])), "lines[0]"),
    ];
    for (body, field) in cases {
        let answer = shop.post_as(&user, "/v1/orders", body.clone()).await.is(422);
        assert_eq!(answer.at("/errors/0/field"), field, "{body} {}", answer.text);
    }
    assert_eq!(shop.stock(&goods).await, "9");
}

#[tokio::test]
async fn what_is_no_request_is_told_so() {
    let shop = Shop::dev().await;
    let post = |body: String, kind: &'static str| shop.request(Method::POST, "/v1/goods").header("Content-Type", kind).body(body);
    for (request, status, code) in [
        (post("{".to_owned(), "application/json"), 400, "80100"),
        (post(r#"{"name": "a", "price": "1.00", "number": 1} {}"#.to_owned(), "application/json"), 400, "80100"),
        (post("{}".to_owned(), "text/plain"), 415, "80106"),
        (post(" ".repeat(70_000), "application/json"), 413, "80105"),
        (shop.request(Method::GET, "/v1/nowhere"), 404, "80103"),
        (shop.request(Method::GET, "/v1/goods/x"), 404, "80103"),
        (shop.request(Method::GET, "/v1/goods/77"), 404, "20001"),
        (shop.request(Method::PUT, "/v1/goods"), 405, "80104"),
        (shop.request(Method::GET, "/v1/orders/77"), 404, "80001"),
        (shop.request(Method::GET, "/v1/payments/77"), 404, "70001"),
        (shop.request(Method::GET, "/v1/goods?limit=0"), 422, "-1"),
        (shop.request(Method::GET, "/v1/goods?cursor=x"), 422, "-1"),
        (shop.request(Method::GET, "/v1/orders?status=lost"), 422, "-1"),
        (shop.request(Method::GET, "/v1/coupons"), 422, "30001"),
        (shop.request(Method::GET, "/v1/coupons").header("X-User-Id", "x"), 422, "-1"),
        (shop.request(Method::GET, "/v1/users/me").header("X-User-Id", "77"), 404, "30002"),
    ] {
        let answer = shop.send(request).await.is(status);
        assert_eq!(answer.at("/code"), code, "{}", answer.text);
        assert_eq!(answer.headers["content-type"], "application/problem+json");
    }
}

#[tokio::test]
async fn a_full_queue_says_when_to_come_back() {
    let shop = Shop::start(Mode::Dev, &[("limits.queue", "1"), ("limits.batch", "1")]).await;
    let user = shop.user("0.00").await;
    let goods = shop.goods("10.00", 1000).await;
    let calls: Vec<_> = (0..200).map(|_| shop.place(&user, &goods, 1)).collect();
    let answers = futures_all(calls).await;
    let busy: Vec<_> = answers.iter().filter(|answer| answer.status == 503).collect();
    assert!(!busy.is_empty(), "200 calls at once must fill a queue of one");
    for answer in busy {
        assert_eq!(answer.headers["retry-after"], "1");
        assert_eq!(answer.at("/code"), "80014");
    }
    let placed = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(shop.stock(&goods).await, (1000 - placed).to_string(), "an order was taken or refused, nothing between");
    shop.holds().await;
}

/// All at once.
pub(crate) async fn futures_all<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let mut pending: Vec<_> = futures.into_iter().map(|future| (Box::pin(future), None)).collect();
    std::future::poll_fn(|context| {
        let mut waiting = false;
        for (future, output) in &mut pending {
            if output.is_none() {
                match future.as_mut().poll(context) {
                    std::task::Poll::Ready(done) => *output = Some(done),
                    std::task::Poll::Pending => waiting = true,
                }
            }
        }
        if waiting { std::task::Poll::Pending } else { std::task::Poll::Ready(()) }
    })
    .await;
    pending.into_iter().filter_map(|(_, output)| output).collect()
}
