/** Without the service's word for it: long enough for most of what a workflow does between two nodes. */
export const DEFAULT_UNUSED_SECONDS = 300;
export const DEFAULT_LONGEST_MINUTES = 120;
