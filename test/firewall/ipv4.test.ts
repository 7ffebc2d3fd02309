import { expect, test } from "vitest";
import { publicAddressIn } from "../../src/firewall/ipv4.ts";

test.each([
  "",
  "203.0.113",
  "203.0.113.256",
  "203.0.113.07",
  "203.0.113.7/32",
  "203.0.113.7-203.0.113.9",
  " 203.0.113.7",
  "0x7f.0.0.1",
  "1e2.0.0.1",
  "2001:db8::7",
  "::ffff:203.0.113.7",
])("%j is not an IPv4 address", (text) => expect(publicAddressIn(text)).toBeUndefined());

test.each([
  "0.0.0.0",
  "10.0.0.4",
  "100.64.0.1",
  "169.254.1.1",
  "172.16.0.1",
  "192.168.1.1",
  "224.0.0.1",
  "255.255.255.255",
])("no packet from the internet comes from %s", (address) => expect(publicAddressIn(address)).toBeUndefined());

test.each([
  "8.8.8.8",
  "127.0.0.1",
  "203.0.113.7",
  "11.0.0.1",
  "100.63.0.1",
  "100.128.0.1",
  "172.15.0.1",
  "172.32.0.1",
  "192.169.0.1",
  "223.255.255.254",
])("a packet can come from %s", (address) => expect(publicAddressIn(address)).toBe(address));
