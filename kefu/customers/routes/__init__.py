"""HTTP of customers."""

from __future__ import annotations

from fastapi import APIRouter

from kefu.customers.routes import blocking, consents, definitions, notes, personal_data, profiles

router = APIRouter(prefix="/api/v1")
for part in (profiles, blocking, notes, consents, personal_data, definitions):
    router.include_router(part.router)
