/** Processes, cases and tasks as the server tells them. */

import type { Id, Problem } from '@kefu/api'
import { api, problemOf } from '@/app/http'
import { i18n, t } from '@/app/i18n'
import { worded } from '@/app/say'

export interface Named {
  id: Id
  name: string
}

export interface Finding {
  code: string
  element: string | null
  detail: string | null
  title: string
}

export interface Step {
  name: string
  zh: string
  en: string
  gives: string[]
  params: string[]
  errors: string[]
}

export interface Process {
  id: Id
  key: string
  name: string
  number: number | null
  has_draft: boolean
  running: number
  stuck: number
  updated_at: string
}

export interface Version {
  number: number
  created_at: string
  created_by: Named | null
  in_force: boolean
  running: number
}

export interface Release {
  number: number
  at: string
  by: Named | null
  why: string
}

export interface ProcessDetail extends Process {
  draft: string | null
  drafted_at: string | null
  drafted_by: Named | null
  findings: Finding[]
  versions: Version[]
  releases: Release[]
}

export interface Stay {
  node: string
  name: string
  kind: string
  entered_at: string
  claimed_at: string | null
  left_at: string | null
  how: string | null
  by: Named | null
  department: Named | null
  due_at: string | null
  counts: 'plain' | 'business'
  overdue: boolean
  task: Id | null
}

export interface Wait {
  node: string
  kind: string
  name: string
  due_at: string | null
  attempts: number
  error: string | null
}

export interface CaseRow {
  id: Id
  process_key: string
  process_name: string
  subject_kind: string
  subject: Id
  customer: Id | null
  state: 'running' | 'ended' | 'cancelled' | 'stuck'
  outcome: string | null
  error: string | null
  started_at: string
  ended_at: string | null
  updated_at: string
  open_nodes: string[]
}

export interface CaseDetail extends CaseRow {
  number: number
  xml: string
  data: Record<string, unknown>
  stays: Stay[]
  waits: Wait[]
}

export interface TaskField {
  key: string
  label: string
  type: 'text' | 'long_text' | 'number' | 'money' | 'boolean' | 'choice' | 'date' | 'files'
  required: boolean
  options: [string, string][]
}

export interface CaseFile {
  id: Id
  name: string
  type: string
  size: number
}

/** A thing under the number or name that people call it by. */
export interface KnownSubject {
  kind: string
  id: Id
  title: string
}

export interface CaseTask {
  id: Id
  case_id: Id
  process_key: string
  process_name: string
  node: string
  name: string
  subject_kind: string
  subject: Id
  subjects: KnownSubject[]
  customer: Id | null
  department: Named | null
  role: string | null
  owner: Named | null
  fields: TaskField[]
  screen: string | null
  form: Record<string, unknown>
  files: CaseFile[]
  opened_at: string
  claimed_at: string | null
  due_at: string | null
  counts: 'plain' | 'business'
  overdue: boolean
  closed_at: string | null
  closed: string | null
  closed_by: Named | null
}

export interface Counts {
  mine: number
  department: number
  overdue: number
}

export interface NodeFigures {
  node: string
  name: string
  kind: string
  stays: number
  open: number
  open_overdue: number
  with_due: number
  overdue: number
  waiting_seconds: number | null
  working_seconds: number | null
  total_seconds: number
  late_seconds: number
  time_percent: number | null
  late_percent: number | null
  overdue_percent: number | null
}

export interface ProcessMapRow {
  process: string
  name: string
  version: number
  xml: string
  since: string
  until: string
  cases: number
  running: number
  ended: number
  cancelled: number
  nodes: NodeFigures[]
}

export const readMap = (key: string, since?: string) => api.get<ProcessMapRow>(`/processes/${key}/map`, { since })
export const readCase = (id: Id) => api.get<CaseDetail>(`/cases/${id}`)
export const claim = (id: Id) => api.put<CaseTask>(`/case-tasks/${id}/claim`)
export const release = (id: Id) => api.delete<CaseTask>(`/case-tasks/${id}/claim`)
export function addFile(task: Id, file: File): Promise<CaseFile> {
  const form = new FormData()
  form.set('file', file, file.name)
  return api.post<CaseFile>(`/case-tasks/${task}/files`, form)
}

export const fileAddress = (file: Id): string => `/api/v1/case-files/${file}`

export const complete = (id: Id, form: Record<string, unknown>) => api.put<CaseTask>(`/case-tasks/${id}/completion`, { form })

/** A refusal in the reader's language, where this feature has words of its own for it. */
export function refused(thrown: unknown): Problem {
  const problem = problemOf(thrown)
  const own = `workflows.refusal.${problem.code}`
  return i18n.global.te(own) ? { ...problem, title: t(own), detail: null } : worded(problem)
}

/** What a finding says, in the reader's language. */
export function findingWords(finding: Finding): string {
  const own = `workflows.finding.${finding.code}`
  const words = i18n.global.te(own) ? t(own) : finding.title
  return finding.detail ? `${words} (${finding.detail})` : words
}
