"""What simulated customers of the demo shop say: how they begin, go on, press and end."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Talk:
    """One concern: the page it begins on, the first words, what is said to each answer."""

    page: str
    opening: tuple[str, ...]
    onward: tuple[str, ...]
    score: int | None = None
    comment: str = ""


TALKS = (
    Talk(
        "轻量双人帐 · 山野户外",
        ("你好，这款双人帐下雨天会不会漏？", "准备下周去川西用的"),
        ("外帐的防水指数是多少呀", "地布要另外买吗？", "好，那我一起下单"),
        5,
        "讲得很清楚",
    ),
    Talk(
        "订单 SY2026-300127",
        ("我的订单两天没更新物流了",),
        ("单号是 SY2026-300127", "那大概哪天能到？周六要用", "行，我等等看"),
        4,
    ),
    Talk(
        "徒步鞋 · 山野户外",
        ("请问徒步鞋偏码吗，平时穿 41",),
        ("脚背有点高", "那我拍 41.5 试试，不合适能换吧？"),
        5,
        "推荐的码数正好",
    ),
    Talk(
        "退换货 · 山野户外",
        ("睡袋拉链坏了，才用了一次", "要怎么处理？"),
        ("照片我一会儿发", "换新要等几天？", "运费谁承担"),
        3,
        "等得有点久",
    ),
    Talk(
        "电子发票 · 山野户外",
        ("发票一直没收到，公司要报销",),
        ("邮箱没写错，垃圾箱也看了", "麻烦重新发一次"),
        4,
    ),
    Talk(
        "炉头套装 · 山野户外",
        ("这个炉头能用扁气罐吗",),
        ("高海拔点火会不会困难", "明白了，谢谢讲解"),
        5,
    ),
    Talk(
        "会员中心 · 山野户外",
        ("生日券怎么领不了？",),
        ("提示“不符合条件”", "好的，那等系统恢复我再领"),
    ),
    Talk(
        "价格保护 · 山野户外",
        ("昨天买的冲锋衣今天便宜了 120", "可以退差价吗"),
        ("订单尾号 0391", "退到哪里呢", "收到，麻烦了"),
        5,
        "差价秒退",
    ),
    Talk(
        "登山杖 · 山野户外",
        ("Hi, do you ship trekking poles to Hong Kong?",),
        ("How long does it usually take?", "Great, thanks!"),
        5,
        "Quick help",
    ),
    Talk(
        "头灯 · 山野户外",
        ("头灯充电口进水了还能保修吗？",),
        ("买了半年左右", "寄到哪个地址？"),
        4,
    ),
)

NUDGES = ("在吗？", "有人在吗", "麻烦看一下我的问题🙏")
THANKS = ("好的，谢谢！", "明白了，谢谢您", "辛苦了👍", "没有别的问题了，再见")
FAMILY = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜"
GIVEN = ("晓明", "雨桐", "浩然", "思远", "静怡", "一鸣", "佳宁", "子墨", "欣", "磊", "婷", "洋")
