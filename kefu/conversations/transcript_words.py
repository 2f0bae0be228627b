"""The words of a transcript, in Chinese and in English."""

from __future__ import annotations

CHINESE = {
    "lang": "zh-CN",
    "title": "会话记录",
    "customer": "客户",
    "inbox": "渠道",
    "agent": "客服",
    "bot": "机器人",
    "system": "系统",
    "begun": "开始时间",
    "closed": "结束时间",
    "open": "进行中",
    "zone": "时区",
    "note": "内部备注",
    "recalled": "(消息已撤回)",
    "picture": "图片",
    "file": "文件",
    "voice": "语音",
    "product": "商品",
    "order": "订单",
    "article": "文章",
    "choices": "选项",
    "form": "表单",
    "system_human_requested": "客户请求人工客服",
    "cut": "（只包含最早的 {count:,} 条消息，之后的消息没有写入这份记录。）",
}
ENGLISH = {
    "lang": "en",
    "title": "Conversation transcript",
    "customer": "Customer",
    "inbox": "Channel",
    "agent": "Agent",
    "bot": "Bot",
    "system": "System",
    "begun": "Begun",
    "closed": "Closed",
    "open": "still open",
    "zone": "Time zone",
    "note": "internal note",
    "recalled": "(message recalled)",
    "picture": "Picture",
    "file": "File",
    "voice": "Voice note",
    "product": "Product",
    "order": "Order",
    "article": "Article",
    "choices": "Choices",
    "form": "Form",
    "system_human_requested": "The customer asked for a person",
    "cut": "(Only the first {count:,} messages; later ones are left out of this transcript.)",
}


def words_for(locale: str) -> dict[str, str]:
    return CHINESE if locale.startswith("zh") else ENGLISH
