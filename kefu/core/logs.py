"""Logs: one line of JSON per event, or a readable line where somebody watches.

The request id is bound by the edge (`structlog.contextvars`), so every line of a request has it.
"""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog
from structlog.typing import Processor

QUIET = (
    *("asyncio", "botocore", "boto3", "urllib3", "s3transfer", "spiff"),
    *("uvicorn.access", "uvicorn.error"),
)


def set_up_logs(level: str = "INFO", *, json: bool = True, process: str | None = None) -> None:
    """Send structlog's and the standard library's lines to standard error in one form."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            *_rendering(json=json and not sys.stderr.isatty(), process=process),
        ],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    logging.root.handlers = [handler]
    logging.root.setLevel(level.upper())
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _rendering(*, json: bool, process: str | None) -> list[Processor]:
    def add_process(_logger: Any, _method: str, event: Any) -> Any:
        return event if process is None else {"process": process, **event}

    if not json:
        return [add_process, structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    return [
        add_process,
        structlog.processors.ExceptionRenderer(
            structlog.tracebacks.ExceptionDictTransformer(show_locals=False)  # they hold texts
        ),
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ]
