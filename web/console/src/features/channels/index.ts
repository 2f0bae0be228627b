/** Channels: whether the lines work, and who is told of what happens here. */

import { Activity, Webhook } from '@lucide/vue'
import type { Feature } from '@/app/feature'

export default {
  name: 'channels',
  settings: [
    { path: 'channel-health', group: 'channels', label: 'channels.health.title', icon: Activity, order: 20, permission: 'channel.read', component: () => import('./settings/Health.vue') },
    { path: 'webhooks', group: 'channels', label: 'channels.webhooks.title', icon: Webhook, order: 30, permission: 'webhook.read', component: () => import('./settings/Webhooks.vue') },
  ],
} satisfies Feature
