import type { FailureName } from './schema';

/** The code and message of a failure. */
export interface Failure {
  code: string;
  message: string;
}

/** Failures in the words of live services. */
export const FAILURES: Readonly<Record<FailureName, Failure>> = {
  // The message was recorded, but not its code, so this is the code of other refusals of the same type (protocol.md E
  // 1).
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
