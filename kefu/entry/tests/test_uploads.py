"""Every address that takes a file takes one of the size that is promised."""

from __future__ import annotations

from fastapi import UploadFile
from fastapi.routing import APIRoute

from kefu.core.edge import UPLOADS
from kefu.entry.collect import routers


def takes_a_file(route: APIRoute) -> bool:
    return any(one.field_info.annotation is UploadFile for one in route.dependant.body_params)


def test_whatever_takes_a_file_has_the_limit_of_uploads() -> None:
    routes = [route for one in routers() for route in one.routes if isinstance(route, APIRoute)]

    taking = sorted({route.path for route in routes if takes_a_file(route)})

    assert len(taking) >= 7
    assert [path for path in taking if not path.endswith(UPLOADS)] == []
