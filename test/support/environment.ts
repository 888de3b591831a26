/** An environment without a proxy. */
export const NO_PROXIES = Object.fromEntries(
  ['http_proxy', 'https_proxy', 'all_proxy', 'no_proxy'].flatMap((name) => [
    [name, undefined],
    [name.toUpperCase(), undefined],
  ]),
);

/** Runs a task with other variables in the process's environment, and puts back what was there; `undefined` unsets one. */
export async function withEnvironment<T>(
  variables: Record<string, string | undefined>,
  task: () => Promise<T>,
): Promise<T> {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  const set = (name: string, value: string | undefined): void => {
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  };
  for (const [name, value] of Object.entries(variables)) set(name, value);
  try {
    return await task();
  } finally {
    for (const [name, value] of before) set(name, value);
  }
}
