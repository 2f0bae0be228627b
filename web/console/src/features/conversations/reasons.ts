/** Why a conversation is handed over. */

export const REASONS = ['expertise', 'shift_end', 'customer_wish', 'language', 'escalation', 'overload', 'other'] as const
