package com.zzp.shop.provider.domain;

import java.io.Serializable;
import java.math.BigDecimal;
import java.util.Date;

/** A coupon. */
public class TradeCoupon implements Serializable {
    private static final long serialVersionUID = 1L;

    private Long couponId;
    private BigDecimal couponPrice;
    private Long userId;
    private Long orderId;
    private Integer isUsed;
    private Date usedTime;

    public Long getCouponId() {
        return couponId;
    }

    public void setCouponId(Long value) {
        couponId = value;
    }

    public BigDecimal getCouponPrice() {
        return couponPrice;
    }

    public void setCouponPrice(BigDecimal value) {
        couponPrice = value;
    }

    public Long getUserId() {
        return userId;
    }

    public void setUserId(Long value) {
        userId = value;
    }

    public Long getOrderId() {
        return orderId;
    }

    public void setOrderId(Long value) {
        orderId = value;
    }

    public Integer getIsUsed() {
        return isUsed;
    }

    public void setIsUsed(Integer value) {
        isUsed = value;
    }

    public Date getUsedTime() {
        return usedTime;
    }

    public void setUsedTime(Date value) {
        usedTime = value;
    }
}
