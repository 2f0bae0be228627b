/** A drawing in words: its steps from left to right as drawn, and where each leads. */

export interface Lead {
  to: string
  name: string
  /** What the flow is called, or its condition; empty where there is only one way. */
  when: string
  /** The way that is taken when no condition holds, and nobody gave it a name. */
  otherwise: boolean
}

export interface OutlineStep {
  id: string
  kind: string
  name: string
  department: string
  role: string
  hours: number | null
  /** How long or until when a timer waits, as it is written in the drawing. */
  timer: string
  leads: Lead[]
}

const STEP = /^(?:start|end|intermediateCatch|intermediateThrow|boundary)Event$|^(?:user|service|receive)?[tT]ask$|^subProcess$/
const GATEWAY = /Gateway$/

export function outlineOf(xml: string): OutlineStep[] {
  const elements = [...new DOMParser().parseFromString(xml, 'application/xml').getElementsByTagName('*')]
  const nodes = new Map(elements.filter((one) => STEP.test(nameOf(one)) || GATEWAY.test(nameOf(one))).map((one) => [one.id, one]))
  const flows = elements.filter((one) => nameOf(one) === 'sequenceFlow')
  const places = new Map(elements.filter((one) => nameOf(one) === 'BPMNShape').map((one) => [one.getAttribute('bpmnElement'), placeOf(one)]))

  const leadsOf = (id: string, when: string, seen: Set<string>): Lead[] =>
    flows
      .filter((flow) => flow.getAttribute('sourceRef') === id)
      .flatMap((flow) => {
        const target = nodes.get(flow.getAttribute('targetRef') ?? '')
        if (!target || seen.has(flow.id)) return []
        const words = [when, wordOf(flow)].filter(Boolean).join(' · ')
        if (GATEWAY.test(nameOf(target))) return leadsOf(target.id, words, new Set([...seen, flow.id]))
        return [{ to: target.id, name: target.getAttribute('name') ?? '', when: words, otherwise: !words && nodes.get(id)?.getAttribute('default') === flow.id }]
      })

  return [...nodes.values()]
    .filter((one) => STEP.test(nameOf(one)))
    .map((one) => ({ ...stepOf(one), leads: leadsOf(one.id, '', new Set()) }))
    .sort((a, b) => order(places.get(a.id), places.get(b.id)))
}

const nameOf = (element: Element): string => element.localName.replace(/^\w+:/, '')

function stepOf(element: Element): Omit<OutlineStep, 'leads'> {
  const inside = [...element.getElementsByTagName('*')]
  const kind = nameOf(element)
  const hours = Number(element.getAttribute('kefu:hours') || NaN)
  return {
    id: element.id,
    kind: kind.charAt(0).toUpperCase() + kind.slice(1),
    name: element.getAttribute('name') ?? '',
    department: element.getAttribute('kefu:department') ?? '',
    role: element.getAttribute('kefu:role') ?? '',
    hours: Number.isFinite(hours) ? hours : null,
    timer: kind === 'subProcess' ? '' : (inside.find((one) => /^time(?:Duration|Date)$/.test(nameOf(one)))?.textContent?.trim() ?? ''),
  }
}

function wordOf(flow: Element): string {
  const condition = [...flow.getElementsByTagName('*')].find((one) => nameOf(one) === 'conditionExpression')
  return flow.getAttribute('name') || (condition?.textContent?.trim() ?? '')
}

type Place = [x: number, y: number]

function placeOf(shape: Element): Place {
  const bounds = [...shape.getElementsByTagName('*')].find((one) => nameOf(one) === 'Bounds')
  return [Number(bounds?.getAttribute('x') ?? 0), Number(bounds?.getAttribute('y') ?? 0)]
}

/** What is not drawn comes last, in the order of the file. */
function order(a: Place | undefined, b: Place | undefined): number {
  if (!a || !b) return a ? -1 : b ? 1 : 0
  return a[0] - b[0] || a[1] - b[1]
}
