import type { Validation, ValidationResult } from '@/api/generated/model';

/** One attempt at the door and what the server said of it. Nothing is shown as let in before that. */
export interface Scan {
  id: number;
  at: string;
  verdict: Verdict;
}

export type Verdict =
  | { kind: ValidationResult; validation?: Validation }
  /** The server could not be asked: neither in nor out. */
  | { kind: 'no_answer' };

export type Tone = 'ok' | 'warn' | 'danger';

export const tones = {
  admitted: 'ok',
  already_admitted: 'warn',
  cancelled: 'danger',
  wrong_event: 'danger',
  unknown_code: 'danger',
  no_answer: 'warn',
} satisfies Record<Verdict['kind'], Tone>;

export function isTicketId(text: string): boolean {
  return /^tkt_[0-9A-HJKMNP-TV-Z]{26}$/i.test(text);
}
