/** Packages that are put into `dist/lib/modules.js`. */
export const BUNDLED: readonly string[];
