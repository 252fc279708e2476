package com.zzp.shop.provider.domain;

import java.io.Serializable;
import java.math.BigDecimal;

/** A payment. */
public class TradePay implements Serializable {
    private static final long serialVersionUID = 1L;

    private Long payId;
    private Long orderId;
    private BigDecimal payAmount;
    private Integer isPaid;

    public Long getPayId() {
        return payId;
    }

    public void setPayId(Long value) {
        payId = value;
    }

    public Long getOrderId() {
        return orderId;
    }

    public void setOrderId(Long value) {
        orderId = value;
    }

    public BigDecimal getPayAmount() {
        return payAmount;
    }

    public void setPayAmount(BigDecimal value) {
        payAmount = value;
    }

    public Integer getIsPaid() {
        return isPaid;
    }

    public void setIsPaid(Integer value) {
        isPaid = value;
    }
}
