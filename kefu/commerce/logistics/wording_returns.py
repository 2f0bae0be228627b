"""Wording of returns: what customers are told of their cases, in their language."""

from __future__ import annotations

RETURN_WORDS: dict[str, tuple[str, str]] = {
    "return_approved": (
        "您的售后申请 {case} 已通过，请把商品寄回并登记运单号。推荐使用 {carrier}。",
        (
            "Your application {case} is approved. Please send the goods back with {carrier} and "
            "tell us the tracking number."
        ),
    ),
    "return_refused": (
        "很抱歉，您的售后申请 {case} 未通过：{reason} 如有疑问，直接回复我们即可。",
        (
            "We are sorry: your application {case} was not approved. {reason} Just answer here if "
            "you have questions."
        ),
    ),
    "return_accepted": (
        "您寄回的商品（售后单 {case}）已通过质检，我们会尽快完成后续处理。",
        "The goods of case {case} have passed inspection. We will see to the rest at once.",
    ),
    "return_rejected": (
        "您寄回的商品（售后单 {case}）未通过质检。如您不同意，请直接回复，我们会安排复核。",
        (
            "The goods of case {case} did not pass inspection. If you do not agree, just answer "
            "here: we will look again."
        ),
    ),
    "return_reminder": (
        "提醒您：售后单 {case} 的商品还没有寄出。请尽快寄回（推荐 {carrier}）并登记运单号。",
        (
            "A reminder: the goods of case {case} are still to be sent ({carrier}). Please tell us "
            "the tracking number."
        ),
    ),
}
