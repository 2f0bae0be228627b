"""Problem words: what is wrong with a value, by its code and figures, in the reader's language.

English is what was said when it was found, and stays where a code has no words of its own. A
capability adds the Chinese of its codes:

    say_in_chinese({"bad_phone": "不是电话号码"})
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic_core import ErrorDetails

from kefu.core.errors import Refusal

CHINESE: dict[str, str] = {}
PLAIN = (str, int, float, bool)


def say_in_chinese(words: Mapping[str, str]) -> None:
    """Add words; a code has one meaning only."""
    for code, said in words.items():
        if CHINESE.setdefault(code, said) != said:
            raise ValueError(f"Two say the problem {code}.")


def problem_words(
    code: str | None, params: Mapping[str, Any], locale: str, *, otherwise: str
) -> str:
    """The problem in this language; as it was said first where it has no words there."""
    said = CHINESE.get(code or "") if locale.startswith("zh") else None
    try:
        return said.format_map(params) if said else otherwise
    except (KeyError, IndexError, ValueError):
        return otherwise


def params_of(refusal: Refusal) -> dict[str, Any]:
    """The figures and words of a refusal, as JSON keeps them."""
    limit = {} if refusal.limit is None else {"limit": refusal.limit}
    return limit | dict(refusal.params)


def params_of_shape(error: ErrorDetails) -> dict[str, Any]:
    """The same of a value that does not have its shape."""
    found = error.get("ctx", {})
    return {
        name: value if isinstance(value, PLAIN) else str(value) for name, value in found.items()
    }


say_in_chinese(
    {
        "missing": "缺少这一项",
        "extra_forbidden": "没有这个字段",
        "string_too_long": "最多 {max_length} 个字符",
        "string_too_short": "至少 {min_length} 个字符",
        "string_pattern_mismatch": "写法不符合要求",
        "string_type": "应为文字",
        "too_long": "最多 {max_length} 项",
        "greater_than_equal": "不能小于 {ge}",
        "greater_than": "须大于 {gt}",
        "less_than_equal": "不能大于 {le}",
        "less_than": "须小于 {lt}",
        "literal_error": "只能是 {expected}",
        "int_type": "应为整数",
        "int_parsing": "应为整数",
        "int_from_float": "应为整数",
        "bool_type": "应为是或否",
        "bool_parsing": "应为是或否",
        "list_type": "应为列表",
        "dict_type": "应为一组名称和值",
        "model_type": "应为一组名称和值",
        "model_attributes_type": "应为一组名称和值",
        "datetime_type": "应为时间",
        "datetime_parsing": "时间写法不对",
        "datetime_from_date_parsing": "时间写法不对",
        "datetime_object_invalid": "时间写法不对",
        "timezone_aware": "时间要带时区",
        "year_out_of_range": "年份须在 2000 至 2999 之间",
        "odd_text": "含有不能保存的字符",
    }
)
