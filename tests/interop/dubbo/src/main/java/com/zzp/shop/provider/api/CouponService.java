package com.zzp.shop.provider.api;

import com.zzp.shop.provider.domain.TradeCoupon;

/** Coupons. */
public interface CouponService {
    TradeCoupon findOne(Long couponId);

    Boolean updateCouponStatus(TradeCoupon coupon);
}
