/** Packages that are put into `dist/lib/modules.js`. */
export const BUNDLED: readonly string[];
/** The code without indentation and comments; its lines stay. */
export function compact(code: string): string;
