/** What we use of the helper, which brings no types. */
declare module 'node-red-node-test-helper' {
  import type { Node } from 'node-red';

  interface Post {
    set(headers: Record<string, string>): Post;
    send(body: object | string): Promise<{ status: number; text: string; body: unknown }>;
  }

  interface Helper {
    startServer(done: (error?: Error) => void): void;
    stopServer(done: (error?: Error) => void): void;
    load(nodes: unknown, flow: unknown, credentials?: unknown): Promise<void>;
    unload(): Promise<void>;
    setFlows(flow: unknown, type: 'full' | 'flows' | 'nodes'): Promise<void>;
    getNode(id: string): Node | null;
    url(): string;
    request(): {
      get(path: string): Promise<{ status: number; text: string; body: unknown }>;
      post(path: string): Post;
      put(path: string): Post;
      delete(path: string): Promise<{ status: number; text: string; body: unknown }>;
    };
    /** A sinon spy on the runtime's log. */
    log(): { args: unknown[][] };
  }

  const helper: Helper;
  export default helper;
}
