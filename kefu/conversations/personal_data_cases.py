"""Texts in cases of processes and in approvals, among a customer's personal data.

Customers and workflows do not know each other; the lowest capability above both joins them.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kefu.core.db import Session
from kefu.customers import erases_customer, exports_customer
from kefu.workflows import (
    approvals_about_customer,
    blank_cases_of_customer,
    cases_about_customer,
)


@exports_customer("cases")
async def cases_of_customer(db: Session, customer: UUID) -> list[dict[str, Any]]:
    return await cases_about_customer(db, customer)


@exports_customer("approvals")
async def approvals_of_customer(db: Session, customer: UUID) -> list[dict[str, Any]]:
    return await approvals_about_customer(db, customer)


@erases_customer
async def erase_texts_in_cases(db: Session, customer: UUID) -> None:
    await blank_cases_of_customer(db, customer)
