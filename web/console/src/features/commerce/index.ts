/** Commerce: orders, goods, where they come from, and what a customer bought. */

import { PackageSearch, Receipt, ShoppingBag, Store } from '@lucide/vue'
import { defineAsyncComponent } from 'vue'
import type { Feature } from '@/app/feature'
import { goods, imports, ORDER_KINDS, orderTouched, PARCEL_KINDS } from './live'

const touching = Object.fromEntries([...ORDER_KINDS, ...PARCEL_KINDS].map((kind) => [kind, orderTouched]))

export default {
  name: 'commerce',
  routes: [
    { path: 'orders', component: () => import('./pages/Orders.vue') },
    { path: 'orders/checks', component: () => import('./pages/Checks.vue') },
    { path: 'orders/imports', component: () => import('./pages/Imports.vue') },
    { path: 'orders/:id', component: () => import('./pages/Order.vue'), props: true },
    { path: 'products', component: () => import('./pages/Products.vue') },
    { path: 'products/:id', component: () => import('./pages/Product.vue'), props: true },
  ],
  navigation: [
    { to: '/orders', icon: Receipt, label: 'commerce.orders', order: 30, main: true, permission: 'order.read' },
    { to: '/products', icon: PackageSearch, label: 'commerce.products', order: 32, permission: 'product.read' },
  ],
  settings: [{ path: 'shops', group: 'channels', label: 'commerce.shops.title', icon: Store, order: 40, permission: 'shop.edit', component: () => import('./settings/Shops.vue') }],
  panels: [{ key: 'orders', label: 'commerce.panel', icon: ShoppingBag, order: 20, permission: 'order.read', component: defineAsyncComponent(() => import('./components/OrderPanel.vue')) }],
  customerSections: [
    { key: 'purchases', order: 10, permission: 'order.read', component: defineAsyncComponent(() => import('./components/Purchases.vue')) },
    { key: 'stages', order: 11, permission: 'order.read', component: defineAsyncComponent(() => import('./components/ProductStages.vue')) },
    { key: 'recommended', order: 12, permission: 'customer.read', component: defineAsyncComponent(() => import('./components/Recommended.vue')) },
  ],
  places: { order: (id) => `/orders/${id}` },
  reducers: { ...touching, 'product.changed': () => void goods.value++, 'commerce_import.finished': () => void imports.value++ },
} satisfies Feature as Feature
