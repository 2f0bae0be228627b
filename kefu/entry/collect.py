"""Collecting: what each capability offers is found by its file names, no list names it."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Collection, Iterator
from types import ModuleType

from fastapi import APIRouter

import kefu

EDGES = (
    "model",
    "events",
    "reactions",
    "jobs",
    "permissions",
    "routes",
    "timeline",
    "personal_data",
    "measures",
    "demo",
    "automation",
)


def modules(*edges: str) -> Iterator[ModuleType]:
    """The modules of all capabilities whose name is one of the edges, or begins with `edge_`."""
    for package in pkgutil.iter_modules(kefu.__path__):
        if not package.ispkg or package.name in ("entry", "migrations"):
            continue
        found = importlib.import_module(f"kefu.{package.name}")
        for module in pkgutil.iter_modules(found.__path__):
            if any(module.name == edge or module.name.startswith(f"{edge}_") for edge in edges):
                yield importlib.import_module(f"kefu.{package.name}.{module.name}")


def load_everything(*, without: Collection[str] = ()) -> None:
    """Import every edge, so that tables, events, reactions and jobs are known.

    A process leaves out what it never uses: a worker is ready sooner without routes.
    """
    for _ in modules(*(edge for edge in EDGES if edge not in without)):
        pass


def routers() -> list[APIRouter]:
    """Every capability's routers."""
    return [
        value
        for module in modules("routes")
        for value in vars(module).values()
        if isinstance(value, APIRouter)
    ]
