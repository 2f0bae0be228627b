import type { Message } from '@kefu/api'

/** A message in one line, for quotations and for what is read aloud. */
export const gist = ({ text, content }: Pick<Message, 'text' | 'content'>): string =>
  text || String(content?.title ?? content?.name ?? content?.number ?? '')
