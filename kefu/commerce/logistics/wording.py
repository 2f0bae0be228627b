"""Wording: what customers are told of their orders, in their language, and names of problems."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from kefu.commerce.logistics.wording_returns import RETURN_WORDS
from kefu.commerce.money import decimals_of

ZONE = ZoneInfo("Asia/Shanghai")

Said = str | tuple[str, str]
"""A word, or one in Chinese and one in English."""

PROBLEMS: dict[str, tuple[str, str]] = {
    "stuck": ("物流停滞", "No movement"),
    "loop": ("包裹往返兜圈", "Going in circles"),
    "wrong_region": ("派送区域错误", "Wrong region"),
    "exception": ("承运商报告异常", "Exception reported"),
    "return_to_sender": ("包裹被退回", "Coming back to us"),
    "lost": ("疑似丢件", "Probably lost"),
    "delayed_scan": ("物流信息回传过慢", "Scans told late"),
    "promise_at_risk": ("承诺送达有风险", "Promise at risk"),
    "promise_broken": ("未按承诺送达", "Promise broken"),
}

ABOUT_PROBLEM = {
    "stuck": "delay",
    "loop": "delay",
    "wrong_region": "delay",
    "promise_at_risk": "delay",
    "promise_broken": "delay",
    "exception": "problem",
    "lost": "lost",
}
"""Which notice a problem calls for; the others do not concern the customer."""

WORDS: dict[str, tuple[str, str]] = {
    "order_placed": (
        "您的订单 {number} 已提交，付款后我们会尽快为您发货。",
        "Your order {number} is placed. We will send it as soon as it is paid.",
    ),
    "order_paid": (
        "您的订单 {number} 已付款成功，我们会尽快为您发货。",
        "Your order {number} is paid. We will send it as soon as we can.",
    ),
    "order_processing": (
        "您的订单 {number} 正在备货，发货后会第一时间告诉您。",
        "Your order {number} is being prepared. We will tell you when it is on its way.",
    ),
    "order_shipped": (
        "您的订单 {number} 已发货{parcel}。{promise}",
        "Your order {number} is on its way{parcel}. {promise}",
    ),
    "out_for_delivery": (
        "您的订单 {number} 正在派送，请保持电话畅通。",
        "Your order {number} is out for delivery today.",
    ),
    "delivered": (
        "您的订单 {number} 已签收。如有问题，直接回复我们即可。",
        "Your order {number} has been delivered. If anything is wrong, just answer here.",
    ),
    "order_completed": (
        "您的订单 {number} 已完成，感谢您的支持。需要售后时，直接回复我们即可。",
        "Your order {number} is completed. Thank you! If you need us again, just answer here.",
    ),
    "order_cancelled": (
        "您的订单 {number} 已取消。如已付款，款项会原路退回。",
        "Your order {number} is cancelled. What you paid goes back the way it came.",
    ),
    "refund_paid": (
        "您的订单 {number} 的退款 {amount} 已原路退回，到账时间以银行为准。",
        "The refund of {amount} for your order {number} is on its way to your account.",
    ),
    "delay": (
        (
            "很抱歉，您的订单 {number} 的配送比预计慢。"
            "我们已联系物流核实，有进展会第一时间告诉您。{promise}"
        ),
        (
            "We are sorry: your order {number} takes longer than expected. We are asking the "
            "carrier and will tell you as soon as we know more. {promise}"
        ),
    ),
    "problem": (
        (
            "很抱歉，您的订单 {number} 在配送途中遇到问题，"
            "我们正在与物流核实，稍后把处理结果告诉您。"
        ),
        (
            "We are sorry: something came in the way of your order {number}. We are sorting it "
            "out with the carrier and will tell you the result."
        ),
    ),
    "lost": (
        (
            "很抱歉，您的订单 {number} 的包裹可能遗失。"
            "我们正在核实，并会为您补发或退款，请告诉我们您希望怎样处理。"
        ),
        (
            "We are very sorry: the parcel of your order {number} may be lost. We are making "
            "sure and will send it again or refund you, as you wish."
        ),
    ),
}

CARE_WORDS: dict[str, tuple[str, str]] = {
    "change_done": (
        "您的订单 {number} 的{what}已经改好。",
        "Your order {number} has been changed as you wished: {what}.",
    ),
    "change_approved": (
        "您为订单 {number} 提出的{what}申请已通过，我们正在处理。",
        "What you asked for order {number} ({what}) is granted. We are carrying it out.",
    ),
    "change_denied": (
        (
            "很抱歉，您为订单 {number} 提出的{what}申请未能通过，订单保持原样。"
            "如需其他帮助，直接回复我们即可。"
        ),
        (
            "We are sorry: what you asked for order {number} ({what}) cannot be done, and the "
            "order stays as it was. Just answer here if we can help in another way."
        ),
    ),
    "change_refused": (
        (
            "很抱歉，店铺未能完成您订单 {number} 的{what}，订单已恢复原样，费用没有变化。"
            "如需其他帮助，直接回复我们即可。"
        ),
        (
            "We are sorry: the shop could not carry out what you asked for order {number} "
            "({what}). The order is as it was before. Just answer here if we can help."
        ),
    ),
    "appointment_near": (
        "温馨提醒：您为订单 {number} 预约的{what}将于 {time} 开始，请保持电话畅通。{guide}",
        "A reminder: your appointment for order {number} ({what}) begins on {time}. {guide}",
    ),
    "appointment_late": (
        (
            "很抱歉，您为订单 {number} 预约的{what}（{time}）有所延误，"
            "我们正在联系技术人员，并会尽快与您确认新的时间。"
        ),
        (
            "We are sorry: your appointment for order {number} ({what}, {time}) is delayed. We "
            "are reaching the technician and will call you about a new time."
        ),
    ),
}
"""What customers hear of their own requests and appointments."""

PROMISED = ("预计 {day} 前送达。", "It should arrive by {day}.")

KNOWN = (
    *("number", "parcel", "promise", "amount", "case", "reason"),
    *("carrier", "what", "time", "guide"),
)


def worded(about: str, locale: str | None, given: Mapping[str, Said]) -> str:
    """The sentence for one customer; what is not known is left out."""
    language = 1 if (locale or "zh").lower().startswith("en") else 0
    words = (WORDS | CARE_WORDS | RETURN_WORDS)[about][language]
    known = dict.fromkeys(KNOWN, "")
    for name, said in given.items():
        known[name] = said if isinstance(said, str) else said[language]
    return words.format(**known).strip()


def moment_in(at: datetime) -> Said:
    local = at.astimezone(ZONE)
    return (
        f"{local.month} 月 {local.day} 日 {local:%H:%M}",
        f"{local:%B} {local.day}, {local:%H:%M}",
    )


def promise_in(locale: str | None, promised_by: datetime | None) -> str:
    if promised_by is None:
        return ""
    chinese = not (locale or "zh").lower().startswith("en")
    local = promised_by.astimezone(ZONE)
    day = f"{local.month} 月 {local.day} 日" if chinese else f"{local:%B} {local.day}"
    return PROMISED[0 if chinese else 1].format(day=day)


def parcel_in(locale: str | None, carrier: Said | None, number: str | None) -> str:
    """The parcel's number behind its carrier's name, in the customer's language."""
    if not number:
        return ""
    english = (locale or "zh").lower().startswith("en")
    name = carrier[english] if isinstance(carrier, tuple) else carrier
    named = f"{name} {number}" if name else number
    return f" ({named})" if english else f"（{named}）"


def money_in(amount: int, currency: str) -> str:
    decimals = decimals_of(currency)
    shown = f"{Decimal(amount).scaleb(-decimals):,.{decimals}f}"
    return f"¥{shown}" if currency == "CNY" else f"{currency} {shown}"
