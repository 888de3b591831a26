/** Of `bundle-browser.mjs`, for the tests that run what browsers get. */
export const BROWSER_FILES: readonly string[];
export const BROWSER_FOLDERS: readonly string[];
export function bundleBrowserFile(file: string): string;
