from __future__ import annotations

import pytest

from kefu.customers.confidence import Face, confidence_of, is_sure, signs_between

PHONE = ("phone", None, "+8613800138000")
MAIL = ("email", None, "li@example.com")


def face(name: str | None = None, **identifiers: bool) -> Face:
    known = {
        "phone": PHONE,
        "email": MAIL,
        "openid": ("openid", "shop", "o-1"),
        "other_openid": ("openid", "shop", "o-2"),
        "openid_elsewhere": ("openid", "other shop", "o-2"),
        "visitor": ("visitor", "shop", "v-1"),
    }
    return Face(name, {known[key]: proven for key, proven in identifiers.items()})


@pytest.mark.parametrize(
    ("one", "other", "confidence", "sure"),
    [
        (face(phone=False), face(phone=False), 0.45, False),
        (face(phone=True), face(phone=False), 0.7, False),
        (face(phone=True), face(phone=True), 0.97, True),
        (face("李雷", phone=True), face("李雷", phone=True), 0.979, True),
        (face("李雷", phone=True), face("老李", phone=True), 0.941, True),
        (face("陳靜", phone=True), face("陈静", phone=True), 0.979, True),
        (
            face("李雷", phone=False, email=False),
            face("李雷", phone=False, email=False),
            0.769,
            False,
        ),
        (face(visitor=True), face(visitor=True), 0.55, False),
        (face(phone=True, openid=True), face(phone=True, other_openid=True), 0.097, False),
        (face(phone=True, openid=True), face(phone=True, openid_elsewhere=True), 0.97, True),
        (face("李雷"), face("韩梅梅"), 0.0, False),
    ],
)
def test_confidence_says_how_sure_and_why(
    one: Face, other: Face, confidence: float, sure: bool
) -> None:
    signs = signs_between(one, other)

    assert (confidence_of(signs), is_sure(signs)) == (confidence, sure)
    assert confidence_of(signs_between(other, one)) == confidence


def test_what_contradicts_is_said_first() -> None:
    signs = signs_between(face(phone=True, openid=True), face(phone=True, other_openid=True))

    assert [(sign.sign, sign.agrees) for sign in signs] == [("openid", False), ("phone", True)]


def test_a_sign_never_holds_its_value() -> None:
    [sign] = signs_between(face(phone=True), face(phone=True))

    assert sign.plain() == {"sign": "phone", "proof": "both", "agrees": True, "weight": 0.97}
