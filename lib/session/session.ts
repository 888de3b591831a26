import type { Session, SessionOptions } from './options';

/** Opens a session. @throws AsrError `INVALID_OPTION` or `MISSING_API_KEY`, at once. */
export declare function openSession(options: SessionOptions): Session;
