"""Wording: what is wrong with a row or an import, in the language of who looks at it."""

from __future__ import annotations

from kefu.commerce.importing.columns import NAMES
from kefu.commerce.model_imports import CommerceImport, RefusedRow
from kefu.core.problem_words import problem_words, say_in_chinese

say_in_chinese(
    {
        "no_lines": "订单至少要有一行商品",
        "no_such_column": "没有名为“{value}”的列",
        "bad_number": "“{value}”不是整数",
        "bad_time": "“{value}”不是时间，请写成 2026-03-01 10:00:00",
        "bad_amount": "“{value}”不是金额",
        "too_many_decimals": "“{value}”的小数位超过了 {currency} 的允许位数",
        "unknown_currency": "“{value}”不是币种，请用三个字母，例如 CNY",
        "too_many_bytes": "合计最多 {limit} 字节",
        "discount_too_large": "商品优惠不能超过该行金额",
        "too_many_back": "退回件数多于下单件数",
        "goods_do_not_add_up": "商品金额写的是 {told}，但各行合计为 {lines}",
        "discount_over_all": "优惠超过了商品金额与运费之和",
        "total_does_not_add_up": (
            "合计写的是 {told}，但商品 {goods} + 运费 {shipping} - 优惠 {discount} = {sum}"
        ),
        "told_twice": "编号 {id} 出现了两次",
        "line_too_long": "这一行太长，最多 {limit} 个字符",
        "bad_json": "这一行不是 JSON",
        "file_empty": "文件是空的",
        "encoding": "文件不是 UTF-8，也不是 GBK，请另存为 UTF-8",
        "bad_csv": "第 {line} 行读不出来，请检查引号和换行",
        "import_stopped": "导入中途停止。之前的内容已保留，请重新导入文件以补上其余部分。",
        "import_broken": "导入出错。之前的内容已保留，请重新导入文件以补上其余部分。",
        "import_lost": "导入没有了消息。之前的内容已保留，请重新导入文件。",
    }
)


def said_of(row: RefusedRow, locale: str) -> str:
    """What is wrong with it."""
    return problem_words(row.code, row.params, locale, otherwise=row.problem)


def failure_of(one: CommerceImport, locale: str) -> str | None:
    """Why it failed, if it did."""
    if one.failure is None:
        return None
    return problem_words(one.failure_code, one.failure_params, locale, otherwise=one.failure)


def named(field: str | None, locale: str) -> str:
    """The column by its name in this language; one that the file named itself by its own."""
    last = (field or "").rpartition(".")[2]
    if locale.startswith("zh") and last in NAMES:
        return NAMES[last][0]
    return field or ""
