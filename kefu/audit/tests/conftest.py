"""An app of audit's own routes."""

from __future__ import annotations

import pytest
from fastapi import FastAPI

from kefu.audit.routes import router
from kefu.audit.routes_aside import router as aside_router
from kefu.core.db import Session
from kefu.identity.tests import app_of, clock, visitor

__all__ = ["app", "clock", "visitor"]


@pytest.fixture
def app(db: Session) -> FastAPI:
    return app_of(db, router, aside_router)
