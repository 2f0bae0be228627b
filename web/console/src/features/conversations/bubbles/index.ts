/** One file per kind of message. */

import type { MessageKind } from '@kefu/api'
import type { Component } from 'vue'
import ArticleBubble from './ArticleBubble.vue'
import ChoicesBubble from './ChoicesBubble.vue'
import FileBubble from './FileBubble.vue'
import FormBubble from './FormBubble.vue'
import NoteBubble from './NoteBubble.vue'
import OrderBubble from './OrderBubble.vue'
import PictureBubble from './PictureBubble.vue'
import ProductBubble from './ProductBubble.vue'
import SystemBubble from './SystemBubble.vue'
import TextBubble from './TextBubble.vue'
import VoiceBubble from './VoiceBubble.vue'

export const bubbles: Partial<Record<MessageKind, Component>> = {
  text: TextBubble,
  picture: PictureBubble,
  file: FileBubble,
  voice: VoiceBubble,
  product: ProductBubble,
  order: OrderBubble,
  article: ArticleBubble,
  choices: ChoicesBubble,
  form: FormBubble,
  system: SystemBubble,
  note: NoteBubble,
}
