/** Whether a model's name can be one: snapshots are named by their day, and none is from the future. */
export function canExist(model: string): boolean {
  const day = /-(\d{4}-\d{2}-\d{2})$/.exec(model)?.[1];
  return day === undefined || Date.parse(day) <= Date.now();
}
