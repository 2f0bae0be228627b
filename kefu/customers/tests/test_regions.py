from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from kefu.customers.regions import Place, place_in

TABLES = Path(os.environ.get("KEFU_CORPORA", "../shared/data")) / "geo" / "pcas.json"
DIRECT = {"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"}
HOUSE = "人民路18号2栋301"


@pytest.mark.parametrize(
    ("written", "place"),
    [
        (
            "广东省深圳市南山区粤海街道科技园路1号",
            ("广东省", "深圳市", "南山区", "粤海街道", "科技园路1号"),
        ),
        ("广东 深圳 南山区 科技园路1号", ("广东省", "深圳市", "南山区", "", "科技园路1号")),
        ("深圳市南山区科技园路1号", ("广东省", "深圳市", "南山区", "", "科技园路1号")),
        (
            "上海市上海市浦东新区张江镇碧波路5号",
            ("上海市", "上海市", "浦东新区", "张江镇", "碧波路5号"),
        ),
        (
            "北京朝阳区望京街道阜通东大街6号",
            ("北京市", "北京市", "朝阳区", "望京街道", "阜通东大街6号"),
        ),
        ("辽宁朝阳双塔区文化路二段", ("辽宁省", "朝阳市", "双塔区", "", "文化路二段")),
        (
            "广西南宁青秀区民族大道100号",
            ("广西壮族自治区", "南宁市", "青秀区", "", "民族大道100号"),
        ),
        (
            "东莞市南城街道鸿福路8号第一小区",
            ("广东省", "东莞市", "", "南城街道", "鸿福路8号第一小区"),
        ),
        ("江苏省苏州市昆山市玉山镇前进路", ("江苏省", "苏州市", "昆山市", "玉山镇", "前进路")),
        ("山东省济南市市中区经四路", ("山东省", "济南市", "市中区", "", "经四路")),
        ("湖南省常德市津市市汪家桥街道", ("湖南省", "常德市", "津市市", "汪家桥街道", "")),
        ("吉林省延边州延吉市公园街道", ("吉林省", "延边朝鲜族自治州", "延吉市", "公园街道", "")),
        ("幸福花园小区3号楼", ("", "", "", "", "幸福花园小区3号楼")),
        ("", ("", "", "", "", "")),
    ],
)
def test_an_address_is_read_into_its_parts(written: str, place: tuple[str, ...]) -> None:
    assert place_in(written) == Place(*place)


def official() -> list[tuple[str, Place]]:
    """Every street of the official tables, as one would write it."""
    regions: dict[str, Any] = json.loads(TABLES.read_text(encoding="utf-8"))
    found = []
    for province, cities in regions.items():
        for city, areas in cities.items():
            for area, streets in areas.items():
                for street in streets[:2]:
                    named = city not in DIRECT
                    written = f"{province}{city if named else ''}{area}{street}{HOUSE}"
                    found.append((written, Place(province, city if named else "", area, street)))
    return found


@pytest.mark.skipif(not TABLES.exists(), reason="the official tables are not beside the checkout")
def test_nearly_every_official_address_is_read_right() -> None:
    cases = official()
    read = [(place_in(written), place) for written, place in cases]

    provinces = sum(found.province == place.province for found, place in read) / len(read)
    cities = [(found, place) for found, place in read if place.city]
    right = sum(found.city == place.city for found, place in cities) / len(cities)
    inner = [(found, place) for found, place in cities if place.district != place.city]
    districts = sum(
        (found.city, found.district) == (place.city, place.district) for found, place in inner
    ) / len(inner)

    assert len(cases) > 5000
    assert (provinces, right) == (1.0, 1.0)
    assert districts > 0.99
    assert sum(found.street == place.street for found, place in read) / len(read) > 0.95
