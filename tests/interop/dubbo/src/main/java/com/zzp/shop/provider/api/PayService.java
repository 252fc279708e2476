package com.zzp.shop.provider.api;

import com.zzp.shop.common.vo.ResultVo;
import com.zzp.shop.provider.domain.TradePay;

/** Payments. */
public interface PayService {
    ResultVo createPayment(TradePay payment);

    ResultVo callbackPayment(TradePay payment) throws Exception;
}
