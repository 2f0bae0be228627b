"""Every notification can say why it came, and the page of the settings that it names is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kefu.entry.collect import load_everything
from kefu.notifications.kinds import KINDS

FEATURES = Path(__file__).parents[1] / "web/console/src/features"
PAGE = re.compile(r"\{ path: '([\w-]+)', group:")


@pytest.fixture(autouse=True, scope="module")
def everything() -> None:
    load_everything()


def pages() -> set[str]:
    found = [one.read_text(encoding="utf-8") for one in FEATURES.glob("*/index.ts")]
    return {page for words in found for page in PAGE.findall(words)}


def test_the_pages_that_reasons_name_are_there() -> None:
    named = {kind.why.setting for kind in KINDS.values() if kind.why.setting}

    assert len(named) >= 10
    assert named <= pages()


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_a_reason_is_a_sentence_even_where_nothing_more_is_known(locale: str) -> None:
    end = "。" if locale == "zh-CN" else "."

    for kind in KINDS.values():
        assert kind.why.worded({}, locale).endswith(end), kind.name
        assert "{" not in kind.why.worded({}, locale), kind.name
