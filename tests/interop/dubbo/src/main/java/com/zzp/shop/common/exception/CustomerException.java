package com.zzp.shop.common.exception;

import com.zzp.shop.common.constant.ShopConstant;

/** A refusal of the shop's. */
public class CustomerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ShopConstant shopCode;

    public CustomerException(ShopConstant shopCode) {
        super(shopCode.getMessage());
        this.shopCode = shopCode;
    }

    public ShopConstant getShopCode() {
        return shopCode;
    }
}
