// The connection of the page of a flow with "websocket in" and "websocket out" nodes.
/** The path of the "websocket in" node, behind Node-RED's own root for nodes, as in that node's dialog. */
const DEFAULT_PATH = '/ws/asr';
/** This page is at <root>/asr/microphone/. */
const ROOT = '../..';
/** The page of such a flow; that of a microphone node is anywhere else. */
export const isOfWebSocketNodes = window.location.pathname.endsWith('/asr/microphone/');

/** Only on this server, because a link to this page must not send somebody's voice elsewhere. */
export function socketUrl(): URL {
  const path = new URLSearchParams(window.location.search).get('path') ?? DEFAULT_PATH;
  const url = new URL(`${ROOT}/${path.replace(/^\/+/, '')}`, window.location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  url.host = window.location.host;
  return url;
}

export function openSocketOfNodes(): Promise<WebSocket> {
  return Promise.resolve(new WebSocket(socketUrl()));
}
