/** What the shop sells: a dozen things for a weekend outside. */

import type { Both } from './language'

export type Shelf = 'camp' | 'hike' | 'wear' | 'kitchen' | 'light'

export interface Good {
  id: string
  shelf: Shelf
  title: Both
  line: Both
  price: number
  was?: number
  sold: number
  stars: number
  colours: Both[]
  facts: [Both, Both][]
}

const both = (zh: string, en: string): Both => ({ zh, en })
const weight = both('重量', 'Weight')
const material = both('材质', 'Material')
const size = both('尺寸', 'Size')
const comfort = both('舒适温标', 'Comfort')
const volume = both('容量', 'Volume')
const water = both('防水', 'Waterproof')
const green = both('苔原绿', 'Moss green')
const orange = both('落日橙', 'Sunset orange')
const blue = both('湖水蓝', 'Lake blue')
const sand = both('沙丘米', 'Dune')
const black = both('岩石黑', 'Rock black')

export const goods: Good[] = [
  { id: 'tent', shelf: 'camp', title: both('云雀 2 人三季帐篷', 'Lark two-person tent'), line: both('1.9 公斤，五分钟搭好', '1.9 kg, pitched in five minutes'), price: 699, was: 899, sold: 3214, stars: 4.9, colours: [orange, green], facts: [[weight, both('1.9 kg', '1.9 kg')], [water, both('外帐 PU 3000 mm', 'Fly PU 3000 mm')], [size, both('210 × 140 × 110 cm', '210 × 140 × 110 cm')], [material, both('20D 硅涂尼龙，7001 铝杆', '20D silnylon, 7001 alloy poles')]] },
  { id: 'sleeping-bag', shelf: 'camp', title: both('冬眠 羽绒睡袋 0℃', 'Hibernate down bag 0 °C'), line: both('600 蓬白鸭绒，压缩后一只水壶大', '600-fill duck down, packs like a bottle'), price: 529, sold: 1870, stars: 4.8, colours: [blue, black], facts: [[weight, both('890 g', '890 g')], [comfort, both('0℃ 舒适，-6℃ 极限', '0 °C comfort, -6 °C limit')], [size, both('215 × 80 cm', '215 × 80 cm')], [material, both('20D 尼龙，600 蓬白鸭绒', '20D nylon, 600-fill down')]] },
  { id: 'backpack', shelf: 'hike', title: both('脊线 45 升徒步背包', 'Ridge 45 l backpack'), line: both('背长可调，腰带会呼吸', 'Adjustable back, breathing belt'), price: 459, was: 549, sold: 2655, stars: 4.9, colours: [green, black], facts: [[volume, both('45 L', '45 l')], [weight, both('1.35 kg', '1.35 kg')], [material, both('210D 再生尼龙', '210D recycled nylon')], [water, both('含防雨罩', 'Rain cover included')]] },
  { id: 'jacket', shelf: 'wear', title: both('骤雨 三层冲锋衣', 'Downpour shell jacket'), line: both('全压胶，腋下可通风', 'Fully taped, pit zips'), price: 799, sold: 1432, stars: 4.7, colours: [both('山茶红', 'Camellia red'), black], facts: [[water, both('20000 mm', '20000 mm')], [both('透湿', 'Breathability'), both('15000 g/m²·24h', '15000 g/m²·24h')], [weight, both('430 g（M 码）', '430 g (size M)')], [material, both('三层复合尼龙', 'Three-layer nylon')]] },
  { id: 'boots', shelf: 'wear', title: both('岩羊 中帮徒步鞋', 'Bharal hiking boots'), line: both('头层牛皮，大底可换', 'Full-grain leather, resoleable'), price: 639, sold: 2108, stars: 4.8, colours: [both('马鞍棕', 'Saddle brown'), black], facts: [[material, both('头层牛皮，防水膜', 'Full-grain leather, membrane')], [weight, both('580 g（单只，42 码）', '580 g each, size 42')], [both('尺码', 'Sizes'), both('36–46', '36–46')], [both('大底', 'Sole'), both('橡胶，可更换', 'Rubber, replaceable')]] },
  { id: 'poles', shelf: 'hike', title: both('同行 碳纤登山杖（一对）', 'Companion carbon poles (pair)'), line: both('外锁三节，360 克一对', 'Three sections, 360 g a pair'), price: 259, was: 319, sold: 4021, stars: 4.8, colours: [orange, blue], facts: [[weight, both('360 g（一对）', '360 g the pair')], [size, both('62–135 cm', '62–135 cm')], [material, both('碳纤维，软木握把', 'Carbon, cork grips')]] },
  { id: 'stove', shelf: 'kitchen', title: both('小灶 便携气炉锅具', 'Hob stove and pot'), line: both('三分半烧开一升水', 'Boils a litre in three and a half minutes'), price: 219, sold: 2893, stars: 4.7, colours: [both('原色', 'Plain')], facts: [[both('功率', 'Power'), both('2600 W', '2600 W')], [volume, both('1.2 L', '1.2 l')], [weight, both('395 g（不含气罐）', '395 g without canister')], [material, both('硬质氧化铝', 'Hard-anodised aluminium')]] },
  { id: 'coffee', shelf: 'kitchen', title: both('清晨 珐琅咖啡壶', 'Morning enamel coffee pot'), line: both('明火、电磁炉都能用', 'For open fire and induction'), price: 168, sold: 1267, stars: 4.9, colours: [both('雾蓝', 'Mist blue'), sand], facts: [[volume, both('1.1 L', '1.1 l')], [weight, both('620 g', '620 g')], [material, both('珐琅钢板，榉木把手', 'Enamelled steel, beech handle')]] },
  { id: 'flask', shelf: 'kitchen', title: both('恒温 750 毫升保温壶', 'Keeper 750 ml flask'), line: both('热 18 小时，冷 30 小时', 'Hot for 18 hours, cold for 30'), price: 139, was: 169, sold: 6540, stars: 4.9, colours: [both('松石', 'Turquoise'), sand, black], facts: [[volume, both('750 ml', '750 ml')], [weight, both('340 g', '340 g')], [material, both('316 不锈钢', '316 stainless steel')]] },
  { id: 'lantern', shelf: 'light', title: both('萤火 可充电营地灯', 'Firefly camp lantern'), line: both('暖光无级调节，最长 60 小时', 'Warm, stepless, up to 60 hours'), price: 189, sold: 3377, stars: 4.8, colours: [green, sand], facts: [[both('亮度', 'Brightness'), both('5–350 流明', '5–350 lumens')], [both('电池', 'Battery'), both('5200 mAh，USB-C', '5200 mAh, USB-C')], [water, both('IPX4', 'IPX4')], [weight, both('310 g', '310 g')]] },
  { id: 'headlamp', shelf: 'light', title: both('夜路 感应头灯', 'Nightpath headlamp'), line: both('挥手开关，红光不晃眼', 'Wave to switch, red light for the eyes'), price: 129, sold: 5102, stars: 4.7, colours: [orange, black], facts: [[both('亮度', 'Brightness'), both('最高 450 流明', 'Up to 450 lumens')], [both('续航', 'Runtime'), both('6–80 小时', '6–80 hours')], [weight, both('78 g', '78 g')], [water, both('IPX5', 'IPX5')]] },
  { id: 'chair', shelf: 'camp', title: both('午后 月亮椅', 'Afternoon camp chair'), line: both('承重 150 公斤，收纳如一瓶酒', 'Carries 150 kg, packs like a bottle of wine'), price: 199, sold: 2746, stars: 4.8, colours: [both('麦田黄', 'Wheat'), green], facts: [[weight, both('1.1 kg', '1.1 kg')], [both('承重', 'Load'), both('150 kg', '150 kg')], [size, both('52 × 50 × 66 cm', '52 × 50 × 66 cm')], [material, both('600D 牛津布，7075 铝', '600D Oxford, 7075 alloy')]] },
]

export const goodOf = (id: string | null): Good | undefined => goods.find((good) => good.id === id)

export const pictureOf = (good: Good): string => `./goods/${good.id}.svg`

export const pageOf = (good: Good): string => `./product.html?id=${good.id}`
