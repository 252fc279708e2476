package com.zzp.shop.provider.domain;

import java.io.Serializable;
import java.util.Date;

/** A user; the balance is in whole units here. */
public class TradeUser implements Serializable {
    private static final long serialVersionUID = 1L;

    private Long userId;
    private String userName;
    private String userPassword;
    private String userMobile;
    private Integer userScore;
    private Date userRegTime;
    private Long userMoney;

    public Long getUserId() {
        return userId;
    }

    public void setUserId(Long value) {
        userId = value;
    }

    public String getUserName() {
        return userName;
    }

    public void setUserName(String value) {
        userName = value;
    }

    public String getUserPassword() {
        return userPassword;
    }

    public void setUserPassword(String value) {
        userPassword = value;
    }

    public String getUserMobile() {
        return userMobile;
    }

    public void setUserMobile(String value) {
        userMobile = value;
    }

    public Integer getUserScore() {
        return userScore;
    }

    public void setUserScore(Integer value) {
        userScore = value;
    }

    public Date getUserRegTime() {
        return userRegTime;
    }

    public void setUserRegTime(Date value) {
        userRegTime = value;
    }

    public Long getUserMoney() {
        return userMoney;
    }

    public void setUserMoney(Long value) {
        userMoney = value;
    }
}
