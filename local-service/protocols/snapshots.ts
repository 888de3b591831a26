/** Whether a model of this name can exist: a snapshot is named by its day, which cannot lie in the future. */
export function canExist(model: string): boolean {
  const day = /-(\d{4}-\d{2}-\d{2})$/.exec(model)?.[1];
  return day === undefined || Date.parse(day) <= Date.now();
}
