package rocketmall.interop.dubbo;

import com.zzp.shop.common.constant.ShopConstant;
import com.zzp.shop.common.exception.CustomerException;
import com.zzp.shop.common.vo.ResultVo;
import com.zzp.shop.provider.api.CouponService;
import com.zzp.shop.provider.api.GoodService;
import com.zzp.shop.provider.api.OrderService;
import com.zzp.shop.provider.api.PayService;
import com.zzp.shop.provider.api.UserService;
import com.zzp.shop.provider.domain.TradeCoupon;
import com.zzp.shop.provider.domain.TradeGoods;
import com.zzp.shop.provider.domain.TradeGoodsNumberLog;
import com.zzp.shop.provider.domain.TradeOrder;
import com.zzp.shop.provider.domain.TradePay;
import com.zzp.shop.provider.domain.TradeUser;
import com.zzp.shop.provider.domain.TradeUserMoneyLog;
import java.math.BigDecimal;
import java.util.List;
import java.util.Objects;

/** The original's interfaces, and a shop that keeps nothing: number 42 of everything is there. */
final class Shop {
    private Shop() {}

    /** Their version; their group is none. */
    static final String VERSION = "0.0.1";

    static final List<Class<?>> INTERFACES =
            List.of(OrderService.class, GoodService.class, CouponService.class, UserService.class, PayService.class);

    private static void known(Long id, ShopConstant otherwise) {
        if (!Objects.equals(id, 42L)) {
            throw new CustomerException(otherwise);
        }
    }

    static final class Orders implements OrderService {
        @Override
        public ResultVo confirmOrder(TradeOrder order) {
            known(order.getGoodsId(), ShopConstant.SHOP_GOODS_NO_EXIST);
            BigDecimal total = order.getGoodsPrice().multiply(BigDecimal.valueOf(order.getGoodsNumber())).add(order.getShippingFee());
            if (total.compareTo(order.getOrderAmount()) != 0) {
                throw new CustomerException(ShopConstant.SHOP_ORDERAMOUNT_INVALID);
            }
            return new ResultVo(0, "正确", true);
        }
    }

    static final class Goods implements GoodService {
        @Override
        public TradeGoods findOne(Long goodsId) {
            known(goodsId, ShopConstant.SHOP_GOODS_NO_EXIST);
            return Samples.goods();
        }

        @Override
        public Boolean reduceGoodsNum(TradeGoodsNumberLog log) {
            known(log.getGoodsId(), ShopConstant.SHOP_REQUEST_PARAMETER_VALID);
            if (log.getGoodsNumber() > 7) {
                throw new CustomerException(ShopConstant.SHOP_GOODS_NUM_NOT_ENOUGH);
            }
            return true;
        }
    }

    static final class Coupons implements CouponService {
        @Override
        public TradeCoupon findOne(Long couponId) {
            known(couponId, ShopConstant.SHOP_COUPON_NO_EXIST);
            TradeCoupon coupon = new TradeCoupon();
            coupon.setCouponId(couponId);
            coupon.setCouponPrice(new BigDecimal("5.00"));
            return coupon;
        }

        @Override
        public Boolean updateCouponStatus(TradeCoupon coupon) {
            known(coupon.getCouponId(), ShopConstant.SHOP_COUPON_NO_EXIST);
            return true;
        }
    }

    static final class Users implements UserService {
        @Override
        public TradeUser findOne(Long userId) {
            known(userId, ShopConstant.SHOP_USER_NO_EXIST);
            TradeUser user = new TradeUser();
            user.setUserId(userId);
            user.setUserMoney(100L);
            return user;
        }

        @Override
        public Boolean updateMoneyPaid(TradeUserMoneyLog log) {
            known(log.getUserId(), ShopConstant.SHOP_USER_NO_EXIST);
            return true;
        }
    }

    static final class Payments implements PayService {
        @Override
        public ResultVo createPayment(TradePay payment) {
            known(payment.getOrderId(), ShopConstant.SHOP_PAYMENT_IS_PAID);
            return new ResultVo(0, "正确", true);
        }

        @Override
        public ResultVo callbackPayment(TradePay payment) {
            known(payment.getPayId(), ShopConstant.SHOP_PAYMENT_NOT_FOUND);
            return new ResultVo(0, "正确", true);
        }
    }
}
