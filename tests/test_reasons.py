"""Every notification can say why it came, and the page of the settings that it names is there."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from kefu.core.clock import frozen
from kefu.core.db import Session
from kefu.entry.collect import load_everything
from kefu.identity.tests.factories import an_agent
from kefu.notifications import Notification
from kefu.notifications.kinds import KINDS
from kefu.notifications.reasons import reason_of
from kefu.promises import scan
from kefu.promises.reactions import tell_who_answers_for_it
from kefu.promises.tests.factories import NOON, a_clock, a_policy
from kefu.promises.tests.test_telling import facts_of

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


async def test_an_alert_of_a_clock_names_its_policy_and_what_that_promises(db: Session) -> None:
    agent = await an_agent(db)
    policy = await a_policy(db, seconds=90)
    await a_clock(db, assignee=agent.id)
    with frozen(NOON + timedelta(seconds=100)):
        await scan(db)
    await tell_who_answers_for_it(db, await facts_of(db, "promise.broken"))
    notification = (await db.scalars(select(Notification))).one()

    chinese, english = [await reason_of(db, notification, one) for one in ("zh-CN", "en")]
    await db.delete(policy)
    await db.flush()
    gone = await reason_of(db, notification, "en")

    assert chinese.text == f"时效策略“{policy.name}”承诺：首次回复在 1.5 分钟内。"
    assert english.text.startswith(f"The policy “{policy.name}” promises a first reply within 1.5")
    assert chinese.setting == gone.setting == "policies"
    assert gone.text == "The time that a service policy promises is over and its clock still ran."
