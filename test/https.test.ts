import { expect, test } from "vitest";
import { checkHttps, proxyTo } from "../src/https.ts";
import { withoutSecrets } from "../src/text/secrets.ts";
import { failing } from "./read.ts";

test("the proxy to a host is that of the variables, without its password, unless NO_PROXY names the host", () => {
  const HTTPS_PROXY = "http://runner:hunter2@proxy.contoso.com:3128";
  const host = "login.microsoftonline.com";
  expect(proxyTo(host, {})).toBeUndefined();
  expect(proxyTo(host, { HTTPS_PROXY })).toBe("proxy.contoso.com:3128");
  expect(proxyTo(undefined, { all_proxy: "https://proxy" })).toBe("https://proxy:443");
  expect(proxyTo(host, { HTTPS_PROXY: "not a URL" })).toBeUndefined();
  for (const NO_PROXY of ["*", host, ".microsoftonline.com", "a, microsoftonline.com", "*.microsoftonline.com"]) {
    expect(proxyTo(`${host}:443`, { HTTPS_PROXY, NO_PROXY }), NO_PROXY).toBeUndefined();
  }
  for (const no_proxy of ["", "online.com", "microsoftonline.com.evil", ","]) {
    expect(proxyTo(host, { HTTPS_PROXY, no_proxy }), no_proxy).toBe("proxy.contoso.com:3128");
  }
});

test("a SOCKS proxy is refused as one", async () => {
  const check = async () => checkHttps({ HTTPS_PROXY: "socks5://proxy.contoso.com:1080" });
  const { code, hint } = await failing(check());
  expect({ code, hint }).toEqual({
    code: "proxy-malformed",
    hint: expect.stringContaining("SOCKS proxies are not supported"),
  });
});

test("the password of the proxy is taken out of what a peer says", () => {
  checkHttps({ HTTPS_PROXY: "http://runner:open%21sesame@proxy.contoso.com:3128" });
  expect(withoutSecrets("407 for runner, open!sesame")).toBe("407 for runner, ***");
});
