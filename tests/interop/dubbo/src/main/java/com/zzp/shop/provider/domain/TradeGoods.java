package com.zzp.shop.provider.domain;

import java.io.Serializable;
import java.math.BigDecimal;
import java.util.Date;

/** Goods and how many there are. */
public class TradeGoods implements Serializable {
    private static final long serialVersionUID = 1L;

    private Long goodsId;
    private String goodsName;
    private Integer goodsNumber;
    private BigDecimal goodsPrice;
    private String goodsDesc;
    private Date addTime;

    public Long getGoodsId() {
        return goodsId;
    }

    public void setGoodsId(Long value) {
        goodsId = value;
    }

    public String getGoodsName() {
        return goodsName;
    }

    public void setGoodsName(String value) {
        goodsName = value;
    }

    public Integer getGoodsNumber() {
        return goodsNumber;
    }

    public void setGoodsNumber(Integer value) {
        goodsNumber = value;
    }

    public BigDecimal getGoodsPrice() {
        return goodsPrice;
    }

    public void setGoodsPrice(BigDecimal value) {
        goodsPrice = value;
    }

    public String getGoodsDesc() {
        return goodsDesc;
    }

    public void setGoodsDesc(String value) {
        goodsDesc = value;
    }

    public Date getAddTime() {
        return addTime;
    }

    public void setAddTime(Date value) {
        addTime = value;
    }
}
