import type { FailureName } from './schema';

/** What a failure says of itself. */
export interface Failure {
  code: string;
  message: string;
}

/** Failures as live services have worded them. */
export const FAILURES: Readonly<Record<FailureName, Failure>> = {
  // protocol.md E 1. The message is recorded, its code is not: this is what other refusals of the same type have.
  connectionCap: { code: 'invalid_value', message: 'connections too much max_connections 100' },
  // protocol.md E 3.
  responseTimeout: { code: 'ResponseTimeout', message: 'Response timeout.' },
  // protocol.md A.8.
  quotaExceeded: {
    code: 'Throttling.AllocationQuota',
    message: 'Allocated quota exceeded, please increase your quota limit.',
  },
  throttled: {
    code: 'Throttling.RateQuota',
    message: 'Requests rate limit exceeded, please try again later.',
  },
};
