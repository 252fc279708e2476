package com.zzp.shop.provider.domain;

import java.io.Serializable;
import java.util.Date;

/** What an order takes off the stock. */
public class TradeGoodsNumberLog implements Serializable {
    private static final long serialVersionUID = 1L;

    private Long goodsId;
    private Long orderId;
    private Integer goodsNumber;
    private Date logTime;

    public Long getGoodsId() {
        return goodsId;
    }

    public void setGoodsId(Long value) {
        goodsId = value;
    }

    public Long getOrderId() {
        return orderId;
    }

    public void setOrderId(Long value) {
        orderId = value;
    }

    public Integer getGoodsNumber() {
        return goodsNumber;
    }

    public void setGoodsNumber(Integer value) {
        goodsNumber = value;
    }

    public Date getLogTime() {
        return logTime;
    }

    public void setLogTime(Date value) {
        logTime = value;
    }
}
