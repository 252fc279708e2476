//! Refusals of the shop's rules, in the order of [`Reason`].

use rocketmall_core::rejection::Reason;

use super::{Bilingual, Explanation, explained};

const TRY_AGAIN: Bilingual = [
    "Try again with the same Idempotency-Key; if it stays, the server's log names the cause.",
    "请使用相同的 Idempotency-Key 重试；如仍失败，服务器日志会给出原因。",
];

#[expect(clippy::too_many_lines, reason = "one arm each, in the order of the reasons")]
pub(super) const fn explain(reason: Reason) -> Explanation {
    match reason {
        Reason::KeyReused => explained(
            ["The same Idempotency-Key came with another body before.", "相同的 Idempotency-Key 此前用于内容不同的请求。"],
            ["Take a new key for a new request; repeat a request with the body unchanged.", "新请求请使用新的键；重试时请保持请求体不变。"],
        ),
        Reason::BadParameter => explained(
            [
                "A field is missing, of another type, too long or out of its range; errors names each.",
                "字段缺失、类型不符、过长或超出范围；errors 逐一列出。",
            ],
            [
                "Correct the named fields. Ids and money are strings, such as \"5000.00\".",
                "请修正列出的字段。ID 与金额为字符串，例如 \"5000.00\"。",
            ],
        ),
        Reason::NoUser => explained(
            [
                "The call is for a user, and the token is a service's or an administrator's that names none.",
                "该接口需要指定用户，而服务或管理员令牌未指明用户。",
            ],
            [
                "Name the user in the X-User-Id header (userId in the contract's calls).",
                "请在 X-User-Id 请求头中指明用户（原接口使用 userId）。",
            ],
        ),
        Reason::GoodsUnknown => explained(
            ["There are no goods with this id. In an address this is 404.", "不存在该 ID 的商品；若 ID 位于地址中则返回 404。"],
            ["Take ids from GET /v1/goods.", "请使用 GET /v1/goods 返回的 ID。"],
        ),
        Reason::UserUnknown => explained(
            ["There is no user with this id.", "不存在该 ID 的用户。"],
            [
                "Check X-User-Id or the id in the address; POST /v1/users registers a user.",
                "请检查 X-User-Id 或地址中的 ID；可用 POST /v1/users 注册用户。",
            ],
        ),
        Reason::PriceWrong => explained(
            [
                "The price that was sent is not the shop's price now. It is refused, never adjusted.",
                "提交的单价与商城当前价格不一致；系统拒绝而不会自动调整。",
            ],
            ["Show the customer the price of GET /v1/goods/{id} and order again.", "请向顾客展示 GET /v1/goods/{id} 的价格后重新下单。"],
        ),
        Reason::StockTooLow => explained(
            [
                "Fewer pieces are in stock than were asked for; or a correction would take more than there is.",
                "库存少于请求数量，或更正会使库存为负。",
            ],
            ["Order at most as many as the detail says, or later.", "请将数量减至 detail 给出的库存以内，或稍后再试。"],
        ),
        Reason::FreightWrong => explained(
            ["The freight that was sent is not what the shop charges for these goods.", "提交的运费与商城规则不一致。"],
            [
                "Ask POST /v1/orders/quote; the freight depends on the goods amount.",
                "请用 POST /v1/orders/quote 试算；运费取决于商品金额。",
            ],
        ),
        Reason::TotalWrong => explained(
            [
                "The total or the amount to pay that was sent is not what the shop reckons.",
                "提交的订单总价或应付金额与商城计算结果不一致。",
            ],
            [
                "Ask POST /v1/orders/quote and let the customer confirm that amount.",
                "请用 POST /v1/orders/quote 试算，并由顾客确认该金额。",
            ],
        ),
        Reason::BalanceNegative => explained(
            [
                "The amount of balance to use is below zero, or a correction would leave the balance below zero.",
                "使用的余额为负，或更正会使余额为负。",
            ],
            ["Send an amount of 0.00 or more; correct by at most what there is.", "请提交不小于 0.00 的金额；更正金额不得超过现有余额。"],
        ),
        Reason::BalanceTooLow => explained(
            ["More of the balance was to be used than there is, or than is left to pay.", "使用的余额超过账户余额，或超过剩余应付金额。"],
            ["Send a smaller money_paid; the detail says the most.", "请减小 money_paid；detail 给出上限。"],
        ),
        Reason::CouponUnknown => explained(
            ["There is no such coupon, or it is another user's.", "优惠券不存在，或属于其他用户。"],
            ["Take coupons from GET /v1/coupons.", "请使用 GET /v1/coupons 返回的优惠券。"],
        ),
        Reason::CouponNotValid => explained(
            [
                "The coupon is used or expired, or the goods amount does not reach its minimum spend.",
                "优惠券已使用、已过期，或商品金额未达到最低消费。",
            ],
            ["Order without it, or with another one.", "请不使用该优惠券或更换一张后下单。"],
        ),
        Reason::OrderUnknown => explained(
            ["There is no such order, or it is another user's.", "订单不存在，或属于其他用户。"],
            ["Take ids from GET /v1/orders of the same user.", "请使用同一用户 GET /v1/orders 返回的 ID。"],
        ),
        Reason::PaymentUnknown => explained(
            ["There is no such payment, or it is another user's.", "支付不存在，或属于其他用户。"],
            ["Take the id from the answer of POST /v1/orders/{id}/payments.", "请使用 POST /v1/orders/{id}/payments 返回的 ID。"],
        ),
        Reason::AlreadyPaid => explained(
            ["The order or the payment is paid.", "订单或支付已完成付款。"],
            ["Nothing is left to do: GET /v1/orders/{id} shows the order.", "无需再操作，可用 GET /v1/orders/{id} 查看订单。"],
        ),
        Reason::PaymentRefused => explained(
            ["The payment platform refused the payment.", "支付平台拒绝了该支付。"],
            ["Pay again, or by another channel or method.", "请重新支付，或更换支付渠道或方式。"],
        ),
        Reason::OrderNotPayable => explained(
            ["The order is cancelled, refunded or not confirmed.", "订单已取消、已退款或未确认。"],
            ["Place a new order.", "请重新下单。"],
        ),
        Reason::OrderNotCancellable => explained(
            ["The order has come too far to be cancelled, or money for it has just arrived.", "订单当前阶段不能取消，或其款项刚刚到账。"],
            ["Look at the order again in a moment; ask for a refund of what is shipped.", "请稍后再次查看订单；已发货的请申请退款。"],
        ),
        Reason::OrderNotRefundable => explained(
            ["The order is not paid, or is off: there is no money of it to give back.", "订单未支付或已失效，没有可退的款项。"],
            ["Cancel an order that is not paid instead.", "未支付的订单请直接取消。"],
        ),
        Reason::RefundTooLarge => explained(
            [
                "More money, or more pieces of a line, are asked back than are left; what other refunds hold counts as gone.",
                "申请的金额或数量超过剩余可退部分；其他退款占用的部分不可再退。",
            ],
            [
                "Ask for what the detail says is left, or leave lines and amount away to ask for all of it.",
                "请按提示的剩余部分申请，或不填明细与金额以申请全部。",
            ],
        ),
        Reason::TooManyRefunds => explained(
            ["As many refunds were asked for as one order may have.", "该订单的退款次数已达上限。"],
            ["Settle the rest outside of the shop.", "请在系统外处理余下的款项。"],
        ),
        Reason::OrderNotShippable => explained(
            [
                "Only a paid order that has not left, and whose money has not all gone back, is shipped, and not while a refund of it is under way.",
                "只有已支付、未发货且款项未全部退回的订单可以发货，且不能有处理中的退款。",
            ],
            [
                "Settle its refunds first; see which there are under /v1/orders/{id}/refunds. Cancel what nobody pays for any more.",
                "请先处理完退款；可在 /v1/orders/{id}/refunds 查看。款项已全部退回的订单请取消。",
            ],
        ),
        Reason::OrderNotReceivable => explained(
            ["Only an order that is on its way can be received.", "只有已发货的订单可以确认收货。"],
            ["Look at its shipping_status.", "请查看 shipping_status。"],
        ),
        Reason::RefundStateWrong => explained(
            ["The refund has come too far, or not far enough, for this step.", "退款当前阶段不允许此操作。"],
            ["Look at its status; the detail says what the step needs.", "请查看其状态；detail 说明此操作的前提。"],
        ),
        Reason::TooManyAttempts => explained(
            ["As many attempts were made to pay this order as one order may have.", "该订单的支付尝试次数已达上限。"],
            ["Pay one of the attempts that are open, or cancel the order and place it anew.", "请完成仍有效的支付，或取消订单后重新下单。"],
        ),
        Reason::CurrencyWrong => explained(
            [
                "A platform reported a currency that is not the payment's. Nothing was stored.",
                "支付平台通知的币种与支付不一致，未存储任何内容。",
            ],
            ["Compare the payment with the platform's records.", "请与支付平台的记录核对该支付。"],
        ),
        Reason::AmountWrong => explained(
            [
                "A platform reported an amount that is not the payment's. Nothing was stored.",
                "支付平台通知的金额与支付不一致，未存储任何内容。",
            ],
            ["Compare the payment with the platform's records.", "请与支付平台的记录核对该支付。"],
        ),
        Reason::ChannelUnknown => explained(
            ["There is no such payment channel, or it is not switched on.", "支付渠道不存在或未启用。"],
            ["Take a channel that the shop's configuration switches on.", "请选择商城配置中已启用的渠道。"],
        ),
        Reason::AlreadyRefunded => explained(
            ["The balance that this order used was given back already.", "该订单使用的余额已经退回。"],
            ["Nothing is left to do.", "无需再操作。"],
        ),
        Reason::RefundUnknown => {
            explained(["There is no such refund.", "退款不存在。"], ["Take ids from the order's refunds.", "请使用订单退款列表中的 ID。"])
        }
        Reason::MobileTaken => explained(
            ["A user is registered with this mobile number.", "该手机号已注册用户。"],
            ["Log in with POST /v1/sessions, or register another number.", "请用 POST /v1/sessions 登录，或使用其他手机号注册。"],
        ),
        Reason::TopicEmpty => explained(
            ["A stored message has no topic, so nobody hears it.", "已存储的消息没有主题，无人接收。"],
            [
                "Look at the message with GET /v1/messages/{id}; it was not written by this program.",
                "请用 GET /v1/messages/{id} 查看该消息；它并非由本程序写入。",
            ],
        ),
        Reason::BodyEmpty => explained(
            ["A stored message has no body, or one that cannot be read.", "已存储的消息没有消息体，或消息体无法读取。"],
            [
                "Look at the message with GET /v1/messages/{id}; it was not written by this version.",
                "请用 GET /v1/messages/{id} 查看该消息；它并非由本版本写入。",
            ],
        ),
        Reason::MessageUnknown => explained(
            [
                "There is no such message; sent ones are deleted after a week (retention.outbox).",
                "消息不存在；已发送的消息在一周后删除（retention.outbox）。",
            ],
            ["Take ids from GET /v1/messages.", "请使用 GET /v1/messages 返回的 ID。"],
        ),
        Reason::NotYet => explained(
            ["A message arrived before the one that it builds on.", "消息先于其所依赖的消息到达。"],
            ["Nothing: it is tried again by itself.", "无需操作，系统会自动重试。"],
        ),
        Reason::SaveFailed => {
            explained(["The database refused the order. Nothing was stored.", "数据库拒绝保存订单，未存储任何内容。"], TRY_AGAIN)
        }
        Reason::ConfirmFailed => {
            explained(["The database refused the commit. Nothing was stored.", "数据库拒绝提交，未存储任何内容。"], TRY_AGAIN)
        }
        Reason::DeductFailed => {
            explained(["The database refused the change of stock. Nothing was stored.", "数据库拒绝变更库存，未存储任何内容。"], TRY_AGAIN)
        }
        Reason::CouponUseFailed => explained(
            ["The database refused the change of the coupon. Nothing was stored.", "数据库拒绝变更优惠券，未存储任何内容。"],
            TRY_AGAIN,
        ),
        Reason::BalanceDeductFailed => explained(
            ["The database refused the change of the balance. Nothing was stored.", "数据库拒绝变更余额，未存储任何内容。"],
            TRY_AGAIN,
        ),
        Reason::SendFailed => explained(
            ["A message could not be stored or sent. Nothing was stored with it either.", "消息无法存储或发送，相关变更也未存储。"],
            ["Try again; if it stays, the server's log names the cause.", "请重试；如仍失败，服务器日志会给出原因。"],
        ),
        Reason::ChannelUnreachable => explained(
            ["The payment platform does not answer. The attempt is kept.", "支付平台无响应，支付尝试已保留。"],
            ["Ask again after Retry-After: the same attempt goes on.", "请在 Retry-After 之后重试，将继续同一支付尝试。"],
        ),
        Reason::Busy => explained(
            [
                "More is asked of the shop at this moment than it takes, or its database is away. Nothing was stored.",
                "当前请求过多，或数据库不可用，未存储任何内容。",
            ],
            [
                "Ask again after Retry-After; /readyz says whether the database is away.",
                "请在 Retry-After 之后重试；/readyz 可查看数据库是否可用。",
            ],
        ),
        Reason::OutcomeUnknown => explained(
            [
                "The database went away during the commit: the change is stored whole or not at all, and it is not known yet which.",
                "提交过程中数据库断开：变更要么完整存储，要么完全未存储，目前尚不确定。",
            ],
            [
                "Ask again with the same Idempotency-Key: what is stored is answered as it was.",
                "请使用相同的 Idempotency-Key 重试：若已存储，将返回原结果。",
            ],
        ),
        Reason::StillPlacing => explained(
            ["The first request with this Idempotency-Key is still being carried out.", "使用相同 Idempotency-Key 的首个请求仍在执行。"],
            [
                "Ask again with the same key: its answer comes when the first one is done.",
                "请使用相同的键重试，首个请求完成后即返回其结果。",
            ],
        ),
        Reason::ServiceAway => explained(
            [
                "The shop's parts run as several services, and one that this call needs does not answer; the detail names it. The call has no effect: what was begun is taken back.",
                "商城由多个服务组成，本次调用所需的某个服务没有响应（详情中给出名称）。本次调用不生效，已开始的部分会撤销。",
            ],
            [
                "Ask again after Retry-After; /readyz lists the services and what is wrong with each.",
                "请在 Retry-After 之后重试；/readyz 列出各服务及其故障。",
            ],
        ),
        Reason::NotOffered => explained(
            [
                "A part of the shop is kept by a Java service with the original's interface, which has no call for this; the detail names the part.",
                "商城的这一部分由使用原接口的 Java 服务负责，而该接口没有此功能（详情中给出部分名称）。",
            ],
            ["Do it at that service itself, or without what it does not offer.", "请直接在该服务上操作，或改用其提供的功能。"],
        ),
        Reason::Internal => explained(
            ["A fault of this program or of what its database holds. Nothing was stored.", "程序或其数据库内容存在错误，未存储任何内容。"],
            ["Report it with the trace_id; the server's log names the cause.", "请附上 trace_id 报告问题；服务器日志会给出原因。"],
        ),
    }
}
