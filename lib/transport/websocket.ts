/** Opens a socket; see {@link connectWebSocket}. */
export type ConnectSocket = () => never;
export const connectWebSocket: ConnectSocket = () => { throw new Error('not yet'); };
