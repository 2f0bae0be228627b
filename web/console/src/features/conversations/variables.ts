/** What a canned reply may leave to be filled in; the names are the server's. */

export const VARIABLES = [
  'customer.name',
  'customer.tier',
  'agent.name',
  'inbox.name',
  'conversation.id',
  'order.number',
  'order.status',
  'order.amount',
  'product.title',
  'product.price',
  'today',
]

const VARIABLE = /\{\{\s*([^{}]{1,60}?)\s*\}\}/g

/** The variables that still stand in a text: nobody wants to read them in an answer. */
export function unfilled(text: string): string[] {
  const names = [...text.matchAll(VARIABLE)].map((match) => match[1] as string)
  return [...new Set(names)].filter((name) => VARIABLES.includes(name))
}
