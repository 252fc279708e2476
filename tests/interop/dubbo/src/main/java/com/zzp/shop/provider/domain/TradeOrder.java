package com.zzp.shop.provider.domain;

import java.io.Serializable;
import java.math.BigDecimal;
import java.util.Date;

/** An order as it is placed. */
public class TradeOrder implements Serializable {
    private static final long serialVersionUID = 1L;

    private Long orderId;
    private Long userId;
    private Integer orderStatus;
    private Integer payStatus;
    private Integer shippingStatus;
    private String address;
    private String consignee;
    private Long goodsId;
    private Integer goodsNumber;
    private BigDecimal goodsPrice;
    private BigDecimal goodsAmount;
    private BigDecimal shippingFee;
    private BigDecimal orderAmount;
    private Long couponId;
    private BigDecimal couponPaid;
    private BigDecimal moneyPaid;
    private BigDecimal payAmount;
    private Date addTime;
    private Date confirmTime;
    private Date payTime;

    public Long getOrderId() {
        return orderId;
    }

    public void setOrderId(Long value) {
        orderId = value;
    }

    public Long getUserId() {
        return userId;
    }

    public void setUserId(Long value) {
        userId = value;
    }

    public Integer getOrderStatus() {
        return orderStatus;
    }

    public void setOrderStatus(Integer value) {
        orderStatus = value;
    }

    public Integer getPayStatus() {
        return payStatus;
    }

    public void setPayStatus(Integer value) {
        payStatus = value;
    }

    public Integer getShippingStatus() {
        return shippingStatus;
    }

    public void setShippingStatus(Integer value) {
        shippingStatus = value;
    }

    public String getAddress() {
        return address;
    }

    public void setAddress(String value) {
        address = value;
    }

    public String getConsignee() {
        return consignee;
    }

    public void setConsignee(String value) {
        consignee = value;
    }

    public Long getGoodsId() {
        return goodsId;
    }

    public void setGoodsId(Long value) {
        goodsId = value;
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

    public BigDecimal getGoodsAmount() {
        return goodsAmount;
    }

    public void setGoodsAmount(BigDecimal value) {
        goodsAmount = value;
    }

    public BigDecimal getShippingFee() {
        return shippingFee;
    }

    public void setShippingFee(BigDecimal value) {
        shippingFee = value;
    }

    public BigDecimal getOrderAmount() {
        return orderAmount;
    }

    public void setOrderAmount(BigDecimal value) {
        orderAmount = value;
    }

    public Long getCouponId() {
        return couponId;
    }

    public void setCouponId(Long value) {
        couponId = value;
    }

    public BigDecimal getCouponPaid() {
        return couponPaid;
    }

    public void setCouponPaid(BigDecimal value) {
        couponPaid = value;
    }

    public BigDecimal getMoneyPaid() {
        return moneyPaid;
    }

    public void setMoneyPaid(BigDecimal value) {
        moneyPaid = value;
    }

    public BigDecimal getPayAmount() {
        return payAmount;
    }

    public void setPayAmount(BigDecimal value) {
        payAmount = value;
    }

    public Date getAddTime() {
        return addTime;
    }

    public void setAddTime(Date value) {
        addTime = value;
    }

    public Date getConfirmTime() {
        return confirmTime;
    }

    public void setConfirmTime(Date value) {
        confirmTime = value;
    }

    public Date getPayTime() {
        return payTime;
    }

    public void setPayTime(Date value) {
        payTime = value;
    }
}
