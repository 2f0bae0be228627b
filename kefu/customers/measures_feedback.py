"""How usable the desk is, as colleagues say, and how cleanly files were taken in (R182)."""

from __future__ import annotations

from sqlalchemy import BigInteger, cast, func, select

from kefu.core.db import Session
from kefu.core.measures import Measured, Period, mean, measure, share
from kefu.customers.model_feedback import DeskFeedback
from kefu.customers.model_imports import CustomerImport


@measure("desk_error_free", unit="percent", better="up", source="R182")
async def desk_error_free(db: Session, period: Period) -> Measured:
    """Opinions of the period that say everything went without an error."""
    row = (
        await db.execute(
            select(func.count().filter(DeskFeedback.error_free), func.count()).where(
                DeskFeedback.at >= period.since, DeskFeedback.at < period.until
            )
        )
    ).one()
    return share(row[0], row[1])


@measure("desk_ease", unit="score", better="up", source="R182")
async def desk_ease(db: Session, period: Period) -> Measured:
    """The mean of how easy the desk is, one to five."""
    row = (
        await db.execute(
            select(func.coalesce(func.sum(DeskFeedback.ease), 0), func.count()).where(
                DeskFeedback.at >= period.since, DeskFeedback.at < period.until
            )
        )
    ).one()
    return mean(row[0], row[1])


@measure("import_error_free", unit="percent", better="up", source="R182")
async def import_error_free(db: Session, period: Period) -> Measured:
    """Rows of imports finished in the period that were taken without a refusal."""
    refused = cast(func.coalesce(CustomerImport.counts["refused"].astext, "0"), BigInteger)
    row = (
        await db.execute(
            select(
                func.coalesce(func.sum(CustomerImport.done - refused), 0),
                func.coalesce(func.sum(CustomerImport.done), 0),
            ).where(
                CustomerImport.status == "done",
                CustomerImport.finished_at >= period.since,
                CustomerImport.finished_at < period.until,
            )
        )
    ).one()
    return share(int(row[0]), int(row[1]))
