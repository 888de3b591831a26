import { removeStaleFiles } from '../../../lib/hosts';
import { hostState } from './host-state';

/**
 * Removes the temporary files of an n8n that was killed while it decoded. The constructors of nodes call it: n8n makes
 * one of each node when it loads the package, which is when it starts, and tells them nothing else.
 */
export function sweepOnce(): void {
  const sweeps = hostState<true>('sweeps');
  if (sweeps.has('files')) return;
  sweeps.set('files', true);
  void removeStaleFiles();
}
