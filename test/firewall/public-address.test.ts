import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { expect, onTestFinished, test } from "vitest";
import { publicAddress } from "../../src/firewall/public-address.ts";
import type { ActionError, Failure } from "../../src/model/failure.ts";
import { plain } from "../../src/render/pen.ts";
import { HTTP_FAULTS, startFaultyHttp } from "../faults/http.ts";
import { issueCertificates } from "../sandbox/certificates.ts";

test("a signal ends the request to a service whose answer has no end", async () => {
  const trusted = getCACertificates("default");
  const { ca, certificate: cert, key } = await issueCertificates();
  setDefaultCACertificates([...trusted, ca]);
  onTestFinished(() => setDefaultCACertificates(trusted));
  const stopping = new AbortController();
  const service = await startFaultyHttp(
    (request, response) => {
      HTTP_FAULTS["drips its answer"](request, response);
      stopping.abort(new Error("stopped"));
    },
    { cert, key },
  );
  onTestFinished(service.close);

  const failed = await publicAddress(new URL(`https://localhost:${service.port}`), stopping.signal).catch(
    ({ failure }: ActionError) => failure,
  );
  expect(failed).toMatchObject({ code: "runner-address-unknown" });
  expect(plain.sentence((failed as Failure).message)).toContain("stopped");
});
