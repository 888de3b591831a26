import { BlockList, isIP } from 'node:net';
import { AsrError } from '../../vocabulary/errors';

/**
 * Checks who may send to a port: addresses (`192.168.1.20`, `fe80::1`) and networks (`192.168.1.0/24`, `fd00::/8`).
 * @param allowed An empty list lets everybody send.
 * @throws AsrError `INVALID_OPTION` for an entry that is neither.
 */
export function allowedSenders(allowed: readonly string[]): (address: string) => boolean {
  if (allowed.length === 0) return () => true;
  const list = new BlockList();
  for (const entry of allowed) add(list, entry.trim());
  return (address) => {
    const plain = withoutZone(address);
    return list.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4');
  };
}

function add(list: BlockList, entry: string): void {
  const [address = '', bits, ...rest] = entry.split('/');
  const version = isIP(address);
  const type = version === 6 ? 'ipv6' : 'ipv4';
  const maxBits = version === 6 ? 128 : 32;
  const isNetwork = bits !== undefined && /^\d{1,3}$/.test(bits) && Number(bits) <= maxBits;
  if (version === 0 || rest.length > 0 || (bits !== undefined && !isNetwork)) {
    const message = `Expected addresses or networks such as 192.168.1.20 or 192.168.1.0/24, got ${JSON.stringify(entry.slice(0, 60))}.`;
    throw new AsrError('INVALID_OPTION', message, { param: 'allowedSenders' });
  }
  if (isNetwork) list.addSubnet(address, Number(bits), type);
  else list.addAddress(address, type);
}

/**
 * A port that listens on IPv6 reports IPv4 addresses inside of IPv6 ones, and link-local addresses with their
 * interface.
 */
function withoutZone(address: string): string {
  return address.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');
}
