import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from kefu.entry.replaying.dialogues import (
    BadDialogue,
    Dialogue,
    Turn,
    dialogue_of,
    dialogues_in,
)
from kefu.entry.tests.serving import Serving, serving

OWN = Path(__file__).with_name("dialogues.jsonl")
CORPORA = Path(os.environ.get("KEFU_CORPORA", "../shared/data"))
REAL = CORPORA / "jddc" / "valid_dialogues.jsonl"
SECONDS = 900

STORED = """
    select c.id::text, p.name, m.sender_type, m.text from messages m
    join conversations c on c.id = m.conversation_id join customers p on p.id = c.customer_id
    where c.inbox_id = (select id from inboxes where name = '对话回放')
      and m.sender_type in ('customer', 'agent')
      and m.sender_id = case m.sender_type when 'customer' then c.customer_id
        else (select id from agents where name = '对话回放') end
    order by c.id, m.seq
"""

Said = tuple[tuple[str, str], ...]


@pytest.fixture(scope="module")
def kefu() -> Iterator[Serving]:
    with serving("replay") as made:
        yield made


def begin(kefu: Serving, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "kefu", *arguments],
        env=kefu.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def end(running: subprocess.Popen[str]) -> dict[str, float]:
    """The result's table, once it is done."""
    said, _ = running.communicate(timeout=SECONDS)
    assert running.returncode == 0, said
    rows = [line.rsplit(maxsplit=1) for line in said.splitlines() if " turns," not in line]
    return {name.strip(): float(figure) for name, figure in rows}


def replayed(kefu: Serving) -> Counter[tuple[str, Said]]:
    """What was said in each conversation, as often as it is there."""
    talks: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for conversation, name, sender, text in kefu.ask(STORED):
        talks.setdefault((conversation, name), []).append((sender, text))
    return Counter((name, tuple(said)) for (_, name), said in talks.items())


def recorded(file: Path, times: int) -> Counter[tuple[str, Said]]:
    """What should be there after so many runs."""
    said = Counter(
        (dialogue.id, tuple((turn.role, turn.text) for turn in spoken(dialogue)))
        for dialogue in dialogues_in(file)
        if spoken(dialogue)
    )
    return Counter({talk: count * times for talk, count in said.items()})


def spoken(dialogue: Dialogue) -> list[Turn]:
    return [turn for turn in dialogue.turns if turn.text.strip()]


def test_every_turn_is_stored_once_in_order_with_its_sender(kefu: Serving) -> None:
    before = replayed(kefu)

    result = end(begin(kefu, "replay", str(OWN), "--rate", "50"))

    assert result["conversations"] == 5
    assert (result["stored"], result["skipped (empty)"], result["failed"]) == (21, 4, 0)
    assert replayed(kefu) - before == recorded(OWN, 1)


def test_its_token_holds_no_longer_than_the_run(kefu: Serving) -> None:
    end(begin(kefu, "replay", str(OWN), "--rate", "200"))

    assert kefu.ask("select count(*) from tokens where revoked_at is null") == [(0,)]


@pytest.mark.slow
@pytest.mark.skipif(not REAL.exists(), reason="KEFU_CORPORA has no jddc/valid_dialogues.jsonl")
def test_two_runs_at_once_of_real_dialogues_do_not_mix(kefu: Serving) -> None:
    before = replayed(kefu)

    both = [begin(kefu, "replay", str(REAL), "--rate", "400") for _ in range(2)]

    for one in both:
        result = end(one)
        assert result["conversations"] == 330
        assert (result["stored"], result["failed"]) == (5996 + 3378, 0)

    assert replayed(kefu) - before == recorded(REAL, 2)


def test_a_web_that_dies_meanwhile_loses_and_doubles_nothing(kefu: Serving) -> None:
    before = replayed(kefu)
    running = begin(kefu, "replay", str(OWN), "--rate", "5")
    while replayed(kefu) == before:
        assert running.poll() is None

    kefu.kill("web")

    assert end(running)["failed"] == 0
    assert replayed(kefu) - before == recorded(OWN, 1)


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("{", "not valid JSON"),
        ("[]", "no list `turns`"),
        ('{"turns": [1]}', "a turn that is no object"),
        ('{"turns": [{"role": "robot", "text": "a"}]}', "whose `role` is not"),
        ('{"turns": [{"role": "agent", "text": 1}]}', "whose `text` is not text"),
        ('{"turns": [{"text": "a"}]}', "without `role` and `text`"),
    ],
)
def test_a_line_that_is_no_dialogue_is_refused_by_its_number(line: str, wrong: str) -> None:
    with pytest.raises(BadDialogue, match=f"^Line 7 .*{wrong}"):
        dialogue_of(line, 7)


def test_nothing_is_sent_from_a_file_with_a_bad_line(tmp_path: Path) -> None:
    file = tmp_path / "bad.jsonl"
    file.write_text('{"turns": [{"role": "customer", "text": "你好"}]}\n{"turns": 7}\n')

    done = subprocess.run(
        [sys.executable, "-m", "kefu", "replay", str(file)],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "KEFU_VAR": str(tmp_path / "var")},
    )

    assert done.returncode == 1
    assert "Line 2 has no list `turns`" in done.stderr


def test_without_a_running_kefu_it_says_what_to_start(tmp_path: Path) -> None:
    environment = {**os.environ, "KEFU_VAR": str(tmp_path / "var")}
    environment.pop("KEFU_DATABASE_URL", None)
    done = subprocess.run(
        [sys.executable, "-m", "kefu", "replay", str(OWN)],
        check=False,
        capture_output=True,
        text=True,
        env=environment,
    )

    assert done.returncode == 1
    assert "start `kefu serve`" in done.stderr
