"""An app of identity's own routes."""

from __future__ import annotations

import pytest
from fastapi import FastAPI

from kefu.core.db import Session
from kefu.identity.routes import router
from kefu.identity.tests.visiting import OneTransaction, app_of, clock, visitor

__all__ = ["OneTransaction", "app", "clock", "visitor"]


@pytest.fixture
def app(db: Session) -> FastAPI:
    return app_of(db, router)
