import type { Message } from '@kefu/api'

/** A message in one line, for quotations and for what is read aloud; empty where its kind says more. */
export function gist({ text, content, kind }: Pick<Message, 'text' | 'content' | 'kind'>): string {
  if (text || kind === 'picture' || kind === 'voice') return text
  return String(content?.title ?? content?.name ?? content?.number ?? '')
}
