import { createServer, type IncomingMessage } from "node:http";

/** The answer of a managed identity's endpoint. */
export type Answer = (url: URL, request: IncomingMessage) => { status: number; json: object };

/** An endpoint like App Service's and IMDS's, which records its requests. */
export async function startEndpoint(answer: Answer) {
  const asked: { url: URL; headers: IncomingMessage["headers"] }[] = [];
  const endpoint = { asked, answer, port: 0, close: () => server.close() };
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "", "http://127.0.0.1");
    asked.push({ url, headers: request.headers });
    const { status, json } = endpoint.answer(url, request);
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(json));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  endpoint.port = typeof address === "object" && address ? address.port : 0;
  return endpoint;
}

/** https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token */
export const TOKEN: Answer = () => ({
  status: 200,
  json: {
    access_token: "the-token",
    expires_in: "86399",
    expires_on: String(Math.floor(Date.now() / 1000) + 86399),
    not_before: String(Math.floor(Date.now() / 1000)),
    resource: "https://ossrdbms-aad.database.windows.net",
    token_type: "Bearer",
  },
});

export const REFUSED: Answer = () => ({
  status: 400,
  json: { error: "invalid_request", error_description: "Identity not found" },
});
