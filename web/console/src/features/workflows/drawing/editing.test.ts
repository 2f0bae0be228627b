import { BpmnModdle } from 'bpmn-moddle'
import { expect, test } from 'vitest'
import { conditionOf, eventOf, fieldsOf, isDefault, put, putChildren, putCondition, putDefault, putEvent, putFields, type Editor } from './editing'
import { blank, kefu } from './kefu'
import type { Business, Element } from './services'

interface Sheet {
  editor: Editor
  at: (id: string) => Element
  xml: () => Promise<string>
}

/** A drawing without a picture: what the properties panel changes, as it is written to the file. */
async function sheet(xml: string): Promise<Sheet> {
  const moddle = new BpmnModdle({ kefu })
  const { rootElement, elementsById } = (await moddle.fromXML(xml)) as unknown as { rootElement: unknown; elementsById: Record<string, Business> }
  const set = (business: Business, given: Record<string, unknown>) => Object.entries(given).forEach(([name, value]) => business.set(name, value))
  const services: Record<string, unknown> = {
    moddle,
    modeling: {
      updateProperties: (element: Element, given: Record<string, unknown>) => set(element.businessObject, given),
      updateModdleProperties: (_element: Element, business: Business, given: Record<string, unknown>) => set(business, given),
    },
  }
  const at = (id: string): Element => {
    const businessObject = elementsById[id] as Business
    const source = businessObject.sourceRef as Business | undefined
    return { id, type: businessObject.$type, businessObject, source: source && at(source.id) }
  }
  return { editor: { get: <T>(name: string) => services[name] as T }, at, xml: async () => (await moddle.toXML(rootElement)).xml }
}

test('a person’s task is written as the server reads it', async () => {
  const { editor, at, xml } = await sheet(blank('退货'))
  const field = { key: 'grade', label: '等级', type: 'choice', required: true, options: 'a=甲;b=乙' }

  put(editor, at('handle'), { name: '审核', 'kefu:department': '售后部', 'kefu:hours': '24', 'kefu:counts': 'plain' })
  putFields(editor, at('handle'), [field])

  expect(await xml()).toContain('id="handle" name="审核" kefu:department="售后部" kefu:hours="24" kefu:counts="plain"')
  expect(await xml()).toContain('<kefu:field key="grade" label="等级" type="choice" required="true" options="a=甲;b=乙"')
  expect(fieldsOf(at('handle'))).toEqual([field])
  putFields(editor, at('handle'), [])
  expect(await xml()).not.toContain('kefu:field')
})

test('start data stand at the process', async () => {
  const { editor, at, xml } = await sheet(blank('退货'))

  putChildren(editor, at('process'), 'kefu:Data', [{ key: 'amount' }])

  expect(await xml()).toContain('<kefu:data key="amount"')
})

const GATEWAY = blank('x').replace('<bpmn:userTask id="handle" name="1" />', '<bpmn:exclusiveGateway id="handle" />')

test('a gateway’s flow has a condition or is its default', async () => {
  const { editor, at, xml } = await sheet(GATEWAY)

  putCondition(editor, at('to_done'), " outcome == 'ok' ")
  expect(conditionOf(at('to_done'))).toBe("outcome == 'ok'")
  putCondition(editor, at('to_done'), '')
  putDefault(editor, at('to_done'), true)

  expect(isDefault(at('to_done'))).toBe(true)
  expect(await xml()).toContain('id="handle" default="to_done"')
  expect(await xml()).not.toContain('conditionExpression')
})

const EVENTS = blank('x')
  .replace('<bpmn:userTask id="handle" name="1" />', '<bpmn:intermediateCatchEvent id="handle"><bpmn:timerEventDefinition id="t" /></bpmn:intermediateCatchEvent><bpmn:receiveTask id="parcel" />')

test('timers take durations and dates, messages are made once for their name', async () => {
  const { editor, at, xml } = await sheet(EVENTS)

  putEvent(editor, at('handle'), 'timer', 'PT48H')
  expect(await xml()).toMatch(/<bpmn:timeDuration[^>]*>PT48H</)
  putEvent(editor, at('handle'), 'timer', 'promised_at')
  expect(await xml()).toMatch(/<bpmn:timeDate[^>]*>promised_at</)
  expect(await xml()).not.toContain('timeDuration')
  putEvent(editor, at('parcel'), 'message', 'arrived')
  putEvent(editor, at('parcel'), 'message', 'arrived')

  expect(eventOf(at('parcel'))).toEqual({ kind: 'message', text: 'arrived' })
  expect((await xml()).match(/<bpmn:message /g)).toHaveLength(1)
})
