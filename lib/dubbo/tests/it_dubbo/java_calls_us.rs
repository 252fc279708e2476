//! Java's consumers meet a provider of ours.

use dubbo_triple::Provider;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::transport::Server;

use super::java::Java;
use super::{shop, values};

fn provider() -> Provider {
    let mut provider = Provider::new("rust-shop").with(values::interface(), values::answer);
    for interface in shop::interfaces() {
        provider = provider.with(interface, shop::answer);
    }
    provider
}

/// Its address, as Java writes it.
async fn provided() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(Server::builder().serve_with_incoming(provider().into_service(), TcpListenerStream::new(listener)));
    format!("tri://{address}")
}

#[tokio::test]
async fn every_value_and_exception_is_what_java_expects() {
    let mut java = Java::start(&["check", &provided().await]);
    let (mut held, mut failed) = (0, Vec::new());
    while let Some(line) = java.line().await {
        match line.split_once(' ') {
            Some(("ok", _)) => held += 1,
            Some(("FAIL", what)) => failed.push(what.trim().to_owned()),
            _ => {}
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert_eq!(held, 63, "the checks of Checks.java");
    assert!(java.end().await);
}

#[tokio::test]
async fn the_shops_interfaces_answer_and_refuse_as_the_original() {
    let mut java = Java::start(&["call", &provided().await]);
    let goods = r#"= {"addTime":1700000000000,"goodsId":42,"goodsName":"龙井茶 🍵","goodsNumber":7,"goodsPrice":19.90}"#;
    let refused = |constant: &str| format!("! com.zzp.shop.common.exception.CustomerException {constant}");
    for (call, answer) in [
        ("GoodService.findOne [42]", goods.to_owned()),
        ("GoodService.findOne [7]", refused("SHOP_GOODS_NO_EXIST")),
        ("GoodService.findOne [null]", refused("SHOP_GOODS_NO_EXIST")),
        (r#"GoodService.reduceGoodsNum [{"goodsId":42,"orderId":1,"goodsNumber":7}]"#, "= true".to_owned()),
        (r#"GoodService.reduceGoodsNum [{"goodsId":42,"goodsNumber":8}]"#, refused("SHOP_GOODS_NUM_NOT_ENOUGH")),
        ("GoodService.reduceGoodsNum [{}]", refused("SHOP_REQUEST_PARAMETER_VALID")),
        (
            r#"OrderService.confirmOrder [{"goodsId":42,"goodsNumber":2,"goodsPrice":19.90,"shippingFee":0.20,"orderAmount":40.00}]"#,
            r#"= {"code":0,"data":true,"msg":"正确"}"#.to_owned(),
        ),
        (
            r#"OrderService.confirmOrder [{"goodsId":42,"goodsNumber":1,"goodsPrice":1,"orderAmount":2}]"#,
            refused("SHOP_ORDERAMOUNT_INVALID"),
        ),
    ] {
        assert_eq!(java.ask(call).await, answer, "{call}");
    }
    let nowhere = java.ask("UserService.findOne [42]").await;
    assert!(nowhere.starts_with("! org.apache.dubbo.rpc.RpcException "), "{nowhere}");
    assert!(nowhere.contains("UNIMPLEMENTED : no interface com.zzp.shop.provider.api.UserService here"), "{nowhere}");
    assert!(java.end().await);
}

#[tokio::test]
async fn java_reads_what_we_say_of_ourselves() {
    let revision = provider().catalog().revision();
    let mut java = Java::start(&["metadata", &provided().await, &revision]);
    assert_eq!(java.line().await, Some(format!("rust-shop {revision}")));
    let mut services = Vec::new();
    while let Some(line) = java.line().await {
        services.push(line);
    }
    let goods = "com.zzp.shop.provider.api.GoodService:0.0.1:tri com.zzp.shop.provider.api.GoodService 0.0.1 tri \
        com.zzp.shop.provider.api.GoodService {application=rust-shop, dubbo=2.0.2, interface=com.zzp.shop.provider.api.GoodService, \
        methods=findOne,reduceGoodsNum, prefer.serialization=hessian2, release=3.3.6, side=provider, version=0.0.1}";
    assert_eq!((services.len(), services[0].as_str()), (3, goods));
    assert!(java.end().await);
}
