from __future__ import annotations

from kefu.conversations.personal_data_cases import (
    approvals_of_customer,
    cases_of_customer,
    erase_texts_in_cases,
)
from kefu.core.db import Session
from kefu.core.ids import uuid7
from kefu.workflows import (
    ApprovalRequest,
    case_of,
    complete_task,
    open_tasks,
    publish_process,
    request_approval,
    start_case,
)

XML = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:kefu="urn:kefu:bpmn" id="d" targetNamespace="urn:kefu">'
    '<bpmn:process id="p" isExecutable="true"><bpmn:startEvent id="s"/><bpmn:endEvent id="e"/>'
    '<bpmn:userTask id="a" name="核对"><bpmn:extensionElements>'
    '<kefu:field key="note" type="long_text"/>'
    '<kefu:field key="grade" type="choice" options="good;bad"/>'
    "</bpmn:extensionElements></bpmn:userTask>"
    '<bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="a"/>'
    '<bpmn:sequenceFlow id="f2" sourceRef="a" targetRef="e"/></bpmn:process></bpmn:definitions>'
)


async def test_what_was_written_about_a_customer_is_given_out_and_blanked(db: Session) -> None:
    customer, subject = uuid7(), uuid7()
    await publish_process(db, "checked", XML, by=None)
    await start_case(db, "checked", subject_kind="order", subject=subject, customer=customer)
    (task,) = await open_tasks(db, subject)
    await complete_task(db, task.id, {"note": "住在三楼的王先生", "grade": "good"}, by=None)
    (given,) = await cases_of_customer(db, customer)
    assert given["tasks"][0]["form"] == {"note": "住在三楼的王先生", "grade": "good"}

    await erase_texts_in_cases(db, customer)

    case = await case_of(db, subject)
    assert case is not None
    assert case.data == {"grade": "good"}
    assert task.form == {"grade": "good"}


async def test_reasons_of_approvals_about_a_customer_are_given_out(db: Session) -> None:
    customer = uuid7()
    request = ApprovalRequest(
        what="refund",
        subject_kind="order",
        subject=uuid7(),
        customer=customer,
        amount=5_000,
        currency="CNY",
        reason="王先生说杯盖裂了",
    )
    await request_approval(db, request, by=None)

    (given,) = await approvals_of_customer(db, customer)

    assert (given["what"], given["amount"], given["reason"]) == ("refund", 5_000, request.reason)
    assert await approvals_of_customer(db, uuid7()) == []
