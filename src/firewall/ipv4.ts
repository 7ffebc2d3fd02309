import { isIPv4 } from "node:net";

/**
 * The text, if it is an IPv4 address from which a packet can come over the internet. Loopback addresses are not excluded:
 * they never reach Azure, and the tests' Azure on this machine sees nothing else.
 * https://www.iana.org/assignments/iana-ipv4-special-registry
 */
export function publicAddressIn(text: string): string | undefined {
  const [first = 0, second = 0] = text.split(".").map(Number);
  const isReserved =
    first === 0 || // `0.0.0.0` is Azure's rule for every Azure service
    first === 10 ||
    (first === 100 && second >= 64 && second < 128) ||
    (first === 169 && second === 254) ||
    (first === 172 && second >= 16 && second < 32) ||
    (first === 192 && second === 168) ||
    first >= 224;
  return isIPv4(text) && !isReserved ? text : undefined;
}
