/** Of `docs.mjs`, for the test that compares the pages. */
export function madePages(): Promise<Record<string, string>>;
