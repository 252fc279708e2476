//! The scenario language: what cannot be read is told with its line, and what does not hold is found out.

use rocketmall_core::command::Outcome;
use rocketmall_core::money::Cents;
use rocketmall_core::rejection::Reason;
use rocketmall_trial::home::Home;
use rocketmall_trial::scenario::{
    Action, Asked, AskedLine, Claim, CoreDoor, Door, Expectation, Figure, Notice, StoreDoor, Wanted, parse, run,
};

fn read(text: &str) -> Result<Vec<Action>, String> {
    let scenario = parse("a.txt", text).map_err(|error| format!("{error:#}"))?;
    Ok(scenario.steps.into_iter().map(|step| step.action).collect())
}

#[test]
fn steps_are_read() {
    let text = "# a comment\n\n  place A user 8 goods 1x2,3x1@9.99 coupon 5 money 10.00 key K -> ok pay 0.00 same B # why\n\
                notify P paid amount 1.00 currency USD times 3 -> amount-wrong\nadvance 31m\nexpect order A status cancelled pay unpaid pay 9.99\n";
    let asked = Asked {
        user: "8".to_owned(),
        lines: vec![
            AskedLine { goods: "1".to_owned(), number: 2, price: None },
            AskedLine { goods: "3".to_owned(), number: 1, price: Some(Cents::new(999)) },
        ],
        coupon: Some("5".to_owned()),
        money: Cents::new(1_000),
        ..Asked::default()
    };
    let wanted = Wanted::Ok(vec![Claim::Figure(Figure::Pay, Cents::ZERO), Claim::Same("B".to_owned())]);
    let notice = Notice {
        payment: "P".to_owned(),
        outcome: Outcome::Succeeded,
        amount: Some(Cents::new(100)),
        currency: Some("USD".to_owned()),
        times: 3,
    };
    let steps = [
        Action::Place { order: "A".to_owned(), asked, key: Some("K".to_owned()), wanted },
        Action::Notify { notice, wanted: Wanted::Refused(Reason::AmountWrong) },
        Action::Advance(31 * 60_000),
        Action::Expect(Expectation::Order {
            order: "A".to_owned(),
            status: Some(rocketmall_core::order::OrderStatus::Cancelled),
            pay_status: Some(rocketmall_core::order::PayStatus::Unpaid),
            shipping: None,
            figures: vec![(Figure::Pay, Cents::new(999))],
        }),
    ];
    assert_eq!(read(text), Ok(steps.to_vec()));
}

#[test]
fn lines_are_numbered_as_in_the_file() {
    let scenario = parse("a.txt", "# one\n\nsettle\n# four\nadvance 1s\n").expect("a sound file");
    assert_eq!(scenario.steps.iter().map(|step| step.line).collect::<Vec<_>>(), [3, 5]);
}

#[test]
fn what_cannot_be_read_is_told_with_its_line() {
    for (line, told) in [
        ("goods 1", "\"price\" is missing"),
        ("goods 1 price 9.99 stock many", "\"many\" is no number"),
        ("goods 1 price 9.999 stock 1", "is not an amount"),
        ("goods 1 price 9.99 stock 1 -> ok", "answers nothing"),
        ("goods 1 price 9.99 stock 1 more", "\"more\" makes no sense here"),
        ("user 8 score 3", "\"score\" is none of: balance"),
        ("coupon 5 user 8 price 20.00 max 3", "\"max\" is none of: min expires"),
        ("coupon 5 user 8 price 20.00 expires soon", "\"soon\" is no duration"),
        ("place A user 8 goods 1x1", "lacks its \"-> ok\""),
        ("place A user 8 goods 1 -> ok", "write it like 1x2"),
        ("place A user 8 goods x1 -> ok", "names no goods"),
        ("place A user 8 goods 1xa -> ok", "is no number of pieces"),
        ("place A goods 1x1 -> ok", "\"user\" should stand here, not \"goods\""),
        ("place A user 8 goods 1x1 gift yes -> ok", "\"gift\" is none of: coupon money"),
        ("place A user 8 goods 1x1 -> sold-out", "nor the slug of a refusal"),
        ("place A user 8 goods 1x1 -> ok price 3.00", "\"price\" is none of: goods freight"),
        ("place A user 8 goods 1x1 -> stock-too-low pay 1.00", "\"pay\" makes no sense here"),
        ("place A user 8 goods 1x1 ->", "what it must answer is missing"),
        ("quote user 8 goods 1x1 key K -> ok", "takes no key"),
        ("pay P order A -> ok", "\"channel\" is missing"),
        ("notify P lost -> ok", "\"lost\" is none of: paid failed closed"),
        ("notify P paid times three -> ok", "\"three\" is no number"),
        ("advance 31", "is no duration"),
        ("advance m", "is no duration"),
        ("advance 99999999999999999d", "is too long"),
        ("expect user 8", "what is expected of the user is missing"),
        ("expect goods 1", "what is expected of the goods is missing"),
        ("expect order A", "what is expected of the order is missing"),
        ("expect order A status gone", "\"gone\" is none of: unconfirmed"),
        ("expect coupon 5 lost", "\"lost\" is none of: free used"),
        ("expect rain", "\"rain\" is none of: goods user"),
        ("ship A", "lacks its \"-> ok\""),
        ("refund R order A twice -> ok", "\"twice\" is none of: lines amount return user"),
        ("expect refund R lost", "\"lost\" is none of: requested"),
        ("expect order A shipping lost", "\"lost\" is none of: not_shipped"),
        ("platform P refuses some", "\"some\" is no number"),
        ("dance A -> ok", "\"dance\" is no step"),
        ("dance A", "\"dance\" is no step"),
    ] {
        let error = read(&format!("settle\n{line}\n")).expect_err(line);
        assert!(error.starts_with(&format!("a.txt:2: {line}")), "{error}");
        assert!(error.contains(told), "{error}");
    }
    assert_eq!(read("# nothing\n"), Err("a.txt: there is no step in it".to_owned()));
}

/// Goods 1, user 8 and coupon 5; A is placed with coupon and balance and paid by P.
const STORY: &str = "goods 1 price 50.00 stock 3\nuser 8 balance 20.00\ncoupon 5 user 8 price 5.00\ngoods 2 price 1.00 stock 1\n\
                     place A user 8 goods 1x1 coupon 5 money 20.00 -> ok pay 35.00\npay P order A channel sandbox -> ok amount 35.00\n\
                     notify P paid -> ok\nsettle\n";

async fn tell(line: &str, door: &mut impl Door) -> Result<(), String> {
    let scenario = parse("a.txt", &format!("{STORY}{line}\n")).expect("a sound file");
    run(&scenario, door).await.map_err(|error| format!("{error:#}"))
}

async fn store() -> StoreDoor {
    StoreDoor::open(Home::sqlite().expect("a folder")).await.expect("an SQLite file")
}

#[tokio::test]
async fn what_does_not_hold_is_found_out() {
    for (line, told) in [
        ("expect goods 1 stock 3", "stock is 2"),
        ("expect goods 1 price 1.00", "price is 50.00"),
        ("expect goods 404 stock 3", "there are no goods 404"),
        ("expect user 8 balance 20.00", "balance is 0.00"),
        ("expect user 8 score 36", "score is 35"),
        ("expect order A status cancelled", "status is confirmed"),
        ("expect order A pay unpaid", "pay is paid"),
        ("expect order A freight 0.00", "freight is 10.00"),
        ("expect order B pay paid", "there is no order B"),
        ("expect coupon 5 free", "coupon is used by order A"),
        ("expect coupon 5 used by B", "there is no order B yet"),
        ("expect payment P refunded", "status is succeeded"),
        ("expect payment Q refunded", "there is no payment Q"),
        ("place B user 8 goods 2x2 -> ok", "it is refused: stock-too-low"),
        ("place B user 8 goods 2x1 -> stock-too-low", "it is accepted"),
        ("place B user 8 goods 2x2 -> coupon-unknown", "it is refused: stock-too-low"),
        ("place B user 8 goods 2x1 -> ok pay 1.00", "pay is 11.00"),
        ("place B user 8 goods 2x1 -> ok same A", "it is another one than A"),
        ("quote user 8 goods 2x1 -> ok total 1.00", "total is 11.00"),
        ("receive A -> ok", "it is refused: order-not-receivable"),
        ("expect order A shipping shipped", "shipping is not_shipped"),
        ("expect order A refunded 1.00", "refunded is 0.00"),
        ("ship A -> order-not-shippable", "it is accepted"),
        ("refund R order A amount 1.00 -> ok amount 2.00", "pay is 1.00"),
        ("approve R -> ok", "it is refused: refund-unknown"),
        ("expect refund R requested", "there is no refund R"),
        ("notify P paid amount 1.00 times 2 -> ok", "it is refused: amount-wrong"),
        ("stock 1 by -1 -> stock-too-low", "it is accepted"),
        ("balance 8 by 1.00 -> bad-parameter", "it is accepted"),
        ("price 1 now 2.00 -> bad-parameter", "it is accepted"),
    ] {
        let wrong = Err(format!("a.txt:9: {line}: {told}"));
        assert_eq!(tell(line, &mut CoreDoor::default()).await, wrong);
        assert_eq!(tell(line, &mut store().await).await, wrong, "in a database");
    }
    tell("expect verify clean", &mut CoreDoor::default()).await.expect("the story itself holds");
    tell("expect verify clean", &mut store().await).await.expect("the story itself holds");
}

/// An audit in the middle of things sees what is under way; at a file's end nothing is.
#[tokio::test]
async fn a_file_ends_settled_and_clean() {
    let (ends, looks) = ("place B user 8 goods 2x1 -> ok\ncancel B -> ok", "expect verify clean");
    tell(ends, &mut CoreDoor::default()).await.expect("settling is part of the end");
    tell(ends, &mut store().await).await.expect("settling is part of the end");
    let early = format!("{ends}\n{looks}");
    let error = tell(&early, &mut CoreDoor::default()).await.expect_err("messages wait");
    assert!(error.contains("the audit found: I5: group order-out-group1 has not done order_cancel"), "{error}");
    let error = tell(&early, &mut store().await).await.expect_err("messages wait");
    assert!(error.contains("the audit found: 1 outgoing messages, young enough, that are not sent yet"), "{error}");
}
