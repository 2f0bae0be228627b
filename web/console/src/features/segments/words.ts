/** Words for values that rules name: ours are translated, a shop's own are shown as it named them. */

import { useI18n } from 'vue-i18n'

export function useWords() {
  const { t, te, locale } = useI18n()
  const known = (key: string, otherwise: string) => (te(key) ? t(key) : otherwise)
  return {
    valueName: (dimension: string, value: string, name?: string | null) => known(`segments.value.${dimension}.${value}`, value === 'other' ? t('segments.other') : (name ?? value)),
    groupName: (key: string, name: string) => {
      const [dimension = '', value = ''] = key.split('.')
      return dimension === 'tier' ? `${t('segments.field.tier')} · ${known(`customers.tier.${value}`, name)}` : `${t(`segments.dimension.${dimension}`)} · ${known(`segments.value.${key}`, name)}`
    },
    fieldName: (name: string) =>
      name.startsWith('consent.') ? t('segments.agrees', { what: t(`customers.purpose.${name.slice(8)}`) }) : known(`segments.field.${name}`, name.replace('attributes.', '')),
    traitName: (attribute: string, value: string) => known(`segments.trait.${attribute}.${value}`, known(`channels.kind.${value}`, value)),
    money: (minor: number, currency: string) => new Intl.NumberFormat(locale.value, { style: 'currency', currency }).format(minor / 100),
    count: (value: number) => new Intl.NumberFormat(locale.value).format(value),
  }
}
