//! The customer's page, as a browser without scripts meets it.

use serde_json::json;

use crate::world::World;

#[tokio::test]
async fn the_page_pays_by_its_form() {
    let world = World::new().await;
    let (payment_id, page) = world.payment().await;
    let response = world.http.get(&page).send().await.expect("the platform answers");
    assert_eq!(response.status(), 200);
    let policy = response.headers()["content-security-policy"].to_str().expect("ASCII").to_owned();
    for directive in ["default-src 'none'", "style-src 'unsafe-inline'", "form-action 'self'", "frame-ancestors 'none'"] {
        assert!(policy.contains(directive), "{policy}");
    }
    assert_eq!(response.headers()["cache-control"], "no-store");
    let html = response.text().await.expect("a text");
    for text in ["订单 Order 1", "4,880.00", "CNY", "Pay <span lang=\"zh\">支付", "Let it expire", "a=1&amp;b=2"] {
        assert!(html.contains(text), "{text}: {html}");
    }
    for outside in ["<script", "src=", "<link", "url("] {
        assert!(!html.contains(outside), "{outside}");
    }

    for _ in 0..2 {
        let form = world.http.post(&page).header("content-type", "application/x-www-form-urlencoded");
        let response = form.body("result=paid").send().await.expect("the platform answers");
        assert_eq!(response.status(), 303, "the second time too: the page tells");
        let location = response.headers()["location"].to_str().expect("ASCII");
        assert!(page.ends_with(location) && location.starts_with("/sandbox/pay/"), "{location}");
    }
    assert_eq!(world.state(&payment_id).await, "paid");
    world.page_says(&page, "已支付").await;
    assert!(!world.html(&page).await.contains("<button"));
    world.page_says(&page, "delivered (1 attempt, HTTP 200)").await;
}

#[tokio::test]
async fn what_is_no_payment_or_no_request_is_refused() {
    let world = World::new().await;
    let (payment_id, page) = world.payment().await;
    let unknown = format!("{}0", &page[..page.len() - 1]);
    let unknown = if unknown == page { format!("{}1", &page[..page.len() - 1]) } else { unknown };
    assert_eq!(world.http.get(&unknown).send().await.expect("answers").status(), 404);
    assert_eq!(world.act(&unknown, &json!({"result": "paid"})).await.0, 404);

    let post = |kind: &str, body: &'static str| world.http.post(&page).header("content-type", kind).body(body).send();
    for (kind, body, status) in [
        ("text/plain", r#"{"result":"paid"}"#, 415),
        ("application/json", "{", 400),
        ("application/json", "", 400),
        ("application/json", r#"{"result":"maybe"}"#, 422),
        ("application/json", r#"{"result":"paid","forced":true}"#, 422),
        ("application/json", r#"{"result":"paid","result":"failed"}"#, 422),
        ("application/x-www-form-urlencoded", "result=maybe", 400),
        ("application/x-www-form-urlencoded", "", 400),
    ] {
        assert_eq!(post(kind, body).await.expect("answers").status(), status, "{kind} {body}");
    }
    let large = format!("{{\"result\":\"paid\"{}}}", " ".repeat(17 * 1024));
    let large = world.http.post(&page).header("content-type", "application/json").body(large).send();
    assert_eq!(large.await.expect("answers").status(), 413);
    assert_eq!(world.state(&payment_id).await, "pending");
}
