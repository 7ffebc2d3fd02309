import type { RequestListener } from "node:http";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { expect, onTestFinished, test, vi } from "vitest";
import { publicAddress } from "../../src/firewall/address.ts";
import type { ActionError, Failure } from "../../src/model/failure.ts";
import { plain } from "../../src/render/pen.ts";
import { HTTP_FAULTS, startFaultyHttp } from "../faults/http.ts";
import { issueCertificates } from "../sandbox/certificates.ts";

/** The address that a service returns. */
async function addressFrom(service: RequestListener, signal = new AbortController().signal): Promise<string> {
  const trusted = getCACertificates("default");
  const { ca, certificate: cert, key } = await issueCertificates();
  setDefaultCACertificates([...trusted, ca]);
  onTestFinished(() => setDefaultCACertificates(trusted));
  const { port, close } = await startFaultyHttp(service, { cert, key });
  onTestFinished(close);
  return publicAddress(new URL(`https://localhost:${port}`), signal);
}

/** The message of the failure when a service answers like this. */
async function messageOf(service: RequestListener, signal?: AbortSignal): Promise<string> {
  const failed = await addressFrom(service, signal).catch(({ failure }: ActionError) => failure);
  expect(failed).toMatchObject({ code: "runner-address-unknown" });
  return plain.sentence((failed as Failure).message);
}

test("a signal ends the request to a service that does not answer", async () => {
  const stopping = new AbortController();
  const ended = Promise.withResolvers<void>();
  const message = await messageOf((_request, response) => {
    response.on("close", ended.resolve);
    stopping.abort(new Error("stopped"));
  }, stopping.signal);
  expect(message).toContain("stopped");
  await ended.promise;
});

test("an answer of the service that comes in parts is read to its end", async () => {
  const inParts: RequestListener = (_request, response) => {
    response.write("203.0.");
    setTimeout(() => response.end("113.7"), 50);
  };
  expect(await addressFrom(inParts)).toBe("203.0.113.7");
});

test.each(["0.0.0.0", "10.0.0.4", "2001:db8::1", "127.0.0.1-127.0.0.9", "<html>", ""])(
  "the answer %j of the service is an error",
  async (answer) => {
    const message = await messageOf((_request, response) => response.end(answer));
    expect(message).toContain("did not answer with a public IPv4 address");
  },
);

test("a long answer of the service is cut", async () => {
  const message = await messageOf((_request, response) => response.end("x".repeat(1_000)));
  expect(message).toMatch(/[^x]x{100}$/);
});

test("an answer of the service without end is not read to its end", async () => {
  expect(await messageOf(HTTP_FAULTS["sends without end"])).toContain("IPv4 address: ");
});

test.each<[string, RequestListener]>([
  ["HTTP status 503", (_request, response) => response.writeHead(503).end("203.0.113.7")],
  ["unexpected redirect", (_request, response) => response.writeHead(302, { location: "http://localhost/" }).end()],
])("a refusal of the service is an error that says %s", async (said, service) => {
  expect(await messageOf(service)).toContain(said);
});

test("the service is asked without a proxy, because PostgreSQL is reached without one", async () => {
  vi.stubEnv("HTTPS_PROXY", "http://127.0.0.1:9");
  onTestFinished(() => void vi.unstubAllEnvs());
  expect(await addressFrom((_request, response) => response.end("203.0.113.7\n"))).toBe("203.0.113.7");
});
