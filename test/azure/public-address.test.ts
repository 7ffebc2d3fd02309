import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { expect, onTestFinished, test } from "vitest";
import { publicAddress } from "../../src/azure/public-address.ts";
import { HTTP_FAULTS, startFaultyHttp } from "../faults/http.ts";
import { issueCertificates } from "../sandbox/certificates.ts";

test("a signal ends the request to a service whose answer has no end", async () => {
  const trusted = getCACertificates("default");
  const { ca, certificate: cert, key } = await issueCertificates();
  setDefaultCACertificates([...trusted, ca]);
  onTestFinished(() => setDefaultCACertificates(trusted));
  const stopping = new AbortController();
  let stopped = 0;
  const service = await startFaultyHttp(
    (request, response) => {
      HTTP_FAULTS["drips its answer"](request, response);
      stopped = performance.now();
      stopping.abort(new Error("stopped"));
    },
    { cert, key },
  );
  onTestFinished(service.close);

  await expect(
    publicAddress(new URL(`https://localhost:${service.port}`), stopping.signal),
  ).rejects.toMatchObject({ failure: { code: "runner-address-unknown" } });
  expect(performance.now() - stopped).toBeLessThan(5_000);
});
