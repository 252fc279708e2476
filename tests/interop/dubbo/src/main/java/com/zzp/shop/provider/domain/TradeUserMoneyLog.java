package com.zzp.shop.provider.domain;

import java.io.Serializable;
import java.math.BigDecimal;
import java.util.Date;

/** What an order takes off a balance. */
public class TradeUserMoneyLog implements Serializable {
    private static final long serialVersionUID = 1L;

    private Long userId;
    private Long orderId;
    private Integer moneyLogType;
    private BigDecimal userMoney;
    private Date createTime;

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

    public Integer getMoneyLogType() {
        return moneyLogType;
    }

    public void setMoneyLogType(Integer value) {
        moneyLogType = value;
    }

    public BigDecimal getUserMoney() {
        return userMoney;
    }

    public void setUserMoney(BigDecimal value) {
        userMoney = value;
    }

    public Date getCreateTime() {
        return createTime;
    }

    public void setCreateTime(Date value) {
        createTime = value;
    }
}
