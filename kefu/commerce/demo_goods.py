"""The demo shop's goods: the same dozen things, under the same ids, as its pages sell."""

from __future__ import annotations

from typing import Any

from kefu.commerce.goods import ProductDocument

GOODS: tuple[tuple[str, str, str, int, str, dict[str, Any], tuple[str, ...]], ...] = (
    ("tent", "云雀 2 人三季帐篷", "露营", 69900, "云雀 2",
     {"重量": "1.9 kg", "防水": "外帐 PU 3000 mm", "尺寸": "210 × 140 × 110 cm",
      "材质": "20D 硅涂尼龙，7001 铝杆"}, ("落日橙", "苔原绿")),
    ("sleeping-bag", "冬眠 羽绒睡袋 0℃", "露营", 52900, "冬眠 0",
     {"重量": "890 g", "舒适温标": "0℃ 舒适，-6℃ 极限", "尺寸": "215 × 80 cm",
      "材质": "20D 尼龙，600 蓬白鸭绒"}, ("湖水蓝", "岩石黑")),
    ("backpack", "脊线 45 升徒步背包", "徒步", 45900, "脊线 45",
     {"容量": "45 L", "重量": "1.35 kg", "材质": "210D 再生尼龙", "防水": "含防雨罩"},
     ("苔原绿", "岩石黑")),
    ("jacket", "骤雨 三层冲锋衣", "服装", 79900, "骤雨 3L",
     {"防水": "20000 mm", "透湿": "15000 g/m²·24h", "重量": "430 g（M 码）",
      "材质": "三层复合尼龙"}, ("山茶红", "岩石黑")),
    ("boots", "岩羊 中帮徒步鞋", "服装", 63900, "岩羊 Mid",
     {"材质": "头层牛皮，防水膜", "重量": "580 g（单只，42 码）", "尺码": "36–46",
      "大底": "橡胶，可更换"}, ("马鞍棕", "岩石黑")),
    ("poles", "同行 碳纤登山杖（一对）", "徒步", 25900, "同行 C3",
     {"重量": "360 g（一对）", "尺寸": "62–135 cm", "材质": "碳纤维，软木握把"},
     ("落日橙", "湖水蓝")),
    ("stove", "小灶 便携气炉锅具", "厨具", 21900, "小灶 1.2",
     {"功率": "2600 W", "容量": "1.2 L", "重量": "395 g（不含气罐）", "材质": "硬质氧化铝"},
     ("原色",)),
    ("coffee", "清晨 珐琅咖啡壶", "厨具", 16800, "清晨 1.1",
     {"容量": "1.1 L", "重量": "620 g", "材质": "珐琅钢板，榉木把手"}, ("雾蓝", "沙丘米")),
    ("flask", "恒温 750 毫升保温壶", "厨具", 13900, "恒温 750",
     {"容量": "750 ml", "重量": "340 g", "材质": "316 不锈钢"}, ("松石", "沙丘米", "岩石黑")),
    ("lantern", "萤火 可充电营地灯", "照明", 18900, "萤火 350",
     {"亮度": "5–350 流明", "电池": "5200 mAh，USB-C", "防水": "IPX4", "重量": "310 g"},
     ("苔原绿", "沙丘米")),
    ("headlamp", "夜路 感应头灯", "照明", 12900, "夜路 450",
     {"亮度": "最高 450 流明", "续航": "6–80 小时", "重量": "78 g", "防水": "IPX5"},
     ("落日橙", "岩石黑")),
    ("chair", "午后 月亮椅", "露营", 19900, "午后 M",
     {"重量": "1.1 kg", "承重": "150 kg", "尺寸": "52 × 50 × 66 cm",
      "材质": "600D 牛津布，7075 铝"}, ("麦田黄", "苔原绿")),
)  # fmt: skip
WARRANTY_MONTHS = {"tent": 24, "backpack": 24, "boots": 12, "stove": 24, "lantern": 18,
                   "headlamp": 18, "chair": 12}  # fmt: skip
STOCK = (36, 0, 14, 120, 8)


def demo_products() -> list[ProductDocument]:
    """The goods with their colours as variants; one of them is sold out."""
    return [
        ProductDocument.model_validate(
            {
                "external_id": key,
                "title": title,
                "category": category,
                "brand": "山野",
                "model": model,
                "specs": specs,
                "image": f"/shop/goods/{key}.svg",
                "url": f"/shop/product.html?id={key}",
                "warranty_months": WARRANTY_MONTHS.get(key),
                "skus": [
                    {
                        "external_id": f"{key}-{place}",
                        "code": f"SY-{number:02}{place:02}",
                        "specs": {"颜色": colour},
                        "price": price,
                        "stock": STOCK[(number + place) % len(STOCK)],
                    }
                    for place, colour in enumerate(colours, 1)
                ],
            }
        )
        for number, (key, title, category, price, model, specs, colours) in enumerate(GOODS, 1)
    ]
