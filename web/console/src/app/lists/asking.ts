/** Asking once before something is lost, naming it. */

import { ElMessageBox } from 'element-plus'
import { t } from '../i18n'
import { done, failed } from '../say'

export async function removeAfterAsking(name: string, lost: string, remove: () => Promise<unknown>): Promise<boolean> {
  try {
    await ElMessageBox.confirm(t('app.settings.removeText', { lost }), t('app.settings.removeAsk', { name }), {
      confirmButtonText: t('app.remove'),
      cancelButtonText: t('app.cancel'),
      confirmButtonClass: 'el-button--danger',
      autofocus: false,
    })
  } catch {
    return false
  }
  try {
    await remove()
    done(t('app.removed'))
    return true
  } catch (thrown) {
    failed(thrown)
    return false
  }
}

export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    done(t('app.copied'))
  } catch (thrown) {
    failed(thrown)
  }
}
