"""What fields of orders and of what happens to them are called in the rule builder."""

from __future__ import annotations

from kefu.commerce.logistics.wording import PROBLEMS
from kefu.core.automation import Words

SEVERITY = {
    "low": ("低", "Low"),
    "medium": ("中", "Medium"),
    "high": ("高", "High"),
    "critical": ("严重", "Critical"),
}
PARCEL = {
    "created": ("待揽收", "Announced"),
    "in_transit": ("运输中", "On its way"),
    "out_for_delivery": ("派送中", "Being delivered"),
    "delivered": ("已签收", "Delivered"),
    "exception": ("异常", "In trouble"),
    "returned": ("已退回", "Returned"),
    "lost": ("已丢失", "Lost"),
}
STEPS = {
    "cart": ("购物车", "Cart"),
    "address": ("填写地址", "Address"),
    "payment": ("支付", "Payment"),
    "stock": ("库存", "Stock"),
    "confirmation": ("确认订单", "Confirmation"),
}
CAUSES = {
    "address": ("地址", "Address"),
    "item": ("商品", "Item"),
    "quantity": ("数量", "Quantity"),
    "amount": ("金额", "Amount"),
    "duplicate": ("重复", "Duplicate"),
    "other": ("其他", "Other"),
}


def listed(field: str, choices: Words) -> dict[str, tuple[str, str]]:
    return {f"{field}.{choice}": words for choice, words in choices.items()}


WORDS: Words = {
    "status": ("订单状态", "Status"),
    "status.created": ("待付款", "Not paid"),
    "status.paid": ("已付款", "Paid"),
    "status.processing": ("处理中", "Being prepared"),
    "status.shipped": ("已发货", "Sent"),
    "status.delivered": ("已签收", "Delivered"),
    "status.completed": ("已完成", "Completed"),
    "status.cancelled": ("已取消", "Cancelled"),
    "amount": ("订单金额（元）", "Amount, in whole units"),
    "refunded": ("有退款", "Has a refund"),
    "carrier": ("承运商代码", "Carrier's code"),
    "province": ("省份", "Province"),
    "city": ("城市", "City"),
    "channel": ("下单渠道", "Channel"),
    "shop": ("店铺标识", "Shop's key"),
    "placed": ("下单时间", "Placed"),
    "promised": ("承诺送达时间", "Promised by"),
    "days_late": ("晚于承诺的天数", "Days late"),
    "problem": ("配送异常", "Problem on the way"),
    **listed("problem", PROBLEMS),
    "unfinished_step": ("卡在哪一步", "Stuck at"),
    **listed("unfinished_step", STEPS),
    "has_customer": ("已识别客户", "Its customer is known"),
}

FACT_WORDS: Words = {
    "status": ("包裹状态", "The parcel"),
    **listed("status", PARCEL),
    "direction": ("方向", "Direction"),
    "direction.outbound": ("寄给客户", "To the customer"),
    "direction.return": ("寄回商家", "Back to us"),
    "carrier": ("承运商代码", "Carrier's code"),
    "problem": ("异常类型", "The problem"),
    **listed("problem", PROBLEMS),
    "severity": ("严重程度", "Severity"),
    **listed("severity", SEVERITY),
    "amount": ("退款金额（分）", "Refund, in smallest units"),
    "system": ("由谁告知", "Told by"),
    "system.shop": ("店铺", "The shop"),
    "system.crm": ("客服系统", "The service desk"),
    "system.finance": ("财务系统", "Finance"),
    "change_kind": ("申请内容", "What is asked"),
    "change_kind.content": ("修改商品", "Other goods"),
    "change_kind.address": ("修改地址", "Another address"),
    "change_kind.payment": ("修改支付方式", "Another way to pay"),
    "change_kind.cancel": ("取消订单", "To cancel it"),
    "cause": ("差错原因", "Mistake"),
    **listed("cause", CAUSES),
    "step": ("卡在哪一步", "Stuck at"),
    **listed("step", STEPS),
    "changed": ("改动的字段", "Changed"),
}
