import { hasRole, useMe } from '../api/queries'
import type { ActionOffer, Role } from '../api/types'
import { Button } from '../ui/Button'
import type { IconName } from '../ui/Icon'
import { operate, type Intent } from './intent'
import { kinds } from './kinds'

interface Props { intent: Intent, /** What the server said of it; without one the role decides. */ offer?: ActionOffer, role?: Role, label?: string, icon?: IconName, small?: boolean, why?: string | null, look?: 'primary' }

export const useRoleWhy = (role: Role): string | null => {
  const { data: me } = useMe()
  return me && !hasRole(me, role) ? `It needs the role ${role}, which you do not have.` : null
}
/** Says why it cannot be pressed instead of being absent. */
export const ActionButton = ({ intent, offer, role = 'operator', label, icon, small, why, look }: Props) => {
  const roleWhy = useRoleWhy(role)
  const words = kinds[intent.kind]
  const reason = why ?? (offer ? (offer.enabled ? null : offer.why ?? 'Not possible now.') : roleWhy)
  return <Button icon={icon} small={small} look={look ?? (words.danger ? 'danger' : undefined)} why={reason} onClick={() => operate(intent)} data-testid={`action-${intent.kind}`}>{label ?? `${words.verb}…`}</Button>
}
