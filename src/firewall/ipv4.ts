/**
 * The IPv4 address that a text is, or undefined. The text has the form that Azure's firewall rules take: four decimal
 * numbers without leading zeros.
 */
export function ipv4(text: string): string | undefined {
  const numbers = text.split(".");
  const isAddress =
    numbers.length === 4 && numbers.every((each) => /^\d{1,3}$/.test(each) && isOctet(Number(each), each));
  return isAddress ? text : undefined;
}

function isOctet(value: number, written: string): boolean {
  return value <= 255 && String(value) === written;
}

/**
 * Whether a packet from the internet can come from this address. Loopback addresses are not excluded: they never reach
 * Azure, and a stand-in for Azure on this machine sees nothing else.
 * https://www.iana.org/assignments/iana-ipv4-special-registry
 */
export function isRoutable(address: string): boolean {
  const [first = 0, second = 0] = address.split(".").map(Number);
  return !(
    first === 0 || // `0.0.0.0` is Azure's rule for every Azure service
    first === 10 ||
    (first === 100 && second >= 64 && second < 128) ||
    (first === 169 && second === 254) ||
    (first === 172 && second >= 16 && second < 32) ||
    (first === 192 && second === 168) ||
    first >= 224
  );
}
