/** Reading and changing what an element of the open drawing means. */

import type { Business, Element, Modeling, Moddle, Registry } from './services'

export interface Editor {
  get<T>(name: string): T
}

export interface FieldDrawn {
  key: string
  label: string
  type: string
  required: boolean
  options: string
}

const definitions = (element: Element) => (element.businessObject.eventDefinitions as Business[] | undefined) ?? []

export const kindOf = (element: Element): string => element.businessObject.$type.replace('bpmn:', '')
export const valueOf = (element: Element, name: string): string => String(element.businessObject.get(name) ?? '')

export function put(editor: Editor, element: Element, properties: Record<string, unknown>): void {
  editor.get<Modeling>('modeling').updateProperties(element, properties)
}

/** Kefu's children of an element, for instance its form fields. */
export function childrenOf(element: Element, type: string): Business[] {
  const extension = element.businessObject.extensionElements as Business | undefined
  return ((extension?.values as Business[] | undefined) ?? []).filter((one) => one.$type === type)
}

export function putChildren(editor: Editor, element: Element, type: string, rows: Record<string, string | undefined>[]): void {
  const moddle = editor.get<Moddle>('moddle')
  const before = ((element.businessObject.extensionElements as Business | undefined)?.values as Business[] | undefined) ?? []
  const made = rows.map((row) => moddle.create(type, Object.fromEntries(Object.entries(row).filter(([, value]) => value))))
  const values = [...before.filter((one) => one.$type !== type), ...made]
  const extension = values.length ? moddle.create('bpmn:ExtensionElements', { values }) : undefined
  if (extension) for (const one of values) one.$parent = extension
  put(editor, element, { extensionElements: extension })
}

export function fieldsOf(element: Element): FieldDrawn[] {
  return childrenOf(element, 'kefu:Field').map((one) => ({
    key: String(one.get('key') ?? ''),
    label: String(one.get('label') ?? ''),
    type: String(one.get('type') ?? 'text'),
    required: one.get('required') === 'true',
    options: String(one.get('options') ?? ''),
  }))
}

export function putFields(editor: Editor, element: Element, fields: FieldDrawn[]): void {
  const rows = fields.map((one) => ({ ...one, required: one.required ? 'true' : undefined }))
  putChildren(editor, element, 'kefu:Field', rows)
}

export function conditionOf(element: Element): string {
  return String((element.businessObject.conditionExpression as Business | undefined)?.body ?? '')
}

export function putCondition(editor: Editor, element: Element, text: string): void {
  const body = text.trim()
  const condition = body ? editor.get<Moddle>('moddle').create('bpmn:FormalExpression', { body }) : undefined
  put(editor, element, { conditionExpression: condition })
}

/** What an event or a receiving task waits for: its kind, and its duration, date or name. */
export function eventOf(element: Element): { kind: string; text: string } | null {
  if (kindOf(element) === 'ReceiveTask') return { kind: 'message', text: written(element.businessObject.messageRef, 'name') }
  const [definition] = definitions(element)
  if (!definition) return null
  const kind = /bpmn:(\w+)EventDefinition/.exec(definition.$type)?.[1]?.toLowerCase() ?? ''
  if (kind === 'timer') return { kind, text: written(definition.timeDuration, 'body') || written(definition.timeDate, 'body') }
  return { kind, text: written(definition[`${kind}Ref`], kind === 'error' ? 'errorCode' : 'name') }
}

function written(business: unknown, name: string): string {
  return String((business as Business | undefined)?.[name] ?? '')
}

export function putEvent(editor: Editor, element: Element, kind: string, text: string): void {
  const moddle = editor.get<Moddle>('moddle')
  const modeling = editor.get<Modeling>('modeling')
  if (kind === 'timer') {
    const expression = text.trim() ? moddle.create('bpmn:FormalExpression', { body: text.trim() }) : undefined
    const lasts = /^P[\dT]/.test(text.trim())
    modeling.updateModdleProperties(element, definitions(element)[0], { timeDuration: lasts ? expression : undefined, timeDate: lasts ? undefined : expression })
    return
  }
  const reference = text.trim() ? named(editor, element, kind, text.trim()) : undefined
  if (kindOf(element) === 'ReceiveTask') put(editor, element, { messageRef: reference })
  else modeling.updateModdleProperties(element, definitions(element)[0], { [`${kind}Ref`]: reference })
}

/** The message, signal or error of this name in the file; made when it is not there. */
function named(editor: Editor, element: Element, kind: string, name: string): Business {
  let root = element.businessObject as Business
  while (root.$parent) root = root.$parent as Business
  const type = `bpmn:${kind[0]?.toUpperCase()}${kind.slice(1)}`
  const known = (root.rootElements as Business[]).find((one) => one.$type === type && (kind === 'error' ? one.errorCode : one.name) === name)
  if (known) return known
  const made = editor.get<Moddle>('moddle').create(type, { name, ...(kind === 'error' ? { errorCode: name } : {}) })
  made.id = `${kind}_${Date.now().toString(36)}`
  made.$parent = root
  ;(root.rootElements as Business[]).push(made)
  return made
}

export function isDefault(element: Element): boolean {
  return element.source?.businessObject.default === element.businessObject
}

export function putDefault(editor: Editor, element: Element, on: boolean): void {
  if (element.source) put(editor, element.source, { default: on ? element.businessObject : undefined })
}

/** The process itself, to which the data belong that a case starts with. */
export function processOf(editor: Editor): Element | undefined {
  const known = editor.get<Registry>('elementRegistry')
  return known.filter((one) => kindOf(one) === 'Process' || kindOf(one) === 'Collaboration')[0]
}
