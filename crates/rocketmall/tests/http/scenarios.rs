//! The scenario files over HTTP, each on a server and an SQLite file of its own. Over `MariaDB`: `tests/http_mariadb`.

use rocketmall_trial::home::Home;
use rocketmall_trial::scenario::{files, parse, run, run_all};

use crate::http_door::HttpDoor;
use crate::shop::Shop;

#[tokio::test]
async fn every_file_holds_over_http() {
    let files = files().expect("every file can be read");
    run_all(&files, async || Ok(HttpDoor::to(Shop::standing_still(Home::sqlite()?).await)))
        .await
        .unwrap_or_else(|error| panic!("{error:#}"));
}

/// Goods 1, user 8 and coupon 5; A is placed with coupon and balance and paid by P, B is called off with money on its way.
const STORY: &str = "goods 1 price 50.00 stock 3\nuser 8 balance 20.00\ncoupon 5 user 8 price 5.00\n\
                     place A user 8 goods 1x1 coupon 5 money 20.00 key K -> ok pay 35.00\npay P order A channel sandbox -> ok\n\
                     notify P paid -> ok\nplace B user 8 goods 1x1 -> ok\npay Q order B channel sandbox -> ok\nplatform Q paid\n\
                     cancel B -> ok\nnotify Q paid -> ok\nsettle\n";

/// The door sees what there is: whatever else a file says is found out.
#[tokio::test]
async fn what_does_not_hold_is_found_out_over_http() {
    for (line, told) in [
        ("expect goods 1 stock 3", "stock is 2"),
        ("expect user 8 score 36", "score is 35"),
        ("expect order A pay unpaid", "pay is paid"),
        ("expect order B status confirmed", "status is cancelled"),
        ("expect coupon 5 free", "coupon is used by order A"),
        ("expect payment Q succeeded", "status is refunded"),
        ("place C user 8 goods 1x1 key K -> ok same A", "it is refused: idempotency-key-reused"),
        ("place C user 8 goods 1x1 freight 10.00 total 60.00 -> ok pay 1.00", "pay is 60.00"),
        ("place C user 8 goods 1x1 freight 0.00 -> total-wrong", "it is refused: freight-wrong"),
        ("notify P paid amount 1.00 times 2 -> ok", "it is refused: amount-wrong"),
        ("receive A -> ok", "it is refused: order-not-receivable"),
        ("expect order A shipping shipped", "shipping is not_shipped"),
        ("expect order A refunded 1.00", "refunded is 0.00"),
        ("refund R order A amount 1.00 -> ok\nexpect refund R approved", "status is requested"),
        ("stock 404 by 1 -> stock-too-low", "it is refused: goods-unknown"),
        ("place C user 8 goods 1x1 -> ok\ncancel C -> ok\nexpect verify clean", "the audit found: 1 outgoing messages"),
    ] {
        let scenario = parse("a.txt", &format!("{STORY}{line}\n")).expect("a sound file");
        let mut door = HttpDoor::to(Shop::standing_still(Home::sqlite().expect("a folder")).await);
        let error = format!("{:#}", run(&scenario, &mut door).await.expect_err(line));
        let at = format!("a.txt:{}: ", STORY.lines().count() + line.lines().count());
        assert!(error.starts_with(&at) && error.contains(told), "{line}: {error}");
    }
}
