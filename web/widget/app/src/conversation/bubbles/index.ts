/** One kind of message, one bubble. */

import type { MessageKind } from '@kefu/api'
import type { Component } from 'vue'
import Article from './Article.vue'
import Choices from './Choices.vue'
import File from './File.vue'
import Form from './Form.vue'
import Goods from './Goods.vue'
import Picture from './Picture.vue'
import Text from './Text.vue'
import Voice from './Voice.vue'

export const bubbles: Partial<Record<MessageKind, Component>> = {
  text: Text,
  picture: Picture,
  file: File,
  voice: Voice,
  product: Goods,
  order: Goods,
  article: Article,
  choices: Choices,
  form: Form,
}

/** Kinds with a frame of their own, which need no bubble around them. */
export const framed = new Set<MessageKind>(['picture', 'file', 'product', 'order', 'article', 'form'])

export const otherwise: Component = Text
