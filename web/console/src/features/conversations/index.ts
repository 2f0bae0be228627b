/** Conversations: the workspace, its bubbles, and what its pushed events change. */

import { Headset, MessagesSquare, Reply, ShieldAlert, Store, Tags, View } from '@lucide/vue'
import type { EventFrame, FrameOf, ResumedFrame } from '@kefu/api/frames'
import { defineAsyncComponent } from 'vue'
import type { Feature } from '@/app/feature'
import { arrival } from './arrival'
import { bubbles } from './bubbles'
import { commands } from './commands'
import { useLists } from './lists'
import { reducers, resumed, seen, typing, viewers } from './reducers'
import { acknowledged } from './sending'
import { useConversations } from './store'

function apply(event: EventFrame): void {
  const conversations = useConversations()
  conversations.apply(event)
  reconsider(event.conversation ?? event.subject)
  arrival(event)
}

function reconsider(id: string): void {
  const row = useConversations().known.rows[id]
  if (row) useLists().consider(row)
}

export default {
  name: 'conversations',
  routes: [{ path: 'conversations/:id?', name: 'conversations', component: () => import('./pages/Workspace.vue'), meta: { full: true } }],
  navigation: [
    {
      to: '/conversations',
      icon: Headset,
      label: 'conversations.workspace',
      order: 10,
      main: true,
      permission: 'conversation.read',
      badge: () => useConversations().counts.unread,
    },
  ],
  settings: [
    { path: 'inboxes', group: 'channels', label: 'conversations.inboxes.title', icon: Store, order: 10, permission: 'inbox.read', component: () => import('./settings/Inboxes.vue') },
    { path: 'canned-replies', group: 'conversations', label: 'conversations.canned.title', icon: Reply, order: 10, component: () => import('./settings/CannedReplies.vue') },
    { path: 'labels', group: 'conversations', label: 'conversations.labels.title', icon: Tags, order: 20, component: () => import('./settings/Labels.vue') },
    { path: 'saved-views', group: 'conversations', label: 'conversations.views.title', icon: View, order: 30, component: () => import('./settings/SavedViews.vue') },
    { path: 'sensitive-words', group: 'safety', label: 'conversations.words.title', icon: ShieldAlert, order: 20, permission: 'sensitive_word.read', component: () => import('./settings/SensitiveWords.vue') },
  ],
  panels: [
    {
      key: 'context',
      label: 'conversations.context.title',
      icon: MessagesSquare,
      order: 20,
      component: defineAsyncComponent(() => import('./components/ContextPanel.vue')),
    },
  ],
  bubbles,
  reducers: {
    ...Object.fromEntries(Object.keys(reducers).map((kind) => [kind, apply])),
    'conversation.erased': (event: EventFrame) => void useConversations().reread(event.subject),
  },
  listeners: {
    ready: () => useConversations().recount(),
    resumed: (frame: ResumedFrame) => {
      resumed(useConversations().known, frame)
      reconsider(frame.conversation)
    },
    reload: (id: string) => void useConversations().load(id),
    gone: (id: string) => void useConversations().lose(id),
    ack: acknowledged,
    typing: (frame: FrameOf<'typing'>) => typing(useConversations().known, frame, Date.now()),
    seen: (frame: FrameOf<'seen'>) => {
      seen(useConversations().known, frame)
      useConversations().recount()
    },
    viewers: (frame: FrameOf<'viewers'>) => viewers(useConversations().known, frame),
    rows: (frame: FrameOf<'rows'>) => {
      useConversations().takeRows(frame.rows)
      for (const row of frame.rows) useLists().consider(useConversations().known.rows[row.id] ?? row)
      useConversations().recount()
    },
  },
  commands,
  start: () => void useConversations().count(),
} satisfies Feature
