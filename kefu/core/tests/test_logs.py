import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from kefu.core.logs import set_up_logs


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    handlers, level = logging.root.handlers, logging.root.level
    yield
    logging.root.handlers = handlers
    logging.root.setLevel(level)
    structlog.reset_defaults()


def test_a_line_is_json_with_the_request_id_and_the_process(
    capsys: pytest.CaptureFixture[str],
) -> None:
    set_up_logs("INFO", process="web")

    with structlog.contextvars.bound_contextvars(request_id="r-1"):
        structlog.get_logger("kefu").info("问候", count=2)

    line = json.loads(capsys.readouterr().err)
    assert line["event"] == "问候"
    assert (line["request_id"], line["process"], line["count"]) == ("r-1", "web", 2)
    assert line["level"] == "info"


def test_lines_of_libraries_have_the_same_form(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("WARNING")

    logging.getLogger("library").info("not heard")
    try:
        raise ValueError("broken")
    except ValueError:
        logging.getLogger("library").exception("failed")

    line = json.loads(capsys.readouterr().err)
    assert line["logger"] == "library"
    assert line["exception"][0]["exc_value"] == "broken"


def test_a_person_reads_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("INFO", json=False)

    structlog.get_logger("kefu").info("ready", port=8180)

    assert "port=8180" in capsys.readouterr().err


def test_each_step_of_a_process_is_no_line(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("INFO")

    logging.getLogger("spiff.task").info("State changed to READY")
    logging.getLogger("spiff.task").warning("something is wrong")

    assert [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()] == [
        "something is wrong"
    ]
