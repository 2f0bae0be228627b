"""What other capabilities' tests may borrow beside the factories: a browser and an app."""

from kefu.identity.tests.visiting import (
    OneTransaction,
    Visitor,
    app_of,
    clock,
    counted,
    kinds_recorded,
    visitor,
)

__all__ = [
    "OneTransaction",
    "Visitor",
    "app_of",
    "clock",
    "counted",
    "kinds_recorded",
    "visitor",
]
