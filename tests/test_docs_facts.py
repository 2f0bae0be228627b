"""The reference pages of facts name every kind there is, with its details, and no other."""

import re
from dataclasses import fields

import pytest

from kefu.conversations.batch import HOT
from kefu.core.events import HEAD, MESSAGE_KINDS, Event
from kefu.entry.collect import load_everything
from tools.lint.repository import ROOT

PAGE = "docs/reference/facts.md"
PAGES_OF_CAPABILITIES = "docs/reference/facts"
ROW = re.compile(r"^\| `([a-z_]+\.[a-z_]+)` \|.*\|(.*)\|$")
SHARED = "All hold "
WRITTEN_BY_THE_BATCH = {*MESSAGE_KINDS, "message.noted"}


@pytest.fixture(scope="module")
def documented() -> dict[str, set[str]]:
    pages = [ROOT / PAGE, *sorted((ROOT / PAGES_OF_CAPABILITIES).glob("*.md"))]
    return kinds_on("\n## \n".join(page.read_text(encoding="utf-8") for page in pages))


def test_every_fact_is_on_the_page_with_its_details(documented: dict[str, set[str]]) -> None:
    load_everything()
    known = {kind: own_fields(event) for kind, event in Event.known.items() if is_ours(event)}
    known |= dict.fromkeys(WRITTEN_BY_THE_BATCH, details_of_the_batch())

    assert not said(documented, known), f"{PAGE}:\n" + "\n".join(said(documented, known))


def test_what_the_page_says_is_read() -> None:
    text = "All hold `seq`.\n\n| `a.b` | is there | `one`, `two` |\n\n## Next\n| `a.c` | too | |"

    assert kinds_on(text) == {"a.b": {"seq", "one", "two"}, "a.c": set()}


def kinds_on(text: str) -> dict[str, set[str]]:
    """Each kind of the page with the details of its row and those its section shares."""
    found: dict[str, set[str]] = {}
    for section in re.split(r"^## ", text, flags=re.MULTILINE):
        shared: set[str] = set()
        for line in section.splitlines():
            if line.startswith(SHARED):
                shared = set(re.findall(r"`(\w+)`", line))
            elif row := ROW.match(line):
                found[row.group(1)] = shared | set(re.findall(r"`(\w+)`", row.group(2)))
    return found


def own_fields(event: type[Event]) -> set[str]:
    return {field.name for field in fields(event)} - set(HEAD)


def is_ours(event: type[Event]) -> bool:
    """Whether it belongs to the product; tests make events of their own."""
    return event.__module__.startswith("kefu.") and ".tests." not in event.__module__


def details_of_the_batch() -> set[str]:
    told = HOT.split("jsonb_build_object(")[1].split(")")[0]
    return set(re.findall(r"'(\w+)'", told))


def said(documented: dict[str, set[str]], known: dict[str, set[str]]) -> list[str]:
    missing = [f"{kind} is missing" for kind in sorted(known.keys() - documented.keys())]
    gone = [f"{kind} is not there any more" for kind in sorted(documented.keys() - known.keys())]
    wrong = [
        f"{kind} has the details {sorted(known[kind])}"
        for kind in sorted(known.keys() & documented.keys())
        if known[kind] != documented[kind]
    ]
    return missing + gone + wrong
