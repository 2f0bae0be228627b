"""The about page."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from kefu.core.http import Db
from kefu.identity.about import about, write_about
from kefu.identity.actor import CurrentActor
from kefu.identity.schemas import About

router = APIRouter(tags=["about"])


@router.get("/about", response_model=About)
async def get_about(db: Db) -> dict[str, Any]:
    return await about(db)


@router.put("/about", response_model=About)
async def put_about(body: About, db: Db, actor: CurrentActor) -> dict[str, Any]:
    texts = body.model_dump(by_alias=True)
    await write_about(db, texts, by=actor)
    return texts
