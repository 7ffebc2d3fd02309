import type { RequestListener } from "node:http";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { expect, onTestFinished, test } from "vitest";
import { publicAddress } from "../../src/firewall/address.ts";
import type { ActionError, Failure } from "../../src/model/failure.ts";
import { plain } from "../../src/render/pen.ts";
import { HTTP_FAULTS, startFaultyHttp } from "../faults/http.ts";
import { issueCertificates } from "../sandbox/certificates.ts";

/** The message of the failure when a service answers like this. */
async function messageOf(service: RequestListener, signal = new AbortController().signal): Promise<string> {
  const trusted = getCACertificates("default");
  const { ca, certificate: cert, key } = await issueCertificates();
  setDefaultCACertificates([...trusted, ca]);
  onTestFinished(() => setDefaultCACertificates(trusted));
  const { port, close } = await startFaultyHttp(service, { cert, key });
  onTestFinished(close);
  const failed = await publicAddress(new URL(`https://localhost:${port}`), signal).catch(
    ({ failure }: ActionError) => failure,
  );
  expect(failed).toMatchObject({ code: "runner-address-unknown" });
  return plain.sentence((failed as Failure).message);
}

test("a signal ends the request to a service whose answer has no end", async () => {
  const stopping = new AbortController();
  const message = await messageOf((request, response) => {
    HTTP_FAULTS["drips its answer"](request, response);
    stopping.abort(new Error("stopped"));
  }, stopping.signal);
  expect(message).toContain("stopped");
});

test("a long answer of the service is cut", async () => {
  const message = await messageOf((_request, response) => response.end("x".repeat(1_000)));
  expect(message).toMatch(/[^x]x{100}$/);
});
