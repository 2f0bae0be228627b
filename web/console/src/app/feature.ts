/** What a feature may add to the console. Its `index.ts` exports one of these; nothing central lists them. */

import type { ConversationContext, ConversationRow, MessageKind } from '@kefu/api'
import type { EventFrame } from '@kefu/api/frames'
import type { Listeners } from '@kefu/kit/realtime'
import type { Component } from 'vue'
import type { RouteRecordRaw, Router } from 'vue-router'

export interface Feature {
  name: string
  /** Pages inside the signed-in frame. */
  routes?: RouteRecordRaw[]
  /** Pages anyone may open. */
  openRoutes?: RouteRecordRaw[]
  navigation?: NavigationItem[]
  /** A list of the to-do page, with how much waits in it. */
  todo?: TodoList
  settings?: SettingsPage[]
  /** Tabs beside a conversation. */
  panels?: Panel[]
  /** Parts of a customer's page: purchases, service requests … The component gets `customer`, an id. */
  customerSections?: PageSection[]
  /** Parts of an order's page: changes, returns, invoices … The component gets `order`, an id. */
  orderSections?: PageSection[]
  /** Buttons on an order's card beside a conversation. The component gets `order` and `conversation`, ids, and the order's `status`. */
  orderActions?: PageSection[]
  /** How a kind of message is shown. */
  bubbles?: Partial<Record<MessageKind, Component>>
  /** What changes here when an event is pushed. */
  reducers?: Record<string, (event: EventFrame) => void>
  /** Frames other than events: typing, seen, rows … */
  listeners?: Partial<Listeners>
  /** Where a subject of this kind is shown: what notices lead to. */
  places?: Record<string, (subject: string) => string>
  commands?: () => Command[]
  install?: (context: { router: Router }) => void
  /** Once somebody is signed in, before the first page. */
  start?: () => unknown
}

export interface NavigationItem {
  to: string
  icon: Component
  label: string
  order: number
  permission?: string
  badge?: () => number
  place?: 'top' | 'bottom'
  /** Stands in the bar of a phone before others do. */
  main?: boolean
}

export interface TodoList {
  to: string
  label: string
  order: number
  permission: string
  badge: () => number
}

export interface SettingsPage {
  path: string
  group: 'people' | 'conversations' | 'channels' | 'promises' | 'workflows' | 'safety' | 'mine' | 'about'
  label: string
  icon: Component
  order: number
  permission?: string
  component: () => Promise<unknown>
}

export interface PanelProps {
  conversation: ConversationRow
  context: ConversationContext | null
}

export interface Panel {
  key: string
  label: string
  icon: Component
  order: number
  permission?: string
  component: Component
}

export interface PageSection {
  key: string
  order: number
  permission?: string
  component: Component
}

export interface Command {
  id: string
  label: string
  hint?: string
  keys?: string
  icon?: Component
  run: () => unknown
}
