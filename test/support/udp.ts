import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

export async function openUdp(): Promise<Socket> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}

export async function freeUdpPort(): Promise<number> {
  const socket = await openUdp();
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}
