"""Orders as a sheet to take away."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse

from kefu.commerce.exporting import begin_export, exported
from kefu.commerce.finding import Asked
from kefu.commerce.schemas import OrderExport
from kefu.core.clock import now
from kefu.core.http import Db
from kefu.identity import CurrentActor

router = APIRouter(prefix="/api/v1", tags=["orders"])


@router.get("/order-export", response_class=StreamingResponse)
async def get_export(
    wanted: Annotated[OrderExport, Query()], request: Request, db: Db, actor: CurrentActor
) -> StreamingResponse:
    """The orders that a list with the same filters shows, as CSV; no cell of it is computed."""
    asked = Asked(**wanted.model_dump(exclude={"language"}))
    await begin_export(db, actor, asked)
    name = f"kefu-orders-{now():%Y%m%d-%H%M}.csv"
    return StreamingResponse(
        exported(request.app.state.database, actor, asked, wanted.language),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
