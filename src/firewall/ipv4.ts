import { BlockList, isIPv4 } from "node:net";

/**
 * The ranges from which no packet comes over the internet. Loopback addresses are not among them: they never reach Azure,
 * and the tests' Azure on this machine sees nothing else. https://www.iana.org/assignments/iana-ipv4-special-registry
 */
const RESERVED = new BlockList();
RESERVED.addSubnet("0.0.0.0", 8); // `0.0.0.0` is Azure's rule for every Azure service
RESERVED.addSubnet("10.0.0.0", 8);
RESERVED.addSubnet("100.64.0.0", 10);
RESERVED.addSubnet("169.254.0.0", 16);
RESERVED.addSubnet("172.16.0.0", 12);
RESERVED.addSubnet("192.168.0.0", 16);
RESERVED.addSubnet("224.0.0.0", 3);

/** The text, if it is an IPv4 address from which a packet can come over the internet. */
export const publicAddressIn = (text: string): string | undefined =>
  isIPv4(text) && !RESERVED.check(text) ? text : undefined;
