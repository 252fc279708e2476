package com.zzp.shop.common.constant;

/** Why the shop refuses; the messages are ours. */
public enum ShopConstant {
    SHOP_SUCCESS(true, 1, "正确"),
    SHOP_FAIL(false, 0, "错误"),
    SHOP_REQUEST_PARAMETER_VALID(false, -1, "request parameter valid"),
    SHOP_ORDER_INVALID(false, 3, "order invalid"),
    SHOP_ORDER_SHIPPINGFEE_INVALID(false, 10002, "order shippingfee invalid"),
    SHOP_ORDERAMOUNT_INVALID(false, 10003, "orderamount invalid"),
    SHOP_ORDER_SAVE_ERROR(false, 10004, "order save error"),
    SHOP_ORDER_CONFIRM_FAIL(false, 10005, "order confirm fail"),
    SHOP_GOODS_NO_EXIST(false, 20001, "goods no exist"),
    SHOP_GOODS_PRICE_INVALID(false, 20002, "goods price invalid"),
    SHOP_GOODS_NUM_NOT_ENOUGH(false, 20003, "goods num not enough"),
    SHOP_REDUCE_GOODS_NUM_FAIL(false, 20004, "reduce goods num fail"),
    SHOP_USER_IS_NULL(false, 30001, "user is null"),
    SHOP_USER_NO_EXIST(false, 30002, "user no exist"),
    SHOP_USER_MONEY_REDUCE_FAIL(false, 30003, "user money reduce fail"),
    SHOP_USER_MONEY_REFUND_ALREADY(false, 30004, "user money refund already"),
    SHOP_COUPON_NO_EXIST(false, 40001, "coupon no exist"),
    SHOP_COUPON_INVALIED(false, 40002, "coupon invalied"),
    SHOP_COUPON_USE_FAIL(false, 40003, "coupon use fail"),
    SHOP_COUPON_ISUSED(false, 1, "coupon isused"),
    SHOP_MONEY_PAID_LESS_ZERO(false, 50001, "money paid less zero"),
    SHOP_MONEY_PAID_INVALID(false, 50002, "money paid invalid"),
    SHOP_MQ_TOPIC_IS_EMPTY(false, 60001, "mq topic is empty"),
    SHOP_MQ_MESSAGE_BODY_IS_EMPTY(false, 60002, "mq message body is empty"),
    SHOP_MQ_SEND_MESSAGE_FAIL(false, 60003, "mq send message fail"),
    SHOP_PAYMENT_NOT_FOUND(false, 70001, "payment not found"),
    SHOP_PAYMENT_IS_PAID(false, 70002, "payment is paid"),
    SHOP_PAYMENT_PAY_ERROR(false, 70002, "payment pay error");

    private final Boolean success;
    private final Integer code;
    private final String message;

    ShopConstant(Boolean success, Integer code, String message) {
        this.success = success;
        this.code = code;
        this.message = message;
    }

    public Boolean getSuccess() {
        return success;
    }

    public Integer getCode() {
        return code;
    }

    public String getMessage() {
        return message;
    }
}
