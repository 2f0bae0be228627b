import { type Words, wordsByFeature } from '@kefu/kit/i18n'

export default wordsByFeature(import.meta.glob<{ default: Words }>('../*/locale/en.ts', { eager: true }))
