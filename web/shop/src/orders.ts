/** The three demo customers and what they ordered; days count back from today. */

import type { Both } from './language'

export type OrderState = 'unpaid' | 'packing' | 'shipped' | 'delivered' | 'returning'

export interface Order {
  number: string
  state: OrderState
  daysAgo: number
  items: { id: string; pieces: number }[]
  note: Both
}

export interface Person {
  id: string
  name: Both
  line: Both
  orders: Order[]
}

const both = (zh: string, en: string): Both => ({ zh, en })

export const states: Record<OrderState, Both> = {
  unpaid: both('待付款', 'To pay'),
  packing: both('待发货', 'Packing'),
  shipped: both('已发货', 'On its way'),
  delivered: both('已签收', 'Delivered'),
  returning: both('退换中', 'Being returned'),
}

export const people: Person[] = [
  {
    id: 'wangfang',
    name: both('王芳', 'Wang Fang'),
    line: both('老顾客，三笔订单', 'A regular with three orders'),
    orders: [
      { number: 'SY2026-100482', state: 'shipped', daysAgo: 2, items: [{ id: 'tent', pieces: 1 }, { id: 'lantern', pieces: 1 }], note: both('包裹已到杭州转运中心，预计明天送达', 'At the Hangzhou hub, expected tomorrow') },
      { number: 'SY2026-098317', state: 'returning', daysAgo: 9, items: [{ id: 'boots', pieces: 1 }], note: both('已收到您寄回的鞋，正在质检', 'Your boots arrived back and are being checked') },
      { number: 'SY2026-091206', state: 'delivered', daysAgo: 31, items: [{ id: 'flask', pieces: 2 }, { id: 'coffee', pieces: 1 }], note: both('已由本人签收', 'Signed for by you') },
    ],
  },
  {
    id: 'liqiang',
    name: both('李强', 'Li Qiang'),
    line: both('新顾客，两笔订单', 'New, with two orders'),
    orders: [
      { number: 'SY2026-100519', state: 'unpaid', daysAgo: 0, items: [{ id: 'jacket', pieces: 1 }], note: both('请在 24 小时内付款', 'Please pay within 24 hours') },
      { number: 'SY2026-100377', state: 'packing', daysAgo: 1, items: [{ id: 'backpack', pieces: 1 }, { id: 'poles', pieces: 1 }], note: both('仓库正在打包，今天 18:00 前发出', 'Being packed, leaves today before 18:00') },
    ],
  },
  {
    id: 'emma',
    name: both('陈爱玛', 'Emma Chen'),
    line: both('英文顾客，一笔订单', 'Writes English, one order'),
    orders: [
      { number: 'SY2026-099940', state: 'delivered', daysAgo: 5, items: [{ id: 'sleeping-bag', pieces: 1 }, { id: 'chair', pieces: 2 }], note: both('已放入丰巢快递柜', 'Left in the parcel locker') },
    ],
  },
]

export const personOf = (id: string | null): Person | undefined => people.find((person) => person.id === id)
