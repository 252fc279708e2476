//! Stubs made of `proto/shop.proto`: the same in protobuf, refusals as gRPC's status.

use prost::Message;
use tonic::client::Grpc;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::{Code, Request, Status};
use tonic_prost::ProstCodec;

use crate::shop::{COUPON, GOODS, Shop, USER};

#[expect(unreachable_pub, clippy::struct_field_names, reason = "generated")]
mod api {
    tonic::include_proto!("com.zzp.shop.provider.api");
}

impl Shop {
    async fn stub<Q: Message + Default + 'static, A: Message + Default + 'static>(&self, method: &str, message: Q) -> Result<A, Status> {
        let path: PathAndQuery = format!("/com.zzp.shop.provider.api.{method}").parse().expect("a path");
        let mut grpc = Grpc::new(self.channel.clone());
        grpc.ready().await.map_err(|error| Status::unavailable(error.to_string()))?;
        grpc.unary(Request::new(message), path, ProstCodec::<Q, A>::default()).await.map(tonic::Response::into_inner)
    }
}

fn order(price: &str) -> api::TradeOrder {
    api::TradeOrder {
        user_id: Some(USER),
        goods_id: Some(GOODS),
        goods_number: Some(1),
        goods_price: Some(price.to_owned()),
        shipping_fee: Some("0".to_owned()),
        order_amount: Some("5000.00".to_owned()),
        coupon_id: Some(COUPON),
        money_paid: Some("100".to_owned()),
        address: Some("新西兰".to_owned()),
        consignee: None,
    }
}

#[tokio::test]
async fn each_interface_answers_stubs() {
    let shop = Shop::demo().await;
    let wrong = shop.stub::<_, api::ResultVo>("OrderService/ConfirmOrder", order("4999")).await.expect_err("a wrong price");
    assert_eq!(wrong.code(), Code::FailedPrecondition);
    assert!(wrong.message().starts_with("SHOP_GOODS_PRICE_INVALID: 商品价格不正确: "), "{}", wrong.message());
    let placed: api::ResultVo = shop.stub("OrderService/ConfirmOrder", order("5000")).await.expect("placed");
    assert_eq!(placed, api::ResultVo { code: 0, msg: "正确".to_owned(), data: true });
    let id = |id: i64| api::Id { id: Some(id) };
    let goods: api::TradeGoods = shop.stub("GoodService/FindOne", id(GOODS)).await.expect("goods");
    assert_eq!((goods.goods_price.as_deref(), goods.goods_number), (Some("5000.00"), Some(999)));
    let coupon: api::TradeCoupon = shop.stub("CouponService/FindOne", id(COUPON)).await.expect("a coupon");
    assert_eq!((coupon.coupon_price.as_deref(), coupon.is_used), (Some("20.00"), Some(1)));
    let user: api::TradeUser = shop.stub("UserService/FindOne", id(USER)).await.expect("a user");
    assert_eq!(user.user_money.as_deref(), Some("99900.00"));
    for (service, constant) in
        [("GoodService", "SHOP_GOODS_NO_EXIST"), ("CouponService", "SHOP_COUPON_NO_EXIST"), ("UserService", "SHOP_USER_NO_EXIST")]
    {
        let unknown = shop.stub::<_, api::TradeGoods>(&format!("{service}/FindOne"), id(7)).await.expect_err("nothing there");
        assert_eq!((unknown.code(), unknown.message().split(':').next()), (Code::NotFound, Some(constant)));
    }
    let log =
        api::TradeGoodsNumberLog { goods_id: Some(GOODS), order_id: Some(7), goods_number: Some(2), ..api::TradeGoodsNumberLog::default() };
    assert!(shop.stub::<_, api::Done>("GoodService/ReduceGoodsNum", log).await.expect("taken").done);
    let log = api::TradeUserMoneyLog {
        user_id: Some(USER),
        order_id: Some(7),
        money_log_type: Some(1),
        user_money: Some("0.01".to_owned()),
        create_time: None,
    };
    assert!(shop.stub::<_, api::Done>("UserService/UpdateMoneyPaid", log).await.expect("taken").done);
    let coupon = api::TradeCoupon { order_id: Some(7), ..coupon };
    let used = shop.stub::<_, api::Done>("CouponService/UpdateCouponStatus", coupon).await.expect_err("used already");
    assert!(used.message().starts_with("SHOP_COUPON_INVALIED"));
    let pay = api::TradePay { order_id: Some(7), pay_amount: Some("1".to_owned()), ..api::TradePay::default() };
    let unknown = shop.stub::<_, api::ResultVo>("PayService/CreatePayment", pay).await.expect_err("no such order");
    assert_eq!((unknown.code(), unknown.message().split(':').next()), (Code::NotFound, Some("SHOP_ORDER_INVALID")));
    let none = shop.stub::<_, api::Done>("PayService/Refund", api::Id { id: None }).await.expect_err("no such method");
    assert_eq!(none.code(), Code::Unimplemented);
}
