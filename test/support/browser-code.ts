/**
 * The code that a browser gets from nodes/node-red: `dialogs.js`, `main.js` or `capture-worklet.js`, built from the
 * present sources.
 */
export async function browserCode(name: string): Promise<string> {
  const { BROWSER_FILES, bundleBrowserFile } = await import('../../scripts/bundle-browser.mjs');
  const file = BROWSER_FILES.find((one) => one.endsWith(`/${name}`));
  if (file === undefined) throw new Error(`No file of the build is called ${name}.`);
  return bundleBrowserFile(file);
}
